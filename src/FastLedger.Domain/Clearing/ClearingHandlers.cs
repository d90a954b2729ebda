// SPDX-License-Identifier: Apache-2.0
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Clearing;

/// <summary>The commands of payment clearing, and the work that it does by itself.</summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class ClearingHandlers
{
    private readonly ParticipantHandlers _participants;
    private readonly LiquidityHandlers _liquidity;
    private readonly CollateralHandlers _collateral;
    private readonly PaymentHandlers _payments;
    private readonly CycleHandlers _cycles;
    private readonly ExchangeHandlers _exchanges;
    private readonly BusinessDayHandlers _days;
    private readonly PaymentWork _work;

    /// <summary>Handlers over the context's ledger.</summary>
    public ClearingHandlers(ExecutionContext context)
    {
        var settlement = new PaymentSettlement(context, context.Queues);
        var days = new BusinessDays(context, context.Queues, settlement);
        var gross = new GrossSettlement(context, context.Queues, settlement, days);
        var resolution = new QueueResolution(context, context.Queues, settlement, gross);
        _participants = new ParticipantHandlers(context, context.Queues);
        _liquidity = new LiquidityHandlers(context, context.Queues);
        _collateral = new CollateralHandlers(context, context.Queues);
        _payments = new PaymentHandlers(context, context.Queues, settlement, gross, resolution, days);
        _cycles = new CycleHandlers(context);
        _exchanges = new ExchangeHandlers(context);
        _days = new BusinessDayHandlers(context, days, resolution);
        _work = new PaymentWork(context, context.Queues, settlement, gross, resolution, days, _exchanges);
    }

    /// <summary>Executes a command of payment clearing.</summary>
    public ResultCode Dispatch(in Command command, ref CommandResult result)
    {
        switch (command.Opcode)
        {
            case Opcode.SubmitPayment or Opcode.ReturnPayment:
                return _payments.Submit(Command.As<SubmitPaymentCommand>(in command), ref result);
            case Opcode.RevokePayment:
                return _payments.Revoke(Command.As<PaymentChangeCommand>(in command), ref result);
            case Opcode.ReprioritisePayment:
                return _payments.Reprioritise(Command.As<PaymentChangeCommand>(in command), ref result);
            case Opcode.MovePayment:
                return _payments.Move(Command.As<PaymentChangeCommand>(in command), ref result);
            case Opcode.RecallPayment:
                return _payments.Recall(Command.As<PaymentChangeCommand>(in command), ref result);
            case Opcode.ResolveQueues:
                return _payments.Resolve(Command.As<PaymentSystemWorkCommand>(in command), ref result);
            case >= Opcode.PlanBusinessDay and <= Opcode.CloseBusinessDay:
                return _days.Dispatch(Command.As<PaymentSystemWorkCommand>(in command), ref result);
            case Opcode.AddObligation:
                return _cycles.Add(Command.As<ObligationCommand>(in command), ref result);
            case Opcode.OpenCycle:
                return _cycles.Open(Command.As<CycleCommand>(in command), ref result);
            case Opcode.CloseCycle:
                return _cycles.Close(Command.As<CycleCommand>(in command), ref result);
            case Opcode.SettleCycle:
                return _cycles.Settle(Command.As<CycleCommand>(in command), ref result);
            case Opcode.RecastCycle:
                return _cycles.Recast(Command.As<CycleCommand>(in command), ref result);
            case Opcode.SubmitExchange:
                return _exchanges.Submit(Command.As<ExchangeCommand>(in command), ref result);
            case Opcode.WithdrawExchange:
                return _exchanges.Withdraw(Command.As<ExchangeCommand>(in command), ref result);
            case Opcode.SetExchangeCurrency:
                return _exchanges.SetCurrency(Command.As<ExchangeCommand>(in command), ref result);
            case Opcode.CreateExchange:
                return _exchanges.Create(Command.As<ExchangeCommand>(in command), ref result);
            case Opcode.CreatePaymentSystem:
                return _participants.CreateSystem(Command.As<PaymentSystemCommand>(in command), ref result);
            case Opcode.ConfigurePaymentSystem:
                return _participants.ConfigureSystem(Command.As<PaymentSystemCommand>(in command), ref result);
            case Opcode.OpenParticipant:
                return _participants.Open(Command.As<OpenParticipantCommand>(in command), ref result);
            case Opcode.SuspendParticipant or Opcode.ResumeParticipant:
                return _participants.Suspend(Command.As<MemberCommand>(in command), ref result);
            case Opcode.JoinPaymentSystem:
                return _participants.Join(Command.As<MemberCommand>(in command), ref result);
            case Opcode.SetCreditLine or Opcode.SetReservation or Opcode.SetMultilateralLimit or Opcode.SetNetDebitCap or Opcode.SetBilateralLimit
                or Opcode.SetMinimumPosition or Opcode.SetMaximumPosition:
                return _liquidity.Change(Command.As<MemberCommand>(in command), ref result);
            case Opcode.SetCollateralAsset:
                return _collateral.SetAsset(Command.As<CollateralCommand>(in command), ref result);
            case Opcode.PledgeCollateral or Opcode.ReleaseCollateral:
                return _collateral.Pledge(Command.As<CollateralCommand>(in command), ref result);
            default:
                return ResultCode.UnknownOpcode;
        }
    }

    /// <summary>After a command or a chain that touched members.</summary>
    public void AfterCommand() => _work.AfterCommand();

    /// <summary>At the start of a block.</summary>
    public void BeginBlock() => _work.BeginBlock();
}
