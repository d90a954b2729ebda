// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using FastLedger.Primitives;

namespace FastLedger.Cryptography;

// Tables whose pages may leave memory; and whole trees made from their records.
public sealed unsafe partial class TableTree
{
    private const int PagesPerGroup = 1 << GroupShift;

    /// <summary>Reserves the tree of a table whose pages may leave memory.</summary>
    /// <remarks>
    /// Every record but number 0 counts as touched as soon as the table has it: an update names all that are new. Number 0 is never touched.
    /// </remarks>
    /// <param name="recordSize">Bytes per record: 64, 128, 256, 512 or 1,024.</param>
    /// <param name="capacity">Most records that the table can have: 1 to 2^31.</param>
    /// <param name="frames">The frame of each page, from 1; 0 while it is not in memory.</param>
    /// <param name="records">Where the first frame stands: page p stands at <c>records + (frames[p] − 1) × 1024</c>.</param>
    public TableTree(int recordSize, long capacity, uint* frames, byte* records)
    {
        Invariant.Check(recordSize is >= Blake3Constants.BlockSize and <= PageBytes && BitOperations.IsPow2(recordSize));
        Invariant.Check(capacity is > 0 and <= MaxCapacity && frames != null);
        _recordSize = (nuint)recordSize;
        _leafJob = Blake3.RecordJob(recordSize);
        _frames = frames;
        _records = records;
        _pageLevel = BitOperations.Log2((uint)(PageBytes / recordSize));
        _lowest = _pageLevel + GroupShift;
        _capacity = Math.Max(BitOperations.RoundUpToPowerOf2((ulong)capacity), 1UL << _lowest);
        _pageRoots = new ReservedMemory((nuint)(_capacity >> _pageLevel) * Hash256.Size);
        _nodes = new ReservedMemory((nuint)(_capacity >> _lowest) * 2 * Hash256.Size);
        _dirty = new ReservedMemory((nuint)_capacity * sizeof(uint));
        _spare = new ReservedMemory((nuint)_capacity * sizeof(uint));
    }

    /// <summary>The root of a page as of the last update.</summary>
    public Hash256 PageRoot(uint page)
    {
        Invariant.Check(_frames != null && page < _capacity >> _pageLevel);
        return PageRoots[page];
    }

    /// <summary>Compares pages that have come back, each into a frame, with the roots that were kept of them.</summary>
    /// <returns>Which of them is the first whose records are not those that left; −1 when all are.</returns>
    [SkipLocalsInit] // the roots are written before they are read
    public int FindChanged(ReadOnlySpan<uint> pages)
    {
        Hash256* roots = stackalloc Hash256[Step >> _pageLevel];
        for (int done = 0; done < pages.Length; done += Step >> _pageLevel)
        {
            int listed = Math.Min(Step >> _pageLevel, pages.Length - done);
            fixed (uint* first = pages[done..]) HashPages(first, listed, _count, roots);
            for (int i = 0; i < listed; i++)
                if (roots[i] != PageRoots[pages[done + i]]) return done + i;
        }

        return -1;
    }

    /// <summary>Makes what a page holds its root; <see cref="RebuildAbovePages"/> follows.</summary>
    /// <param name="page">Has a frame.</param>
    /// <param name="count">Records that the table will have.</param>
    public void RestorePage(uint page, uint count) => HashPages(&page, 1, count, PageRoots + page);

    /// <summary>Hashes records 0 to <paramref name="count"/> − 1 and everything above them, as if all had been touched.</summary>
    /// <param name="records">The table.</param>
    /// <param name="count">Records in the table now, never fewer than before.</param>
    public void Rebuild(byte* records, uint count) => Rebuild(records, 0, count);

    /// <summary>Hashes records <paramref name="from"/> to <paramref name="count"/> − 1 and everything above them, as if all of them had been touched.</summary>
    /// <param name="records">The table.</param>
    /// <param name="from">The records before it were never touched. Where pages may leave memory, that is number 0 and no other.</param>
    /// <param name="count">Records in the table now, never fewer than before.</param>
    public void Rebuild(byte* records, uint from, uint count)
    {
        Invariant.Check(count >= _count && count <= _capacity);
        if (_frames != null)
        {
            Invariant.Check(records == _records);
            for (uint page = 0; page < PagesOf(count); page++) RestorePage(page, count);
        }
        else if (from < count)
        {
            Blake3Lanes.HashStrided(records + (from * _recordSize), _recordSize, count - from, _leafJob, Level(0).At(from));
        }

        RebuildAbovePages(count);
    }

    /// <summary>Hashes everything above the roots of the pages, or above the records where there are none.</summary>
    /// <param name="count">Records in the table now, never fewer than before.</param>
    public void RebuildAbovePages(uint count)
    {
        Invariant.Check(count >= _count && count <= _capacity);
        _count = count;
        nuint nodes = (nuint)(((ulong)count + (1u << _lowest) - 1) >> _lowest);
        if (_frames != null)
        {
            for (uint group = 0; group < nodes; group++) HashGroups(&group, 1, count);
        }

        for (int level = _lowest; level < Depth; level++)
        {
            // The last pair may be a node and the zero beside it.
            nodes = (nodes + 1) / 2;
            Blake3Lanes.HashStrided(Level(level).At(0), Blake3Constants.BlockSize, nodes, Blake3.ParentJob, Level(level + 1).At(0));
        }

        if (_frames != null) _root = Node(Depth, 0);
    }

    private Hash256* PageRoots => (Hash256*)_pageRoots!.Pointer;

    private uint PagesOf(uint count) => (uint)(((ulong)count + (1u << _pageLevel) - 1) >> _pageLevel);

    /// <summary>Hashes touched pages, and what is above them.</summary>
    /// <param name="dirty">Their numbers, ascending; what it holds afterwards is not said.</param>
    /// <param name="length">How many.</param>
    /// <param name="count">Records in the table now.</param>
    [SkipLocalsInit] // the roots are written before they are read
    private void UpdatePages(uint* dirty, int length, uint count)
    {
        Hash256* roots = stackalloc Hash256[Step >> _pageLevel];
        for (int done = 0; done < length; done += Step >> _pageLevel)
        {
            int listed = Math.Min(Step >> _pageLevel, length - done);
            HashPages(dirty + done, listed, count, roots);
            for (int i = 0; i < listed; i++) PageRoots[dirty[done + i]] = roots[i];
        }

        for (int level = 0; level < GroupShift; level++) length = Parents(dirty, length);
        HashGroups(dirty, length, count);
        bool isSame = length == 0 && count == _count;
        Climb(dirty, length, count);
        if (!isSame) _root = Node(Depth, 0);
    }

    /// <summary>The roots of pages, made from their records.</summary>
    /// <param name="pages">Each has a frame and a record.</param>
    /// <param name="length">At most <see cref="Step"/> records.</param>
    /// <param name="count">Records in the table.</param>
    /// <param name="roots">Gets them.</param>
    [SkipLocalsInit] // what is read was written before
    private void HashPages(uint* pages, int length, uint count, Hash256* roots)
    {
        byte** from = stackalloc byte*[Step], to = stackalloc byte*[Step];
        int* whole = stackalloc int[Step];
        Hash256* nodes = stackalloc Hash256[Step];
        int perPage = 1 << _pageLevel, listed = 0, records = 0;
        for (int i = 0; i < length; i++)
        {
            uint page = pages[i];
            if (page == 0 || page >= count >> _pageLevel)
            {
                // The first page or the last: not every place has a record.
                uint existing = HashLeaves(page, count, nodes + records);
                Fold(nodes + records, (uint)perPage, existing, _pageLevel);
                roots[i] = nodes[records];
                continue;
            }

            byte* record = PageAt(page);
            whole[listed++] = i;
            for (int end = records + perPage; records < end; records++, record += _recordSize)
            {
                from[records] = record;
                to[records] = (byte*)(nodes + records);
            }
        }

        if (records == 0) return;
        Blake3Lanes.HashListed(from, to, records, _leafJob);
        for (int level = 0; level < _pageLevel; level++)
        {
            records /= 2;
            Blake3Lanes.HashStrided((byte*)nodes, Blake3Constants.BlockSize, (nuint)records, Blake3.ParentJob, (byte*)nodes);
        }

        for (int i = 0; i < listed; i++) roots[whole[i]] = nodes[i];
    }

    /// <summary>Hashes the roots of groups of pages.</summary>
    /// <param name="groups">Their numbers.</param>
    /// <param name="length">How many.</param>
    /// <param name="count">Records in the table now.</param>
    [SkipLocalsInit] // what is read was written before
    private void HashGroups(uint* groups, int length, uint count)
    {
        const int AtOnce = Step / PagesPerGroup, Pairs = PagesPerGroup / 2;
        byte** from = stackalloc byte*[AtOnce * Pairs], to = stackalloc byte*[AtOnce * Pairs];
        Hash256* nodes = stackalloc Hash256[Math.Max(AtOnce * Pairs, PagesPerGroup)];
        for (int done = 0; done < length; done += AtOnce)
        {
            int listed = Math.Min(AtOnce, length - done), pairs = 0, ended = 0;
            for (int i = 0; i < listed; i++)
            {
                uint group = groups[done + i];
                if (group >= count >> _lowest)
                {
                    ended++; // the last one: not every place has a page
                    Fold(nodes, PagesPerGroup, CopyRoots(group, count, nodes), GroupShift);
                    *Level(_lowest).Node(group) = *nodes;
                }
            }

            listed -= ended; // numbers ascend
            for (int i = 0; i < listed; i++)
            {
                byte* roots = (byte*)(PageRoots + ((nuint)groups[done + i] * PagesPerGroup));
                for (int end = pairs + Pairs; pairs < end; pairs++, roots += Blake3Constants.BlockSize)
                {
                    from[pairs] = roots;
                    to[pairs] = (byte*)(nodes + pairs);
                }
            }

            if (pairs == 0) continue;
            Blake3Lanes.HashListed(from, to, pairs, Blake3.ParentJob);
            for (; pairs > listed; pairs /= 2)
                Blake3Lanes.HashStrided((byte*)nodes, Blake3Constants.BlockSize, (nuint)(pairs / 2), Blake3.ParentJob, (byte*)nodes);
            for (int i = 0; i < listed; i++) *Level(_lowest).Node(groups[done + i]) = nodes[i];
        }
    }

    private byte* PageAt(uint page)
    {
        Invariant.Check(_frames[page] != 0);
        return _records + ((nuint)(_frames[page] - 1) * PageBytes);
    }

    private Hash256 NodeInPage(int level, uint index)
    {
        uint page = index >> (_pageLevel - level);
        if (page >= PagesOf(_count)) return default;
        Hash256* nodes = stackalloc Hash256[1 << _pageLevel];
        Fold(nodes, 1u << _pageLevel, HashLeaves(page, _count, nodes), level);
        return nodes[index & ((1u << (_pageLevel - level)) - 1)];
    }

    private Hash256 NodeInGroup(int level, uint index)
    {
        Hash256* nodes = stackalloc Hash256[PagesPerGroup];
        Fold(nodes, PagesPerGroup, CopyRoots(index >> (_lowest - level), _count, nodes), level - _pageLevel);
        return nodes[index & ((1u << (_lowest - level)) - 1)];
    }

    /// <summary>Hashes the records of one page; zeros where none are.</summary>
    /// <returns>Places in use, from the first; 0 when there is nothing but number 0.</returns>
    private uint HashLeaves(uint page, uint count, Hash256* nodes)
    {
        uint first = page << _pageLevel, existing = Math.Min(count - first, 1u << _pageLevel), skipped = page == 0 ? 1u : 0;
        new Span<byte>(nodes, Hash256.Size << _pageLevel).Clear();
        if (count < 2) return 0;
        Blake3Lanes.HashStrided(PageAt(page) + (skipped * _recordSize), _recordSize, existing - skipped, _leafJob, (byte*)(nodes + skipped));
        return existing;
    }

    /// <summary>Copies the roots of a group's pages; zeros where there are none.</summary>
    /// <returns>Pages it has; 0 when there is nothing but record 0.</returns>
    private uint CopyRoots(uint group, uint count, Hash256* nodes)
    {
        Unsafe.CopyBlockUnaligned(nodes, PageRoots + ((nuint)group * PagesPerGroup), PagesPerGroup * Hash256.Size);
        uint pages = count < 2 ? 0 : PagesOf(count), first = group * PagesPerGroup;
        return first < pages ? Math.Min(PagesPerGroup, pages - first) : 0;
    }

    /// <summary>Replaces nodes by their parents, so many times.</summary>
    /// <param name="nodes">Zero from <paramref name="existing"/> on.</param>
    /// <param name="width">A power of two.</param>
    /// <param name="existing">How many are not zero, or stand before one that is not.</param>
    /// <param name="levels">How often.</param>
    private static void Fold(Hash256* nodes, uint width, uint existing, int levels)
    {
        for (; levels > 0; levels--)
        {
            width /= 2;
            existing = (existing + 1) / 2;
            Blake3Lanes.HashStrided((byte*)nodes, Blake3Constants.BlockSize, existing, Blake3.ParentJob, (byte*)nodes);
            new Span<Hash256>(nodes + existing, (int)(width - existing)).Clear();
        }
    }
}
