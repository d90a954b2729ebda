// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using System.Threading.Tasks.Sources;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>Waiting for the answer. The batch is its own value task source, so waiting allocates nothing.</summary>
public sealed partial class CommandBatch : IValueTaskSource<BatchOutcome>, IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private readonly object _answered = new();
    private ManualResetValueTaskSourceCore<BatchOutcome> _source;
    private CancellationTokenRegistration _cancellation;
    private volatile Phase _phase;
    private BatchResultHead _head;
    private ResultCode _rejected;
    private LedgerException? _fault;
    private Exception? _waiterFault;
    private long _deadlineNs;
    private bool _waiting;
    private bool _blocked;
    private bool _released;
    private bool _delivered;

    private enum Phase
    {
        Filling,
        InFlight,
        Answered,
    }

    /// <summary>It was written to a connection before.</summary>
    internal bool WasSent { get; set; }

    /// <summary>It was submitted, and nobody has seen what became of it.</summary>
    internal bool IsPending => _phase == Phase.InFlight || (_phase == Phase.Answered && !_delivered);

    /// <summary>Commands may be added, and it may be submitted.</summary>
    internal bool IsFilling => _phase == Phase.Filling;

    /// <summary>Gives the batch back. What a <see cref="BatchOutcome"/> showed of it is gone.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_released) return;
            _released = true;
            if (_phase == Phase.InFlight) return; // its memory is still sent from
        }

        _client.Return(this);
    }

    /// <summary>Makes a batch from the pool usable.</summary>
    internal void Reuse()
    {
        _released = false;
        Clear();
    }

    internal void Launch()
    {
        WasSent = false;
        _rejected = ResultCode.Ok;
        _fault = null;
        _delivered = false;
        _resultCount = 0;
        _phase = Phase.InFlight;
    }

    /// <summary>Starts an asynchronous wait.</summary>
    internal ValueTask<BatchOutcome> WaitAsync(long deadlineNs, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_waiting) throw new InvalidOperationException("Somebody waits for this batch already");
            _source.Reset();
            _waiterFault = null;
            _deadlineNs = deadlineNs;
        }

        // Registered before anybody can end the wait, so that whoever ends it finds the registration.
        short version = _source.Version;
        if (cancellationToken.CanBeCanceled)
        {
            _cancellation = cancellationToken.UnsafeRegister(
                static (state, token) => ((CommandBatch)state!).Abandon(new OperationCanceledException(token)), this);
        }

        bool pending;
        lock (_lock) pending = _waiting = _phase == Phase.InFlight;
        if (!pending)
        {
            _cancellation.Dispose();
            return Claim() is { } fault
                ? ValueTask.FromException<BatchOutcome>(fault)
                : ValueTask.FromResult(new BatchOutcome(this, in _head));
        }

        if (cancellationToken.IsCancellationRequested) Abandon(new OperationCanceledException(cancellationToken));
        return new ValueTask<BatchOutcome>(this, version);
    }

    /// <summary>Waits on this thread: briefly spinning, then blocked.</summary>
    internal BatchOutcome Wait(long deadlineNs, TimeSpan deadline)
    {
        // About 20 µs: an answer that needs no disk comes sooner than a blocked thread wakes.
        long spinUntil = Stopwatch.GetTimestamp() + Stopwatch.Frequency / 50_000;
        while (_phase == Phase.InFlight && Stopwatch.GetTimestamp() < spinUntil) Thread.SpinWait(8);
        if (_phase == Phase.InFlight)
        {
            lock (_answered)
            {
                _blocked = true;
                while (_phase == Phase.InFlight)
                {
                    long leftMs = (deadlineNs - MonotonicClock.NowNs + 999_999) / 1_000_000;
                    if (leftMs <= 0)
                    {
                        _blocked = false;
                        throw new LedgerTimeoutException(deadline);
                    }

                    Monitor.Wait(_answered, (int)Math.Min(leftMs, int.MaxValue));
                }

                _blocked = false;
            }
        }

        return Claim() is { } fault ? throw fault : new BatchOutcome(this, in _head);
    }

    /// <summary>The answer came.</summary>
    internal void Answer(in BatchResultHead head)
    {
        _head = head;
        Settle();
    }

    /// <summary>The ledger refused the batch; it had no effect and may be submitted again.</summary>
    internal void Refuse(ResultCode code)
    {
        _rejected = code;
        Settle();
    }

    /// <summary>No answer will come any more.</summary>
    internal void Fail(LedgerException fault)
    {
        _fault = fault;
        Settle();
    }

    /// <summary>Ends an asynchronous wait that lasted too long.</summary>
    internal void CheckDeadline(long nowNs, TimeSpan deadline)
    {
        bool late;
        lock (_lock) late = _waiting && nowNs >= _deadlineNs;
        if (late) Abandon(new LedgerTimeoutException(deadline));
    }

    private void Settle()
    {
        bool returned, waiting;
        lock (_lock)
        {
            _phase = Phase.Answered;
            returned = _released;
            waiting = _waiting;
            _waiting = false;
        }

        lock (_answered)
        {
            if (_blocked) Monitor.PulseAll(_answered);
        }

        if (waiting) Complete();
        else if (returned) _client.Return(this);
    }

    /// <summary>Ends the wait but not the batch.</summary>
    private void Abandon(Exception fault)
    {
        lock (_lock)
        {
            if (!_waiting) return;
            _waiting = false;
            _waiterFault = fault;
        }

        Complete();
    }

    private void Complete()
    {
        if (_client.InlineContinuations) ((IThreadPoolWorkItem)this).Execute();
        else ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        _cancellation.Dispose();
        _cancellation = default;
        Exception? fault = _waiterFault ?? Claim();
        if (fault is null) _source.SetResult(new BatchOutcome(this, in _head));
        else _source.SetException(fault);
    }

    /// <summary>Hands the outcome over: null when there is a result.</summary>
    private LedgerException? Claim()
    {
        if (_fault is not null) return _fault;
        _delivered = true;
        if (_rejected == ResultCode.Ok) return null;
        _phase = Phase.Filling;
        return new LedgerRejectedException(_rejected);
    }

    BatchOutcome IValueTaskSource<BatchOutcome>.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<BatchOutcome>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<BatchOutcome>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
