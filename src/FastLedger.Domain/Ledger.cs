// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Domain.Accounts;
using FastLedger.Domain.Agreements;
using FastLedger.Domain.Clearing;
using FastLedger.Domain.Sessions;
using FastLedger.Domain.Trading;
using FastLedger.Domain.Transfers;
using FastLedger.Primitives;
using FastLedger.State;

namespace FastLedger.Domain;

/// <summary>
/// The whole replicated state: the tables, the counters, and what is derived from the tables to find things fast.
/// </summary>
/// <remarks>Thread: executor only. Alloc: none after construction. Blocks: page faults on first touch.</remarks>
public sealed class Ledger : IDisposable
{
    private const uint LedgerRecordNumber = 1;
    private LedgerCounters _counters;

    /// <summary>Creates the empty ledger of a genesis.</summary>
    /// <param name="genesis">Must be without fault.</param>
    /// <param name="pages">Where pages live besides memory.</param>
    /// <param name="secret">Private to this replica; scatters the id indexes, changes no result.</param>
    public Ledger(Genesis genesis, IPageStore pages, ulong secret)
    {
        Invariant.Check(genesis.Fault() is null);
        ChainId = genesis.ChainId;
        Undo = new UndoLog();
        Root = new Table<LedgerRecord>(TableId.Ledger, 2, Undo);
        Policies = new Table<PolicyRecord>(TableId.Policies, genesis.MaxSessions * 16, Undo);
        Sessions = new Table<SessionRecord>(TableId.Sessions, genesis.MaxSessions, Undo);
        Assets = new Table<AssetRecord>(TableId.Assets, genesis.MaxAssets, Undo);
        Accounts = new Table<AccountRecord>(TableId.Accounts, genesis.MaxAccounts, Undo);
        PendingTransfers = new Table<PendingTransferRecord>(TableId.PendingTransfers, genesis.MaxPendingTransfers, Undo);
        Instruments = new Table<InstrumentRecord>(TableId.Instruments, genesis.MaxInstruments, Undo);
        PriceLevels = new Table<PriceLevelRecord>(TableId.PriceLevels, genesis.MaxPriceLevels, Undo);
        Orders = new Table<OrderRecord>(TableId.Orders, genesis.MaxOrders, Undo);
        Books = new BookTables(Instruments, PriceLevels, Orders, Undo, genesis.MaxAccounts);
        Clearing = new PaymentTables(genesis, Accounts, Undo, secret);
        PolicyByKey = new IdIndex(Undo, secret);
        Agreements = new AgreementTables(genesis, Policies, PolicyByKey, Undo, secret);
        Tree = new StateTree(
            [Root, Policies, Sessions, Assets, Accounts, PendingTransfers, Instruments, PriceLevels, Orders, .. Clearing.All, .. Agreements.All], pages);

        SessionByKey = new IdIndex(Undo, secret);
        AssetById = new IdIndex(Undo, secret);
        AccountById = new IdIndex(Undo, secret);
        InstrumentById = new IdIndex(Undo, secret);
        Results = new ResultWindow(genesis.MaxSessions);
        Expiries = new ExpiryQueue(Undo, (int)genesis.MaxPendingTransfers);

        Invariant.Check(Root.Append() == LedgerRecordNumber);
        Root.Change(LedgerRecordNumber).ChainId = ChainId;
        Tree.Update(0);
    }

    /// <summary>Which ledger this is.</summary>
    public Hash256 ChainId { get; }

    /// <summary>What an open linked chain overwrote.</summary>
    public UndoLog Undo { get; }

    public Table<LedgerRecord> Root { get; }

    public Table<PolicyRecord> Policies { get; }

    public Table<SessionRecord> Sessions { get; }

    public Table<AssetRecord> Assets { get; }

    public Table<AccountRecord> Accounts { get; }

    public Table<PendingTransferRecord> PendingTransfers { get; }

    public Table<InstrumentRecord> Instruments { get; }

    public Table<PriceLevelRecord> PriceLevels { get; }

    public Table<OrderRecord> Orders { get; }

    /// <summary>The tables of the order books together with what is derived from them.</summary>
    public BookTables Books { get; }

    /// <summary>The tables of payment clearing together with what is derived from them.</summary>
    public PaymentTables Clearing { get; }

    /// <summary>Policies, conditions, objects, splits, rounds and outcomes together with what is derived from them.</summary>
    public AgreementTables Agreements { get; }

    /// <summary>Block time at which something happens without a command: 0 when it is due, <see cref="long.MaxValue"/> for never.</summary>
    public long NextDueNs => Math.Min(Math.Min(Expiries.NextNs, AgreementWork.NextNs(this)), PaymentWork.NextNs(this));

    /// <summary>All tables and the state root.</summary>
    public StateTree Tree { get; }

    public IdIndex PolicyByKey { get; }

    public IdIndex SessionByKey { get; }

    public IdIndex AssetById { get; }

    public IdIndex AccountById { get; }

    public IdIndex InstrumentById { get; }

    /// <summary>Results of the sessions' last commands.</summary>
    public ResultWindow Results { get; }

    /// <summary>Pending transfers by the time they expire.</summary>
    public ExpiryQueue Expiries { get; }

    /// <summary>The counters as of the last command.</summary>
    public ref LedgerCounters Counters => ref _counters;

    /// <summary>Height of the last block.</summary>
    public ulong Height { get; private set; }

    /// <summary>Time of the last block.</summary>
    public long TimestampNs { get; private set; }

    /// <summary>The id under which a key is indexed: its first 16 bytes. Who finds a record by it compares the whole key.</summary>
    public static UInt128 KeyId(in Hash256 key) => MemoryMarshal.Read<UInt128>(key.Bytes);

    /// <summary>Ends a block: writes the counters into the ledger record and computes the state root.</summary>
    public Hash256 Close(ulong height, long timestampNs)
    {
        Invariant.Check(height == Height + 1 && timestampNs > TimestampNs);
        Height = height;
        TimestampNs = timestampNs;
        ref LedgerRecord record = ref Root.Change(LedgerRecordNumber);
        record.Height = height;
        record.TimestampNs = timestampNs;
        record.Counters = _counters;
        Agreements.Events.CloseBlock();
        return Tree.Update(height);
    }

    /// <summary>Frees all memory.</summary>
    public void Dispose()
    {
        foreach (Table table in Tree.Tables) table.Dispose();
        PolicyByKey.Dispose();
        SessionByKey.Dispose();
        AssetById.Dispose();
        AccountById.Dispose();
        InstrumentById.Dispose();
        Results.Dispose();
        Expiries.Dispose();
        Books.Dispose();
        Clearing.Dispose();
        Agreements.Dispose();
        Undo.Dispose();
    }
}
