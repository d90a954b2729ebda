// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Clearing;

/// <summary>Payments: submit, return, revoke, reprioritise, move, recall, and resolution on command.</summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class PaymentHandlers
{
    private const PaymentFlags KnownFlags = PaymentFlags.FifoBypass | PaymentFlags.SettleOrReject | PaymentFlags.Customer | PaymentFlags.RollValueDate;

    private const long MaxTillNs = uint.MaxValue * 1_000_000_000L;

    private readonly Ledger _ledger;
    private readonly PaymentTables _tables;
    private readonly ExecutionContext _context;
    private readonly PaymentQueues _queues;
    private readonly PaymentSettlement _settlement;
    private readonly GrossSettlement _gross;
    private readonly QueueResolution _resolution;
    private readonly BusinessDays _days;

    /// <summary>Handlers over the context's ledger.</summary>
    public PaymentHandlers(ExecutionContext context, PaymentQueues queues, PaymentSettlement settlement, GrossSettlement gross, QueueResolution resolution, BusinessDays days)
    {
        _context = context;
        _ledger = context.Ledger;
        _tables = _ledger.Clearing;
        _queues = queues;
        _settlement = settlement;
        _gross = gross;
        _resolution = resolution;
        _days = days;
    }

    /// <summary>Submits a payment, or returns one.</summary>
    public ResultCode Submit(in SubmitPaymentCommand command, ref CommandResult result)
    {
        if (command.Reserved0 != 0 || command.Reserved1 != 0) return ResultCode.ReservedFieldNotZero;
        if (!_tables.Members.Has(command.Sender) || !_tables.Members.Has(command.Receiver)) return ResultCode.UnknownMember;
        if (command.Sender == command.Receiver) return ResultCode.SameAccount;
        ref readonly MemberRecord sender = ref _tables.Members[command.Sender];
        if (sender.System != _tables.Members[command.Receiver].System) return ResultCode.DifferentPaymentSystems;
        if (!MayActFor(sender)) return ResultCode.Unauthorized;
        ResultCode code = CheckFields(command);
        if (code != ResultCode.Ok) return code;
        if (!_context.HasRoomForEvents) return ResultCode.Overloaded;
        uint original = 0;
        if (command.Opcode == Opcode.ReturnPayment)
        {
            code = CheckReturn(command, out original, ref result);
            if (code != ResultCode.Ok) return code;
        }
        else if (command.Original != 0)
        {
            return ResultCode.ReservedFieldNotZero;
        }

        code = _days.Assign(sender.System, command.ValueDate, command.PaymentFlags, out uint day);
        if (code != ResultCode.Ok) return code;
        bool isToday = _days.IsOpen(day);
        if ((command.PaymentFlags & PaymentFlags.SettleOrReject) != 0)
        {
            if (!isToday) return ResultCode.InvalidPayment;
            code = CheckNow(command, sender);
            if (code != ResultCode.Ok) return code;
        }

        uint number = _queues.Allocate();
        if (number == 0) return ResultCode.TableFull;
        ref PaymentRecord payment = ref _tables.Payments.Change(number);
        payment.Amount = command.Amount;
        payment.TillSeconds = (uint)((command.TillNs + 999_999_999) / 1_000_000_000);
        payment.Original = original;
        payment.RejectNs = command.RejectNs;
        payment.Number = command.Number;
        payment.Uetr = command.Uetr;
        payment.Reference = command.Reference;
        payment.Sender = command.Sender;
        payment.Receiver = command.Receiver;
        payment.Code = command.Code;
        payment.ValueDate = day == 0 ? 0 : _tables.BusinessDays[day].Date;
        payment.Priority = command.Priority;
        payment.Flags = command.PaymentFlags;
        if (original != 0) _tables.Payments.Change(original).Returned += command.Amount;
        ulong id = RecordId.Of(number, payment.Generation);
        if (!isToday)
        {
            payment.EnteredNs = command.FromNs;
            _days.Store(number, day);
        }
        else if (command.FromNs > _context.TimestampNs)
        {
            payment.State = PaymentState.Waiting;
            payment.EnteredNs = command.FromNs;
            _tables.Times.Add(number, command.FromNs);
        }
        else
        {
            _gross.Enter(number);
        }

        result.Value = Named(id, _tables.Payments[number].State);
        return ResultCode.Ok;
    }

    /// <summary>Revokes a payment that has not settled.</summary>
    public ResultCode Revoke(in PaymentChangeCommand command, ref CommandResult result)
    {
        ResultCode code = Find(command, out uint number, ref result);
        if (code != ResultCode.Ok) return code;
        if (command.Before != 0 || command.Priority != 0) return ResultCode.ReservedFieldNotZero;
        ref readonly PaymentRecord payment = ref _tables.Payments[number];
        if (payment.State is not (PaymentState.Queued or PaymentState.Waiting or PaymentState.Warehoused)) return ResultCode.PaymentState;
        TakeBack(number);
        result.Value = Named(command.Payment, PaymentState.Revoked);
        return ResultCode.Ok;
    }

    /// <summary>Gives a queued payment another priority; it stands last there.</summary>
    public ResultCode Reprioritise(in PaymentChangeCommand command, ref CommandResult result)
    {
        ResultCode code = Find(command, out uint number, ref result);
        if (code != ResultCode.Ok) return code;
        if (command.Before != 0) return ResultCode.ReservedFieldNotZero;
        ref readonly PaymentRecord seen = ref _tables.Payments[number];
        if (seen.State != PaymentState.Queued) return ResultCode.PaymentState;
        if (command.Priority > PaymentPriority.Normal) return ResultCode.InvalidPayment;
        if (command.Priority != PaymentPriority.Normal && (seen.Flags & PaymentFlags.FifoBypass) != 0) return ResultCode.InvalidPayment;
        if (seen.Priority == command.Priority) return ResultCode.AlreadyInState;
        uint sender = seen.Sender;
        _queues.Remove(number);
        _tables.Payments.Change(number).Priority = command.Priority;
        _queues.Add(number);
        _queues.Touch(sender);
        return ResultCode.Ok;
    }

    /// <summary>Moves a queued payment inside its priority.</summary>
    public ResultCode Move(in PaymentChangeCommand command, ref CommandResult result)
    {
        ResultCode code = Find(command, out uint number, ref result);
        if (code != ResultCode.Ok) return code;
        if (command.Priority != 0) return ResultCode.ReservedFieldNotZero;
        ref readonly PaymentRecord payment = ref _tables.Payments[number];
        if (payment.State != PaymentState.Queued) return ResultCode.PaymentState;
        uint before = 0;
        if (command.Before != 0)
        {
            before = Find(command.Before);
            if (before == 0) return ResultCode.UnknownPayment;
            ref readonly PaymentRecord other = ref _tables.Payments[before];
            if (before == number || other.State != PaymentState.Queued || other.Sender != payment.Sender || other.Priority != payment.Priority)
                return ResultCode.InvalidPayment;
        }

        _queues.Move(number, before);
        _queues.Touch(payment.Sender);
        return ResultCode.Ok;
    }

    /// <summary>Recalls a payment: honoured while it is queued, a request to the receiver once it is settled (ISO 20022 camt.056).</summary>
    public ResultCode Recall(in PaymentChangeCommand command, ref CommandResult result)
    {
        ResultCode code = Find(command, out uint number, ref result);
        if (code != ResultCode.Ok) return code;
        if (command.Before != 0 || command.Priority != 0) return ResultCode.ReservedFieldNotZero;
        PaymentState state = _tables.Payments[number].State;
        if (state is PaymentState.Queued or PaymentState.Waiting or PaymentState.Warehoused)
        {
            TakeBack(number);
            result.Value = Named(command.Payment, PaymentState.Revoked);
            return ResultCode.Ok;
        }

        if (state != PaymentState.Settled) return ResultCode.PaymentState;
        _settlement.Tell(number, PaymentEventKind.RecallRequested);
        return ResultCode.Ok;
    }

    /// <summary>Resolves the queues of a system now. A large resolution goes on in the next blocks.</summary>
    public ResultCode Resolve(in PaymentSystemWorkCommand command, ref CommandResult result)
    {
        if (command.Date != 0 || (command.CustomerCutoffNs | command.InterbankCutoffNs) != 0) return ResultCode.ReservedFieldNotZero;
        if (command.Reserved0 != 0 || command.Reserved1 != UInt128.Zero || !command.Reserved2.IsZero) return ResultCode.ReservedFieldNotZero;
        if (!_tables.Systems.Has(command.System)) return ResultCode.UnknownPaymentSystem;
        if (!_context.Holds(_tables.Systems[command.System].OperatorPolicy)) return ResultCode.Unauthorized;
        if ((_tables.Systems[command.System].Options & PaymentSystemOptions.PositionBounds) != 0) return ResultCode.InvalidFlags;
        if (_ledger.Undo.IsRecording) return ResultCode.NotAllowedInChain;
        if (_tables.Systems[command.System].Phase != ResolutionPhase.Idle) return ResultCode.ResolutionRunning;
        int budget = _tables.WorkPerBlock;
        _resolution.Start(command.System);
        _resolution.Work(command.System, ref budget);
        result.Value = _tables.Systems[command.System].ResolvedCount;
        return ResultCode.Ok;
    }

    private static UInt128 Named(ulong id, PaymentState state) => ((UInt128)(ulong)state << 64) | id;

    private bool MayActFor(in MemberRecord member)
    {
        ref readonly ParticipantRecord participant = ref _tables.Participants[member.Participant];
        if (!_context.Holds(participant.Policy)) return _context.Holds(_tables.Systems[member.System].OperatorPolicy);
        if (participant.Session != _context.Session) _tables.Participants.Change(member.Participant).Session = _context.Session;
        return true;
    }

    private ResultCode CheckFields(in SubmitPaymentCommand command)
    {
        if (command.Amount == 0) return ResultCode.AmountZero;
        if (command.Amount > long.MaxValue) return ResultCode.AmountTooLarge;
        if (command.Priority > PaymentPriority.Normal || (command.PaymentFlags & ~KnownFlags) != 0) return ResultCode.InvalidPayment;
        if ((command.PaymentFlags & PaymentFlags.FifoBypass) != 0 && command.Priority != PaymentPriority.Normal) return ResultCode.InvalidPayment;
        if (command.FromNs < 0 || command.TillNs is < 0 or > MaxTillNs || command.RejectNs < 0) return ResultCode.InvalidPayment;
        if (command.RejectNs != 0 && (command.RejectNs <= command.FromNs || command.RejectNs <= _context.TimestampNs)) return ResultCode.InvalidPayment;
        return ResultCode.Ok;
    }

    private ResultCode CheckReturn(in SubmitPaymentCommand command, out uint original, ref CommandResult result)
    {
        original = Find(command.Original);
        if (original == 0) return ResultCode.UnknownPayment;
        ref readonly PaymentRecord payment = ref _tables.Payments[original];
        result.Value = Named(command.Original, payment.State);
        if (payment.State != PaymentState.Settled || payment.Original != 0) return ResultCode.PaymentState;
        if (payment.Sender != command.Receiver || payment.Receiver != command.Sender) return ResultCode.InvalidPayment;
        return command.Amount > payment.Amount - payment.Returned ? ResultCode.ExceedsOriginal : ResultCode.Ok;
    }

    private ResultCode CheckNow(in SubmitPaymentCommand command, in MemberRecord sender)
    {
        if (command.FromNs > _context.TimestampNs) return ResultCode.InvalidPayment;
        if ((_tables.Systems[sender.System].Options & PaymentSystemOptions.ResolutionOnly) != 0) return ResultCode.InvalidPayment;
        if (_tables.Systems[sender.System].Phase != ResolutionPhase.Idle) return ResultCode.ResolutionRunning;
        if (!GrossSettlement.MayGoAhead(sender, command.Priority, command.PaymentFlags)) return ResultCode.QueuedAhead;
        return _settlement.Check(command.Sender, command.Receiver, command.Amount, command.Priority);
    }

    private ResultCode Find(in PaymentChangeCommand command, out uint number, ref CommandResult result)
    {
        number = 0;
        if (command.Reserved0 != 0 || (command.Reserved1 | command.Reserved2) != 0 || command.Reserved3 != 0) return ResultCode.ReservedFieldNotZero;
        if (command.Reserved4 != UInt128.Zero || !command.Reserved5.IsZero) return ResultCode.ReservedFieldNotZero;
        number = Find(command.Payment);
        if (number == 0) return ResultCode.UnknownPayment;
        ref readonly PaymentRecord payment = ref _tables.Payments[number];
        ref readonly MemberRecord sender = ref _tables.Members[payment.Sender];
        if (!MayActFor(sender)) return ResultCode.Unauthorized;
        result.Value = Named(command.Payment, payment.State);
        if (!_context.HasRoomForEvents) return ResultCode.Overloaded;
        return _tables.Systems[sender.System].Phase != ResolutionPhase.Idle ? ResultCode.ResolutionRunning : ResultCode.Ok;
    }

    private uint Find(ulong id)
    {
        uint number = RecordId.Number(id);
        return _tables.Payments.Has(number) && _tables.Payments[number].Generation == RecordId.Generation(id) ? number : 0;
    }

    private void TakeBack(uint number)
    {
        uint sender = _tables.Payments[number].Sender;
        if (_tables.Payments[number].State == PaymentState.Waiting) _tables.Times.Remove(number);
        else if (_tables.Payments[number].State == PaymentState.Warehoused) _days.Withdraw(number);
        else _queues.Remove(number);
        _queues.End(number, PaymentState.Revoked);
        _settlement.Tell(number, PaymentEventKind.Revoked);
        _queues.Touch(sender);
    }
}
