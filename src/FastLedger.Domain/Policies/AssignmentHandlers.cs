// SPDX-License-Identifier: Apache-2.0
using FastLedger.Domain.Agreements;
using FastLedger.Domain.Execution;
using FastLedger.Domain.Validators;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Policies;

/// <summary>Puts accounts, assets, instruments, classes and splits under other policies.</summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class AssignmentHandlers
{
    private readonly ExecutionContext _context;
    private readonly Ledger _ledger;
    private readonly AgreementTables _tables;

    /// <summary>Handlers over the context's ledger.</summary>
    public AssignmentHandlers(ExecutionContext context)
    {
        _context = context;
        _ledger = context.Ledger;
        _tables = _ledger.Agreements;
    }

    /// <summary>Assigns a policy; the present one must agree.</summary>
    public ResultCode Assign(in AssignPolicyCommand command, ref CommandResult result)
    {
        if (!command.Reserved0.IsZero) return ResultCode.ReservedFieldNotZero;
        if ((command.Policy == 0) == command.PolicyKey.IsZero) return ResultCode.InvalidAssignment;
        ResultCode code = Present(command, out uint present);
        if (code != ResultCode.Ok) return code;
        code = _context.Check(present);
        if (code != ResultCode.Ok) return code;
        uint policy = command.Policy;
        if (policy != 0 && !_context.Authority.Exists(policy)) return ResultCode.UnknownPolicy;
        if (policy == 0 && (code = _tables.Policies.Ensure(command.PolicyKey, out policy)) != ResultCode.Ok) return code;
        if (policy == present) return ResultCode.AlreadyInState;
        uint record = (uint)command.Record;
        switch (command.Target)
        {
            case PolicyTarget.Account:
                _ledger.Accounts.Change(record).Policy = policy;
                break;
            case PolicyTarget.Asset:
                _ledger.Assets.Change(record).IssuerPolicy = policy;
                break;
            case PolicyTarget.Instrument:
                _ledger.Instruments.Change(record).Policy = policy;
                break;
            case PolicyTarget.ObjectClass:
                _tables.Objects.Classes.Change(record).Policy = policy;
                break;
            case PolicyTarget.ObjectClassIssuer:
                _tables.Objects.Classes.Change(record).IssuePolicy = policy;
                break;
            case PolicyTarget.PaymentSystem:
                _ledger.Clearing.Systems.Change(record).OperatorPolicy = policy;
                break;
            case PolicyTarget.Exchange:
                _ledger.Clearing.Exchanges.Change(record).OperatorPolicy = policy;
                break;
            case PolicyTarget.ValidatorSet:
                _ledger.Validators.AssignAdministrator(policy);
                break;
            default:
                _tables.Distributions.Splits.Change(record).Policy = policy;
                break;
        }

        result.Value = record;
        return ResultCode.Ok;
    }

    /// <summary>The policy that must agree.</summary>
    private ResultCode Present(in AssignPolicyCommand command, out uint policy)
    {
        policy = 0;
        ulong record = command.Record;
        switch (command.Target)
        {
            case PolicyTarget.Account:
                if (!_ledger.Accounts.Has(record)) return ResultCode.UnknownAccount;

                // A settlement account belongs to the participant that joined with it.
                if ((_ledger.Accounts[(uint)record].Flags & AccountFlags.Settlement) != 0) return ResultCode.WrongSettlementAccount;
                policy = _ledger.Accounts[(uint)record].Policy;
                return ResultCode.Ok;
            case PolicyTarget.Asset:
                if (!_ledger.Assets.Has(record)) return ResultCode.UnknownAsset;
                policy = _ledger.Assets[(uint)record].IssuerPolicy;
                return ResultCode.Ok;
            case PolicyTarget.Instrument:
                if (!_ledger.Instruments.Has(record)) return ResultCode.UnknownInstrument;
                policy = _ledger.Instruments[(uint)record].Policy;
                return ResultCode.Ok;
            case PolicyTarget.ObjectClass or PolicyTarget.ObjectClassIssuer:
                if (!_tables.Objects.Classes.Has(record)) return ResultCode.UnknownClass;
                policy = _tables.Objects.Classes[(uint)record].Policy;
                return ResultCode.Ok;
            case PolicyTarget.Split:
                if (!_tables.Distributions.Splits.Has(record)) return ResultCode.UnknownSplit;
                policy = _tables.Distributions.Splits[(uint)record].Policy;
                return ResultCode.Ok;
            case PolicyTarget.PaymentSystem:
                if (!_ledger.Clearing.Systems.Has(record)) return ResultCode.UnknownPaymentSystem;
                policy = _ledger.Clearing.Systems[(uint)record].OperatorPolicy;
                return ResultCode.Ok;
            case PolicyTarget.Exchange:
                if (!_ledger.Clearing.Exchanges.Has(record)) return ResultCode.UnknownExchange;
                policy = _ledger.Clearing.Exchanges[(uint)record].OperatorPolicy;
                return ResultCode.Ok;
            case PolicyTarget.ValidatorSet:
                if (record != ValidatorTable.SetRecord) return ResultCode.InvalidAssignment;
                policy = _ledger.Validators.AdministratorPolicy(_tables.Policies);
                return _ledger.Validators.HasAdministrator ? ResultCode.Ok : ResultCode.NoAdministrator;
            default:
                return ResultCode.InvalidAssignment;
        }
    }
}
