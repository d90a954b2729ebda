// SPDX-License-Identifier: Apache-2.0
using System;
using BenchmarkDotNet.Attributes;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Benchmarks.Cryptography;

/// <summary>The state root's work per block: random records of a table of 2^20.</summary>
[MemoryDiagnoser]
public sealed unsafe class TableTreeBenchmarks : IDisposable
{
    private const uint Records = 1 << 20;

    private readonly ReservedMemory _table = new(Records * 128, hugePages: true);
    private readonly TableTree _tree = new(128, Records);
    private uint[] _touched = [];

    [Params(256, 8192, 16384)]
    public int Touched { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        _tree.Rebuild(_table.Pointer, Records);
        uint[] numbers = new uint[Records];
        for (uint i = 0; i < Records; i++) numbers[i] = i;
        Random.Shared.Shuffle(numbers);
        _touched = numbers[..Touched];
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _tree.Dispose();
        _table.Dispose();
    }

    [Benchmark]
    public void Update() => _tree.Update(_table.Pointer, _touched, Records);
}
