// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using FastLedger.Domain.Transfers;
using FastLedger.Primitives.Commands;
using FastLedger.State;

namespace FastLedger.Domain.Clearing;

/// <summary>All tables of payment clearing and what is derived from them.</summary>
/// <remarks>Thread: executor only. Alloc: none after construction. Blocks: page faults on first touch.</remarks>
public sealed class PaymentTables : IDisposable
{
    /// <summary>Records per table, record 0 included.</summary>
    public const uint MaxSystems = 256, MaxParticipants = 1 << 16, MaxMembers = 1 << 17, MaxLimits = 1 << 20, MaxCollateralAssets = 1 << 12, MaxCollateral = 1 << 18,
        MaxCycles = 1 << 20, MaxCyclePositions = 1 << 22, MaxExchanges = 64, MaxExchangeCurrencies = 1 << 10, MaxExchangePairs = 1 << 22, MaxBusinessDays = 1 << 18;

    /// <summary>Members of one system: bounds what one resolution or one cycle does at once.</summary>
    public const uint MaxMembersPerSystem = 4096;

    private readonly Table<Accounts.AccountRecord> _accounts;

    /// <summary>Reserves the tables.</summary>
    public PaymentTables(Genesis genesis, Table<Accounts.AccountRecord> accounts, UndoLog undo, ulong secret)
    {
        _accounts = accounts;
        WorkPerBlock = (int)genesis.PaymentWorkPerBlock;
        Systems = new Table<PaymentSystemRecord>(TableId.PaymentSystems, MaxSystems, undo);
        Participants = new Table<ParticipantRecord>(TableId.Participants, MaxParticipants, undo);
        Members = new Table<MemberRecord>(TableId.Members, MaxMembers, undo);
        Limits = new Table<BilateralLimitRecord>(TableId.BilateralLimits, MaxLimits, undo);
        CollateralAssets = new Table<CollateralAssetRecord>(TableId.CollateralAssets, MaxCollateralAssets, undo);
        Collateral = new Table<CollateralRecord>(TableId.Collateral, MaxCollateral, undo);
        Payments = new Table<PaymentRecord>(TableId.Payments, genesis.MaxPayments, undo);
        Resolutions = new Table<ResolutionRecord>(TableId.Resolutions, MaxMembers, undo);
        Cycles = new Table<CycleRecord>(TableId.Cycles, MaxCycles, undo);
        CyclePositions = new Table<CyclePositionRecord>(TableId.CyclePositions, MaxCyclePositions, undo);
        Obligations = new Table<ObligationRecord>(TableId.Obligations, genesis.MaxPayments, undo);
        Exchanges = new Table<ExchangeRecord>(TableId.Exchanges, MaxExchanges, undo);
        ExchangeCurrencies = new Table<ExchangeCurrencyRecord>(TableId.ExchangeCurrencies, MaxExchangeCurrencies, undo);
        ExchangePairs = new Table<ExchangePairRecord>(TableId.ExchangePairs, MaxExchangePairs, undo);
        BusinessDays = new Table<BusinessDayRecord>(TableId.BusinessDays, MaxBusinessDays, undo);
        CyclePositionByMember = new IdIndex(undo, secret);
        ParticipantByBic = new IdIndex(undo, secret);
        MemberByAccount = new IdIndex(undo, secret);
        MemberByPlace = new IdIndex(undo, secret);
        LimitByPair = new IdIndex(undo, secret);
        CollateralAssetByAsset = new IdIndex(undo, secret);
        DayByDate = new IdIndex(undo, secret);
        Times = new ExpiryQueue(undo, (int)genesis.MaxPayments);
    }

    /// <summary>Payments looked at, removed or settled at the start of one block, or by one command that resolves.</summary>
    public int WorkPerBlock { get; }

    public Table<PaymentSystemRecord> Systems { get; }

    public Table<ParticipantRecord> Participants { get; }

    public Table<MemberRecord> Members { get; }

    public Table<BilateralLimitRecord> Limits { get; }

    public Table<CollateralAssetRecord> CollateralAssets { get; }

    public Table<CollateralRecord> Collateral { get; }

    public Table<PaymentRecord> Payments { get; }

    /// <summary>One record per member, by the member's number.</summary>
    public Table<ResolutionRecord> Resolutions { get; }

    public Table<CycleRecord> Cycles { get; }

    public Table<CyclePositionRecord> CyclePositions { get; }

    public Table<ObligationRecord> Obligations { get; }

    public Table<ExchangeRecord> Exchanges { get; }

    public Table<ExchangeCurrencyRecord> ExchangeCurrencies { get; }

    public Table<ExchangePairRecord> ExchangePairs { get; }

    /// <summary>Business days; their table's id is above those of the central counterparties.</summary>
    public Table<BusinessDayRecord> BusinessDays { get; }

    public IdIndex CyclePositionByMember { get; }

    public IdIndex ParticipantByBic { get; }

    public IdIndex MemberByAccount { get; }

    /// <summary>Members by system and participant, see <see cref="Pair"/>.</summary>
    public IdIndex MemberByPlace { get; }

    public IdIndex LimitByPair { get; }

    public IdIndex CollateralAssetByAsset { get; }

    /// <summary>Business days by system and date.</summary>
    public IdIndex DayByDate { get; }

    /// <summary>Payments by the block time at which they enter or leave their queue.</summary>
    public ExpiryQueue Times { get; }

    /// <summary>The tables but <see cref="BusinessDays"/>, in the order of their ids.</summary>
    public Table[] All => [Systems, Participants, Members, Limits, CollateralAssets, Collateral, Payments, Resolutions, Cycles, CyclePositions, Obligations,
        Exchanges, ExchangeCurrencies, ExchangePairs];

    /// <summary>Key of two numbers in an index.</summary>
    public static UInt128 Pair(uint first, uint second) => ((UInt128)first << 64) | second;

    /// <summary>Record of the limits between two members, or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint LimitOf(uint a, uint b) =>
        Members[a].LimitCount == 0 || Members[b].LimitCount == 0 ? 0 : LimitByPair.Find(Pair(Math.Min(a, b), Math.Max(a, b)));

    /// <summary>Record of a member's position bounds, which is its limit on itself, or 0.</summary>
    public uint BoundsOf(uint member) => LimitByPair.Find(Pair(member, member));

    /// <summary>What the settlement account of a member has left, reservations not taken off.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Int128 Available(in MemberRecord member) => _accounts[member.Account].Available;

    /// <summary>True when nothing may leave or reach the member.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsBlocked(in MemberRecord member) =>
        _accounts[member.Account].IsBlocked || Participants[member.Participant].Suspended != 0;

    /// <summary>What payments of a priority must leave untouched.</summary>
    public static Int128 Reserve(in MemberRecord member, PaymentPriority priority) => priority switch
    {
        PaymentPriority.Urgent => Int128.Zero,
        PaymentPriority.High => member.ReservedForUrgent,
        _ => (Int128)member.ReservedForUrgent + member.ReservedForHigh,
    };

    /// <summary>First payment of a member's queue, or 0.</summary>
    public static uint Head(in MemberRecord member) =>
        member.UrgentHead != 0 ? member.UrgentHead : member.HighHead != 0 ? member.HighHead : member.NormalHead;

    /// <summary>Last payment of a member's queue, or 0.</summary>
    public static uint Tail(in MemberRecord member) =>
        member.NormalTail != 0 ? member.NormalTail : member.HighTail != 0 ? member.HighTail : member.UrgentTail;

    /// <summary>The payment before <paramref name="payment"/> in its sender's queue, over all priorities, or 0.</summary>
    public uint Before(in PaymentRecord payment)
    {
        if (payment.Previous != 0) return payment.Previous;
        ref readonly MemberRecord member = ref Members[payment.Sender];
        if (payment.Priority == PaymentPriority.Normal && member.HighTail != 0) return member.HighTail;
        return payment.Priority != PaymentPriority.Urgent ? member.UrgentTail : 0;
    }

    /// <summary>The payment after <paramref name="payment"/> in its sender's queue, over all priorities, or 0.</summary>
    public uint After(in PaymentRecord payment)
    {
        if (payment.Next != 0) return payment.Next;
        ref readonly MemberRecord member = ref Members[payment.Sender];
        if (payment.Priority == PaymentPriority.Urgent && member.HighHead != 0) return member.HighHead;
        return payment.Priority != PaymentPriority.Normal ? member.NormalHead : 0;
    }

    /// <summary>Ledger sequence after which the last statement of a member begins.</summary>
    public ulong StatementFrom(in MemberRecord member)
    {
        ref readonly BusinessDayRecord day = ref BusinessDays[member.StatementDay & ~MemberRecord.FirstStatement];

        // What the opening released settled under the opening's own sequence.
        if ((member.StatementDay & MemberRecord.FirstStatement) != 0) return day.OpenedSequence - 1;
        uint before = day.Previous;
        while (BusinessDays[before].State == BusinessDayState.Holiday) before = BusinessDays[before].Previous;
        return BusinessDays[before].ClosedSequence;
    }

    /// <summary>Makes the derived structures anew from the tables, which the derived structures must not yet reflect.</summary>
    public void Rebuild()
    {
        for (uint n = 1; n < Participants.Count; n++) ParticipantByBic.Add(Participants[n].Bic, n);
        for (uint n = 1; n < Members.Count; n++)
        {
            MemberByAccount.Add(Members[n].Account, n);
            MemberByPlace.Add(Pair(Members[n].System, Members[n].Participant), n);
        }

        for (uint n = 1; n < Limits.Count; n++) LimitByPair.Add(Pair(Limits[n].Low, Limits[n].High), n);
        for (uint n = 1; n < CollateralAssets.Count; n++) CollateralAssetByAsset.Add(Pair(CollateralAssets[n].System, CollateralAssets[n].Asset), n);
        for (uint n = 1; n < CyclePositions.Count; n++) CyclePositionByMember.Add(Pair(CyclePositions[n].Cycle, CyclePositions[n].Member), n);
        for (uint n = 1; n < BusinessDays.Count; n++) DayByDate.Add(Pair(BusinessDays[n].System, BusinessDays[n].Date), n);
        for (uint n = 1; n < Payments.Count; n++)
        {
            ref readonly PaymentRecord payment = ref Payments[n];
            if (payment.State == PaymentState.Waiting) Times.Add(n, payment.EnteredNs);
            else if (payment.State is PaymentState.Queued && payment.RejectNs != 0) Times.Add(n, payment.RejectNs);
        }
    }

    /// <summary>Frees the derived structures; the tables belong to the state tree.</summary>
    public void Dispose()
    {
        ParticipantByBic.Dispose();
        MemberByAccount.Dispose();
        MemberByPlace.Dispose();
        LimitByPair.Dispose();
        CollateralAssetByAsset.Dispose();
        DayByDate.Dispose();
        CyclePositionByMember.Dispose();
        Times.Dispose();
    }
}
