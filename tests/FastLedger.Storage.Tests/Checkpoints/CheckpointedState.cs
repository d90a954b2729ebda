// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Storage.Tests;

/// <summary>What a replica holds at a height, as the tests remember it.</summary>
internal sealed record CheckpointedState(SortedDictionary<ulong, (int Seed, ulong Height)> Pages, SortedDictionary<UInt128, ulong> Entries)
{
    public static CheckpointedState Empty => new([], []);

    public CheckpointedState Copy() => new(new(Pages), new(Entries));

    public Hash256 Root()
    {
        Blake3Hasher hasher = Blake3Hasher.Create();
        foreach ((ulong key, (int seed, ulong height)) in Pages) Add(ref hasher, key, height, PageScenario.Page(seed));
        foreach ((UInt128 key, ulong number) in Entries) Add(ref hasher, key, number, []);
        return hasher.Finish();
    }

    /// <summary>The same over what the stores hold.</summary>
    public static Hash256 Root(SortedDictionary<ulong, (ulong Height, byte[] Bytes)> pages, IndexStore index, IEnumerable<UInt128> keys)
    {
        Blake3Hasher hasher = Blake3Hasher.Create();
        foreach ((ulong key, (ulong height, byte[] bytes)) in pages) Add(ref hasher, key, height, bytes);
        foreach (UInt128 key in keys)
        {
            if (index.TryFind(key, out ulong number)) Add(ref hasher, key, number, []);
        }

        return hasher.Finish();
    }

    private static void Add<TKey, TValue>(ref Blake3Hasher hasher, TKey key, TValue value, byte[] bytes)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        hasher.Update(MemoryMarshal.AsBytes(new ReadOnlySpan<TKey>(in key)));
        hasher.Update(MemoryMarshal.AsBytes(new ReadOnlySpan<TValue>(in value)));
        hasher.Update(bytes);
    }
}
