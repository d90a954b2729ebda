// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Agreements;
using FastLedger.State;

namespace FastLedger.Domain.Distributions;

/// <summary>Splits and distributions, and what finds them.</summary>
/// <remarks>Thread: executor only. Alloc: none after construction. Blocks: page faults on first touch.</remarks>
public sealed class DistributionTables : IDisposable
{
    /// <summary>Records per table, record 0 included.</summary>
    public const uint MaxSplits = 1 << 22, MaxShareBlocks = 1 << 24, MaxDistributions = 1 << 20, MaxRecordedBalances = 1 << 27, MaxPayoutAccounts = 1 << 24;

    /// <summary>Distributions that may be under way at a time.</summary>
    public const uint MaxOpen = 16;

    private const uint RankCountRecords = 256 / RankCountRecord.Length;

    /// <summary>Reserves the tables.</summary>
    public DistributionTables(Genesis genesis, UndoLog undo, ulong secret)
    {
        Splits = new Table<SplitRecord>(TableId.Splits, AgreementTables.Capacity(genesis, MaxSplits), undo);
        ShareBlocks = new Table<SplitShareBlock>(TableId.SplitShares, AgreementTables.Capacity(genesis, MaxShareBlocks, perAccount: 4), undo);
        Distributions = new Table<DistributionRecord>(TableId.Distributions, AgreementTables.Capacity(genesis, MaxDistributions), undo);
        RankCounts = new Table<RankCountRecord>(TableId.RankCounts, RankCountRecords + 1, undo);
        RecordedBalances = new Table<RecordedBalanceRecord>(TableId.RecordedBalances, AgreementTables.Capacity(genesis, MaxRecordedBalances, perAccount: 4), undo);
        PayoutAccounts = new Table<PayoutAccountRecord>(TableId.PayoutAccounts, AgreementTables.Capacity(genesis, MaxPayoutAccounts), undo);
        SplitById = new IdIndex(undo, secret);
        DistributionById = new IdIndex(undo, secret);
        RecordedByAccount = new IdIndex(undo, secret);
        PayoutByAccount = new IdIndex(undo, secret);
        for (uint i = 0; i < RankCountRecords; i++) RankCounts.Append();
    }

    public Table<SplitRecord> Splits { get; }

    public Table<SplitShareBlock> ShareBlocks { get; }

    public Table<DistributionRecord> Distributions { get; }

    /// <summary>Counts of the ranking pass at work.</summary>
    public Table<RankCountRecord> RankCounts { get; }

    public Table<RecordedBalanceRecord> RecordedBalances { get; }

    public Table<PayoutAccountRecord> PayoutAccounts { get; }

    public IdIndex SplitById { get; }

    public IdIndex DistributionById { get; }

    /// <summary>Recorded balances by distribution and account, see <see cref="Pair"/>.</summary>
    public IdIndex RecordedByAccount { get; }

    /// <summary>Payout accounts by holding account and asset, see <see cref="Pair"/>.</summary>
    public IdIndex PayoutByAccount { get; }

    /// <summary>Two numbers as one id.</summary>
    public static UInt128 Pair(uint first, uint second) => ((ulong)first << 32) | second;

    /// <summary>The account that gets what is distributed to <paramref name="account"/> in an asset; 0 when none was named.</summary>
    public uint Payout(uint account, uint asset)
    {
        uint number = PayoutByAccount.Find(Pair(account, asset));
        return number == 0 ? 0 : PayoutAccounts[number].Payout;
    }

    /// <summary>Makes the indexes anew from the tables.</summary>
    public void Rebuild()
    {
        for (uint n = 1; n < Splits.Count; n++)
            if (Splits[n].ExternalId != UInt128.Zero) SplitById.Add(Splits[n].ExternalId, n);
        for (uint n = 1; n < Distributions.Count; n++)
            if (Distributions[n].ExternalId != UInt128.Zero) DistributionById.Add(Distributions[n].ExternalId, n);
        for (uint n = 1; n < RecordedBalances.Count; n++)
            if (RecordedBalances[n].Account != 0) RecordedByAccount.Add(Pair(RecordedBalances[n].Distribution, RecordedBalances[n].Account), n);
        for (uint n = 1; n < PayoutAccounts.Count; n++) PayoutByAccount.Add(Pair(PayoutAccounts[n].Account, PayoutAccounts[n].Asset), n);
    }

    /// <summary>Frees the indexes.</summary>
    public void Dispose()
    {
        SplitById.Dispose();
        DistributionById.Dispose();
        RecordedByAccount.Dispose();
        PayoutByAccount.Dispose();
    }
}
