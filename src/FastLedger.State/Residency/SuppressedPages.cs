// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.State.Residency;

/// <summary>
/// Pages that left their frames a while ago, without their zeros: three of accounts in the memory of one. Those that have been here longest go
/// first; what they held stands in the store, since no page comes here before it was written.
/// </summary>
/// <remarks>
/// <code>
/// chunks of 64 KiB, the oldest of which is emptied as a whole. In a chunk, one behind the other on places of 16 bytes:
/// 0 page    4 table (16 bits), places (16 bits)    8 the page without its zeros (ZeroSuppression)
/// </code>
/// A page is found by <see cref="ResidentPages.SuppressedAt"/>: the number of its place, from 1. Thread: executor only. Alloc: none after
/// construction. Blocks: page faults on first touch.
/// </remarks>
internal sealed unsafe class SuppressedPages : IDisposable
{
    private const int ChunkBytes = 64 << 10, PlaceBytes = 16, PlacesPerChunk = ChunkBytes / PlaceBytes;
    private const int HeaderBytes = 8, Lines = Table.PageSize / ZeroSuppression.LineBytes;
    private const int MostSuppressedBytes = Table.PageSize * 3 / 4; // a page with few zeros is not worth its place

    private readonly ReservedMemory _memory;
    private readonly ResidentPages[] _tables;
    private readonly uint[] _order; // chunks in use, the oldest first: a ring
    private readonly uint[] _empty; // a stack
    private readonly uint[] _filled; // places in use, per chunk
    private uint _first, _emptyCount;

    /// <summary>No page is here.</summary>
    /// <param name="tables">Whose pages may come.</param>
    /// <param name="bytes">Most memory.</param>
    public SuppressedPages(ResidentPages[] tables, long bytes)
    {
        uint chunks = (uint)Math.Clamp(bytes / ChunkBytes, 1, uint.MaxValue / PlacesPerChunk);
        _tables = tables;
        _memory = new ReservedMemory(((nuint)chunks * ChunkBytes) + ZeroSuppression.Slack);
        _order = new uint[chunks];
        _empty = new uint[chunks];
        _filled = new uint[chunks];
        for (uint chunk = chunks; chunk > 0;) _empty[_emptyCount++] = --chunk;
    }

    /// <summary>Memory in use.</summary>
    public long Bytes => Chunks * (long)ChunkBytes;

    private uint Chunks => (uint)_order.Length - _emptyCount;

    private uint Newest => _order[(_first + Chunks - 1) % _order.Length];

    /// <summary>Takes a copy of a page that leaves its frame.</summary>
    /// <param name="pages">Its table's.</param>
    /// <param name="page">Its number. The store holds it as it is.</param>
    /// <param name="from">Its bytes.</param>
    /// <param name="most">Memory that may be used; with less than a chunk, nothing is kept.</param>
    public void Add(ResidentPages pages, uint page, byte* from, long most)
    {
        Invariant.Check(pages.SuppressedAt[page] == 0);
        if (!MakeRoom(most)) return;
        uint chunk = Newest;
        byte* place = At(chunk) + (_filled[chunk] * PlaceBytes);
        int length = HeaderBytes + ZeroSuppression.Suppress(from, Lines, place + HeaderBytes);
        if (length > MostSuppressedBytes) return;
        uint places = (uint)(length + PlaceBytes - 1) / PlaceBytes;
        ((uint*)place)[0] = page;
        ((uint*)place)[1] = ((uint)pages.Index << 16) | places;
        pages.SuppressedAt[page] = (chunk * PlacesPerChunk) + _filled[chunk] + 1;
        _filled[chunk] += places;
    }

    /// <summary>Gives a page back, and keeps it no longer.</summary>
    /// <returns>False when it is not here.</returns>
    public bool TryTake(ResidentPages pages, uint page, byte* to)
    {
        ref uint at = ref pages.SuppressedAt[page];
        if (at == 0) return false;
        byte* place = _memory.Pointer + ((nuint)(at - 1) * PlaceBytes);
        Invariant.Check(((uint*)place)[0] == page && ((uint*)place)[1] >> 16 == pages.Index);
        ZeroSuppression.Restore(place + HeaderBytes, Lines, to);
        at = 0;
        return true;
    }

    /// <summary>Empties the oldest chunks until no more memory is used than this, and gives theirs back to the system.</summary>
    public void Shrink(long most)
    {
        while (Bytes > most)
        {
            uint chunk = EmptyOldest();
            _memory.Release((nuint)chunk * ChunkBytes, ChunkBytes);
            _empty[_emptyCount++] = chunk;
        }
    }

    public void Dispose() => _memory.Dispose();

    private byte* At(uint chunk) => _memory.Pointer + ((nuint)chunk * ChunkBytes);

    /// <summary>Sees to it that the newest chunk has room for any page.</summary>
    private bool MakeRoom(long most)
    {
        int room = HeaderBytes + ZeroSuppression.MostBytes(Lines) + ZeroSuppression.Slack;
        if (Chunks > 0 && (_filled[Newest] * PlaceBytes) + room <= ChunkBytes) return true;
        if (Math.Min(most, (long)_order.Length * ChunkBytes) < ChunkBytes) return false;
        uint chunk = _emptyCount > 0 && Bytes + ChunkBytes <= most ? _empty[--_emptyCount] : EmptyOldest();
        _filled[chunk] = 0;
        _order[(_first + Chunks - 1) % _order.Length] = chunk;
        return true;
    }

    /// <summary>Forgets the pages of the oldest chunk, which becomes the newest or is given up.</summary>
    private uint EmptyOldest()
    {
        uint chunk = _order[_first];
        for (uint done = 0; done < _filled[chunk];)
        {
            uint* header = (uint*)(At(chunk) + (done * PlaceBytes));
            ref uint at = ref _tables[header[1] >> 16].SuppressedAt[header[0]];
            if (at == (chunk * PlacesPerChunk) + done + 1) at = 0; // else it has come back since
            done += header[1] & 0xFFFF;
        }

        _first = (_first + 1) % (uint)_order.Length;
        return chunk;
    }
}
