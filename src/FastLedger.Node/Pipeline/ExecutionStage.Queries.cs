// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Domain;
using FastLedger.Domain.Accounts;
using FastLedger.Domain.Sessions;
using FastLedger.Domain.Trading;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Node.Pipeline;

// Queries see the state between two blocks; their answers leave when that state is durable.
internal sealed partial class ExecutionStage
{
    private ulong AsOf => _ledger.Counters.Sequence;

    private void AnswerQuery(in IngressHead head, ReadOnlySpan<byte> body)
    {
        switch (head.Template)
        {
            case TemplateId.AccountQuery:
                AccountQuery account = MemoryMarshal.Read<AccountQuery>(body);
                Resolve(head, account.RequestId, account.Number, account.ExternalId, _ledger.Accounts.Count, _ledger.AccountById, AnswerAccount);
                break;
            case TemplateId.AssetQuery:
                AssetQuery asset = MemoryMarshal.Read<AssetQuery>(body);
                Resolve(head, asset.RequestId, asset.Number, asset.ExternalId, _ledger.Assets.Count, _ledger.AssetById, AnswerAsset);
                break;
            case TemplateId.InstrumentQuery:
                InstrumentQuery instrument = MemoryMarshal.Read<InstrumentQuery>(body);
                Resolve(head, instrument.RequestId, instrument.Number, instrument.ExternalId, _ledger.Instruments.Count, _ledger.InstrumentById, AnswerInstrument);
                break;
            case TemplateId.SessionQuery:
                SessionQuery session = MemoryMarshal.Read<SessionQuery>(body);
                uint number = session.Number != 0 ? session.Number : FindSession(session.Key);
                if (_ledger.Sessions.Has(number)) AnswerSession(head, session.RequestId, number);
                else RejectQuery(head, session.RequestId, ResultCode.NotFound);
                break;
            case TemplateId.OrderQuery:
                AnswerOrder(head, MemoryMarshal.Read<OrderQuery>(body));
                break;
            case TemplateId.DepthQuery:
                AnswerDepth(head, MemoryMarshal.Read<DepthQuery>(body));
                break;
            case TemplateId.StatementQuery:
                AnswerStatement(head, MemoryMarshal.Read<StatementQuery>(body));
                break;
            case TemplateId.PaymentQuery or TemplateId.MemberQuery or TemplateId.PaymentSystemQuery or TemplateId.CycleQuery
                or TemplateId.BusinessDayQuery or TemplateId.ExchangeQuery or TemplateId.ExchangePairQuery:
                AnswerClearing(head, body);
                break;
            case >= TemplateId.PolicyQuery and <= TemplateId.EventProofQuery:
                AnswerAgreement(head, body);
                break;
            case TemplateId.TableRootsQuery:
                AnswerTableRoots(head, MemoryMarshal.Read<TableRootsQuery>(body));
                break;
            case TemplateId.CounterpartyQuery or TemplateId.ClearingMemberQuery or TemplateId.ContractQuery or TemplateId.DefaultQuery:
                AnswerCounterparties(head, body);
                break;
            default:
                Invariant.Check(head.Template == TemplateId.StatusQuery);
                AnswerStatus(head, MemoryMarshal.Read<StatusQuery>(body));
                break;
        }
    }

    private delegate void NumberedAnswer(in IngressHead head, ulong requestId, uint number);

    private void Resolve(
        in IngressHead head, ulong requestId, ulong number, UInt128 externalId, uint count, State.IdIndex index, NumberedAnswer answer)
    {
        if (number == 0 && externalId != UInt128.Zero) number = index.Find(externalId);
        if (number == 0 || number >= count) RejectQuery(head, requestId, ResultCode.NotFound);
        else answer(head, requestId, (uint)number);
    }

    private void AnswerAccount(in IngressHead head, ulong requestId, uint number)
    {
        AccountRecord account = _ledger.Accounts[number];
        Send(head, new AccountAnswer
        {
            RequestId = requestId,
            Number = number,
            ExternalId = account.ExternalId,
            Asset = account.Asset,
            AccountFlags = account.Flags,
            Code = account.Code,
            Policy = account.Policy,
            DebitsPending = account.DebitsPending,
            DebitsPosted = account.DebitsPosted,
            CreditsPending = account.CreditsPending,
            CreditsPosted = account.CreditsPosted,
            Floor = account.Floor,
            LastEntry = account.LastEntry,
            UserData64 = account.UserData64,
            PolicyKey = _ledger.Policies[account.Policy].Key,
            AsOfSequence = AsOf,
        });
    }

    private void AnswerAsset(in IngressHead head, ulong requestId, uint number)
    {
        AssetRecord asset = _ledger.Assets[number];
        Send(head, new AssetAnswer
        {
            RequestId = requestId,
            Number = number,
            Scale = asset.Scale,
            ExternalId = asset.ExternalId,
            Policy = asset.IssuerPolicy,
            Code = asset.Code,
            AsOfSequence = AsOf,
            IssuerKey = _ledger.Policies[asset.IssuerPolicy].Key,
        });
    }

    private void AnswerInstrument(in IngressHead head, ulong requestId, uint number)
    {
        InstrumentRecord instrument = _ledger.Instruments[number];
        Send(head, new InstrumentAnswer
        {
            RequestId = requestId,
            Number = number,
            State = instrument.State,
            ExternalId = instrument.ExternalId,
            BaseAsset = instrument.BaseAsset,
            QuoteAsset = instrument.QuoteAsset,
            LotSize = instrument.LotSize,
            TickValue = instrument.TickValue,
            FeeAccount = instrument.FeeAccount,
            MakerFeePpm = instrument.MakerFeePpm,
            TakerFeePpm = instrument.TakerFeePpm,
            MaxQuantityLots = instrument.MaxQuantityLots,
            MaxPriceTicks = instrument.MaxPriceTicks,
            BestBidTicks = instrument.BestBid == 0 ? 0 : _ledger.PriceLevels[instrument.BestBid].PriceTicks,
            BestAskTicks = instrument.BestAsk == 0 ? 0 : _ledger.PriceLevels[instrument.BestAsk].PriceTicks,
            Policy = instrument.Policy,
            Code = instrument.Code,
            AsOfSequence = AsOf,
        });
    }

    private void AnswerSession(in IngressHead head, ulong requestId, uint number)
    {
        SessionRecord session = SessionOf(number);
        Send(head, new SessionAnswer
        {
            RequestId = requestId,
            Number = number,
            Policy = session.Policy,
            LastNumber = session.LastNumber,
            AsOfSequence = AsOf,
            Key = session.Key,
        });
    }

    private void AnswerOrder(in IngressHead head, in OrderQuery query)
    {
        uint number = RecordId.Number(query.OrderId);
        if (!_ledger.Orders.Has(number) || _ledger.Orders[number].Level == 0 || _ledger.Orders[number].Generation != RecordId.Generation(query.OrderId))
        {
            RejectQuery(head, query.RequestId, ResultCode.UnknownOrder);
            return;
        }

        OrderRecord order = _ledger.Orders[number];
        Send(head, new OrderAnswer
        {
            RequestId = query.RequestId,
            OrderId = query.OrderId,
            Instrument = order.Instrument,
            Side = order.Side,
            TimeInForce = TimeInForce.GoodTillCancel,
            SelfTradePrevention = order.SelfTradePrevention,
            State = 1,
            PriceTicks = order.PriceTicks,
            QuantityLots = order.QuantityLots,
            RemainingLots = order.RemainingLots,
            BaseAccount = order.BaseAccount,
            QuoteAccount = order.QuoteAccount,
            Sequence = order.Sequence,
            Number = order.Number,
            Session = order.Session,
            UserData64 = order.UserData64,
            AsOfSequence = AsOf,
        });
    }

    private void AnswerStatement(in IngressHead head, in StatementQuery query)
    {
        if (query.Limit is 0 or > ProtocolLimits.MaxStatementEntries) RejectQuery(head, query.RequestId, ResultCode.QueryTooLarge);
        else if (!_ledger.Accounts.Has(query.Account)) RejectQuery(head, query.RequestId, ResultCode.NotFound);
        else if (!_statements.TryStart(head.Connection, head.SeqNum, query, _ledger.Accounts[(uint)query.Account].LastEntry, AsOf, _journalIndex))
            RejectQuery(head, query.RequestId, ResultCode.Overloaded);
    }

    private void AnswerStatus(in IngressHead head, in StatusQuery query)
    {
        ref LedgerCounters counters = ref _ledger.Counters;
        Send(head, new StatusAnswer
        {
            RequestId = query.RequestId,
            Height = _ledger.Height,
            LedgerSequence = counters.Sequence,
            TimestampNs = _ledger.TimestampNs,
            StateRoot = _execution.StateRoot,
            ChainId = _ledger.ChainId,
            Accounts = _ledger.Accounts.Count - 1,
            Orders = counters.LiveOrders,
            Pending = counters.LivePending,
            HistoryEntries = counters.HistoryEntries,
            JournalBytes = _journal.BytesWritten,
            Assets = _ledger.Assets.Count - 1,
            Instruments = _ledger.Instruments.Count - 1,
            Sessions = _ledger.Sessions.Count - 1,
            Durability = (ReplyDurability)(byte)_options.Durability,
            Role = Board?.Role ?? ReplicaRole.Single,
            SchemaVersion = Schema.Version,
            SoftwareVersion = Replica.SoftwareVersion,
        });
    }

    private void RejectQuery(in IngressHead head, ulong requestId, ResultCode code) =>
        Send(head, new Reject { Code = code, RefTemplateId = (ushort)head.Template, RefSeqNum = head.SeqNum, Reference = requestId });

    private void Send<T>(in IngressHead head, in T message) where T : unmanaged, IMessage
    {
        int length = FrameWriter.LengthOf<T>();
        if (!TryClaimEgress(EgressHead.Size + length, head.Connection, out ByteRing.Entry entry)) return;
        FrameWriter.Write(entry.Payload[EgressHead.Size..], in message, 0, 0);
        PublishFrame(entry, head.Connection, length, height: 0);
    }
}
