// SPDX-License-Identifier: Apache-2.0
using FastLedger.Domain.Execution;
using FastLedger.Domain.Objects;
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
    private readonly ClassHandlers _classes;
    private readonly ObjectHandlers _objects;

    /// <summary>Handlers over the context's ledger.</summary>
    public AgreementHandlers(ExecutionContext context, TransferHandlers transfers)
    {
        _transfers = transfers;
        _policies = new PolicyHandlers(context);
        _proposals = new ProposalHandlers(context);
        _assignments = new AssignmentHandlers(context);
        _rules = context.Rules;
        _classes = new ClassHandlers(context);
        _objects = new ObjectHandlers(context);
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
            case Opcode.CreateObject:
                return _objects.Create(Command.As<CreateObjectCommand>(in command), ref result);
            case Opcode.ChangeObject:
                return _objects.Change(Command.As<ChangeObjectCommand>(in command), ref result);
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
            case Opcode.CreateClass:
                return _classes.Create(Command.As<CreateClassCommand>(in command), ref result);
            case Opcode.SetTransition:
                return _classes.SetTransition(Command.As<SetTransitionCommand>(in command), ref result);
            case Opcode.ActivateClass:
                return _classes.Activate(Command.As<SetTransitionCommand>(in command), ref result);
            case Opcode.TransferObject or Opcode.SetLien or Opcode.ReleaseLien:
                return _objects.ChangeParty(Command.As<ObjectPartyCommand>(in command), ref result);
            case Opcode.CheckObject:
                return _objects.Check(Command.As<CheckObjectCommand>(in command), ref result);
            case Opcode.CheckPath:
                return _objects.CheckPath(Command.As<CheckPathCommand>(in command), ref result);
            default:
                return ResultCode.UnknownOpcode;
        }
    }

    /// <summary>At the start of a block: what is due by time, and a bounded part of the work under way.</summary>
    public void BeginBlock() => _objects.ExpireDue();
}
