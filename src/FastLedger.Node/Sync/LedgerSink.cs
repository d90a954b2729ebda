// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain;
using FastLedger.Primitives;
using FastLedger.Protocol.StateSync;
using FastLedger.State;
using FastLedger.State.Checkpoints;

namespace FastLedger.Node.Sync;

/// <summary>Puts a fetched state into the tables of a ledger that is as new.</summary>
/// <remarks>Thread: one at a time. Alloc: none per chunk.</remarks>
internal sealed class LedgerSink(Ledger ledger) : IStateSink
{
    private readonly uint[] _counts = new uint[ledger.Tree.Tables.Length];

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

    /// <summary>Makes what was written the ledger's state.</summary>
    /// <returns>Its root, to be compared with the certified one.</returns>
    public Hash256 Finish() => ledger.Restore(_counts);

    private void Clear()
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            PagedRegion pages = ledger.Tree.Tables[i].Pages;
            for (uint page = 0; _counts[i] != 0 && page <= pages.PageOf(_counts[i] - 1); page++) pages.Page(page).Clear();
            _counts[i] = 0;
        }
    }
}
