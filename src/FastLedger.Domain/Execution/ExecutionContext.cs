// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using FastLedger.Domain.Accounts;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Execution;

/// <summary>
/// What a handler may know and write besides the ledger: who acts, when, under which sequence; history entries and order events go out
/// through it. Handlers see block time only.
/// </summary>
/// <remarks>Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class ExecutionContext : System.IDisposable
{
    /// <summary>Most resting orders that one command may trade with, decrement or cancel; what is left of it is cancelled.</summary>
    public const int MaxMakersPerCommand = 4096;

    /// <summary>Order events that one batch may cause. A command that could exceed it is refused with
    /// <see cref="ResultCode.Overloaded"/>.</summary>
    public const int MaxEventsPerBatch = 1 << 18;

    private const int EventHeadroom = 2 * MaxMakersPerCommand;

    private readonly Ledger _ledger;

    /// <summary>Creates the context of a ledger.</summary>
    public ExecutionContext(Ledger ledger)
    {
        _ledger = ledger;
        Events = new Slab<OrderEvent>(MaxEventsPerBatch + EventHeadroom);
        History = new Slab<HistoryEntry>((4 * (MaxEventsPerBatch + EventHeadroom)) + (1 << 15));
    }

    /// <summary>The state.</summary>
    public Ledger Ledger => _ledger;

    /// <summary>Time of the block that is executed.</summary>
    public long TimestampNs { get; internal set; }

    /// <summary>Session that sent the command; 0 for the replicas' own commands.</summary>
    public uint Session { get; internal set; }

    /// <summary>Policy of the session.</summary>
    public uint Policy { get; internal set; }

    /// <summary>Ledger sequence of the command.</summary>
    public ulong Sequence { get; internal set; }

    /// <summary>Order events of the batch so far.</summary>
    public Slab<OrderEvent> Events { get; }

    /// <summary>History entries of the batch so far, not yet handed on.</summary>
    public Slab<HistoryEntry> History { get; }

    /// <summary>True when one more command may cause events.</summary>
    public bool HasRoomForEvents => Events.Count <= MaxEventsPerBatch;

    /// <summary>Adds a history entry for the present command and links it to both accounts.</summary>
    /// <returns>The entry, whose other fields are zero, to fill in code, link, user data and reference.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref HistoryEntry Record(
        HistoryKind kind, ulong debitAccount, ref AccountRecord debit, ulong creditAccount, ref AccountRecord credit, System.UInt128 amount)
    {
        ulong number = ++_ledger.Counters.HistoryEntries;
        ref HistoryEntry entry = ref History.Add();
        entry = default;
        entry.Sequence = Sequence;
        entry.TimestampNs = TimestampNs;
        entry.DebitAccount = debitAccount;
        entry.CreditAccount = creditAccount;
        entry.Amount = amount;
        entry.DebitPrevious = debit.LastEntry;
        entry.CreditPrevious = credit.LastEntry;
        entry.Kind = kind;
        debit.LastEntry = number;
        credit.LastEntry = number;
        return ref entry;
    }

    /// <summary>Frees the buffers.</summary>
    public void Dispose()
    {
        Events.Dispose();
        History.Dispose();
    }
}
