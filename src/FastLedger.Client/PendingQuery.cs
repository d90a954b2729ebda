// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Protocol.Framing;

namespace FastLedger.Client;

/// <summary>A query that waits for its answer.</summary>
internal abstract class PendingQuery(ulong requestId, byte[] frame, long deadlineNs)
{
    public ulong RequestId => requestId;

    /// <summary>The frame, to be sent on every connection until it is answered: asking twice does no harm.</summary>
    public Span<byte> Frame => frame;

    public long DeadlineNs => deadlineNs;

    /// <summary>Takes the answer.</summary>
    /// <returns>False when the frame is not a sound answer to this query.</returns>
    public abstract bool Complete(in Frame answer);

    public abstract void Fail(Exception fault);
}

/// <summary>Decodes an answer.</summary>
internal delegate bool AnswerDecoder<TAnswer>(in Frame frame, out TAnswer answer);

/// <inheritdoc/>
internal sealed class PendingQuery<TAnswer>(ulong requestId, byte[] frame, long deadlineNs, AnswerDecoder<TAnswer> decode)
    : PendingQuery(requestId, frame, deadlineNs)
{
    private readonly TaskCompletionSource<TAnswer> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _cancellation;

    public Task<TAnswer> Task => _source.Task;

    public void CancelWith(CancellationToken token)
    {
        if (!token.CanBeCanceled) return;
        _cancellation = token.UnsafeRegister(
            static (state, cancelled) => ((PendingQuery)state!).Fail(new OperationCanceledException(cancelled)), this);
        if (_source.Task.IsCompleted) _cancellation.Dispose();
    }

    public override bool Complete(in Frame answer)
    {
        if (!decode(in answer, out TAnswer value)) return false;
        _cancellation.Dispose();
        _source.TrySetResult(value);
        return true;
    }

    public override void Fail(Exception fault)
    {
        _cancellation.Dispose();
        _source.TrySetException(fault);
    }
}
