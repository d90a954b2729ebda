// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Clearing;
using FastLedger.State;

namespace FastLedger.Domain.CentralCounterparty;

/// <summary>All tables of central counterparties and what is derived from them.</summary>
/// <remarks>Thread: executor only. Alloc: none after construction. Blocks: page faults on first touch.</remarks>
public sealed class CounterpartyTables : IDisposable
{
    /// <summary>Records per table, record 0 included.</summary>
    public const uint MaxCounterparties = 64, MaxClearingMembers = 1 << 16, MaxContracts = 1 << 18, MaxPositions = 1 << 22, MaxDefaults = 1 << 16;

    /// <summary>Clearing members of one counterparty: bounds what one command walks.</summary>
    public const uint MaxMembersPerCounterparty = 1024;

    /// <summary>Contracts of one counterparty, and so positions of one member.</summary>
    public const uint MaxContractsPerCounterparty = 4096;

    /// <summary>Reserves the tables.</summary>
    public CounterpartyTables(UndoLog undo, ulong secret)
    {
        Counterparties = new Table<CounterpartyRecord>(TableId.Counterparties, MaxCounterparties, undo);
        ClearingMembers = new Table<ClearingMemberRecord>(TableId.ClearingMembers, MaxClearingMembers, undo);
        Contracts = new Table<ContractRecord>(TableId.Contracts, MaxContracts, undo);
        Positions = new Table<ClearedPositionRecord>(TableId.ClearedPositions, MaxPositions, undo);
        Defaults = new Table<DefaultRecord>(TableId.Defaults, MaxDefaults, undo);
        ClearingMemberByMember = new IdIndex(undo, secret);
        PositionByMember = new IdIndex(undo, secret);
    }

    public Table<CounterpartyRecord> Counterparties { get; }

    public Table<ClearingMemberRecord> ClearingMembers { get; }

    public Table<ContractRecord> Contracts { get; }

    public Table<ClearedPositionRecord> Positions { get; }

    public Table<DefaultRecord> Defaults { get; }

    /// <summary>Clearing members by counterparty and member, see <see cref="PaymentTables.Pair"/>.</summary>
    public IdIndex ClearingMemberByMember { get; }

    /// <summary>Positions by contract and clearing member.</summary>
    public IdIndex PositionByMember { get; }

    /// <summary>The tables, in the order of their ids.</summary>
    public Table[] All => [Counterparties, ClearingMembers, Contracts, Positions, Defaults];

    /// <summary>Position of a clearing member in a contract, or 0.</summary>
    public uint PositionOf(uint contract, uint clearingMember) => PositionByMember.Find(PaymentTables.Pair(contract, clearingMember));

    /// <summary>Makes the derived structures anew from the tables, which the derived structures must not yet reflect.</summary>
    public void Rebuild()
    {
        for (uint n = 1; n < ClearingMembers.Count; n++)
            ClearingMemberByMember.Add(PaymentTables.Pair(ClearingMembers[n].Counterparty, ClearingMembers[n].Member), n);
        for (uint n = 1; n < Positions.Count; n++)
            PositionByMember.Add(PaymentTables.Pair(Positions[n].Contract, Positions[n].ClearingMember), n);
    }

    /// <summary>Frees the derived structures; the tables belong to the state tree.</summary>
    public void Dispose()
    {
        ClearingMemberByMember.Dispose();
        PositionByMember.Dispose();
    }
}
