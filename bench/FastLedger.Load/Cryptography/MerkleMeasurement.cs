// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Text.Json.Serialization;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Load.Cryptography;

/// <summary>The state root's work for one block.</summary>
/// <param name="TableUpdateMs">Milliseconds (median) to update a tree over 2^20 records of 128 bytes after 16,384 random ones changed.</param>
public sealed record MerkleMeasurement([property: JsonPropertyName("table_update_16k_of_1m_ms")] double TableUpdateMs)
{
    private const uint Records = 1 << 20;
    private const int Touched = 1 << 14;
    private const int Blocks = 101;

    /// <summary>Measures; takes about 1 s.</summary>
    public static unsafe MerkleMeasurement Run()
    {
        using ReservedMemory table = new(Records * 128, hugePages: true);
        using TableTree tree = new(128, Records);
        Random.Shared.NextBytes(new Span<byte>(table.Pointer, (int)Records * 128));
        tree.Rebuild(table.Pointer, Records);
        uint[] numbers = new uint[Records];
        for (uint i = 0; i < Records; i++) numbers[i] = i;
        double[] milliseconds = new double[Blocks];
        for (int block = 0; block < Blocks; block++)
        {
            for (int i = 0; i < Touched; i++)
            {
                // The first steps of a Fisher-Yates shuffle: distinct numbers.
                int other = Random.Shared.Next(i, (int)Records);
                (numbers[i], numbers[other]) = (numbers[other], numbers[i]);
                *(ulong*)(table.Pointer + (numbers[i] * 128UL)) += 1;
            }

            long start = Stopwatch.GetTimestamp();
            tree.Update(table.Pointer, numbers.AsSpan(0, Touched), Records);
            milliseconds[block] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(milliseconds);
        return new MerkleMeasurement(milliseconds[Blocks / 2]);
    }
}
