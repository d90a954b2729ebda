// SPDX-License-Identifier: Apache-2.0
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.CentralCounterparty;

/// <summary>The commands of central counterparties.</summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class CounterpartyDispatch
{
    private readonly CounterpartyHandlers _counterparties;
    private readonly MarginHandlers _margin;
    private readonly NovationHandlers _novation;
    private readonly VariationHandlers _variation;
    private readonly DeliveryHandlers _deliveries;
    private readonly DefaultHandlers _defaults;

    /// <summary>Handlers over the context's ledger.</summary>
    public CounterpartyDispatch(ExecutionContext context)
    {
        var journal = new CounterpartyJournal(context);
        var book = new PositionBook(context.Ledger);
        _counterparties = new CounterpartyHandlers(context, journal, book);
        _margin = new MarginHandlers(context, journal);
        _novation = new NovationHandlers(context, journal, book);
        _variation = new VariationHandlers(context, journal, book);
        _deliveries = new DeliveryHandlers(context, journal, book);
        _defaults = new DefaultHandlers(context, journal);
    }

    /// <summary>Executes a command of central counterparties.</summary>
    public ResultCode Dispatch(in Command command, ref CommandResult result)
    {
        switch (command.Opcode)
        {
            case Opcode.NovateTrade or Opcode.CloseOutPosition:
                return _novation.Novate(Command.As<NovationCommand>(in command), ref result);
            case Opcode.PostMargin or Opcode.WithdrawMargin or Opcode.ContributeToFund or Opcode.WithdrawContribution:
                return _margin.Change(Command.As<ClearingMemberCommand>(in command), ref result);
            case Opcode.CallMargin:
                return _margin.Call(Command.As<ClearingMemberCommand>(in command), ref result);
            case Opcode.MarkContract:
                return _variation.Mark(Command.As<ContractCommand>(in command), ref result);
            case Opcode.SettleVariation:
                return _variation.Settle(Command.As<CounterpartyCommand>(in command), ref result);
            case Opcode.SettleDeliveries:
                return _deliveries.Settle(Command.As<ContractCommand>(in command), ref result);
            case Opcode.DeclareDefault:
                return _defaults.Declare(Command.As<ClearingMemberCommand>(in command), ref result);
            case Opcode.ApplyWaterfall:
                return _defaults.Apply(Command.As<ClearingMemberCommand>(in command), ref result);
            case Opcode.CreateCounterparty:
                return _counterparties.Create(Command.As<CounterpartyCommand>(in command), ref result);
            case Opcode.ConfigureCounterparty:
                return _counterparties.Configure(Command.As<CounterpartyCommand>(in command), ref result);
            case Opcode.AdmitClearingMember:
                return _counterparties.Admit(Command.As<ClearingMemberCommand>(in command), ref result);
            case Opcode.ListContract:
                return _counterparties.List(Command.As<ContractCommand>(in command), ref result);
            case Opcode.ConfigureContract:
                return _counterparties.ConfigureContract(Command.As<ContractCommand>(in command), ref result);
            default:
                return ResultCode.UnknownOpcode;
        }
    }
}
