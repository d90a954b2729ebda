// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;

namespace FastLedger.Storage;

/// <summary>
/// Which writes of a page store are still in its ring, so that a read of their pages waits for them and no other does. Its size is that of the
/// ring, not of the store.
/// </summary>
/// <param name="tables">Table numbers are below this.</param>
/// <remarks>Thread: the caller's, but for what says how many were applied. Alloc: none after construction. Blocks: no.</remarks>
internal sealed class WaitingWrites(int tables)
{
    private const int Bits = 14, Ways = 4; // several times as many as the ring holds

    private readonly (PageKey Key, ulong Number)[] _writes = new (PageKey, ulong)[Ways << Bits];
    private readonly ulong[] _tables = new ulong[tables]; // the last write of any pages of a table
    private ulong _last;

    /// <summary>The number of the last waiting write of a page, or of unnamed pages of its table; 0, or that of no waiting one, when none waits.</summary>
    public ulong Of(PageKey key)
    {
        int first = First(key);
        ulong ofTable = _tables[key.Table];
        for (int i = first; i < first + Ways; i++)
            if (_writes[i].Key == key) return Math.Max(_writes[i].Number, ofTable);
        return ofTable;
    }

    /// <summary>The place where the next write of a page is noted.</summary>
    /// <param name="key">The page.</param>
    /// <param name="applied">How many writes have been applied.</param>
    /// <returns>−1 when there is none until more were applied.</returns>
    public int PlaceOf(PageKey key, ref ulong applied)
    {
        int first = First(key), place = -1;
        ulong done = Volatile.Read(ref applied);
        for (int i = first; i < first + Ways; i++)
        {
            if (_writes[i].Key == key) return i;
            if (_writes[i].Number <= done) place = i;
        }

        return place;
    }

    /// <summary>Notes a write.</summary>
    /// <param name="place">Of its page.</param>
    /// <param name="key">The page.</param>
    /// <returns>Its number, from 1.</returns>
    public ulong Add(int place, PageKey key)
    {
        _writes[place] = (key, ++_last);
        return _last;
    }

    /// <summary>Notes a write of pages of a table that are not named: every read of the table waits for it.</summary>
    /// <returns>Its number.</returns>
    public ulong AddToTable(uint table) => _tables[table] = ++_last;

    private static int First(PageKey key) =>
        (int)(((((ulong)key.Table << 32) | key.Page) * 0x9E37_79B9_7F4A_7C15) >> (64 - Bits)) * Ways;
}
