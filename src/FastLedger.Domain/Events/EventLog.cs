// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Cryptography;
using FastLedger.Domain.Agreements;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.State;

namespace FastLedger.Domain.Events;

/// <summary>
/// The event log: events are records of the state, and leaves of a log tree whose root the ledger writes into its state at the end of each
/// block. The record tree proves single events and subjects, the log tree that nothing was taken out or changed since an older root.
/// </summary>
/// <remarks>The log tree is derived from the event table. Thread: executor only. Alloc: none after construction. Blocks: no.</remarks>
public sealed class EventLog : IDisposable
{
    /// <summary>Events that fit.</summary>
    public const uint MaxEvents = 1 << 27;

    private const uint LogRecordNumber = 1;
    private const int LeavesPerStep = 256;

    private readonly Slab<Hash256> _leaves = new(LeavesPerStep);

    /// <summary>Reserves the log.</summary>
    public EventLog(Genesis genesis, UndoLog undo)
    {
        uint capacity = AgreementTables.Capacity(genesis, MaxEvents, perAccount: 4);
        Log = new Table<EventLogRecord>(TableId.EventLog, 2, undo);
        Events = new Table<LedgerEvent>(TableId.Events, capacity, undo);
        Tree = new LogTree(capacity);
        Invariant.Check(Log.Append() == LogRecordNumber);
        for (int i = 0; i < LeavesPerStep; i++) _leaves.Add();
    }

    public Table<EventLogRecord> Log { get; }

    public Table<LedgerEvent> Events { get; }

    /// <summary>The log tree as of the last block: leaf i is event i + 1.</summary>
    public LogTree Tree { get; }

    /// <summary>The log's record and counters, to read.</summary>
    public ref readonly EventLogRecord Record => ref Log[LogRecordNumber];

    /// <summary>The log's record, to change.</summary>
    public ref EventLogRecord Change() => ref Log.Change(LogRecordNumber);

    /// <summary>True when <paramref name="events"/> more events fit.</summary>
    public bool HasRoom(uint events = 1) => Events.Capacity - Events.Count >= events;

    /// <summary>Adds an event. There must be room.</summary>
    /// <returns>Its number.</returns>
    public ulong Add(in LedgerEvent entry)
    {
        uint number = Events.Append();
        Invariant.Check(number != 0);
        Events.Change(number) = entry;
        return number;
    }

    /// <summary>Puts the block's events into the log tree and its root into the state.</summary>
    public void CloseBlock()
    {
        uint from = (uint)Tree.Count + 1, end = Events.Count;
        if (from == end) return;
        AppendLeaves(from, end);
        ref EventLogRecord record = ref Change();
        record.Root = Tree.Root;
        record.Events = Tree.Count;
    }

    /// <summary>Makes the log tree anew from the events.</summary>
    public void Rebuild() => AppendLeaves(1, Events.Count);

    /// <summary>Frees the log.</summary>
    public void Dispose()
    {
        Tree.Dispose();
        _leaves.Dispose();
    }

    private void AppendLeaves(uint from, uint end)
    {
        while (from < end)
        {
            uint count = Math.Min(LeavesPerStep, end - from);
            Span<Hash256> leaves = _leaves.Items[..(int)count];
            for (uint i = 0; i < count; i++) leaves[(int)i] = Merkle.Leaf(Events.Bytes(from + i));
            Invariant.Check(Tree.Append(leaves));
            from += count;
        }
    }
}
