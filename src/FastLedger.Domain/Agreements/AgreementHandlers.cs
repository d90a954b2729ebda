// SPDX-License-Identifier: Apache-2.0
using FastLedger.Domain.Execution;
using FastLedger.Domain.Policies;
using FastLedger.Domain.Transfers;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Agreements;

/// <summary>The commands of policies, conditions, objects, splits, rounds and outcomes, and the work that they leave to the ledger.</summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class AgreementHandlers
{
    private readonly TransferHandlers _transfers;
    private readonly PolicyHandlers _policies;
    private readonly ProposalHandlers _proposals;
    private readonly AssignmentHandlers _assignments;
    private readonly AccountRules _rules;

    /// <summary>Handlers over the context's ledger.</summary>
    public AgreementHandlers(ExecutionContext context, TransferHandlers transfers)
    {
        _transfers = transfers;
        _policies = new PolicyHandlers(context);
        _proposals = new ProposalHandlers(context);
        _assignments = new AssignmentHandlers(context);
        _rules = context.Rules;
    }

    /// <summary>Executes a command of opcode 140 … 199.</summary>
    public ResultCode Dispatch(in Command command, ref CommandResult result)
    {
        switch (command.Opcode)
        {
            case Opcode.Reserve:
                return _transfers.ReserveConditional(Command.As<ReserveCommand>(in command), ref result);
            case Opcode.CreatePolicy:
                return _policies.Create(Command.As<CreatePolicyCommand>(in command), ref result);
            case Opcode.Propose:
                return _proposals.Propose(Command.As<ProposalCommand>(in command), ref result);
        }

        if ((command.Flags & ~CommandFlags.Linked) != 0) return ResultCode.InvalidFlags;
        switch (command.Opcode)
        {
            case Opcode.SetPolicyMember:
                return _policies.SetMember(Command.As<SetPolicyMemberCommand>(in command), ref result);
            case Opcode.ActivatePolicy:
                return _policies.Activate(Command.As<ActivatePolicyCommand>(in command), ref result);
            case Opcode.Endorse:
                return _proposals.Endorse(Command.As<EndorseCommand>(in command), ref result);
            case Opcode.Approve:
                return _proposals.Approve(Command.As<ProposalCommand>(in command), ref result);
            case Opcode.WithdrawApproval:
                return _proposals.Withdraw(Command.As<ProposalCommand>(in command), ref result);
            case Opcode.Enact:
                return _proposals.Enact(Command.As<ProposalCommand>(in command), ref result);
            case Opcode.AssignPolicy:
                return _assignments.Assign(Command.As<AssignPolicyCommand>(in command), ref result);
            case Opcode.SetAccountGroups:
                return _rules.SetGroups(Command.As<SetAccountGroupsCommand>(in command), ref result);
            case Opcode.SetSpendingLimit:
                return _rules.SetLimit(Command.As<SetSpendingLimitCommand>(in command), ref result);
            default:
                return ResultCode.UnknownOpcode;
        }
    }
}
