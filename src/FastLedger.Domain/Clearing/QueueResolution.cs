// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Clearing;

/// <summary>
/// Gridlock resolution by Bech and Soramäki (2001): of all queued payments, the largest set that takes a prefix of every queue and leaves
/// every member within its liquidity, limits and cap; the set settles as a whole.
/// </summary>
/// <remarks>
/// Start with everything queued; while a member violates something, take the last payment of its prefix out. The result is unique, maximal
/// and independent of the order of removals: if a member violates something with its prefix, then any feasible subset brings it no more
/// inflow, so it must have a shorter prefix there; hence no removal ever discards a feasible set, and what remains is the greatest element
/// of the lattice. The same holds for limits, which only count while the prefix holds a payment they apply to, and for reservations,
/// which depend on the priority of the last payment of the prefix.
/// <para>Each removal costs constant time and each queued payment is removed or settled once: linear. All working values stand in the
/// resolution table, so the work can stop after any removal or settlement and go on in a later block. Meanwhile the queues are closed:
/// payments that arrive are held, changes are refused. Before the first settlement each member's outflow is reserved and its inflow is
/// added to its credit, so whatever happens to the accounts in between finds exactly what the set will leave.</para>
/// <para>Thread: executor only. Alloc: none. Blocks: no.</para>
/// </remarks>
public sealed partial class QueueResolution
{
    private readonly Ledger _ledger;
    private readonly PaymentTables _tables;
    private readonly ExecutionContext _context;
    private readonly PaymentQueues _queues;
    private readonly PaymentSettlement _settlement;
    private readonly GrossSettlement _gross;

    /// <summary>Resolution over the context's ledger.</summary>
    public QueueResolution(ExecutionContext context, PaymentQueues queues, PaymentSettlement settlement, GrossSettlement gross)
    {
        _context = context;
        _ledger = context.Ledger;
        _tables = _ledger.Clearing;
        _queues = queues;
        _settlement = settlement;
        _gross = gross;
    }

    /// <summary>Begins a resolution of a system that is idle.</summary>
    public void Start(uint number)
    {
        ref PaymentSystemRecord system = ref _tables.Systems.Change(number);
        Invariant.Check(system.Phase == ResolutionPhase.Idle);
        system.CreditedSinceResolution = 0;
        system.ResolvedCount = 0;
        system.ResolvedValue = UInt128.Zero;
        if (system.ResolvePeriodNs != 0) system.NextResolveNs = _context.TimestampNs + system.ResolvePeriodNs;
        if (system.QueuedCount == 0) return;
        system.Phase = ResolutionPhase.Removing;
        system.FirstViolator = 0;
        system.Resolutions++;
        bool blocked = false;
        for (uint member = system.FirstMember; member != 0; member = _tables.Members[member].NextMember)
            blocked |= Prepare(member);
        if (blocked)
            for (uint member = system.FirstMember; member != 0; member = _tables.Members[member].NextMember) FindCut(member);
        for (uint member = system.FirstMember; member != 0; member = _tables.Members[member].NextMember) PrepareLimits(member);
        for (uint member = system.FirstMember; member != 0; member = _tables.Members[member].NextMember) List(ref system, member);
    }

    /// <summary>Goes on with a resolution that is at work.</summary>
    /// <param name="number">The system.</param>
    /// <param name="budget">Payments to remove, settle or admit; what is left of it comes back.</param>
    public void Work(uint number, ref int budget)
    {
        ref PaymentSystemRecord system = ref _tables.Systems.Change(number);
        while (system.Phase == ResolutionPhase.Removing && Remove(ref system, ref budget)) Reserve(ref system);
        if (system.Phase == ResolutionPhase.Settling) Settle(ref system, ref budget);
        if (system.Phase == ResolutionPhase.Admitting) Admit(ref system, ref budget);
    }

    private bool Prepare(uint number)
    {
        ref readonly MemberRecord member = ref _tables.Members[number];
        ref ResolutionRecord run = ref _tables.Resolutions.Change(number);
        run = default;
        run.Blocked = _tables.IsBlocked(member) ? 1u : 0;
        run.End = PaymentTables.Tail(member);
        run.Available = _tables.Available(member) + member.QueuedIn - member.QueuedOut;
        run.Position = member.Position + member.QueuedNet;
        run.MultilateralPosition = member.MultilateralPosition + member.QueuedMultilateral;
        run.MultilateralCount = member.QueuedMultilateralCount;
        run.Out = member.QueuedOut;
        run.In = member.QueuedIn;
        return run.Blocked != 0;
    }

    /// <summary>Only when somebody is blocked: the first payment of the queue that goes to a blocked member.</summary>
    private void FindCut(uint number)
    {
        uint at = PaymentTables.Head(_tables.Members[number]);
        while (at != 0 && _tables.Resolutions[_tables.Payments[at].Receiver].Blocked == 0) at = _tables.After(_tables.Payments[at]);
        if (at != 0) _tables.Resolutions.Change(number).Cut = at;
    }

    private void PrepareLimits(uint number)
    {
        for (uint at = _tables.Members[number].FirstLimit; at != 0;)
        {
            ref BilateralLimitRecord limit = ref _tables.Limits.Change(at);
            bool low = limit.Low == number;
            if (low)
            {
                limit.RunPosition = limit.Position + limit.Queued;
                limit.RunLowCount = limit.LowCount;
                limit.RunHighCount = limit.HighCount;
                if (LowViolated(limit)) _tables.Resolutions.Change(limit.Low).ViolatedLimits++;
                if (HighViolated(limit)) _tables.Resolutions.Change(limit.High).ViolatedLimits++;
            }

            at = low ? limit.NextOfLow : limit.NextOfHigh;
        }
    }

    private static bool LowViolated(in BilateralLimitRecord limit) => limit.RunLowCount != 0 && limit.RunPosition > limit.LowLimit && limit.LowLimit != MemberRecord.NoLimit;

    private static bool HighViolated(in BilateralLimitRecord limit) => limit.RunHighCount != 0 && -limit.RunPosition > limit.HighLimit && limit.HighLimit != MemberRecord.NoLimit;

    private bool Violates(uint number)
    {
        ref readonly ResolutionRecord run = ref _tables.Resolutions[number];
        if (run.End == 0) return false;
        ref readonly MemberRecord member = ref _tables.Members[number];
        PaymentPriority last = _tables.Payments[run.End].Priority;
        if (run.Blocked != 0 || run.Cut != 0 || run.Available < PaymentTables.Reserve(member, last) || run.ViolatedLimits != 0) return true;
        if (last != PaymentPriority.Normal) return false;
        if (member.NetDebitCap != MemberRecord.NoLimit && run.Position > member.NetDebitCap) return true;
        return run.MultilateralCount != 0 && member.MultilateralLimit != MemberRecord.NoLimit && run.MultilateralPosition > member.MultilateralLimit;
    }

    private void List(ref PaymentSystemRecord system, uint number)
    {
        if (_tables.Resolutions[number].Listed != 0 || !Violates(number)) return;
        ref ResolutionRecord run = ref _tables.Resolutions.Change(number);
        run.Listed = 1;
        run.NextViolator = system.FirstViolator;
        system.FirstViolator = number;
    }

    /// <summary>Takes payments out of the set until nobody violates anything.</summary>
    /// <returns>True when that is reached, false when the budget ended first.</returns>
    private bool Remove(ref PaymentSystemRecord system, ref int budget)
    {
        while (system.FirstViolator != 0)
        {
            uint number = system.FirstViolator;
            ref ResolutionRecord run = ref _tables.Resolutions.Change(number);
            system.FirstViolator = run.NextViolator;
            run.Listed = 0;
            while (Violates(number))
            {
                if (budget-- <= 0)
                {
                    List(ref system, number);
                    return false;
                }

                List(ref system, RemoveLast(number));
            }
        }

        return true;
    }

    /// <summary>Takes the last payment of a member's prefix out of the set.</summary>
    /// <returns>The member that would have received it, who may violate something now.</returns>
    private uint RemoveLast(uint number)
    {
        ref ResolutionRecord run = ref _tables.Resolutions.Change(number);
        uint removed = run.End;
        ref readonly PaymentRecord payment = ref _tables.Payments[removed];
        ref ResolutionRecord receiver = ref _tables.Resolutions.Change(payment.Receiver);
        Int128 amount = payment.Amount;
        run.End = _tables.Before(payment);
        if (run.Cut == removed) run.Cut = 0;
        run.Available += amount;
        run.Out -= amount;
        receiver.Available -= amount;
        receiver.In -= amount;
        if (payment.Priority == PaymentPriority.Normal) RemoveFromLimits(payment, ref run, ref receiver);
        return payment.Receiver;
    }

    private void RemoveFromLimits(in PaymentRecord payment, ref ResolutionRecord run, ref ResolutionRecord receiver)
    {
        Int128 amount = payment.Amount;
        run.Position -= amount;
        receiver.Position += amount;
        uint pair = _tables.LimitOf(payment.Sender, payment.Receiver);
        bool senderLimits = false, receiverLimits = false;
        if (pair != 0)
        {
            ref BilateralLimitRecord limit = ref _tables.Limits.Change(pair);
            bool fromLow = limit.Low == payment.Sender;
            ref ResolutionRecord low = ref fromLow ? ref run : ref receiver;
            ref ResolutionRecord high = ref fromLow ? ref receiver : ref run;
            if (LowViolated(limit)) low.ViolatedLimits--;
            if (HighViolated(limit)) high.ViolatedLimits--;
            limit.RunPosition -= fromLow ? amount : -amount;
            if (fromLow) limit.RunLowCount--;
            else limit.RunHighCount--;
            if (LowViolated(limit)) low.ViolatedLimits++;
            if (HighViolated(limit)) high.ViolatedLimits++;
            senderLimits = (fromLow ? limit.LowLimit : limit.HighLimit) != MemberRecord.NoLimit;
            receiverLimits = (fromLow ? limit.HighLimit : limit.LowLimit) != MemberRecord.NoLimit;
        }

        if (!senderLimits)
        {
            run.MultilateralPosition -= amount;
            run.MultilateralCount--;
        }

        if (!receiverLimits) receiver.MultilateralPosition += amount;
    }
}
