// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using FastLedger.Domain.Trading;
using FastLedger.Load.Measuring;
using FastLedger.Primitives.Commands;

namespace FastLedger.Load.Workloads;

/// <summary>Runs the book stream through the ledger's own order book, in process: matching alone, without accounts, journal or network.</summary>
/// <remarks>Thread: one. Alloc: none while it runs.</remarks>
public sealed class BookRun : IDisposable
{
    private const int OrderLookahead = 12, NeighbourLookahead = 6;
    private const uint HighestPrice = 1 << 14;

    private readonly BookCommand[] _commands;
    private readonly MatchingEngine _engine;
    private readonly ulong[] _ids;

    /// <summary>Prepares an empty book.</summary>
    /// <param name="commands">A stream of <see cref="BookStream"/>.</param>
    public BookRun(BookCommand[] commands)
    {
        ArgumentNullException.ThrowIfNull(commands);
        _commands = commands;
        uint orders = 0;
        foreach (BookCommand command in commands) orders = Math.Max(orders, command.Order);
        _engine = new MatchingEngine(orders + 1, HighestPrice);
        _ids = new ulong[orders + 1];
    }

    /// <summary>Cancels that named an order which had been filled.</summary>
    public long UnknownCancels { get; private set; }

    /// <summary>Trades made.</summary>
    public ulong Trades => _engine.Trades;

    /// <summary>Lots traded.</summary>
    public UInt128 VolumeLots => _engine.VolumeLots;

    /// <summary>Orders that rest now.</summary>
    public uint LiveOrders => _engine.LiveOrders;

    /// <summary>Best prices, 0 for an empty side.</summary>
    public (long Bid, long Ask) Touch => (_engine.BestBidTicks, _engine.BestAskTicks);

    /// <summary>Runs the whole stream at full speed.</summary>
    /// <returns>Ticks of <see cref="Stopwatch"/>.</returns>
    public long Run()
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < _commands.Length; i++)
        {
            Prefetch(i);
            Apply(_commands[i]);
        }

        return Stopwatch.GetTimestamp() - start;
    }

    /// <summary>Runs the whole stream and takes the time of each command, the cost of reading the clock included.</summary>
    public void RunTimed(LatencyRecorder latencies)
    {
        ArgumentNullException.ThrowIfNull(latencies);
        double nanoseconds = 1e9 / Stopwatch.Frequency;
        for (int i = 0; i < _commands.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Prefetch(i);
            Apply(_commands[i]);
            latencies.Record((long)((Stopwatch.GetTimestamp() - start) * nanoseconds));
        }
    }

    public void Dispose() => _engine.Dispose();

    /// <summary>Brings in what a later cancel will touch: the order first, then its neighbours in the queue. A replica does the same with the
    /// commands of a batch.</summary>
    private void Prefetch(int i)
    {
        if (i + OrderLookahead >= _commands.Length) return;
        ref readonly BookCommand far = ref _commands[i + OrderLookahead];
        if (far.Kind == BookCommandKind.Cancel) _engine.Prefetch(_ids[far.Order]);
        ref readonly BookCommand near = ref _commands[i + NeighbourLookahead];
        if (near.Kind == BookCommandKind.Cancel) _engine.PrefetchNeighbours(_ids[near.Order]);
    }

    private void Apply(in BookCommand command)
    {
        if (command.Kind == BookCommandKind.Cancel)
        {
            if (_engine.Cancel(_ids[command.Order]) == 0) UnknownCancels++;
        }
        else
        {
            _ids[command.Order] = _engine.Place(command.Side, command.PriceTicks, command.QuantityLots, TimeInForce.GoodTillCancel, out _);
        }
    }
}
