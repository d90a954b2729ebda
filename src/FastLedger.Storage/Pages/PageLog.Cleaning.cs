// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Storage;

/// <summary>
/// Keeps the log short: the newest images of pages that stand in its older part are written again at its end, so that its beginning can go.
/// </summary>
/// <remarks>
/// Log page by log page in the order of the log, each read in one piece and only if it holds anything that is live. A few records are looked
/// at per page written, so the work is as even as the writes are. Where the log begins follows from that at the next checkpoint.
/// </remarks>
internal sealed unsafe partial class PageLog
{
    private const int FirstRecord = 64; // FASTER's first address

    private readonly LiveRecords _live;
    private readonly LogPageReads _older;
    private byte* _open; // the log page that is looked at; null for none
    private long _openAddress;
    private int _nextRecord; // offset in it

    /// <summary>Live pages moved so far.</summary>
    public ulong MovedPages { get; private set; }

    /// <summary>Bytes of the log's beginning that are too many, as long as live records stand in them.</summary>
    public long ExcessBytes => Math.Max(0, CleanedTo - _live.First(CleanedTo));

    /// <summary>All live records are to stand behind this address. What is still in memory, or under way to the device, stays.</summary>
    private long CleanedTo
    {
        get
        {
            long window = (long)(_directory.Count * (double)RecordBytes * _options.LogGrowth) + (2L * _logPageBytes);
            return Math.Max(0, Math.Min(TailAddress - window, _store.Log.HeadAddress) / _logPageBytes * _logPageBytes);
        }
    }

    /// <summary>Looks at so many records of the log's older part, and moves those that are live to its end.</summary>
    /// <param name="records">How many.</param>
    /// <param name="waitUs">How long it may wait for the device, in microseconds.</param>
    /// <returns>False when there was nothing to look at: all is as it should be, or the device is at work.</returns>
    /// <exception cref="StoreDamagedException">A page is not there as it was written.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public bool Clean(int records, int waitUs)
    {
        bool worked = false;
        while (_open != null || TryOpenNext(waitUs))
        {
            worked = true;
            for (; _nextRecord + RecordBytes <= _logPageBytes; _nextRecord += RecordBytes)
            {
                if (_live.In(_openAddress) == 0) break; // what is left of it is garbage
                if (records-- == 0) return true;
                PageImage* image = (PageImage*)(_open + _nextRecord + RecordHeaderBytes);
                PageDirectory.Entry* entry = _directory.Find(image->Key);
                if (entry == null || entry->Address != _openAddress + _nextRecord) continue;
                string? wrong = Wrong(image, image->Key, entry->Tag);
                if (wrong is not null) throw Damage(entry->Address, wrong);
                Upsert(image);
                MovedPages++;
            }

            if (_live.In(_openAddress) != 0) throw Damage(_openAddress, $"of this part of the log, {_live.In(_openAddress)} pages are not where they were written");
            _open = null;
        }

        return worked;
    }

    /// <summary>The next log page with live records, unless there is none or it is on its way.</summary>
    private bool TryOpenNext(int waitUs)
    {
        long end = CleanedTo, next = _live.First(end);
        if (next >= end || !_older.TryOpen(next, waitUs, out _open)) return false;
        _openAddress = next;
        _nextRecord = next == 0 ? FirstRecord : 0;
        long following = _live.FirstFrom(next + _logPageBytes, end + _logPageBytes);
        if (following + _logPageBytes <= _store.Log.HeadAddress) _older.Begin(following);
        return true;
    }
}
