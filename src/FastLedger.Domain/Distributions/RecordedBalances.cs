// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using FastLedger.Domain.Accounts;
using FastLedger.Domain.Events;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Distributions;

/// <summary>
/// What accounts held at the record dates of distributions under way: an account that has not moved since holds it still, one that moves is
/// noted here before its first move. So a distribution never stops trading, and costs only who moves while it is worked on.
/// </summary>
/// <remarks>Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class RecordedBalances
{
    private readonly Ledger _ledger;
    private readonly DistributionTables _tables;
    private readonly EventLog _log;

    /// <summary>Recorded balances of the context's ledger.</summary>
    public RecordedBalances(ExecutionContext context)
    {
        _ledger = context.Ledger;
        _tables = _ledger.Agreements.Distributions;
        _log = _ledger.Agreements.Events;
    }

    /// <summary>Notes what two accounts held before the movement that was just made, unless it was noted before.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Save(ulong debitNumber, in AccountRecord debit, ulong creditNumber, in AccountRecord credit, HistoryKind kind, UInt128 amount)
    {
        Int128 moved = kind is HistoryKind.Pending or HistoryKind.PendingVoided or HistoryKind.PendingExpired ? Int128.Zero : (Int128)amount;
        for (uint at = _log.Record.FirstDistribution; at != 0; at = _tables.Distributions[at].Next)
        {
            ref readonly DistributionRecord distribution = ref _tables.Distributions[at];
            Save(at, distribution, (uint)debitNumber, debit, debit.Balance + moved);
            Save(at, distribution, (uint)creditNumber, credit, credit.Balance - moved);
        }
    }

    /// <summary>What an account held at the record date; accounts without a floor and those opened later hold nothing.</summary>
    public UInt128 Held(uint number, in DistributionRecord distribution, uint account)
    {
        ref readonly AccountRecord record = ref _ledger.Accounts[account];
        if (record.Asset != distribution.HeldAsset || (record.Flags & AccountFlags.Unlimited) != 0) return UInt128.Zero;
        Int128 balance = record.Balance;
        if (record.LastEntry >= distribution.RecordPoint)
        {
            uint saved = _tables.RecordedByAccount.Find(DistributionTables.Pair(number, account));
            balance = saved == 0 ? Int128.Zero : _tables.RecordedBalances[saved].Balance;
        }

        return balance > Int128.Zero ? (UInt128)balance : UInt128.Zero;
    }

    /// <summary>Forgets what was noted of an account. Only the work at the start of a block does so.</summary>
    public void Forget(uint number, uint account)
    {
        UInt128 pair = DistributionTables.Pair(number, account);
        uint saved = _tables.RecordedByAccount.Find(pair);
        if (saved == 0) return;
        _tables.RecordedByAccount.Remove(pair);
        ref RecordedBalanceRecord record = ref _tables.RecordedBalances.Change(saved);
        record = default;
        ref EventLogRecord log = ref _log.Change();
        record.NextFree = log.FreeRecordedBalance;
        log.FreeRecordedBalance = saved;
    }

    private void Save(uint number, in DistributionRecord distribution, uint account, in AccountRecord record, Int128 balance)
    {
        bool needed = record.LastEntry < distribution.RecordPoint && record.Asset == distribution.HeldAsset && balance > Int128.Zero
            && account < distribution.AccountsEnd && (record.Flags & AccountFlags.Unlimited) == 0
            && (distribution.Phase != DistributionPhase.Paying || account >= distribution.Cursor);
        if (!needed) return;
        uint saved = _log.Record.FreeRecordedBalance;
        if (saved != 0) _log.Change().FreeRecordedBalance = _tables.RecordedBalances[saved].NextFree;
        else saved = _tables.RecordedBalances.Append();

        // Distributions are only begun while there is room for all of the accounts that they could ask for.
        Invariant.Check(saved != 0);
        _tables.RecordedBalances.Change(saved) = new RecordedBalanceRecord { Balance = balance, Account = account, Distribution = number };
        _tables.RecordedByAccount.Add(DistributionTables.Pair(number, account), saved);
    }
}
