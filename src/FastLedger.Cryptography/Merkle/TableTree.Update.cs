// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using FastLedger.Primitives;

namespace FastLedger.Cryptography;

public sealed unsafe partial class TableTree
{
    /// <summary>Groups of lanes whose memory is asked for ahead of use: a group takes about as long as a line from beyond the L2 cache.</summary>
    private const int PrefetchDistance = 2 * Blake3Lanes.Width;

    /// <summary>Hashes the touched records and the nodes above them again; the records stay where they are.</summary>
    /// <param name="records">The table: record i begins at <c>records + i × recordSize</c>.</param>
    /// <param name="touched">Numbers of the records that were written since the last update, each once, in any order.</param>
    /// <param name="count">Records in the table now, never fewer than before.</param>
    public void Update(byte* records, ReadOnlySpan<uint> touched, uint count)
    {
        Invariant.Check(count >= _count && count <= _capacity && touched.Length <= count);
        uint* dirty = (uint*)_dirty.Pointer;
        if (touched.Length > 0)
        {
            dirty = SortedNumbers.Sort(touched, dirty, (uint*)_spare.Pointer);
            Invariant.Check(dirty[touched.Length - 1] < count);
            HashLeaves(records, dirty, touched.Length);
        }

        Climb(dirty, touched.Length, count);
    }

    /// <summary>Hashes records 0 to <paramref name="count"/> − 1 and everything above them, as if all had been touched.</summary>
    /// <param name="records">The table.</param>
    /// <param name="count">Records in the table now, never fewer than before.</param>
    public void Rebuild(byte* records, uint count)
    {
        Invariant.Check(count >= _count && count <= _capacity);
        Blake3Lanes.HashStrided(records, _recordSize, count, _leafJob, (byte*)Level(0));
        _count = count;
        nuint nodes = count;
        for (int level = 0; level < Depth; level++)
        {
            // The last pair may be a node and the zero beside it.
            nodes = (nodes + 1) / 2;
            Blake3Lanes.HashStrided((byte*)Level(level), Blake3Constants.BlockSize, nodes, Blake3.ParentJob, (byte*)Level(level + 1));
        }
    }

    [SkipLocalsInit] // the addresses are written before they are read
    private void HashLeaves(byte* records, uint* dirty, int length)
    {
        byte** addresses = stackalloc byte*[Blake3Lanes.Width];
        byte* hashes = stackalloc byte[Blake3Lanes.Width * Hash256.Size];
        Hash256* leaves = Level(0);
        for (int done = 0; done < length; done += Blake3Lanes.Width)
        {
            int ahead = Math.Min(length, done + PrefetchDistance + Blake3Lanes.Width);
            for (int i = done + PrefetchDistance; i < ahead; i++)
            {
                byte* record = records + (dirty[i] * _recordSize);
                for (nuint offset = 0; offset < _recordSize; offset += 64) Prefetch(record + offset);
                Prefetch(leaves + dirty[i]);
            }

            int lanes = Math.Min(Blake3Lanes.Width, length - done);
            for (int i = 0; i < lanes; i++) addresses[i] = records + (dirty[done + i] * _recordSize);
            Blake3Lanes.HashGathered(addresses, lanes, _leafJob, hashes);
            for (int i = 0; i < lanes; i++) leaves[dirty[done + i]] = ((Hash256*)hashes)[i];
        }
    }

    /// <summary>Level by level: touched nodes to touched parents, each once because the numbers are sorted.</summary>
    private void Climb(uint* dirty, int length, uint count)
    {
        int oldDepth = Depth, depth = DepthOf(count);
        bool hadRecords = !Level(oldDepth)[0].IsZero;
        for (int level = 0; level < depth; level++)
        {
            length = Parents(dirty, length);
            // A table that grew past a power of two has its old root as the first node of a new level.
            if (level >= oldDepth && hadRecords && (length == 0 || dirty[0] != 0))
            {
                Buffer.MemoryCopy(dirty, dirty + 1, (long)length * sizeof(uint), (long)length * sizeof(uint));
                dirty[0] = 0;
                length++;
            }

            HashParents((byte*)Level(level), Level(level + 1), dirty, length);
        }

        _count = count;
    }

    private static int Parents(uint* dirty, int length)
    {
        int parents = 0;
        for (int i = 0; i < length; i++)
        {
            uint parent = dirty[i] >> 1;
            dirty[parents] = parent; // written always, kept when it is the first of its kind: no branch to mispredict
            parents += i + 1 == length || dirty[i + 1] >> 1 != parent ? 1 : 0;
        }

        return parents;
    }

    [SkipLocalsInit] // the addresses are written before they are read
    private static void HashParents(byte* children, Hash256* parents, uint* dirty, int length)
    {
        byte** addresses = stackalloc byte*[Blake3Lanes.Width];
        byte* hashes = stackalloc byte[Blake3Lanes.Width * Hash256.Size];
        LaneJob job = Blake3.ParentJob;
        for (int done = 0; done < length; done += Blake3Lanes.Width)
        {
            int ahead = Math.Min(length, done + PrefetchDistance + Blake3Lanes.Width);
            for (int i = done + PrefetchDistance; i < ahead; i++)
            {
                Prefetch(children + ((nuint)dirty[i] * Blake3Constants.BlockSize));
                Prefetch(parents + dirty[i]);
            }

            int lanes = Math.Min(Blake3Lanes.Width, length - done);
            for (int i = 0; i < lanes; i++) addresses[i] = children + ((nuint)dirty[done + i] * Blake3Constants.BlockSize);
            Blake3Lanes.HashGathered(addresses, lanes, job, hashes);
            for (int i = 0; i < lanes; i++) parents[dirty[done + i]] = ((Hash256*)hashes)[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(void* address)
    {
        if (Sse.IsSupported) Sse.Prefetch0(address);
    }
}
