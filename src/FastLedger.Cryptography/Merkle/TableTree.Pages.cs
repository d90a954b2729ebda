// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using FastLedger.Primitives;

namespace FastLedger.Cryptography;

// The whole tree from its records, or page by page.
public sealed unsafe partial class TableTree
{
    /// <summary>Bytes of the nodes below the root of a page: 64 per record. They stand together, one frame's behind the other's.</summary>
    public int NodeBytesPerPage => 64 << _pageLevel;

    /// <summary>The block of nodes of a frame.</summary>
    /// <param name="frame">From 1.</param>
    public Span<byte> NodesIn(uint frame)
    {
        Invariant.Check(_pageLevel > 0 && frame - 1 < _capacity >> _pageLevel);
        return new Span<byte>(_blocks!.Pointer + ((nuint)(frame - 1) * (uint)NodeBytesPerPage), NodeBytesPerPage);
    }

    /// <summary>Gives the memory of the nodes of these frames back, but for what shares 4 KiB with those of others.</summary>
    /// <param name="from">The first frame, from 1.</param>
    /// <param name="count">Frames; no page has one of them.</param>
    public void ReleaseNodes(uint from, uint count)
    {
        nuint begin = (((nuint)(from - 1) * (uint)NodeBytesPerPage) + PageBytes - 1) & ~(nuint)(PageBytes - 1);
        nuint end = ((nuint)(from - 1 + count) * (uint)NodeBytesPerPage) & ~(nuint)(PageBytes - 1);
        if (begin < end) _blocks!.Release(begin, end - begin);
    }

    /// <summary>The root of a page as of the last update, in a table that has more than one.</summary>
    public Hash256 PageRoot(uint page)
    {
        Invariant.Check(_pageLevel > 0 && Depth > _pageLevel && page < _capacity >> _pageLevel);
        return *Level(_pageLevel).Node(page);
    }

    /// <summary>Hashes records 0 to <paramref name="count"/> − 1 and everything above them, as if all had been touched.</summary>
    /// <param name="records">The table.</param>
    /// <param name="count">Records in the table now, never fewer than before.</param>
    public void Rebuild(byte* records, uint count) => Rebuild(records, 0, count);

    /// <summary>Hashes records <paramref name="from"/> to <paramref name="count"/> − 1 and everything above them, as if all of them had been touched.</summary>
    /// <param name="records">The table.</param>
    /// <param name="from">The records before it were never touched.</param>
    /// <param name="count">Records in the table now, never fewer than before.</param>
    public void Rebuild(byte* records, uint from, uint count)
    {
        Invariant.Check(count >= _count && count <= _capacity);
        uint pages = (uint)(((ulong)count + (1u << _pageLevel) - 1) >> _pageLevel);
        if (_pageLevel > 0) for (uint page = 0; page < pages; page++) RebuildPage(records, page, from, count, keepRoot: true);
        else if (from < count) Blake3Lanes.HashStrided(records + (from * _recordSize), _recordSize, count - from, _leafJob, Level(0).At(from));
        RebuildAbovePages(count);
    }

    /// <summary>Makes the nodes below the root of one page from its records.</summary>
    /// <param name="records">The table; only the page's records are read.</param>
    /// <param name="page">Number of the page of a table whose pages may leave memory.</param>
    /// <param name="from">Records before it were never touched.</param>
    /// <param name="count">Records of the table.</param>
    /// <param name="keepRoot">Makes what was found the page's root; <see cref="RebuildAbovePages"/> follows.</param>
    /// <returns>The page's root.</returns>
    public Hash256 RebuildPage(byte* records, uint page, uint from, uint count, bool keepRoot)
    {
        uint perPage = 1u << _pageLevel, first = page << _pageLevel;
        Invariant.Check(_pageLevel > 0 && first < count && _frames[page] != 0);
        uint nodes = Math.Min(count - first, perPage), skipped = from > first ? Math.Min(from - first, nodes) : 0;

        // One level behind the other at first; then each line of the block is put into its place.
        Hash256* level = stackalloc Hash256[2 << _pageLevel];
        byte* lines = (byte*)level;
        new Span<byte>(level, NodeBytesPerPage).Clear();
        if (skipped < nodes)
        {
            Blake3Lanes.HashStrided(Records(records).At(first + skipped), _recordSize, nodes - skipped, _leafJob, (byte*)(level + skipped));
            for (uint width = perPage; width > 1; width /= 2)
            {
                nodes = (nodes + 1) / 2;
                Blake3Lanes.HashStrided((byte*)level, Blake3Constants.BlockSize, nodes, Blake3.ParentJob, (byte*)(level + width));
                level += width;
            }
        }
        else
        {
            level += (2 * perPage) - 2;
        }

        if (keepRoot) *Level(_pageLevel).Node(page) = *level;
        byte* block = _blocks!.Pointer + ((nuint)(_frames[page] - 1) * (uint)NodeBytesPerPage);
        nuint mixing = ((nuint)page * 64) & ((nuint)NodeBytesPerPage - 1);
        for (nuint line = 0; line < (nuint)NodeBytesPerPage; line += Blake3Constants.BlockSize)
            Unsafe.CopyBlockUnaligned(block + (line ^ mixing), lines + line, Blake3Constants.BlockSize);
        return *level;
    }

    /// <summary>Hashes everything above the roots of the pages, or above the records where there are none.</summary>
    /// <param name="count">Records in the table now, never fewer than before.</param>
    public void RebuildAbovePages(uint count)
    {
        Invariant.Check(count >= _count && count <= _capacity);
        _count = count;
        nuint nodes = (nuint)(((ulong)count + (1u << _pageLevel) - 1) >> _pageLevel);
        for (int level = _pageLevel; level < Depth; level++)
        {
            // The last pair may be a node and the zero beside it.
            nodes = (nodes + 1) / 2;
            Blake3Lanes.HashStrided(Level(level).At(0), Blake3Constants.BlockSize, nodes, Blake3.ParentJob, Level(level + 1).At(0));
        }
    }
}
