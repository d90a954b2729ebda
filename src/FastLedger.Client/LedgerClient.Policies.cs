// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>Policies of several keys, proposals, rules of accounts, conditional transfers.</summary>
public sealed partial class LedgerClient
{
    /// <summary>A policy by number.</summary>
    public ValueTask<PolicyInfo> GetPolicyAsync(uint policy, CancellationToken cancellationToken = default) =>
        AskAsync<PolicyQuery, PolicyInfo>(new PolicyQuery { Policy = policy }, DecodePolicy, cancellationToken);

    /// <summary>A policy by external id.</summary>
    public ValueTask<PolicyInfo> FindPolicyAsync(UInt128 externalId, CancellationToken cancellationToken = default) =>
        AskAsync<PolicyQuery, PolicyInfo>(new PolicyQuery { ExternalId = externalId }, DecodePolicy, cancellationToken);

    /// <summary>The policy of one key.</summary>
    public ValueTask<PolicyInfo> FindPolicyAsync(Hash256 key, CancellationToken cancellationToken = default) =>
        AskAsync<PolicyQuery, PolicyInfo>(new PolicyQuery { Key = key }, DecodePolicy, cancellationToken);

    /// <summary>A proposal with its approvals.</summary>
    public ValueTask<ProposalInfo> GetProposalAsync(ulong proposal, CancellationToken cancellationToken = default) =>
        AskAsync<ProposalQuery, ProposalInfo>(new ProposalQuery { Proposal = proposal }, DecodeProposal, cancellationToken);

    /// <summary>The rules that bound the debits of an account; zero where there are none.</summary>
    public ValueTask<AccountRuleAnswer> GetAccountRuleAsync(ulong account, CancellationToken cancellationToken = default) =>
        AskAsync<AccountRuleQuery, AccountRuleAnswer>(new AccountRuleQuery { Account = account }, cancellationToken);

    /// <summary>A pending transfer and its conditions.</summary>
    public ValueTask<PendingTransferAnswer> GetPendingTransferAsync(ulong pendingId, CancellationToken cancellationToken = default) =>
        AskAsync<PendingTransferQuery, PendingTransferAnswer>(new PendingTransferQuery { PendingId = pendingId }, cancellationToken);

    /// <summary>Adds, changes, rotates or removes (weight 0) a member of a policy. Value: members after it.</summary>
    public ValueTask<CommandResult> SetPolicyMemberAsync(SetPolicyMemberCommand command, CancellationToken cancellationToken = default) =>
        ExecuteAsync(command, cancellationToken);

    /// <summary>Changes the threshold of an active policy, or ends a draft. Value: the policy.</summary>
    public ValueTask<CommandResult> ActivatePolicyAsync(uint policy, uint threshold = 0, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new ActivatePolicyCommand { Policy = policy, Threshold = threshold }, cancellationToken);

    /// <summary>Opens a proposal for a digest, see <see cref="ChainDigest.Proposed"/>. Value: its id.</summary>
    public ValueTask<CommandResult> ProposeAsync(Hash256 digest, long expiresAtNs = 0, CommandFlags flags = CommandFlags.None, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new ProposalCommand { Opcode = Opcode.Propose, Digest = digest, ExpiresAtNs = expiresAtNs, Flags = flags }, cancellationToken);

    /// <summary>Approves a proposal. Value: how many approve.</summary>
    public ValueTask<CommandResult> ApproveAsync(ulong proposal, Hash256 digest, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new ProposalCommand { Opcode = Opcode.Approve, Proposal = proposal, Digest = digest }, cancellationToken);

    /// <summary>Takes an approval back; the proposer's ends the proposal. Value: how many approve.</summary>
    public ValueTask<CommandResult> WithdrawApprovalAsync(ulong proposal, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new ProposalCommand { Opcode = Opcode.WithdrawApproval, Proposal = proposal }, cancellationToken);

    /// <summary>Puts something under another policy. Value: its number.</summary>
    public ValueTask<CommandResult> AssignPolicyAsync(PolicyTarget target, ulong record, uint policy, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new AssignPolicyCommand { Target = target, Record = record, Policy = policy }, cancellationToken);

    /// <summary>Puts something under the policy of a key. Value: its number.</summary>
    public ValueTask<CommandResult> AssignPolicyAsync(PolicyTarget target, ulong record, Hash256 key, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new AssignPolicyCommand { Target = target, Record = record, PolicyKey = key }, cancellationToken);

    /// <summary>Says whom an account may pay, and to which groups it belongs. Value: the account.</summary>
    public ValueTask<CommandResult> SetAccountGroupsAsync(ulong account, ulong payTo, ulong groups, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new SetAccountGroupsCommand { Account = account, PayTo = payTo, Groups = groups }, cancellationToken);

    /// <summary>Bounds what an account may spend per period. Value: the account.</summary>
    public ValueTask<CommandResult> SetSpendingLimitAsync(ulong account, UInt128 limit, uint periodSeconds, uint guardPolicy = 0, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new SetSpendingLimitCommand { Account = account, Limit = limit, PeriodSeconds = periodSeconds, GuardPolicy = guardPolicy }, cancellationToken);

    /// <summary>Reserves an amount under conditions. Value: the pending transfer's id.</summary>
    public ValueTask<CommandResult> ReserveAsync(ReserveCommand command, CancellationToken cancellationToken = default) =>
        ExecuteAsync(command, cancellationToken);

    /// <summary>Posts a pending transfer: all of it, or an amount; the rest is released, or stays reserved. Value: the amount.</summary>
    public ValueTask<CommandResult> PostPendingAsync(ulong pendingId, UInt128? amount = null, bool keepRemainder = false, Hash256 reference = default, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new TransferCommand { Opcode = Opcode.PostPending, PendingId = pendingId, Amount = amount ?? UInt128.MaxValue, Flags = keepRemainder ? CommandFlags.KeepRemainder : CommandFlags.None, Reference = reference }, cancellationToken);

    /// <summary>Releases a pending transfer. Value: the amount.</summary>
    public ValueTask<CommandResult> VoidPendingAsync(ulong pendingId, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new TransferCommand { Opcode = Opcode.VoidPending, PendingId = pendingId }, cancellationToken);

    /// <summary>Creates an active policy with its members, in one chain. Value: its number.</summary>
    public async ValueTask<CommandResult> CreatePolicyAsync(
        CreatePolicyCommand create, IReadOnlyList<SetPolicyMemberCommand> members, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(members);
        var commands = new Command[members.Count + 2];
        commands[0] = ToCommand(create);
        for (int i = 0; i < members.Count; i++) commands[i + 1] = ToCommand(members[i] with { Policy = 0 });
        commands[^1] = ToCommand(new ActivatePolicyCommand());
        return First(await ExecuteChainAsync(commands, [], cancellationToken: cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Carries out a proposal: the commands must be those that it names. Results: of Enact, then of the commands.</summary>
    public ValueTask<CommandResult[]> EnactAsync(ulong proposal, ReadOnlySpan<Command> commands, CancellationToken cancellationToken = default)
    {
        Command[] chain = [ToCommand(new ProposalCommand { Opcode = Opcode.Enact, Proposal = proposal }), .. commands];
        return ExecuteChainAsync(chain, [], cancellationToken: cancellationToken);
    }

    /// <summary>Digest of commands as a proposal names it: linked as <see cref="EnactAsync"/> will link them.</summary>
    public static Hash256 ProposalDigest(ReadOnlySpan<Command> commands)
    {
        Command[] chain = [.. commands];
        for (int i = 0; i < chain.Length; i++)
            chain[i].Flags = i < chain.Length - 1 ? chain[i].Flags | CommandFlags.Linked : chain[i].Flags & ~CommandFlags.Linked;
        return ChainDigest.Proposed(chain);
    }

    /// <summary>Executes commands as one linked chain: all take effect or none.</summary>
    /// <param name="commands">Opcodes mixed; numbers and the link flags are filled in.</param>
    /// <param name="endorsers">Further keys that sign the chain.</param>
    /// <param name="expiresAtNs">Block time from which their signatures count no more; 0 for never.</param>
    /// <param name="cancellationToken">Ends the wait, not the chain.</param>
    /// <returns>Results of the endorsements, then of the commands.</returns>
    public async ValueTask<CommandResult[]> ExecuteChainAsync(
        ReadOnlyMemory<Command> commands, IReadOnlyList<SigningKey> endorsers, long expiresAtNs = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endorsers);
        using CommandBatch batch = RentBatch(commands.Length + endorsers.Count);
        batch.EndorseWith(endorsers, expiresAtNs);
        foreach (Command command in commands.Span) batch.Add(command);
        batch.Link();
        BatchOutcome outcome = await SubmitAsync(batch, ResultMode.All, cancellationToken).ConfigureAwait(false);
        return outcome.Results.ToArray();
    }

    /// <summary>A command of any kind as the 128 bytes that a chain is made of, with its usual opcode when it has none.</summary>
    public static Command ToCommand<T>(T command) where T : unmanaged, ICommand
    {
        Command raw = Command.Of(in command);
        if (raw.Opcode == 0) raw.Opcode = T.Opcode;
        return raw;
    }

    /// <summary>The result of a chain's first command or, when the chain failed, of the one that failed it.</summary>
    private static CommandResult First(CommandResult[] results)
    {
        foreach (CommandResult result in results)
            if (result.Code is not (ResultCode.Ok or ResultCode.LinkedFailed)) return result;
        return results[0];
    }

    private static bool DecodePolicy(in Frame frame, out PolicyInfo policy)
    {
        policy = null!;
        if (!frame.TryRead(out PolicyAnswerHead head) || !frame.TryReadGroup<PolicyMember>(out ReadOnlySequence<byte> members, out int count)) return false;
        policy = new PolicyInfo(head, ToArray<PolicyMember>(members, count));
        return true;
    }

    private static bool DecodeProposal(in Frame frame, out ProposalInfo proposal)
    {
        proposal = null!;
        if (!frame.TryRead(out ProposalAnswerHead head) || !frame.TryReadGroup<ProposalApproval>(out ReadOnlySequence<byte> approvals, out int count)) return false;
        proposal = new ProposalInfo(head, ToArray<ProposalApproval>(approvals, count));
        return true;
    }
}
