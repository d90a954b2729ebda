// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using FastLedger.Primitives;

namespace FastLedger.State.Residency;

/// <summary>Which pages of one table are in memory and where, and which of them were used since the clock's hand passed.</summary>
/// <remarks>Page 0 never leaves. Thread: executor only. Alloc: none after construction. Blocks: when a page must be read.</remarks>
internal sealed unsafe class ResidentPages : IDisposable
{
    private readonly PageResidency _owner;
    private readonly ReservedMemory _memory, _suppressed;
    private readonly PageFrames _places;
    private readonly byte* _records; // before the first frame, which has number 1
    private readonly uint* _frames;
    private readonly ulong* _resident, _coming;
    private readonly ulong* _used;
    private readonly ulong* _wanted, _wantedToo;
    private readonly ulong* _fresh;
    private readonly ulong* _once, _twice;
    private readonly int _pageShift, _recordShift;
    private readonly uint _withinPage;

    /// <param name="owner">Reads what is missing.</param>
    /// <param name="table">The table.</param>
    /// <param name="records">The memory of its frames.</param>
    /// <param name="index">Its number among the bounded tables.</param>
    public ResidentPages(PageResidency owner, Table table, byte* records, int index)
    {
        _owner = owner;
        Table = table;
        Index = index;
        _places = new PageFrames(table.Pages.PageCapacity);
        _frames = _places.Of;
        _records = records - Table.PageSize;
        _suppressed = new ReservedMemory((nuint)table.Pages.PageCapacity * sizeof(uint));
        SuppressedAt = (uint*)_suppressed.Pointer;
        nuint words = (table.Pages.PageCapacity + 63) / 64;
        _memory = new ReservedMemory(words * 8 * sizeof(ulong));
        _resident = (ulong*)_memory.Pointer;
        _coming = _resident + words;
        _used = _coming + words;
        _wanted = _used + words;
        _wantedToo = _wanted + words;
        _fresh = _wantedToo + words;
        _once = _fresh + words;
        _twice = _once + words;
        _pageShift = System.Numerics.BitOperations.Log2((uint)(Table.PageSize / table.RecordSize));
        _recordShift = System.Numerics.BitOperations.Log2((uint)table.RecordSize);
        _withinPage = (1u << _pageShift) - 1;
    }

    /// <summary>The table.</summary>
    public Table Table { get; }

    /// <summary>Number among the bounded tables.</summary>
    public int Index { get; }

    /// <summary>The frame of each page, from 1; 0 while it is not in memory.</summary>
    public uint* Frames => _frames;

    /// <summary>Where <see cref="SuppressedPages"/> has each page, from 1; 0 when it does not.</summary>
    public uint* SuppressedAt { get; }

    /// <summary>Frames that have memory.</summary>
    public uint FramesHeld => _places.Top;

    /// <summary>Brings the page of a record into memory unless it is there, and notes its use.</summary>
    /// <returns>Where the record stands until pages leave.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Touch(uint number)
    {
        uint page = number >> _pageShift;
        ref ulong used = ref _used[page >> 6];
        if (_frames[page] == 0) _owner.LoadNow(this, page);
        ulong bit = 1UL << (int)page;
        if ((used & bit) == 0) used |= bit;
        return _records + ((nuint)_frames[page] * Table.PageSize) + ((number & _withinPage) << _recordShift);
    }

    /// <summary>Where a record stands; null while its page is not in memory. No use.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Peek(uint number)
    {
        uint frame = _frames[number >> _pageShift];
        return frame == 0 ? null : _records + ((nuint)frame * Table.PageSize) + ((number & _withinPage) << _recordShift);
    }

    /// <summary>The bytes of a frame.</summary>
    public byte* Frame(uint frame) => _records + ((nuint)frame * Table.PageSize);

    /// <summary>A record was appended: the page is new, or must be in memory.</summary>
    public void OnAppended(uint number)
    {
        if ((number & _withinPage) != 0 || Has(number >> _pageShift)) Touch(number);
        else _owner.OnNew(this, number >> _pageShift);
    }

    /// <summary>Asks for the page of a record ahead of its use: it comes, or stays.</summary>
    public void Want(uint number)
    {
        uint page = number >> _pageShift;
        ulong bit = 1UL << (int)page;
        int list = _owner.BeginWant();
        ref ulong wanted = ref Wanted(list)[page >> 6];
        if ((wanted & bit) == 0 && _owner.TryWant(this, page)) wanted |= bit;
    }

    /// <summary>A list no longer holds the page.</summary>
    public void Forget(int list, uint page) => Wanted(list)[page >> 6] &= ~(1UL << (int)page);

    public bool Has(uint page) => _frames[page] != 0;

    /// <summary>True while the page was asked for and has not arrived.</summary>
    public bool IsComing(uint page) => (_coming[page >> 6] & (1UL << (int)page)) != 0;

    /// <summary>Takes a frame for a page to be.</summary>
    public uint TakeFrame() => _places.Take();

    /// <summary>Gives back a frame that no page came into.</summary>
    public void GiveBack(uint frame) => _places.GiveBack(frame);

    /// <summary>The page was asked for.</summary>
    public void Expect(uint page) => _coming[page >> 6] |= 1UL << (int)page;

    /// <summary>The page is in memory from now on.</summary>
    public void Add(uint page, uint frame)
    {
        ulong bit = 1UL << (int)page;
        _coming[page >> 6] &= ~bit;
        _resident[page >> 6] |= bit;
        _used[page >> 6] |= bit;
        _fresh[page >> 6] |= bit;
        _places.Bind(page, frame);
    }

    /// <summary>The page has left memory.</summary>
    public void Remove(uint page)
    {
        ulong others = ~(1UL << (int)page);
        _resident[page >> 6] &= others;
        _once[page >> 6] &= others;
        _twice[page >> 6] &= others;
        _places.Unbind(page);
    }

    /// <summary>Gives up to so many frames that hold nothing back to the system; pages move to make them the last ones.</summary>
    /// <returns>Frames given back.</returns>
    public uint Shrink(uint most)
    {
        most = Math.Min(most, _places.Free);
        uint given = 0;
        for (; given < most; given++)
        {
            uint top = _places.Top;
            if (!_places.TryDropTop(out _, out uint to)) break;
            if (to == 0) continue;
            new ReadOnlySpan<byte>(Frame(top), Table.PageSize).CopyTo(new Span<byte>(Frame(to), Table.PageSize));
            Table.Pages.MoveKept(top, to);
        }

        if (given > 0) Table.ReleaseFrames(_places.Top + 1, given);
        return given;
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
        ulong idle = resident & down & ~once & ~twice & ~(_wanted[word] | _wantedToo[word]);
        ulong full = once & twice, none = ~(once | twice);
        up &= ~full;
        down &= ~none;
        _twice[word] = twice ^ (up & once) ^ (down & ~once);
        _once[word] = once ^ up ^ down;
        _used[word] = 0;
        _fresh[word] = 0;
        return idle;
    }

    public void Dispose()
    {
        _places.Dispose();
        _suppressed.Dispose();
        _memory.Dispose();
    }

    private ulong* Wanted(int list) => list == 0 ? _wanted : _wantedToo;
}
