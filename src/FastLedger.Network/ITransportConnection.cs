// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO.Pipelines;
using System.Net;

namespace FastLedger.Network;

/// <summary>An ordered, reliable stream of bytes in both directions.</summary>
/// <remarks>
/// One reader of <see cref="Input"/> and one writer of <see cref="Output"/> at a time. Both exert back-pressure. Disposal completes the
/// output, lets it drain for a bounded time and closes the connection.
/// </remarks>
public interface ITransportConnection : IAsyncDisposable
{
    /// <summary>Bytes received. Continuations may run on the thread that receives, so they must not block.</summary>
    PipeReader Input { get; }

    /// <summary>Bytes to send; flushing hands them to the operating system on the caller's thread where it can.</summary>
    PipeWriter Output { get; }

    /// <summary>The peer's address, when there is one.</summary>
    EndPoint? Remote { get; }

    /// <summary>The other side proved itself: from now on the buffers are those of a busy connection. Any thread, any number of times.</summary>
    void Widen();

    /// <summary>Closes at once; what was not sent is lost. Any thread, any number of times.</summary>
    void Abort();
}
