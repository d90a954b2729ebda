// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Cryptography;

// Pages: making the nodes of a page from its records, and the whole tree from its pages.
public sealed unsafe partial class TableTree
{
    /// <summary>Records per page.</summary>
    public uint RecordsPerPage => 1u << _pageLevel;

    /// <summary>Bytes of the nodes below a page's root: 64 per record. They stand together, one page's behind the other's.</summary>
    public int NodeBytesPerPage => 64 << _pageLevel;

    /// <summary>Where the nodes below the root of a page stand.</summary>
    /// <param name="page">Number of the page.</param>
    public byte* NodesOf(uint page)
    {
        Invariant.Check(page < Math.Max(1, _capacity >> _pageLevel));
        return _blocks.Pointer + ((nuint)page * (uint)NodeBytesPerPage);
    }

    /// <summary>The root of a page as of the last update. The tree must have more than one page.</summary>
    public Hash256 PageRoot(uint page)
    {
        Invariant.Check(Depth >= _pageLevel);
        return *Level(_pageLevel).Node(page);
    }

    /// <summary>Hashes records 0 to <paramref name="count"/> − 1 and everything above them, as if all had been touched.</summary>
    /// <param name="records">The table.</param>
    /// <param name="count">Records in the table now, never fewer than before.</param>
    public void Rebuild(byte* records, uint count)
    {
        Invariant.Check(count >= _count && count <= _capacity);
        uint pages = (count + RecordsPerPage - 1) >> _pageLevel;
        for (uint page = 0; page < pages; page++) RebuildPage(records, page, 0, count, keepRoot: true);
        RebuildAbovePages(count);
    }

    /// <summary>Makes the nodes below the root of one page from its records.</summary>
    /// <param name="records">The table; only the page's records are read.</param>
    /// <param name="page">Number of the page.</param>
    /// <param name="from">Records before it were never touched.</param>
    /// <param name="count">Records of the table.</param>
    /// <param name="keepRoot">Makes what was found the page's root; <see cref="RebuildAbovePages"/> follows.</param>
    /// <returns>The page's root.</returns>
    public Hash256 RebuildPage(byte* records, uint page, uint from, uint count, bool keepRoot)
    {
        uint first = page << _pageLevel;
        uint skipped = from > first ? Math.Min(from - first, RecordsPerPage) : 0;
        Invariant.Check(first < count);
        uint nodes = Math.Min(count - first, RecordsPerPage);
        new Span<byte>(NodesOf(page), NodeBytesPerPage).Clear();
        if (nodes <= skipped) return default;
        Blake3Lanes.HashStrided(
            records + ((first + skipped) * _recordSize), _recordSize, nodes - skipped, _leafJob, (byte*)Level(0).Node(first + skipped));
        Hash256 root = _pageLevel == 0 ? *Level(0).Node(page) : default;
        for (int level = 0; level < _pageLevel; level++)
        {
            byte* pairs = Level(level).Pair(first >> (level + 1));
            nodes = (nodes + 1) / 2;
            byte* parents = level + 1 < _pageLevel ? (byte*)Level(level + 1).Node(first >> (level + 1)) : (byte*)&root;
            Blake3Lanes.HashStrided(pairs, Blake3Constants.BlockSize, nodes, Blake3.ParentJob, parents);
        }

        if (keepRoot) *Level(_pageLevel).Node(page) = root;
        return root;
    }

    /// <summary>Hashes everything above the roots of the pages.</summary>
    /// <param name="count">Records in the table now, never fewer than before.</param>
    public void RebuildAbovePages(uint count)
    {
        Invariant.Check(count >= _count && count <= _capacity);
        _count = count;
        nuint nodes = (count + RecordsPerPage - 1) >> _pageLevel;
        for (int level = _pageLevel; level < Depth; level++)
        {
            nodes = (nodes + 1) / 2;
            Blake3Lanes.HashStrided((byte*)Level(level).Node(0), Blake3Constants.BlockSize, nodes, Blake3.ParentJob, (byte*)Level(level + 1).Node(0));
        }
    }
}
