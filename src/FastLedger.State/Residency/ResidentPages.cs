// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using FastLedger.Primitives;

namespace FastLedger.State.Residency;

/// <summary>Which pages of one table are in memory, and which of them were used since the clock's hand passed.</summary>
/// <remarks>Page 0 never leaves. Thread: executor only. Alloc: none after construction. Blocks: when a page must be read.</remarks>
internal sealed unsafe class ResidentPages : IDisposable
{
    private readonly PageResidency _owner;
    private readonly ReservedMemory _memory;
    private readonly ulong* _resident;
    private readonly ulong* _used;
    private readonly ulong* _wanted;
    private readonly ulong* _fresh;
    private readonly ulong* _once, _twice;
    private readonly int _pageShift;

    public ResidentPages(PageResidency owner, Table table, int index)
    {
        _owner = owner;
        Table = table;
        Index = index;
        nuint words = (table.Pages.PageCapacity + 63) / 64;
        _memory = new ReservedMemory(words * 6 * sizeof(ulong));
        _resident = (ulong*)_memory.Pointer;
        _used = _resident + words;
        _wanted = _used + words;
        _fresh = _wanted + words;
        _once = _fresh + words;
        _twice = _once + words;
        _pageShift = System.Numerics.BitOperations.Log2((uint)(Table.PageSize / table.RecordSize));
    }

    /// <summary>The table.</summary>
    public Table Table { get; }

    /// <summary>Number among the bounded tables.</summary>
    public int Index { get; }

    /// <summary>Brings the page of a record into memory unless it is there, and notes its use.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Touch(uint number)
    {
        uint page = number >> _pageShift;
        ulong bit = 1UL << (int)page;
        ref ulong used = ref _used[page >> 6];
        if ((_resident[page >> 6] & bit) == 0) _owner.LoadNow(this, page);
        if ((used & bit) == 0) used |= bit;
    }

    /// <summary>A record was appended: the page is new, or must be in memory.</summary>
    public void OnAppended(uint number)
    {
        if ((number & ((1u << _pageShift) - 1)) != 0 || Has(number >> _pageShift)) Touch(number);
        else _owner.OnNew(this, number >> _pageShift);
    }

    /// <summary>Asks for the page of a record ahead of its use: it comes, or stays.</summary>
    public void Want(uint number)
    {
        uint page = number >> _pageShift;
        ulong bit = 1UL << (int)page;
        ref ulong wanted = ref _wanted[page >> 6];
        if ((wanted & bit) == 0 && _owner.TryWant(this, page)) wanted |= bit;
    }

    /// <summary>The page may leave again.</summary>
    public void Forget(uint page) => _wanted[page >> 6] &= ~(1UL << (int)page);

    public bool Has(uint page) => (_resident[page >> 6] & (1UL << (int)page)) != 0;

    /// <summary>The page is in memory from now on.</summary>
    public void Add(uint page)
    {
        ulong bit = 1UL << (int)page;
        _resident[page >> 6] |= bit;
        _used[page >> 6] |= bit;
        _fresh[page >> 6] |= bit;
    }

    /// <summary>The page has left memory.</summary>
    public void Remove(uint page)
    {
        ulong others = ~(1UL << (int)page);
        _resident[page >> 6] &= others;
        _once[page >> 6] &= others;
        _twice[page >> 6] &= others;
    }

    /// <summary>True when any of the pages that share a page of nodes with this one is in memory.</summary>
    public bool HasNodes(uint page, uint sharing)
    {
        uint first = page & ~(sharing - 1);
        return (_resident[first >> 6] & (((1UL << (int)sharing) - 1) << (int)(first & 63))) != 0;
    }

    /// <summary>
    /// The hand passes 64 pages. A page that was used since it passed last counts one more, up to three, but for the use that brought it;
    /// another one counts one less.
    /// </summary>
    /// <returns>Those that were not used, count nothing and are not wanted.</returns>
    public ulong Pass(uint word)
    {
        ulong resident = _resident[word];
        if (resident == 0) return 0;
        ulong used = _used[word], once = _once[word], twice = _twice[word], up = used & ~_fresh[word], down = ~used;
        ulong idle = resident & down & ~once & ~twice & ~_wanted[word];
        ulong full = once & twice, none = ~(once | twice);
        up &= ~full;
        down &= ~none;
        _twice[word] = twice ^ (up & once) ^ (down & ~once);
        _once[word] = once ^ up ^ down;
        _used[word] = 0;
        _fresh[word] = 0;
        return idle;
    }

    public void Dispose() => _memory.Dispose();
}
