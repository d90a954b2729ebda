// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO.Pipelines;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Pipelines.Sockets.Unofficial;

namespace FastLedger.Network;

/// <summary>A TCP connection behind <see cref="ITransportConnection"/>.</summary>
internal sealed class SocketTransportConnection(SocketConnection connection, EndPoint? remote, ProvenBlockPool? blocks) : ITransportConnection
{
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(1);

    public PipeReader Input => connection.Input;

    public PipeWriter Output => connection.Output;

    public EndPoint? Remote => remote;

    public void Widen() => blocks?.Widen();

    public void Abort() => connection.Dispose();

    public async ValueTask DisposeAsync()
    {
        await Output.CompleteAsync().ConfigureAwait(false);
        try
        {
            // Closing a socket that holds unread bytes resets the connection, and the peer loses our last words with it.
            using var timeout = new CancellationTokenSource(Linger);
            while (true)
            {
                ReadResult result = await Input.ReadAsync(timeout.Token).ConfigureAwait(false);
                Input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted || result.IsCanceled) break;
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException || SocketTransport.IsConnectionFault(fault))
        {
            // The peer keeps the connection open, broke it, or the reader was completed before: there is nothing left to wait for.
        }
        finally
        {
            Abort();
            await Input.CompleteAsync().ConfigureAwait(false); // its blocks go back to the pool, not to the collector
        }
    }
}
