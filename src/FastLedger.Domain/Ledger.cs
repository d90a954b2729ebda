// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Runtime.InteropServices;
using FastLedger.Domain.Accounts;
using FastLedger.Domain.Agreements;
using FastLedger.Domain.CentralCounterparty;
using FastLedger.Domain.Clearing;
using FastLedger.Domain.Sessions;
using FastLedger.Domain.Trading;
using FastLedger.Domain.Transfers;
using FastLedger.Domain.Validators;
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
    private const uint MaxAuthors = 128;
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
        Counterparties = new CounterpartyTables(Undo, secret);
        Authors = new Table<AuthorRecord>(TableId.Authors, MaxAuthors + 1, Undo);
        Results = new ResultWindow(genesis.MaxSessions);
        PolicyByKey = new IdIndex(Undo, secret);
        Agreements = new AgreementTables(genesis, Policies, PolicyByKey, Undo, secret);
        Validators = new ValidatorTable(genesis, Undo);
        Tree = new StateTree(
            [Root, Policies, Sessions, Assets, Accounts, PendingTransfers, Instruments, PriceLevels, Orders, .. Clearing.All, .. Counterparties.All, Clearing.BusinessDays, .. Agreements.All, Validators.Records, Authors],
            pages,
            Results.Pages);

        SessionByKey = new IdIndex(Undo, secret);
        AssetById = new IdIndex(Undo, secret);
        AccountById = new IdIndex(Undo, secret);
        InstrumentById = new IdIndex(Undo, secret);
        Expiries = new ExpiryQueue(Undo, (int)genesis.MaxPendingTransfers);
        Ids = new ExternalIds(this);

        Invariant.Check(Root.Append() == LedgerRecordNumber);
        Root.Change(LedgerRecordNumber).ChainId = ChainId;
        Validators.Found(genesis);
        Tree.Update();
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

    /// <summary>How far each validator's batches are executed.</summary>
    public Table<AuthorRecord> Authors { get; }

    /// <summary>The tables of the order books together with what is derived from them.</summary>
    public BookTables Books { get; }

    /// <summary>The tables of payment clearing together with what is derived from them.</summary>
    public PaymentTables Clearing { get; }

    /// <summary>The tables of central counterparties together with what is derived from them.</summary>
    public CounterpartyTables Counterparties { get; }

    /// <summary>Policies, conditions, objects, splits, rounds and outcomes together with what is derived from them.</summary>
    public AgreementTables Agreements { get; }

    /// <summary>Who validates in the present epoch and the next.</summary>
    public ValidatorTable Validators { get; }

    /// <summary>Block time at which something happens without a command: 0 when it is due, <see cref="long.MaxValue"/> for never.</summary>
    public long NextDueNs => Math.Min(Math.Min(Expiries.NextNs, AgreementWork.NextNs(this)), PaymentWork.NextNs(this));

    /// <summary>All tables and the state root.</summary>
    public StateTree Tree { get; }

    public IdIndex PolicyByKey { get; }

    public IdIndex SessionByKey { get; }

    public IdIndex AssetById { get; }

    public IdIndex AccountById { get; }

    public IdIndex InstrumentById { get; }

    /// <summary>The ids and keys that records have from outside.</summary>
    public ExternalIds Ids { get; }

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

    /// <summary>A batch of a validator is part of the block under way.</summary>
    /// <param name="epoch">Epoch of the block.</param>
    /// <param name="author">The validator's place in it.</param>
    /// <param name="number">The batch's number.</param>
    public void NoteBatch(ulong epoch, int author, ulong number)
    {
        Invariant.Check((uint)author < MaxAuthors);
        while (Authors.Count <= (uint)author + 1) _ = Authors.Append();
        ref AuthorRecord record = ref Authors.Change((uint)author + 1);
        record.Epoch = epoch;
        record.LastBatch = number;
    }

    /// <summary>Number of the last batch of a validator that is executed in an epoch; 0 for none.</summary>
    public ulong LastBatch(ulong epoch, int author) =>
        (uint)author + 1 < Authors.Count && Authors[(uint)author + 1].Epoch == epoch ? Authors[(uint)author + 1].LastBatch : 0;

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
        while (Results.TryTakeTouched(out uint session)) Sessions.Change(session).ResultsRoot = Results.RootOf(session, Sessions[session].Commands);
        return Tree.Update();
    }

    /// <summary>
    /// Takes over the state of a checkpoint: the pages of every region of <see cref="StateTree.Regions"/> were filled before. The ledger must
    /// be as new.
    /// </summary>
    /// <param name="counts">Records of each table, in the order of <see cref="StateTree.Tables"/>.</param>
    /// <param name="fillIds">Fills the indexes of <see cref="Ids"/> from where they were kept, and says whether it did; else, and without it, they
    /// are made from the tables.</param>
    /// <returns>The state root of what was taken over, to be compared with the one recorded.</returns>
    /// <exception cref="InvalidDataException">The pages are those of another ledger.</exception>
    public Hash256 Restore(ReadOnlySpan<uint> counts, Func<ExternalIds, bool>? fillIds = null)
    {
        Invariant.Check(Height == 0 && counts.Length == Tree.Tables.Length);
        for (int i = 0; i < counts.Length; i++)
        {
            Table table = Tree.Tables[i];
            if (counts[i] == 0 || counts[i] > table.Capacity) throw new InvalidDataException($"The checkpoint has {counts[i]} records of the table {table.Id}, which holds {table.Capacity}.");
            table.Restore(counts[i]);
        }

        if (counts[0] != 2 || Root[LedgerRecordNumber].ChainId != ChainId) throw new InvalidDataException("The checkpoint is of a ledger with another genesis.");
        ref readonly LedgerRecord record = ref Root[LedgerRecordNumber];
        Height = record.Height;
        TimestampNs = record.TimestampNs;
        _counters = record.Counters;
        if (fillIds is null || !fillIds(Ids)) Ids.Rebuild();
        Rebuild();
        return Tree.Combine();
    }

    /// <summary>Makes everything derived but <see cref="Ids"/> anew from the tables; it must not reflect them yet.</summary>
    private void Rebuild()
    {
        for (uint n = 1; n < Policies.Count; n++)
            if (Policies[n].Kind == PolicyKind.SingleKey) PolicyByKey.Add(KeyId(Policies[n].Key), n);
        for (uint n = 1; n < Assets.Count; n++)
            if (Assets[n].ExternalId != UInt128.Zero) AssetById.Add(Assets[n].ExternalId, n);
        for (uint n = 1; n < PendingTransfers.Count; n++)
        {
            Tree.Residency?.Walk(PendingTransfers, n);
            ref readonly PendingTransferRecord pending = ref PendingTransfers[n];
            if (pending.State == PendingState.Pending && pending.ExpiresAtNs != 0) Expiries.Add(n, pending.ExpiresAtNs);
        }

        Books.Rebuild();
        Clearing.Rebuild();
        Counterparties.Rebuild();
        Agreements.Rebuild();
    }

    /// <summary>Frees all memory.</summary>
    public void Dispose()
    {
        foreach (Table table in Tree.Tables) table.Dispose();
        Tree.Residency?.Dispose();
        PolicyByKey.Dispose();
        SessionByKey.Dispose();
        AssetById.Dispose();
        AccountById.Dispose();
        InstrumentById.Dispose();
        Results.Dispose();
        Expiries.Dispose();
        Books.Dispose();
        Clearing.Dispose();
        Counterparties.Dispose();
        Agreements.Dispose();
        Undo.Dispose();
    }
}
