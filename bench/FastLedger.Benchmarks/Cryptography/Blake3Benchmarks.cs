// SPDX-License-Identifier: Apache-2.0
using System;
using BenchmarkDotNet.Attributes;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Benchmarks.Cryptography;

/// <summary>BLAKE3 in the forms that the ledger uses.</summary>
[MemoryDiagnoser]
public class Blake3Benchmarks
{
    private const int Records = 8190;

    private readonly byte[] _large = new byte[1 << 20];
    private readonly byte[] _records = new byte[Records * 128];
    private readonly Hash256[] _hashes = new Hash256[Records];
    private readonly Hash256[] _parents = new Hash256[Records / 2];

    [GlobalSetup]
    public void Fill()
    {
        Random.Shared.NextBytes(_large);
        Random.Shared.NextBytes(_records);
    }

    [Benchmark]
    public Hash256 OneMebibyte() => Blake3.Hash(_large);

    [Benchmark]
    public Hash256 SixtyFourBytes() => Blake3.Hash(_large.AsSpan(0, 64));

    [Benchmark(OperationsPerInvoke = Records)]
    public void Command() => Blake3.HashMany(_records, 128, _hashes);

    [Benchmark(OperationsPerInvoke = Records / 2)]
    public void Parent() => Blake3.HashParents(_hashes, _parents);
}
