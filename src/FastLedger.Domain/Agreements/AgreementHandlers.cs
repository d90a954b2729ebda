// SPDX-License-Identifier: Apache-2.0
using FastLedger.Domain.Distributions;
using FastLedger.Domain.Execution;
using FastLedger.Domain.Objects;
using FastLedger.Domain.Outcomes;
using FastLedger.Domain.Policies;
using FastLedger.Domain.Rounds;
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
    private readonly SplitHandlers _splits;
    private readonly DistributionHandlers _distributions;
    private readonly RoundHandlers _rounds;
    private readonly OutcomeHandlers _outcomes;
    private readonly int _workPerBlock;

    /// <summary>Handlers over the context's ledger.</summary>
    public AgreementHandlers(ExecutionContext context, TransferHandlers transfers)
    {
        _transfers = transfers;
        _policies = new PolicyHandlers(context);
        _proposals = new ProposalHandlers(context);
        _assignments = new AssignmentHandlers(context);
        _rules = context.Rules;
        _workPerBlock = context.Ledger.Agreements.WorkPerBlock;
        _classes = new ClassHandlers(context);
        _objects = new ObjectHandlers(context);
        var movements = new Movements(context);
        _splits = new SplitHandlers(context, movements);
        _distributions = new DistributionHandlers(context, movements);
        _rounds = new RoundHandlers(context, transfers);
        _outcomes = new OutcomeHandlers(context, transfers, movements);
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
            case Opcode.CreateRound:
                return _rounds.Create(Command.As<CreateRoundCommand>(in command), ref result);
            case Opcode.CreateOutcome:
                return _outcomes.Create(Command.As<CreateOutcomeCommand>(in command), ref result);
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
            case Opcode.CreateSplit:
                return _splits.Create(Command.As<CreateSplitCommand>(in command), ref result);
            case Opcode.SetShare:
                return _splits.SetShare(Command.As<SetShareCommand>(in command), ref result);
            case Opcode.ActivateSplit:
                return _splits.Activate(Command.As<SetShareCommand>(in command), ref result);
            case Opcode.PaySplit:
                return _splits.Pay(Command.As<PaySplitCommand>(in command), ref result);
            case Opcode.Distribute:
                return _distributions.Open(Command.As<DistributeCommand>(in command), ref result);
            case Opcode.SetPayoutAccount:
                return _distributions.SetPayout(Command.As<SetPayoutAccountCommand>(in command), ref result);
            case Opcode.AmendRound:
                return _rounds.Amend(Command.As<AmendRoundCommand>(in command), ref result);
            case Opcode.Commit:
                return _rounds.Commit(Command.As<CommitCommand>(in command), ref result);
            case Opcode.Reveal:
                return _rounds.Reveal(Command.As<RevealCommand>(in command), ref result);
            case Opcode.ReportOutcome:
                return _outcomes.Report(Command.As<OutcomeCommand>(in command), ref result);
            case Opcode.DisputeOutcome:
                return _outcomes.Dispute(Command.As<OutcomeCommand>(in command), ref result);
            case Opcode.MintSet:
                return _outcomes.Mint(Command.As<CompleteSetCommand>(in command), ref result);
            case Opcode.BurnSet:
                return _outcomes.Burn(Command.As<CompleteSetCommand>(in command), ref result);
            case Opcode.Redeem:
                return _outcomes.Redeem(Command.As<RedeemCommand>(in command), ref result);
            default:
                return ResultCode.UnknownOpcode;
        }
    }

    /// <summary>At the start of a block: what is due by time, and a bounded part of the work under way.</summary>
    public void BeginBlock()
    {
        _objects.ExpireDue();
        _outcomes.FinishDue();
        _rounds.Work(_workPerBlock);
        _distributions.Work(_workPerBlock);
    }
}
