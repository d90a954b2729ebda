// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Domain.CentralCounterparty;
using FastLedger.Domain.Clearing;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;

namespace FastLedger.Node.Pipeline;

// Queries about central counterparties.
internal sealed partial class ExecutionStage
{
    private void AnswerCounterparties(in IngressHead head, ReadOnlySpan<byte> body)
    {
        CounterpartyTables tables = _ledger.Counterparties;
        ulong request = MemoryMarshal.Read<ulong>(body);
        switch (head.Template)
        {
            case TemplateId.CounterpartyQuery:
                uint counterparty = MemoryMarshal.Read<CounterpartyQuery>(body).Counterparty;
                if (tables.Counterparties.Has(counterparty)) AnswerCounterparty(head, request, counterparty);
                else RejectQuery(head, request, ResultCode.UnknownCounterparty);
                break;
            case TemplateId.ClearingMemberQuery:
                ClearingMemberQuery asked = MemoryMarshal.Read<ClearingMemberQuery>(body);
                uint member = asked.ClearingMember != 0 ? asked.ClearingMember : tables.ClearingMemberByMember.Find(PaymentTables.Pair(asked.Counterparty, asked.Member));
                if (tables.ClearingMembers.Has(member)) AnswerClearingMember(head, request, member);
                else RejectQuery(head, request, ResultCode.UnknownClearingMember);
                break;
            case TemplateId.ContractQuery:
                ContractQuery contract = MemoryMarshal.Read<ContractQuery>(body);
                if (tables.Contracts.Has(contract.Contract)) AnswerContract(head, request, contract);
                else RejectQuery(head, request, ResultCode.UnknownContract);
                break;
            default:
                uint number = MemoryMarshal.Read<DefaultQuery>(body).Default;
                if (tables.Defaults.Has(number)) AnswerDefault(head, request, number);
                else RejectQuery(head, request, ResultCode.NotFound);
                break;
        }
    }

    private void AnswerCounterparty(in IngressHead head, ulong request, uint number)
    {
        CounterpartyRecord counterparty = _ledger.Counterparties.Counterparties[number];
        Int128 held = Int128.Max(_ledger.Accounts[counterparty.DefaultAccount].Available, Int128.Zero);
        Send(head, new CounterpartyAnswer
        {
            RequestId = request,
            Counterparty = number,
            System = counterparty.System,
            MemberCount = counterparty.MemberCount,
            ContractCount = counterparty.ContractCount,
            OpenDefaults = counterparty.OpenDefaults,
            AssessmentPpm = counterparty.AssessmentPpm,
            VariationAccount = counterparty.VariationAccount,
            MarginAccount = counterparty.MarginAccount,
            FundAccount = counterparty.FundAccount,
            CapitalAccount = counterparty.CapitalAccount,
            DefaultAccount = counterparty.DefaultAccount,
            Capital = counterparty.Capital,
            Trades = counterparty.Trades,
            FirstMember = counterparty.FirstMember,
            FundTotal = counterparty.FundTotal,
            MarginTotal = counterparty.MarginTotal,
            DefaultDue = counterparty.DefaultDue,
            Missing = (Int128)counterparty.DefaultDue > held ? (UInt128)((Int128)counterparty.DefaultDue - held) : UInt128.Zero,
            Uncovered = counterparty.Uncovered,
            VariationPaid = counterparty.VariationPaid,
            AsOfSequence = AsOf,
        });
    }

    private void AnswerClearingMember(in IngressHead head, ulong request, uint number)
    {
        ClearingMemberRecord member = _ledger.Counterparties.ClearingMembers[number];
        Send(head, new ClearingMemberAnswer
        {
            RequestId = request,
            ClearingMember = number,
            Counterparty = member.Counterparty,
            Member = member.Member,
            State = (uint)member.State,
            NextMember = member.NextMember,
            FirstContract = ContractOf(member.FirstPosition),
            OpenPositions = member.OpenPositions,
            Default = member.Default,
            Margin = member.Margin,
            Contribution = member.Contribution,
            LossShare = member.LossShare,
            AssessmentUnpaid = member.AssessmentUnpaid,
            Requirement = member.Requirement,
            Called = member.Called,
            VariationDue = member.VariationDue,
            VariationReceived = member.VariationReceived,
            AsOfSequence = AsOf,
        });
    }

    private void AnswerContract(in IngressHead head, ulong request, in ContractQuery query)
    {
        CounterpartyTables tables = _ledger.Counterparties;
        ContractRecord contract = tables.Contracts[query.Contract];
        uint number = tables.PositionOf(query.Contract, query.ClearingMember);
        ClearedPositionRecord position = number == 0 ? default : tables.Positions[number];
        Send(head, new ContractAnswer
        {
            RequestId = request,
            Contract = query.Contract,
            Counterparty = contract.Counterparty,
            State = (uint)contract.State,
            SecuritySystem = contract.SecuritySystem,
            SettlementDate = contract.SettlementDate,
            PositionCount = contract.PositionCount,
            MarginPerUnit = contract.MarginPerUnit,
            Price = contract.Price,
            OpenInterest = contract.OpenInterest,
            Traded = contract.Traded,
            Delivered = contract.Delivered,
            Carried = contract.Carried,
            HouseQuantity = contract.HouseQuantity,
            Quantity = position.Quantity,
            Bought = position.Bought,
            Sold = position.Sold,
            Cost = position.Cost,
            FailingSince = position.FailingSince,
            NextContract = ContractOf(position.NextOfMember),
            AsOfSequence = AsOf,
        });
    }

    private void AnswerDefault(in IngressHead head, ulong request, uint number)
    {
        DefaultRecord record = _ledger.Counterparties.Defaults[number];
        Send(head, new DefaultAnswer
        {
            RequestId = request,
            Default = number,
            Counterparty = record.Counterparty,
            ClearingMember = record.ClearingMember,
            State = record.State,
            DeclaredSequence = record.DeclaredSequence,
            ResolvedSequence = record.ResolvedSequence,
            Loss = record.Loss,
            Uncovered = record.Uncovered,
            Margin = record.Margin,
            Contribution = record.Contribution,
            Capital = record.Capital,
            SurvivorFund = record.SurvivorFund,
            Assessments = record.Assessments,
            AssessmentsUnpaid = record.AssessmentsUnpaid,
            AsOfSequence = AsOf,
        });
    }

    private uint ContractOf(uint position) => position == 0 ? 0 : _ledger.Counterparties.Positions[position].Contract;
}
