// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using FastLedger.Domain.Accounts;
using FastLedger.Domain.Clearing;
using FastLedger.Domain.Distributions;
using FastLedger.Domain.Policies;
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

    private const long LatestTimeNs = 1L << 62;

    private const int EventHeadroom = 2 * MaxMakersPerCommand;

    private readonly Ledger _ledger;

    /// <summary>Creates the context of a ledger.</summary>
    public ExecutionContext(Ledger ledger)
    {
        _ledger = ledger;
        Events = new Slab<OrderEvent>(MaxEventsPerBatch + EventHeadroom);
        Authority = new Authority(this);
        Rules = new AccountRules(this);
        Balances = new RecordedBalances(this);
        Queues = new PaymentQueues(this);
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

    /// <summary>Who approves the command, and whether that satisfies a policy.</summary>
    public Authority Authority { get; }

    /// <summary>Rules of accounts whose debits are bounded.</summary>
    public AccountRules Rules { get; }

    /// <summary>What accounts held at record dates.</summary>
    public RecordedBalances Balances { get; }

    /// <summary>True when one more event fits into the event log.</summary>
    public bool HasRoomForEvent => _ledger.Agreements.Events.HasRoom();

    /// <summary>The central payment queues, which are told of credits to settlement accounts.</summary>
    public PaymentQueues Queues { get; }

    /// <summary>True when one more command may cause events.</summary>
    public bool HasRoomForEvents => Events.Count <= MaxEventsPerBatch;

    /// <summary>Is the policy satisfied by those who approve the command? Where a refusal has one code only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Holds(uint policy) => Check(policy) == ResultCode.Ok;

    /// <summary>Is the policy satisfied by those who approve the command?</summary>
    /// <returns><see cref="ResultCode.Ok"/>, or why not: see <see cref="Policies.Authority.Check"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ResultCode Check(uint policy) => policy == Policy && policy != 0 ? ResultCode.Ok : Authority.Check(policy);

    /// <summary>Reads a time of a command: 0 stays 0, and with <see cref="CommandFlags.RelativeTime"/> others count from the block's.</summary>
    /// <returns>False when the time is negative or beyond the year 2116.</returns>
    public bool TryTime(long value, CommandFlags flags, out long timeNs)
    {
        timeNs = 0;
        if (value is < 0 or > LatestTimeNs) return false;
        timeNs = value != 0 && (flags & CommandFlags.RelativeTime) != 0 ? TimestampNs + value : value;
        return timeNs is >= 0 and <= LatestTimeNs;
    }

    /// <summary>Adds an event of the present command to the event log. There must be room.</summary>
    /// <returns>Its number.</returns>
    public ulong AddEvent(LedgerEvent entry)
    {
        entry.Sequence = Sequence;
        entry.TimestampNs = TimestampNs;
        entry.Actor = Policy;
        return _ledger.Agreements.Events.Add(entry);
    }

    /// <summary>Adds a history entry for the present command and links it to both accounts.</summary>
    /// <returns>The entry, whose other fields are zero, to fill in code, link, user data and reference.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref HistoryEntry Record(
        HistoryKind kind, ulong debitAccount, ref AccountRecord debit, ulong creditAccount, ref AccountRecord credit, System.UInt128 amount)
    {
        ref LedgerCounters counters = ref _ledger.Counters;
        ulong number = ++counters.HistoryEntries;
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
        if (debit.LastEntry < counters.RecordPoint || credit.LastEntry < counters.RecordPoint) Balances.Save(debitAccount, debit, creditAccount, credit, kind, amount);
        debit.LastEntry = number;
        credit.LastEntry = number;
        if (((debit.Flags | credit.Flags) & AccountFlags.Settlement) != 0) NoteSettlement(kind, debitAccount, debit.Flags, creditAccount, credit.Flags);
        return ref entry;
    }

    /// <summary>A settlement account was credited, or got back what was reserved on it: its member's queue may settle something now.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void NoteSettlement(HistoryKind kind, ulong debitAccount, AccountFlags debit, ulong creditAccount, AccountFlags credit)
    {
        bool released = kind is HistoryKind.PendingPosted or HistoryKind.PendingVoided or HistoryKind.PendingExpired;
        if ((credit & AccountFlags.Settlement) != 0) Queues.Credited((uint)creditAccount);
        if ((debit & AccountFlags.Settlement) == 0) return;
        if (released) Queues.Credited((uint)debitAccount);
        if (kind != HistoryKind.Payment) Queues.DebitedAccount((uint)debitAccount);
    }

    /// <summary>Frees the buffers.</summary>
    public void Dispose()
    {
        Events.Dispose();
        History.Dispose();
    }
}
