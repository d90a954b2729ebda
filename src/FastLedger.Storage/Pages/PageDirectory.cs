// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// Where the newest image of every page stands in the log, and its checksum folded to half. It says which pages exist, so that a page
/// that FASTER does not find is a fault and never a fresh one; it tells an old image of a page from the newest; and what it does not point
/// to is garbage.
/// </summary>
/// <remarks>
/// Its file: per run of pages that exist <c>table, first page, pages, 0</c>, then 16 bytes per page: address, tag. Pages that do not exist take
/// no room: the windows of sessions lie 8 MiB apart, and most of them have a few pages. Thread: the store's. Alloc: once per table.
/// </remarks>
internal sealed unsafe class PageDirectory : IDisposable
{
    private const int EntryWords = 2;

    private readonly ReservedMemory?[] _tables;
    private readonly uint[] _counts;
    private readonly int _pagesPerTable;
    private ReservedMemory? _encoded;

    public PageDirectory(int tables, int pagesPerTable)
    {
        _tables = new ReservedMemory?[tables];
        _counts = new uint[tables];
        _pagesPerTable = pagesPerTable;
    }

    /// <summary>Pages that exist.</summary>
    public long Count { get; private set; }

    /// <summary>Where a page stands, or null when there is none.</summary>
    public Entry* Find(PageKey key)
    {
        if (key.Table >= (uint)_tables.Length || key.Page >= _counts[key.Table]) return null;
        Entry* entry = (Entry*)_tables[key.Table]!.Pointer + key.Page;
        return entry->Address == 0 ? null : entry;
    }

    /// <summary>A page has been written.</summary>
    /// <returns>Where it stood before; 0 when it is new.</returns>
    public long Set(PageKey key, long address, ulong tag)
    {
        Invariant.Check(key.Table < (uint)_tables.Length && key.Page < (uint)_pagesPerTable && address > 0);
        ReservedMemory memory = _tables[key.Table] ??= new ReservedMemory((nuint)sizeof(Entry) * (nuint)_pagesPerTable);
        Entry* entry = (Entry*)memory.Pointer + key.Page;
        long former = entry->Address;
        if (former == 0) Count++;
        entry->Address = address;
        entry->Tag = tag;
        _counts[key.Table] = Math.Max(_counts[key.Table], key.Page + 1);
        return former;
    }

    /// <summary>Counts where the pages stand.</summary>
    public void CountIn(LiveRecords live)
    {
        for (int table = 0; table < _tables.Length; table++)
        {
            foreach (ref readonly Entry entry in Entries(table))
            {
                if (entry.Address != 0) live.Add(entry.Address);
            }
        }
    }

    /// <summary>Lists the pages below an address, in the order of their addresses.</summary>
    /// <returns>How many there are; the arrays have grown as needed.</returns>
    public int ListBelow(long address, ref long[] addresses, ref PageKey[] keys)
    {
        int count = 0;
        for (int table = 0; table < _tables.Length; table++)
        {
            ReadOnlySpan<Entry> entries = Entries(table);
            for (int page = 0; page < entries.Length; page++)
            {
                if (entries[page].Address == 0 || entries[page].Address >= address) continue;
                if (count == addresses.Length)
                {
                    Array.Resize(ref addresses, Math.Max(1024, count * 2));
                    Array.Resize(ref keys, addresses.Length);
                }

                addresses[count] = entries[page].Address;
                keys[count++] = new PageKey((uint)table, (uint)page);
            }
        }

        Array.Sort(addresses, keys, 0, count);
        return count;
    }

    /// <summary>The file's bytes as of now, valid until the next call.</summary>
    public NativeBytes Encode()
    {
        long most = Count * (sizeof(RunHead) + sizeof(Entry)); // when no two pages stand side by side; what is not needed is not touched
        if (_encoded is null || (long)_encoded.Length < most)
        {
            _encoded?.Dispose();
            _encoded = new ReservedMemory((nuint)Math.Max(1, most + (most / 4)));
        }

        byte* end = _encoded.Pointer;
        for (int table = 0; table < _tables.Length; table++)
        {
            ReadOnlySpan<Entry> entries = Entries(table);
            for (int first = NextRun(entries, 0, out int pages); pages > 0; first = NextRun(entries, first + pages, out pages))
            {
                *(RunHead*)end = new RunHead { Table = (uint)table, First = (uint)first, Pages = (uint)pages };
                end += sizeof(RunHead);
                entries.Slice(first, pages).CopyTo(new Span<Entry>(end, pages));
                end += (long)pages * sizeof(Entry);
            }
        }

        return new NativeBytes(_encoded.Pointer, checked((int)(end - _encoded.Pointer)));
    }

    /// <summary>Reads the file that a checkpoint's description binds.</summary>
    /// <exception cref="StoreDamagedException">It is not that file.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <exception cref="ArgumentException">The options allow fewer tables or pages than there are.</exception>
    public void Load(IFileSystem files, string path, CheckpointDescription description)
    {
        ReadOnlySpan<byte> rest = description.ReadDirectory(files, path);
        while (!rest.IsEmpty)
        {
            RunHead run = MemoryMarshal.Read<RunHead>(rest);
            if (run.Table >= (uint)_tables.Length || run.First + (ulong)run.Pages > (ulong)_pagesPerTable)
                throw new ArgumentException($"The store has {run.First + (ulong)run.Pages} pages of table {run.Table}: more than its options allow");
            ReadOnlySpan<Entry> entries = MemoryMarshal.Cast<byte, Entry>(rest.Slice(sizeof(RunHead), (int)run.Pages * sizeof(Entry)));
            for (int i = 0; i < entries.Length; i++) Set(new PageKey(run.Table, run.First + (uint)i), entries[i].Address, entries[i].Tag);
            rest = rest[(sizeof(RunHead) + (entries.Length * sizeof(Entry)))..];
        }

        if ((ulong)Count != description.Records)
            throw new StoreDamagedException(path, 0, $"the page directory has {Count} pages instead of {description.Records}");
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        foreach (ReservedMemory? table in _tables) table?.Dispose();
        _encoded?.Dispose();
    }

    /// <returns>Where the next pages that exist begin.</returns>
    private static int NextRun(ReadOnlySpan<Entry> entries, int from, out int pages)
    {
        // What is empty is empty for long: it is passed over by the vector. When nothing follows, the entry looked at is empty.
        int first = from + (MemoryMarshal.Cast<Entry, ulong>(entries[from..]).IndexOfAnyExcept(0ul) / EntryWords), end = first;
        while (end < entries.Length && entries[end].Address != 0) end++;
        pages = end - first;
        return first;
    }

    private ReadOnlySpan<Entry> Entries(int table) =>
        _counts[table] == 0 ? default : new ReadOnlySpan<Entry>(_tables[table]!.Pointer, (int)_counts[table]);

    /// <summary>A page: where it stands, and its checksum folded to half. Address 0: there is none.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 16)]
    internal struct Entry
    {
        public long Address;
        public ulong Tag;
    }

    /// <summary>Pages of a table that exist side by side.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 16)]
    private struct RunHead
    {
        public uint Table;
        public uint First;
        public uint Pages;
        public uint Reserved;
    }
}
