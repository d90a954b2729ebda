// SPDX-License-Identifier: Apache-2.0
using System;
using BenchmarkDotNet.Attributes;

namespace FastLedger.Benchmarks.Clearing;

/// <summary>One command that resolves the full queues of a payment system; execution alone.</summary>
public class ResolutionBenchmarks : IDisposable
{
    private const int Members = 100, Payments = 10_000;

    private FullQueues _queues = null!;

    /// <summary>What each member holds at first: with nothing hardly anything settles, with a million everything does.</summary>
    [Params(0, 1_000_000)]
    public int Balance { get; set; }

    [GlobalSetup]
    public void Open() => _queues = new FullQueues(Members, Payments, (ulong)Balance);

    [IterationSetup]
    public void Fill() => _queues.Fill();

    [Benchmark(OperationsPerInvoke = Payments)]
    public int Resolve() => _queues.Resolve();

    [IterationCleanup]
    public void EndBlock() => _queues.EndBlock();

    [GlobalCleanup]
    public void Dispose()
    {
        _queues.Dispose();
        GC.SuppressFinalize(this);
    }
}
