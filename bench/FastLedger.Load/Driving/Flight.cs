// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Primitives;

namespace FastLedger.Load.Driving;

/// <summary>One batch under way. The time of its answer is taken where the answer arrives, not where the driver gets round to it.</summary>
/// <remarks>Thread: the driver's; the completion runs on the client's. Alloc: none after construction.</remarks>
internal sealed class Flight
{
    private readonly Doorbell _answered;
    private readonly Action _complete;
    private ValueTaskAwaiter<BatchOutcome> _awaiter;
    private CommandBatch? _batch;
    private long _answeredAt;

    public Flight(Doorbell answered)
    {
        _answered = answered;
        _complete = Complete;
    }

    /// <summary>When the batch should have been sent, in ticks of <see cref="Stopwatch"/>.</summary>
    public long IntendedAt { get; private set; }

    /// <summary>When it was answered; 0 while it is not.</summary>
    public long AnsweredAt => Volatile.Read(ref _answeredAt);

    public bool IsAnswered => AnsweredAt != 0;

    /// <summary>The batch under way.</summary>
    public CommandBatch Batch
    {
        get
        {
            Invariant.Check(_batch is not null);
            return _batch;
        }
    }

    public void Start(CommandBatch batch, long intendedAt, ValueTask<BatchOutcome> answer)
    {
        Invariant.Check(_batch is null);
        _batch = batch;
        IntendedAt = intendedAt;
        Volatile.Write(ref _answeredAt, 0);
        _awaiter = answer.GetAwaiter();
        if (_awaiter.IsCompleted) Complete();
        else _awaiter.UnsafeOnCompleted(_complete);
    }

    /// <summary>Takes the answer. The client's error is thrown here.</summary>
    public BatchOutcome Finish()
    {
        _batch = null;
        return _awaiter.GetResult();
    }

    private void Complete()
    {
        Volatile.Write(ref _answeredAt, Stopwatch.GetTimestamp());
        _answered.Ring();
    }
}
