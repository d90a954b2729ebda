// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Domain;
using FastLedger.Domain.Policies;
using FastLedger.Domain.Sessions;
using FastLedger.Domain.Transfers;
using FastLedger.Primitives;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Node.Pipeline;

// Queries about policies, proposals, account rules and pending transfers; the way to those of objects, splits, rounds, outcomes and proofs.
internal sealed partial class ExecutionStage
{
    private void AnswerAgreement(in IngressHead head, ReadOnlySpan<byte> body)
    {
        switch (head.Template)
        {
            case TemplateId.PolicyQuery:
                AnswerPolicy(head, MemoryMarshal.Read<PolicyQuery>(body));
                break;
            case TemplateId.ProposalQuery:
                AnswerProposal(head, MemoryMarshal.Read<ProposalQuery>(body));
                break;
            case TemplateId.AccountRuleQuery:
                AnswerAccountRule(head, MemoryMarshal.Read<AccountRuleQuery>(body));
                break;
            case TemplateId.PendingTransferQuery:
                AnswerPendingTransfer(head, MemoryMarshal.Read<PendingTransferQuery>(body));
                break;
            case TemplateId.ObjectClassQuery:
                AnswerObjectClass(head, MemoryMarshal.Read<ObjectClassQuery>(body));
                break;
            case TemplateId.ObjectQuery:
                AnswerObject(head, MemoryMarshal.Read<ObjectQuery>(body));
                break;
            case TemplateId.ObjectHistoryQuery:
                AnswerObjectHistory(head, MemoryMarshal.Read<ObjectHistoryQuery>(body));
                break;
            case TemplateId.EventQuery:
                AnswerEvents(head, MemoryMarshal.Read<EventQuery>(body));
                break;
            case TemplateId.SplitQuery:
                AnswerSplit(head, MemoryMarshal.Read<SplitQuery>(body));
                break;
            case TemplateId.DistributionQuery:
                AnswerDistribution(head, MemoryMarshal.Read<DistributionQuery>(body));
                break;
            case TemplateId.RoundQuery:
                AnswerRound(head, MemoryMarshal.Read<RoundQuery>(body));
                break;
            case TemplateId.BidQuery:
                AnswerBid(head, MemoryMarshal.Read<BidQuery>(body));
                break;
            case TemplateId.OutcomeQuery:
                AnswerOutcome(head, MemoryMarshal.Read<OutcomeQuery>(body));
                break;
            case TemplateId.StateProofQuery:
                AnswerStateProof(head, MemoryMarshal.Read<StateProofQuery>(body));
                break;
            default:
                AnswerEventProof(head, MemoryMarshal.Read<EventProofQuery>(body));
                break;
        }
    }

    private void AnswerPolicy(in IngressHead head, in PolicyQuery query)
    {
        PolicyTables tables = _ledger.Agreements.Policies;
        uint number = query.Policy != 0 ? query.Policy
            : query.ExternalId != UInt128.Zero ? tables.PolicyById.Find(query.ExternalId)
            : tables.Find(query.Key);
        if (!_ledger.Policies.Has(number))
        {
            RejectQuery(head, query.RequestId, ResultCode.UnknownPolicy);
            return;
        }

        PolicyRecord policy = _ledger.Policies[number];
        KeyGroupRecord group = policy.Kind == PolicyKind.KeyGroup ? tables.KeyGroups[policy.KeyGroup] : default;
        if (!TryBegin<PolicyAnswerHead, PolicyMember>(head, group.MemberCount, out FrameWriter writer, out ByteRing.Entry entry, out int length)) return;
        writer.Begin(new PolicyAnswerHead
        {
            RequestId = query.RequestId,
            Policy = number,
            Threshold = group.Threshold,
            ExternalId = group.ExternalId,
            NotBeforeNs = group.NotBeforeNs,
            ExpiresAtNs = group.ExpiresAtNs,
            ChangePolicy = group.Active == 0 ? group.Creator : group.ChangePolicy == 0 ? number : group.ChangePolicy,
            State = policy.Kind switch
            {
                PolicyKind.SingleKey => PolicyState.SingleKey,
                PolicyKind.Ledger => PolicyState.Ledger,
                _ => group.Active != 0 ? PolicyState.Active : PolicyState.Draft,
            },
            Version = group.Version,
            Key = policy.Key,
            AsOfSequence = AsOf,
        });
        Span<PolicyMember> members = writer.Group<PolicyMember>(group.MemberCount);
        for (int i = 0; i < members.Length; i++)
        {
            KeyGroupMember member = group.Members[i];
            members[i] = new PolicyMember
            {
                Key = _ledger.Policies[member.Policy].Key,
                Policy = member.Policy,
                Weight = member.Weight,
                Roles = member.Roles,
                ExpiresSeconds = member.ExpiresSeconds,
            };
        }

        Finish(head, writer, entry, length);
    }

    private void AnswerProposal(in IngressHead head, in ProposalQuery query)
    {
        if (!_ledger.Agreements.Policies.Proposals.Has(query.Proposal))
        {
            RejectQuery(head, query.RequestId, ResultCode.UnknownProposal);
            return;
        }

        ProposalRecord proposal = _ledger.Agreements.Policies.Proposals[(uint)query.Proposal];
        if (!TryBegin<ProposalAnswerHead, ProposalApproval>(head, proposal.ApprovalCount, out FrameWriter writer, out ByteRing.Entry entry, out int length)) return;
        writer.Begin(new ProposalAnswerHead
        {
            RequestId = query.RequestId,
            Proposal = query.Proposal,
            Digest = proposal.Digest,
            ExpiresAtNs = proposal.ExpiresAtNs,
            Proposer = proposal.Proposer,
            State = (ProposalState)(byte)proposal.Phase,
            AsOfSequence = AsOf,
        });
        Span<ProposalApproval> approvals = writer.Group<ProposalApproval>(proposal.ApprovalCount);
        for (int i = 0; i < approvals.Length; i++)
            approvals[i] = new ProposalApproval { Key = _ledger.Policies[proposal.Approvals[i]].Key, Policy = proposal.Approvals[i] };
        Finish(head, writer, entry, length);
    }

    private void AnswerAccountRule(in IngressHead head, in AccountRuleQuery query)
    {
        if (!_ledger.Accounts.Has(query.Account))
        {
            RejectQuery(head, query.RequestId, ResultCode.UnknownAccount);
            return;
        }

        uint account = (uint)query.Account;
        uint number = _ledger.Agreements.Policies.RuleByAccount.Find(account);
        AccountRuleRecord rule = number == 0 ? default : _ledger.Agreements.Policies.AccountRules[number];
        Send(head, new AccountRuleAnswer
        {
            RequestId = query.RequestId,
            Account = account,
            PayTo = rule.PayTo,
            Groups = rule.Groups,
            Limit = rule.Limit,
            Spent = rule.Spent,
            PeriodStartNs = rule.PeriodStartNs,
            PeriodSeconds = rule.PeriodSeconds,
            GuardPolicy = rule.GuardPolicy,
            PayoutAccount = _ledger.Agreements.Distributions.Payout(account, _ledger.Accounts[account].Asset),
            AsOfSequence = AsOf,
        });
    }

    private void AnswerPendingTransfer(in IngressHead head, in PendingTransferQuery query)
    {
        uint number = RecordId.Number(query.PendingId);
        bool known = _ledger.PendingTransfers.Has(number) && _ledger.PendingTransfers[number].Generation == RecordId.Generation(query.PendingId);
        if (!known)
        {
            RejectQuery(head, query.RequestId, ResultCode.PendingNotFound);
            return;
        }

        PendingTransferRecord pending = _ledger.PendingTransfers[number];
        ConditionRecord condition = pending.Condition == 0 ? default : _ledger.Agreements.Conditions[pending.Condition];
        Send(head, new PendingTransferAnswer
        {
            RequestId = query.RequestId,
            PendingId = query.PendingId,
            DebitAccount = pending.DebitAccount,
            CreditAccount = pending.CreditAccount,
            Amount = pending.Amount,
            ExpiresAtNs = pending.ExpiresAtNs,
            NotBeforeNs = condition.NotBeforeNs,
            ReleasePolicy = condition.ReleasePolicy,
            VoidPolicy = condition.VoidPolicy,
            Outcome = condition.Outcome,
            OutcomeValue = condition.OutcomeValue,
            State = (uint)pending.State,
            Code = pending.Code,
            UserData128 = pending.UserData128,
            HashLock = condition.HashLock,
            Reference = pending.Reference,
            Sequence = pending.Sequence,
            AsOfSequence = AsOf,
        });
    }

    /// <summary>Claims room for an answer with one group.</summary>
    /// <returns>False when the connection cannot take it.</returns>
    private bool TryBegin<T, TEntry>(in IngressHead head, int count, out FrameWriter writer, out ByteRing.Entry entry, out int length)
        where T : unmanaged, IMessage where TEntry : unmanaged
    {
        length = FrameWriter.LengthOf<T, TEntry>(count);
        bool claimed = TryClaimEgress(EgressHead.Size + length, head.Connection, out entry);
        writer = claimed ? new FrameWriter(entry.Payload[EgressHead.Size..]) : default;
        return claimed;
    }

    private static void Finish(in IngressHead head, in FrameWriter writer, ByteRing.Entry entry, int length, ulong height = 0)
    {
        Invariant.Check(writer.Complete(0, 0) == length);
        PublishFrame(entry, head.Connection, length, height);
    }
}
