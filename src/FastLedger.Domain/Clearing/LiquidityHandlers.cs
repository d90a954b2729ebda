// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Clearing;

/// <summary>
/// Credit lines, reservations, limits and caps. Each may change while payments flow; lowering one below what is in use is accepted and only
/// stops new debits.
/// </summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class LiquidityHandlers
{
    /// <summary>Queued payments of two members that the first limit between them may have to look at.</summary>
    public const uint MaxQueuedForFirstLimit = 1 << 16;

    private readonly Ledger _ledger;
    private readonly PaymentTables _tables;
    private readonly ExecutionContext _context;
    private readonly PaymentQueues _queues;

    /// <summary>Handlers over the context's ledger.</summary>
    public LiquidityHandlers(ExecutionContext context, PaymentQueues queues)
    {
        _context = context;
        _ledger = context.Ledger;
        _tables = _ledger.Clearing;
        _queues = queues;
    }

    /// <summary>Sets what the opcode names. Credit line and cap belong to the operator, the rest to the participant and the operator.</summary>
    public ResultCode Change(in MemberCommand command, ref CommandResult result)
    {
        if ((command.System | command.Participant) != 0 || command.Account != 0 || ParticipantHandlers.HasReserved(command)) return ResultCode.ReservedFieldNotZero;
        if (command.Opcode != Opcode.SetBilateralLimit && command.Counterparty != 0) return ResultCode.ReservedFieldNotZero;
        if (command.Opcode != Opcode.SetReservation && command.Priority != 0) return ResultCode.ReservedFieldNotZero;
        if (!_tables.Members.Has(command.Member)) return ResultCode.UnknownMember;
        ref readonly MemberRecord seen = ref _tables.Members[command.Member];
        bool isOperator = _context.Holds(_tables.Systems[seen.System].OperatorPolicy);
        bool owner = _context.Holds(_tables.Participants[seen.Participant].Policy);
        bool operatorsOwn = command.Opcode is Opcode.SetCreditLine or Opcode.SetNetDebitCap or Opcode.SetMinimumPosition or Opcode.SetMaximumPosition;
        if (!isOperator && !(owner && !operatorsOwn)) return ResultCode.Unauthorized;
        bool mayBeNone = command.Opcode is not (Opcode.SetCreditLine or Opcode.SetReservation);
        if (command.Amount < (mayBeNone ? -Int128.One : Int128.Zero) || command.Amount > ParticipantHandlers.MaxAmount) return ResultCode.InvalidLimit;
        if (_tables.Systems[seen.System].Phase != ResolutionPhase.Idle) return ResultCode.ResolutionRunning;
        long amount = command.Amount < Int128.Zero ? MemberRecord.NoLimit : (long)command.Amount;
        result.Value = command.Member;
        switch (command.Opcode)
        {
            case Opcode.SetCreditLine:
                SetCredit(_ledger, command.Member, amount, seen.CollateralValue);
                break;
            case Opcode.SetReservation:
                if (command.Priority > PaymentPriority.High) return ResultCode.InvalidPayment;
                if (command.Priority == PaymentPriority.Urgent) _tables.Members.Change(command.Member).ReservedForUrgent = amount;
                else _tables.Members.Change(command.Member).ReservedForHigh = amount;
                break;
            case Opcode.SetMultilateralLimit:
                _tables.Members.Change(command.Member).MultilateralLimit = amount;
                break;
            case Opcode.SetNetDebitCap:
                _tables.Members.Change(command.Member).NetDebitCap = amount;
                break;
            case Opcode.SetMinimumPosition or Opcode.SetMaximumPosition:
                ResultCode bounded = SetBound(command, amount);
                if (bounded != ResultCode.Ok) return bounded;
                break;
            default:
                ResultCode code = SetBilateral(command, amount);
                if (code != ResultCode.Ok) return code;
                break;
        }

        _queues.Touch(command.Member);
        return ResultCode.Ok;
    }

    /// <summary>Sets both parts of a member's credit and moves the floor of its account by the difference.</summary>
    internal static void SetCredit(Ledger ledger, uint number, long creditLine, long collateralValue)
    {
        ref MemberRecord member = ref ledger.Clearing.Members.Change(number);
        Int128 growth = (Int128)creditLine + collateralValue - member.CreditLine - member.CollateralValue;
        ledger.Accounts.Change(member.Account).Floor -= growth;
        member.CreditLine = creditLine;
        member.CollateralValue = collateralValue;
    }

    private ResultCode SetBound(in MemberCommand command, long amount)
    {
        uint number = _tables.BoundsOf(command.Member);
        bool isMinimum = command.Opcode == Opcode.SetMinimumPosition;
        if (number == 0)
        {
            number = _tables.Limits.Append();
            if (number == 0) return ResultCode.TableFull;
            ref BilateralLimitRecord added = ref _tables.Limits.Change(number);
            added.Low = command.Member;
            added.High = command.Member;
            added.LowLimit = MemberRecord.NoLimit;
            added.HighLimit = MemberRecord.NoLimit;
            _tables.LimitByPair.Add(PaymentTables.Pair(command.Member, command.Member), number);
        }

        ref readonly BilateralLimitRecord seen = ref _tables.Limits[number];
        long minimum = isMinimum ? amount : seen.LowLimit, maximum = isMinimum ? seen.HighLimit : amount;
        if (minimum != MemberRecord.NoLimit && minimum > maximum) return ResultCode.InvalidLimit;
        ref BilateralLimitRecord bounds = ref _tables.Limits.Change(number);
        bounds.LowLimit = minimum;
        bounds.HighLimit = maximum;
        _queues.Debited(command.Member);
        return ResultCode.Ok;
    }

    private ResultCode SetBilateral(in MemberCommand command, long amount)
    {
        if (!_tables.Members.Has(command.Counterparty)) return ResultCode.UnknownMember;
        if (command.Member == command.Counterparty) return ResultCode.SameAccount;
        if (_tables.Members[command.Counterparty].System != _tables.Members[command.Member].System) return ResultCode.DifferentPaymentSystems;
        uint pair = _tables.LimitOf(command.Member, command.Counterparty);
        if (pair == 0)
        {
            if (amount == MemberRecord.NoLimit) return ResultCode.Ok;
            if (_tables.Members[command.Member].QueuedCount + _tables.Members[command.Counterparty].QueuedCount > MaxQueuedForFirstLimit) return ResultCode.Overloaded;
            pair = Relate(Math.Min(command.Member, command.Counterparty), Math.Max(command.Member, command.Counterparty));
            if (pair == 0) return ResultCode.TableFull;
        }

        ref BilateralLimitRecord limit = ref _tables.Limits.Change(pair);
        bool low = limit.Low == command.Member;
        bool had = (low ? limit.LowLimit : limit.HighLimit) != MemberRecord.NoLimit, has = amount != MemberRecord.NoLimit;
        if (low) limit.LowLimit = amount;
        else limit.HighLimit = amount;
        if (had == has) return ResultCode.Ok;

        // What is queued between the two counts against the multilateral limit exactly while there is no bilateral one.
        Int128 queued = low ? limit.Queued : -limit.Queued;
        uint count = low ? limit.LowCount : limit.HighCount;
        ref MemberRecord member = ref _tables.Members.Change(command.Member);
        member.QueuedMultilateral += has ? -queued : queued;
        if (has) member.QueuedMultilateralCount -= count;
        else member.QueuedMultilateralCount += count;
        return ResultCode.Ok;
    }

    private uint Relate(uint low, uint high)
    {
        uint pair = _tables.Limits.Append();
        if (pair == 0) return 0;
        ref BilateralLimitRecord limit = ref _tables.Limits.Change(pair);
        limit.Low = low;
        limit.High = high;
        limit.LowLimit = MemberRecord.NoLimit;
        limit.HighLimit = MemberRecord.NoLimit;
        (limit.LowCount, Int128 lowToHigh) = Between(low, high);
        (limit.HighCount, Int128 highToLow) = Between(high, low);
        limit.Queued = lowToHigh - highToLow;
        ref MemberRecord lower = ref _tables.Members.Change(low);
        limit.NextOfLow = lower.FirstLimit;
        lower.FirstLimit = pair;
        lower.LimitCount++;
        ref MemberRecord higher = ref _tables.Members.Change(high);
        limit.NextOfHigh = higher.FirstLimit;
        higher.FirstLimit = pair;
        higher.LimitCount++;
        _tables.LimitByPair.Add(PaymentTables.Pair(low, high), pair);
        return pair;
    }

    private (uint Count, Int128 Sum) Between(uint sender, uint receiver)
    {
        uint count = 0;
        Int128 sum = Int128.Zero;
        for (uint at = _tables.Members[sender].NormalHead; at != 0; at = _tables.Payments[at].Next)
        {
            if (_tables.Payments[at].Receiver != receiver) continue;
            count++;
            sum += _tables.Payments[at].Amount;
        }

        return (count, sum);
    }
}
