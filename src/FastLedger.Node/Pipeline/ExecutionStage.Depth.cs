// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Trading;
using FastLedger.Primitives;
using FastLedger.Protocol;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Node.Pipeline;

// The depth of a book, best levels first.
internal sealed partial class ExecutionStage
{
    private readonly DepthLevel[] _bids = new DepthLevel[ProtocolLimits.MaxDepthLevels];
    private readonly DepthLevel[] _asks = new DepthLevel[ProtocolLimits.MaxDepthLevels];

    private void AnswerDepth(in IngressHead head, in DepthQuery query)
    {
        if (query.Levels is 0 or > ProtocolLimits.MaxDepthLevels)
        {
            RejectQuery(head, query.RequestId, ResultCode.QueryTooLarge);
            return;
        }

        if (!_ledger.Instruments.Has(query.Instrument))
        {
            RejectQuery(head, query.RequestId, ResultCode.UnknownInstrument);
            return;
        }

        InstrumentRecord instrument = _ledger.Instruments[query.Instrument];
        int bids = Collect(instrument.BestBid, _bids.AsSpan(0, (int)query.Levels));
        int asks = Collect(instrument.BestAsk, _asks.AsSpan(0, (int)query.Levels));
        int length = FrameWriter.LengthOf<DepthAnswerHead, DepthLevel>(bids + asks) + GroupHead.Size;
        if (!TryClaimEgress(EgressHead.Size + length, head.Connection, out ByteRing.Entry entry)) return;
        var writer = new FrameWriter(entry.Payload[EgressHead.Size..]);
        writer.Begin(new DepthAnswerHead
        {
            RequestId = query.RequestId,
            AsOfSequence = AsOf,
            Instrument = query.Instrument,
            State = instrument.State,
        });
        writer.Group<DepthLevel>(_bids.AsSpan(0, bids));
        writer.Group<DepthLevel>(_asks.AsSpan(0, asks));
        writer.Complete(0, 0);
        PublishFrame(entry, head.Connection, length, height: 0);
    }

    private int Collect(uint best, Span<DepthLevel> levels)
    {
        int count = 0;
        for (uint level = best; level != 0 && count < levels.Length; level = _ledger.Books.NextLevel(level))
        {
            ref readonly PriceLevelRecord record = ref _ledger.PriceLevels[level];
            levels[count++] = new DepthLevel { PriceTicks = record.PriceTicks, QuantityLots = record.QuantityLots, OrderCount = record.OrderCount };
        }

        return count;
    }
}
