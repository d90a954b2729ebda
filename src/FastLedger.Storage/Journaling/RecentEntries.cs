// SPDX-License-Identifier: Apache-2.0
using System.Threading;

namespace FastLedger.Storage;

/// <summary>
/// The newest entries of a journal that writes no files, as they still lie in its ring: what peers that are behind are served from then.
/// An entry is there until the ring comes round to it, about <see cref="JournalOptions.RingBytes"/> later.
/// </summary>
/// <remarks>
/// Thread: one appends, any read. Alloc: at construction. Blocks: a short lock. Reading copies first and looks then whether the memory was
/// taken meanwhile; the appender announces what it is about to overwrite before it does.
/// </remarks>
internal sealed class RecentEntries(JournalRing ring)
{
    private const int Length = 1 << 16;

    private readonly Place[] _places = new Place[Length];
    private readonly Lock _lock = new();
    private PaddedCounter _claimed;

    /// <summary>The appender is about to write up to this position.</summary>
    public void Claim(ulong position)
    {
        _claimed.Value = position;
        Volatile.WriteBarrier(); // nothing is overwritten before the announcement is visible
    }

    /// <summary>An entry was appended.</summary>
    /// <param name="index">Its number.</param>
    /// <param name="position">Where its payload begins in the ring.</param>
    /// <param name="length">Bytes of its payload.</param>
    public void Add(ulong index, ulong position, int length)
    {
        lock (_lock) _places[index % Length] = new Place(index, position, length);
    }

    /// <summary>Copies an entry's payload.</summary>
    /// <param name="index">Its number.</param>
    /// <param name="buffer">Replaced when it is too short.</param>
    /// <param name="length">Bytes copied to its start.</param>
    /// <returns>False when the entry is not in memory any more.</returns>
    public bool TryRead(ulong index, ref byte[] buffer, out int length)
    {
        Place place;
        lock (_lock) place = _places[index % Length];
        length = place.Length;
        if (index == 0 || place.Index != index || !IsThere(place)) return false;
        if (buffer.Length < length) buffer = new byte[length];
        ring.Piece(place.Position, length).CopyTo(buffer);
        Volatile.ReadBarrier(); // the copy comes before the second look
        return IsThere(place);
    }

    private bool IsThere(in Place place) => _claimed.Value - place.Position <= (ulong)ring.Capacity;

    private readonly record struct Place(ulong Index, ulong Position, int Length);
}
