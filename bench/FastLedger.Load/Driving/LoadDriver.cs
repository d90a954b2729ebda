// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Threading;
using FastLedger.Client;
using FastLedger.Load.Machine;
using FastLedger.Load.Measuring;
using FastLedger.Primitives;

namespace FastLedger.Load.Driving;

/// <summary>
/// Sends a workload over one session and measures it. In the open loop a batch has an intended send time, fixed beforehand by the rate, and
/// its latency counts from there even when it had to wait for earlier ones: a slow answer is never left out by sending less ("coordinated
/// omission"). In the closed loop latency counts from the actual send time.
/// </summary>
/// <remarks>Thread: one, which it keeps busy. Alloc: none between warm-up and end. Blocks: yes.</remarks>
public sealed class LoadDriver : IDisposable
{
    /// <summary>The system's timers may be this late; the rest of a wait is spun.</summary>
    private static readonly long TimerSlack = Stopwatch.Frequency / 1_000;

    private readonly LedgerClient _client;
    private readonly IWorkload _workload;
    private readonly LoadPlan _plan;
    private readonly Func<StageFigures?> _replica;
    private readonly Doorbell _answered = new();
    private readonly Flight[] _flights;
    private readonly LatencyRecorder _latencies = new();
    private long _sent, _collected;
    private long _measureFrom = long.MaxValue, _measureUntil = long.MaxValue;
    private long _operations;

    /// <summary>Prepares a run.</summary>
    /// <param name="client">An established session that nobody else uses.</param>
    /// <param name="workload">Set up already.</param>
    /// <param name="plan">How to send.</param>
    /// <param name="replica">Reads the replica's counters; gives null when there are none.</param>
    public LoadDriver(LedgerClient client, IWorkload workload, LoadPlan plan, Func<StageFigures?> replica)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(plan.InFlight);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(plan.BatchSize);
        _client = client;
        _workload = workload;
        _plan = plan;
        _replica = replica;
        _flights = new Flight[plan.InFlight];
        for (int i = 0; i < _flights.Length; i++) _flights[i] = new Flight(_answered);
    }

    /// <summary>Operations answered so far in the measured part; for displays on other threads.</summary>
    public long Operations => Volatile.Read(ref _operations);

    /// <summary>Runs warm-up and measurement to the end, or until cancelled, in which case the measured part is as long as it lasted.</summary>
    public LoadRun Run(CancellationToken ct)
    {
        long frequency = Stopwatch.Frequency;
        double ticksPerBatch = _plan.Rate is { } rate ? frequency * (_plan.BatchSize / rate) : 0;
        long start = Stopwatch.GetTimestamp();
        SendUntil(start + (long)(_plan.WarmUp.TotalSeconds * frequency), start, ticksPerBatch, ct);

        StageFigures? replicaBefore = _replica();
        long refusedBefore = _workload.Refused, tradesBefore = _workload.Trades;
        ProcessorTimes processorBefore = ProcessorTimes.Now();
        double cpuBefore = Environment.CpuUsage.TotalTime.TotalSeconds;
        long allocatedBefore = GC.GetTotalAllocatedBytes();
        long from = Stopwatch.GetTimestamp();
        _measureFrom = from;
        _measureUntil = from + (long)(_plan.Duration.TotalSeconds * frequency);
        SendUntil(_measureUntil, from, ticksPerBatch, ct);
        long until = _measureUntil = Math.Min(_measureUntil, Stopwatch.GetTimestamp());

        long allocated = GC.GetTotalAllocatedBytes() - allocatedBefore;
        double cpu = Environment.CpuUsage.TotalTime.TotalSeconds - cpuBefore;
        double steal = ProcessorTimes.Now().StealPercentSince(processorBefore);
        StageFigures? replica = _replica() is { } after && replicaBefore is not null ? after.Since(replicaBefore) : null;
        long refused = _workload.Refused - refusedBefore, trades = _workload.Trades - tradesBefore;
        while (_collected < _sent) AwaitOldest();
        return new LoadRun((until - from) / (double)frequency, _operations, refused, trades, _latencies, replica, allocated, cpu, steal);
    }

    /// <summary>Frees what the driver waits on. Only after <see cref="Run"/> has returned.</summary>
    public void Dispose() => _answered.Dispose();

    private void SendUntil(long end, long origin, double ticksPerBatch, CancellationToken ct)
    {
        long batch = 0;
        while (!ct.IsCancellationRequested)
        {
            while (_collected < _sent && Oldest.IsAnswered) Collect();
            long now = Stopwatch.GetTimestamp();
            if (now >= end) return;
            long intended = ticksPerBatch == 0 ? now : origin + (long)(batch * ticksPerBatch);
            if (_sent - _collected == _flights.Length)
            {
                AwaitOldest();
            }
            else if (intended > now)
            {
                AwaitTime(Math.Min(intended, end));
            }
            else
            {
                Send(intended);
                batch++;
            }
        }
    }

    private Flight Oldest => _flights[_collected % _flights.Length];

    private void Send(long intended)
    {
        Flight flight = _flights[_sent % _flights.Length];
        CommandBatch batch = _client.RentBatch();
        _workload.Fill(batch, _plan.BatchSize);
        flight.Start(batch, intended, _client.SubmitAsync(batch, _workload.ResultMode));
        _sent++;
    }

    private void AwaitOldest()
    {
        Flight oldest = Oldest;
        while (!oldest.IsAnswered)
        {
            _answered.Announce();
            if (oldest.IsAnswered) _answered.StayAwake();
            else _answered.Sleep(-1);
        }

        Collect();
    }

    /// <summary>Waits for a time, or until the oldest batch is answered.</summary>
    private void AwaitTime(long time)
    {
        long left = time - Stopwatch.GetTimestamp() - TimerSlack;
        if (left > TimerSlack)
        {
            _answered.Announce();
            if (_collected < _sent && Oldest.IsAnswered) _answered.StayAwake();
            else _answered.Sleep((int)(left * 1_000 / Stopwatch.Frequency));
        }
        else
        {
            Thread.SpinWait(20);
        }
    }

    private void Collect()
    {
        Flight oldest = Oldest;
        CommandBatch batch = oldest.Batch;
        BatchOutcome outcome = oldest.Finish();
        _workload.Answered(batch, outcome);
        if (oldest.IntendedAt >= _measureFrom && oldest.IntendedAt < _measureUntil)
            _latencies.Record(ToNanoseconds(oldest.AnsweredAt - oldest.IntendedAt), outcome.Count);
        if (oldest.AnsweredAt >= _measureFrom && oldest.AnsweredAt < _measureUntil)
            Volatile.Write(ref _operations, _operations + outcome.Count);
        batch.Dispose();
        _collected++;
    }

    private static long ToNanoseconds(long ticks) => (long)((Int128)ticks * 1_000_000_000 / Stopwatch.Frequency);
}
