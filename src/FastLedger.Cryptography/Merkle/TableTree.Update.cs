// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FastLedger.Primitives;

namespace FastLedger.Cryptography;

public sealed unsafe partial class TableTree
{
    /// <summary>Nodes per step: enough groups of lanes for the kernel to overlap them, few enough for their addresses to stay in the L1 cache.</summary>
    private const int Step = 32 * Blake3Lanes.Width;

    /// <summary>How many nodes before they are hashed the cache lines are asked for.</summary>
    private const int Ahead = 4 * Blake3Lanes.Width;

    /// <summary>Hashes the touched records and the nodes above them again; the records stay where they are.</summary>
    /// <param name="records">The table: where its first record stands, or its first frame.</param>
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
        }

        if (_frames == null)
        {
            HashNodes(new NodeLevel(records, _recordSize), _leafJob, Level(0), dirty, touched.Length);
            Climb(dirty, touched.Length, count);
            return;
        }

        Invariant.Check(records == _records);
        int pages = touched.Length;
        for (int level = 0; level < _pageLevel; level++) pages = Parents(dirty, pages);
        UpdatePages(dirty, pages, count);
    }

    /// <summary>Hashes the inputs number <paramref name="dirty"/> to the nodes of the same numbers.</summary>
    [SkipLocalsInit] // the addresses are written before they are used
    private static void HashNodes(in NodeLevel inputs, in LaneJob job, in NodeLevel outputs, uint* dirty, int length)
    {
        byte** from = stackalloc byte*[Step + Ahead];
        byte** to = stackalloc byte*[Step + Ahead];
        LaneJob step = job with { ListAhead = Ahead };
        for (int done = 0; done < length; done += Step, dirty += Step)
        {
            int listed = Math.Min(Step + Ahead, length - done);
            List(inputs, dirty, listed, from);
            List(outputs, dirty, listed, to);
            Blake3Lanes.HashListed(from, to, Math.Min(Step, listed), step);
        }
    }

    /// <summary>The addresses of the elements with these numbers. Reads and writes on to a multiple of eight.</summary>
    private static void List(in NodeLevel level, uint* numbers, int count, byte** addresses)
    {
        byte* first = level.First;
        nuint size = level.Size;
        if (!Avx512F.IsSupported)
        {
            for (int i = 0; i < count; i++) addresses[i] = first + (numbers[i] * size);
            return;
        }

        Vector512<ulong> start = Vector512.Create((ulong)first);
        Vector512<uint> sizes = Vector512.Create((ulong)size).AsUInt32();
        for (int i = 0; i < count; i += Vector512<ulong>.Count)
        {
            Vector512<uint> number = Avx512F.ConvertToVector512UInt64(Vector256.Load(numbers + i)).AsUInt32();
            (start + Avx512F.Multiply(number, sizes)).Store((ulong*)(addresses + i));
        }
    }

    /// <summary>Level by level from the lowest in an array: touched nodes to touched parents, each once because the numbers are sorted.</summary>
    private void Climb(uint* dirty, int length, uint count)
    {
        int oldDepth = Math.Max(Depth, _lowest), depth = DepthOf(count);
        bool hadRecords = !Level(oldDepth).Node(0)->IsZero;
        for (int level = _lowest; level < depth; level++)
        {
            length = Parents(dirty, length);
            // A table that grew past a power of two has its old root as the first node of a new level.
            if (level >= oldDepth && hadRecords && (length == 0 || dirty[0] != 0))
            {
                Buffer.MemoryCopy(dirty, dirty + 1, (long)length * sizeof(uint), (long)length * sizeof(uint));
                dirty[0] = 0;
                length++;
            }

            HashNodes(Level(level).Pairs(), Blake3.ParentJob, Level(level + 1), dirty, length);
        }

        _count = count;
    }

    /// <summary>Halves sorted numbers and drops what is then there twice.</summary>
    /// <returns>How many are left.</returns>
    private static int Parents(uint* dirty, int length)
    {
        if (length == 0) return 0;
        int kept = 0, done = 0;
        uint last = ~0u; // no parent: a parent is at most half of it
        if (Avx512F.IsSupported)
        {
            // A lane stays when it differs from the lane before it; lane 0 is compared with the last lane of the vector before.
            Vector512<uint> before = Vector512.Create(last);
            for (; done + Vector512<uint>.Count <= length; done += Vector512<uint>.Count)
            {
                Vector512<uint> parents = Vector512.Load(dirty + done) >>> 1;
                Vector512<uint> isNew = ~Vector512.Equals(parents, Avx512F.AlignRight32(parents, before, 15));
                Avx512F.Compress(Vector512<uint>.Zero, isNew, parents).Store(dirty + kept);
                kept += BitOperations.PopCount((uint)isNew.ExtractMostSignificantBits());
                before = parents;
            }

            if (done > 0) last = before[15];
        }

        for (; done < length; done++)
        {
            // Written always, kept when it is the first of its kind: no branch to mispredict.
            uint parent = dirty[done] >> 1;
            dirty[kept] = parent;
            kept += parent != last ? 1 : 0;
            last = parent;
        }

        return kept;
    }
}
