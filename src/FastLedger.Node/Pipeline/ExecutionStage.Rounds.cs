// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Distributions;
using FastLedger.Domain.Outcomes;
using FastLedger.Domain.Rounds;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Node.Pipeline;

// Queries about splits, distributions, sealed rounds and outcomes.
internal sealed partial class ExecutionStage
{
    private void AnswerSplit(in IngressHead head, in SplitQuery query)
    {
        DistributionTables tables = _ledger.Agreements.Distributions;
        uint number = query.Split != 0 ? query.Split : tables.SplitById.Find(query.ExternalId);
        if (!tables.Splits.Has(number))
        {
            RejectQuery(head, query.RequestId, ResultCode.UnknownSplit);
            return;
        }

        SplitRecord split = tables.Splits[number];
        if (!TryBegin<SplitAnswerHead, SplitShare>(head, (int)split.Shares, out FrameWriter writer, out ByteRing.Entry entry, out int length)) return;
        writer.Begin(new SplitAnswerHead
        {
            RequestId = query.RequestId,
            Split = number,
            Asset = split.Asset,
            ExternalId = split.ExternalId,
            Policy = split.Policy,
            Active = split.Active,
            AsOfSequence = AsOf,
        });
        Span<SplitShare> shares = writer.Group<SplitShare>((int)split.Shares);
        for (int i = 0; i < shares.Length; i++)
        {
            SplitShareRecord share = tables.ShareBlocks[split.FirstBlock + (uint)(i / SplitShareBlock.Length)].Shares[i % SplitShareBlock.Length];
            shares[i] = new SplitShare { Account = share.Account, Weight = share.Weight, Index = (uint)i };
        }

        Finish(head, writer, entry, length);
    }

    private void AnswerDistribution(in IngressHead head, in DistributionQuery query)
    {
        DistributionTables tables = _ledger.Agreements.Distributions;
        uint number = query.Distribution != 0 ? query.Distribution : tables.DistributionById.Find(query.ExternalId);
        if (!tables.Distributions.Has(number))
        {
            RejectQuery(head, query.RequestId, ResultCode.UnknownDistribution);
            return;
        }

        DistributionRecord record = tables.Distributions[number];
        Send(head, new DistributionAnswer
        {
            RequestId = query.RequestId,
            Distribution = number,
            HeldAsset = record.HeldAsset,
            ExternalId = record.ExternalId,
            Amount = record.Amount,
            Paid = record.Paid,
            Unclaimed = record.Unclaimed,
            Held = record.Held,
            DebitAccount = record.DebitAccount,
            RecordSequence = record.RecordSequence,
            Holders = record.Holders,
            Cursor = record.Cursor,
            State = (DistributionState)(byte)record.Phase,
            AsOfSequence = AsOf,
        });
    }

    private void AnswerRound(in IngressHead head, in RoundQuery query)
    {
        RoundTables tables = _ledger.Agreements.Rounds;
        if (!tables.Rounds.Has(query.Round))
        {
            RejectQuery(head, query.RequestId, ResultCode.UnknownRound);
            return;
        }

        RoundRecord round = tables.Rounds[query.Round];
        bool tally = round.Kind == RoundKind.Tally;
        RoundState state = round.StateAt(_ledger.TimestampNs);
        RoundCounts counts = tally ? round.Counts : default;
        Send(head, new RoundAnswer
        {
            RequestId = query.RequestId,
            Round = query.Round,
            Kind = round.Kind,
            State = state,
            Choices = round.Choices,
            Deposit = round.Deposit,
            DepositAccount = round.DepositAccount,
            OpensAtNs = round.OpensAtNs,
            ClosesAtNs = round.ClosesAtNs,
            RevealEndsNs = round.RevealEndsNs,
            EligibilityAsset = round.EligibilityAsset,
            Policy = round.Policy,
            Commitments = round.Commitments,
            Revealed = round.Revealed,
            Forfeited = round.Forfeited,
            Winner = state != RoundState.Final || tally || round.BestBid == 0 ? 0 : tables.Bids[round.BestBid].Bidder,
            ReservePrice = tally ? UInt128.Zero : round.ReservePrice,
            BestValue = tally ? UInt128.Zero : round.BestValue,
            Price = tally ? UInt128.Zero : round.Price,
            Rules = round.Rules,
            Count0 = counts[0],
            Count1 = counts[1],
            Count2 = counts[2],
            Count3 = counts[3],
            Count4 = counts[4],
            Count5 = counts[5],
            Count6 = counts[6],
            Count7 = counts[7],
            Count8 = counts[8],
            Count9 = counts[9],
            Count10 = counts[10],
            Count11 = counts[11],
            Count12 = counts[12],
            Count13 = counts[13],
            Count14 = counts[14],
            Count15 = counts[15],
            AsOfSequence = AsOf,
        });
    }

    private void AnswerBid(in IngressHead head, in BidQuery query)
    {
        RoundTables tables = _ledger.Agreements.Rounds;
        ulong number = query.Round != 0 ? tables.BidByBidder.Find(RoundTables.Pair(query.Round, query.Bidder)) : query.Bid;
        if (!tables.Bids.Has(number))
        {
            RejectQuery(head, query.RequestId, ResultCode.UnknownBid);
            return;
        }

        BidRecord bid = tables.Bids[(uint)number];
        Send(head, new BidAnswer
        {
            RequestId = query.RequestId,
            Bid = number,
            Round = bid.Round,
            Bidder = bid.Bidder,
            State = bid.State,
            PendingId = bid.PendingId,
            Value = bid.Value,
            Commitment = bid.Commitment,
            Sequence = bid.Sequence,
            AsOfSequence = AsOf,
        });
    }

    private void AnswerOutcome(in IngressHead head, in OutcomeQuery query)
    {
        OutcomeTables tables = _ledger.Agreements.Outcomes;
        uint number = query.Outcome != 0 ? query.Outcome : tables.OutcomeByAsset.Find(query.Asset);
        if (!tables.Outcomes.Has(number))
        {
            RejectQuery(head, query.RequestId, ResultCode.UnknownOutcome);
            return;
        }

        OutcomeRecord outcome = tables.Outcomes[number];
        Send(head, new OutcomeAnswer
        {
            RequestId = query.RequestId,
            Outcome = number,
            State = outcome.State,
            Value = outcome.Value,
            Disputes = outcome.Disputes,
            Values = outcome.Values,
            OraclePolicy = outcome.OraclePolicy,
            ArbiterPolicy = outcome.ArbiterPolicy,
            CreatorPolicy = outcome.CreatorPolicy,
            CollateralAsset = outcome.CollateralAsset,
            FirstAsset = outcome.FirstAsset,
            DisputeSeconds = outcome.DisputeSeconds,
            MaxDisputes = outcome.MaxDisputes,
            Vault = outcome.Vault,
            Bond = outcome.Bond,
            BondAccount = outcome.BondAccount,
            ReportFromNs = outcome.ReportFromNs,
            ReportUntilNs = outcome.ReportUntilNs,
            WindowEndsNs = outcome.WindowEndsNs,
            Sets = outcome.Sets,
            Question = outcome.Question,
            AsOfSequence = AsOf,
        });
    }
}
