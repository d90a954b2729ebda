// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Domain;
using FastLedger.Domain.Sessions;
using FastLedger.Primitives;
using FastLedger.Protocol.StateSync;
using FastLedger.State;
using FastLedger.State.Checkpoints;

namespace FastLedger.Node.Sync;

/// <summary>Puts a fetched state into the tables and windows of a ledger that is as new.</summary>
/// <remarks>Thread: one at a time. Alloc: none per chunk.</remarks>
internal sealed class LedgerSink(Ledger ledger) : IStateSink
{
    private readonly uint[] _counts = new uint[ledger.Tree.Tables.Length];
    private IReadOnlyList<SessionWindow> _windows = [];

    /// <summary>Bytes written.</summary>
    public long WrittenBytes { get; private set; }

    public bool TryBegin(ulong height, in Hash256 stateRoot, ReadOnlySpan<StateTableEntry> tables)
    {
        Clear();
        if (tables.Length != _counts.Length) return false;
        for (int i = 0; i < tables.Length; i++)
        {
            Table table = ledger.Tree.Tables[i];
            if (tables[i].Id != (uint)table.Id || tables[i].RecordSize != (uint)table.RecordSize || tables[i].Count > table.Capacity) return false;
        }

        for (int i = 0; i < tables.Length; i++) _counts[i] = (uint)tables[i].Count;
        return true;
    }

    public void Write(int table, uint first, ReadOnlySpan<byte> records)
    {
        PagedRegion pages = ledger.Tree.Tables[table].Pages;
        for (uint page = pages.PageOf(first); !records.IsEmpty; page++)
        {
            int length = Math.Min(records.Length, PagedRegion.PageBytes);
            records[..length].CopyTo(pages.Page(page));
            pages.MarkDirty(page);
            records = records[length..];
            WrittenBytes += length;
        }
    }

    public IReadOnlyList<SessionWindow> Windows()
    {
        var windows = new List<SessionWindow>();
        uint count = _counts[IndexOf(ledger.Sessions)];
        for (uint session = 1; session < count; session++)
        {
            SessionRecord record = RecordOf(session);
            if (record.Commands > 0) windows.Add(new SessionWindow(session, record.Commands, record.ResultsRoot));
        }

        return _windows = windows;
    }

    public void WriteWindow(uint session, ulong link, ReadOnlySpan<byte> bytes)
    {
        ledger.Results.Restore(session, link, bytes);
        WrittenBytes += bytes.Length;
    }

    /// <summary>Makes what was written the ledger's state.</summary>
    /// <returns>Its root, to be compared with the certified one.</returns>
    public Hash256 Finish() => ledger.Restore(_counts);

    /// <summary>Read from the page: the table does not know its records yet.</summary>
    private SessionRecord RecordOf(uint session)
    {
        PagedRegion pages = ledger.Sessions.Pages;
        int perPage = PagedRegion.PageBytes / Unsafe.SizeOf<SessionRecord>();
        return MemoryMarshal.Cast<byte, SessionRecord>(pages.Page(pages.PageOf(session)))[(int)(session % (uint)perPage)];
    }

    private int IndexOf(Table table)
    {
        int index = 0;
        while (ledger.Tree.Tables[index] != table) index++;
        return index;
    }

    private void Clear()
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            PagedRegion pages = ledger.Tree.Tables[i].Pages;
            for (uint page = 0; _counts[i] != 0 && page <= pages.PageOf(_counts[i] - 1); page++) pages.Page(page).Clear();
            _counts[i] = 0;
        }

        foreach (SessionWindow window in _windows)
        {
            (ulong first, ulong end) = StateGeometry.LinksOf(window.Count);
            for (ulong link = first; link < end; link++) ledger.Results.Link(window.Session, link).Clear();
        }

        _windows = [];
    }
}
