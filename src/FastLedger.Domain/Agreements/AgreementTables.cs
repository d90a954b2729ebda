// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Distributions;
using FastLedger.Domain.Events;
using FastLedger.Domain.Objects;
using FastLedger.Domain.Outcomes;
using FastLedger.Domain.Policies;
using FastLedger.Domain.Rounds;
using FastLedger.Domain.Sessions;
using FastLedger.Domain.Transfers;
using FastLedger.State;

namespace FastLedger.Domain.Agreements;

/// <summary>All that parties agree on beside accounts, books and clearing: policies, conditions, objects, splits, rounds, outcomes.</summary>
/// <remarks>Thread: executor only. Alloc: none after construction. Blocks: page faults on first touch.</remarks>
public sealed class AgreementTables : IDisposable
{
    /// <summary>Reserves the tables.</summary>
    public AgreementTables(Genesis genesis, Table<PolicyRecord> policies, IdIndex policyByKey, UndoLog undo, ulong secret)
    {
        WorkPerBlock = (int)genesis.PaymentWorkPerBlock;
        Events = new EventLog(genesis, undo);
        Policies = new PolicyTables(genesis, policies, policyByKey, undo, secret);
        Conditions = new Table<ConditionRecord>(TableId.Conditions, genesis.MaxPendingTransfers, undo);
        Objects = new ObjectTables(genesis, undo, secret);
        Distributions = new DistributionTables(genesis, undo, secret);
        Rounds = new RoundTables(genesis, undo, secret);
        Outcomes = new OutcomeTables(genesis, undo, secret);
    }

    /// <summary>Accounts and bids that the work at the start of one block looks at.</summary>
    public int WorkPerBlock { get; }

    public EventLog Events { get; }

    public PolicyTables Policies { get; }

    /// <summary>Conditions of pending transfers.</summary>
    public Table<ConditionRecord> Conditions { get; }

    public ObjectTables Objects { get; }

    public DistributionTables Distributions { get; }

    public RoundTables Rounds { get; }

    public OutcomeTables Outcomes { get; }

    /// <summary>The tables, in the order of their ids.</summary>
    public Table[] All =>
    [
        Events.Log, Policies.KeyGroups, Policies.Proposals, Conditions, Policies.AccountRules, Objects.Classes, Objects.Objects, Events.Events,
        Distributions.Splits, Distributions.ShareBlocks, Distributions.Distributions, Distributions.RankCounts, Distributions.RecordedBalances,
        Distributions.PayoutAccounts, Rounds.Rounds, Rounds.Bids, Outcomes.Outcomes,
    ];

    /// <summary>Records that a table gets: its own bound, or some per account of the genesis, so that small ledgers stay small.</summary>
    public static uint Capacity(Genesis genesis, uint most, uint perAccount = 1) => (uint)Math.Clamp((ulong)genesis.MaxAccounts * perAccount, 64, most);

    /// <summary>Makes the derived structures anew from the tables, which they must not yet reflect.</summary>
    public void Rebuild()
    {
        Events.Rebuild();
        Policies.Rebuild();
        Objects.Rebuild(Events);
        Distributions.Rebuild();
        Rounds.Rebuild();
        Outcomes.Rebuild();
    }

    /// <summary>Frees what is derived; the tables belong to the state tree.</summary>
    public void Dispose()
    {
        Events.Dispose();
        Policies.Dispose();
        Objects.Dispose();
        Distributions.Dispose();
        Rounds.Dispose();
        Outcomes.Dispose();
    }
}
