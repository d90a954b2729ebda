// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Text.Json.Serialization;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Load.Cryptography;

/// <summary>Throughput of BLAKE3 on one core, best of several passes over data that is in memory.</summary>
/// <param name="Blake3LargeGbS">Gigabytes (10^9 bytes) per second of one 1 GiB buffer.</param>
/// <param name="Blake3RecordsGbS">Gigabytes per second of 8,190 records of 128 bytes, again and again.</param>
/// <param name="ParentsPerS">Merkle nodes per second, 8,192 children at a time.</param>
public sealed record HashMeasurement(
    [property: JsonPropertyName("blake3_large_gb_s")] double Blake3LargeGbS,
    [property: JsonPropertyName("blake3_128b_gb_s")] double Blake3RecordsGbS,
    [property: JsonPropertyName("parents_per_s")] double ParentsPerS)
{
    private const int LargeBytes = 1 << 30;
    private const int Records = 8190;
    private const int Passes = 5;

    /// <summary>Measures; takes about 3 s.</summary>
    public static unsafe HashMeasurement Run()
    {
        using ReservedMemory memory = new(LargeBytes, hugePages: true);
        Span<byte> large = new(memory.Pointer, LargeBytes);
        Random.Shared.NextBytes(large[..(1 << 20)]);
        for (int i = 1 << 20; i < LargeBytes; i += 1 << 20) large[..(1 << 20)].CopyTo(large[i..]);
        Hash256[] outputs = new Hash256[Records], parents = new Hash256[Records / 2];
        double largeSeconds = double.MaxValue, recordSeconds = double.MaxValue, parentSeconds = double.MaxValue;
        for (int pass = 0; pass < Passes; pass++)
        {
            largeSeconds = Math.Min(largeSeconds, Seconds(1, large, static (bytes, _, _) => Blake3.Hash(bytes), outputs, parents));
            recordSeconds = Math.Min(recordSeconds, Seconds(500, large[..(Records * 128)], static (bytes, hashes, _) => Blake3.HashMany(bytes, 128, hashes), outputs, parents));
            parentSeconds = Math.Min(parentSeconds, Seconds(2000, large, static (_, children, nodes) => Blake3.HashParents(children, nodes), outputs, parents));
        }

        return new HashMeasurement(LargeBytes / largeSeconds / 1e9, Records * 128 / recordSeconds / 1e9, parents.Length / parentSeconds);
    }

    private delegate void Work(ReadOnlySpan<byte> bytes, Hash256[] hashes, Hash256[] parents);

    private static double Seconds(int repetitions, ReadOnlySpan<byte> bytes, Work work, Hash256[] hashes, Hash256[] parents)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < repetitions; i++) work(bytes, hashes, parents);
        return Stopwatch.GetElapsedTime(start).TotalSeconds / repetitions;
    }
}
