// SPDX-License-Identifier: Apache-2.0
using System;
using BenchmarkDotNet.Attributes;
using FastLedger.Domain.Trading;
using FastLedger.Primitives.Commands;

namespace FastLedger.Benchmarks.Trading;

/// <summary>Single operations of the order book, matching alone: a book of 100 levels a side with <see cref="OrdersPerLevel"/> orders each.</summary>
/// <remarks>The throughput over a whole stream of commands is measured by "fastledger bench book".</remarks>
[MemoryDiagnoser]
public class BookBenchmark : IDisposable
{
    private const int Levels = 100;
    private const long Middle = 10_000;

    private MatchingEngine _engine = null!;
    private ulong[] _ids = [];
    private int _next;

    /// <summary>Orders at each price.</summary>
    [Params(10, 1_000)]
    public int OrdersPerLevel { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        _engine = new MatchingEngine((uint)(2 * Levels * OrdersPerLevel) + 16);
        _ids = new ulong[2 * Levels * OrdersPerLevel];
        for (int i = 0; i < _ids.Length; i++) _ids[i] = Add(i);

        // Cancels go through the book in an order without locality.
        new Random(1).Shuffle(_ids);
    }

    /// <summary>An order leaves the middle of its queue, another one comes to the end of a queue.</summary>
    [Benchmark]
    public ulong CancelAndPlace()
    {
        ref ulong id = ref _ids[_next = (_next + 1) % _ids.Length];
        _engine.Cancel(id);
        return id = Add(_next);
    }

    /// <summary>A price level comes into being inside the spread and goes again.</summary>
    [Benchmark]
    public ulong OpenAndCloseBestLevel() => _engine.Cancel(_engine.Place(Side.Bid, Middle, 1, TimeInForce.GoodTillCancel, out _));

    /// <summary>An order rests in the spread and is taken by another one.</summary>
    [Benchmark]
    public ulong RestAndTake()
    {
        _engine.Place(Side.Bid, Middle, 1, TimeInForce.GoodTillCancel, out _);
        _engine.Place(Side.Ask, Middle, 1, TimeInForce.ImmediateOrCancel, out ulong traded);
        return traded;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _engine.Dispose();
        GC.SuppressFinalize(this);
    }

    private ulong Add(int i)
    {
        Side side = (Side)(i % 2);
        long away = 1 + (i / 2 % Levels);
        return _engine.Place(side, side == Side.Bid ? Middle - away : Middle + away, 1, TimeInForce.GoodTillCancel, out _);
    }
}
