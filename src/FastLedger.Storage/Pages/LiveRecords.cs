// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// How many records of each page of a log are the newest images of their pages. Where the log must begin is known at once, and a log page
/// without any is never read again.
/// </summary>
/// <remarks>Thread: the store's. Alloc: when the part of the log that holds live records is longer than it ever was. Blocks: no.</remarks>
internal sealed class LiveRecords(int logPageBytes)
{
    private int[] _counts = new int[1024];
    private long _base; // log page of the first count
    private long _first; // no log page before it has a live record

    /// <summary>The log is there from one address up to another: records in between are added in any order.</summary>
    public void Begin(long address, long end)
    {
        _base = _first = address / logPageBytes;
        _counts = new int[Math.Max(_counts.Length, (end / logPageBytes) - _base + 1)];
    }

    /// <summary>A record is live from now on: one at the log's end, or between those that <see cref="Begin"/> was given.</summary>
    public void Add(long address)
    {
        long page = address / logPageBytes;
        if (page - _base >= _counts.Length) MakeRoom(page);
        _counts[page - _base]++;
    }

    /// <summary>A record is garbage from now on.</summary>
    public void Remove(long address)
    {
        ref int count = ref _counts[(address / logPageBytes) - _base];
        Invariant.Check(count > 0);
        count--;
    }

    /// <summary>Live records of the log page that an address lies in.</summary>
    public int In(long address)
    {
        long place = (address / logPageBytes) - _base;
        return place >= 0 && place < _counts.Length ? _counts[place] : 0;
    }

    /// <summary>The first log page from an address on with a live record.</summary>
    /// <param name="from">Where to begin.</param>
    /// <param name="end">Where to stop looking.</param>
    /// <returns>Its address; <paramref name="end"/> when there is none before.</returns>
    public long FirstFrom(long from, long end)
    {
        long page = Math.Max(from / logPageBytes, _first), last = Math.Min(end / logPageBytes, _base + _counts.Length - 1);
        while (page <= last && _counts[page - _base] == 0) page++;
        return page <= last ? Math.Min(page * logPageBytes, end) : end;
    }

    /// <summary>The first log page with a live record: what lies before it is garbage, now and for ever.</summary>
    /// <param name="end">The end of the log, where the next record comes.</param>
    /// <returns>Its address; <paramref name="end"/> when there is none.</returns>
    public long First(long end)
    {
        long address = FirstFrom(0, end);
        _first = Math.Max(_first, address / logPageBytes); // the log goes on at its end: nothing comes to life before
        return address;
    }

    /// <summary>Counts move to the front; what has none before the first live record is forgotten.</summary>
    private void MakeRoom(long page)
    {
        long first = First(page * logPageBytes) / logPageBytes;
        int kept = (int)Math.Min(_counts.Length, Math.Max(0, _base + _counts.Length - first));
        int[] counts = page - first < _counts.Length / 2 ? _counts : new int[Math.Max(_counts.Length, (page - first) * 2)];
        Array.Copy(_counts, _counts.Length - kept, counts, 0, kept);
        if (counts == _counts) Array.Clear(counts, kept, counts.Length - kept);
        (_counts, _base) = (counts, first);
    }
}
