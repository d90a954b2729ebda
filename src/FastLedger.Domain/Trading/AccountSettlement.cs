// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Domain.Accounts;
using FastLedger.Domain.Execution;
using FastLedger.Primitives.Commands;
using FastLedger.State;

namespace FastLedger.Domain.Trading;

/// <summary>
/// Settles trades between accounts, both legs and the fees at once (delivery versus payment, model 1), keeps the reservations of resting
/// orders, writes history and tells the owners of resting orders. Lives for one command.
/// </summary>
/// <remarks>
/// Resting orders hold their reservation as pending debits. The incoming order's reservation was checked when it came in and is written only
/// for what rests: nothing else can use the account in between. No floor is checked here, see <see cref="Notional"/> for why.
/// <para>The accounts named may be one and the same (a trader that meets himself, a fee account that trades), therefore every change goes
/// through a fresh reference and only adds.</para>
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public readonly struct AccountSettlement : ISettlement
{
    private readonly Ledger _ledger;
    private readonly ExecutionContext _context;
    private readonly ulong _lotSize, _tickValue, _feeAccount, _takerBase, _takerQuote, _takerNumber;
    private readonly uint _instrument, _code, _reservedPpm;
    private readonly int _makerPpm, _takerPpm;
    private readonly Side _takerSide;
    private readonly bool _bounded;

    /// <summary>A settlement for a command that cancels and does not trade.</summary>
    /// <param name="context">The command's context.</param>
    /// <param name="instrument">Number of the instrument.</param>
    /// <param name="number">Client command number of the command.</param>
    public AccountSettlement(ExecutionContext context, uint instrument, ulong number)
    {
        _context = context;
        _ledger = context.Ledger;
        ref readonly InstrumentRecord record = ref _ledger.Instruments[instrument];
        _instrument = instrument;
        _lotSize = record.LotSize;
        _tickValue = record.TickValue;
        _feeAccount = record.FeeAccount;
        _makerPpm = record.MakerFeePpm;
        _takerPpm = record.TakerFeePpm;
        _reservedPpm = Notional.ReservedPpm(_makerPpm, _takerPpm);
        _takerNumber = number;
    }

    /// <summary>A settlement for an incoming order.</summary>
    /// <param name="context">The command's context.</param>
    /// <param name="instrument">Number of the instrument.</param>
    /// <param name="number">Client command number of the command.</param>
    /// <param name="side">Side of the incoming order.</param>
    /// <param name="baseAccount">Its account in the base asset.</param>
    /// <param name="quoteAccount">Its account in the quote asset.</param>
    /// <param name="code">The client's classification, for the history.</param>
    /// <param name="bounded">True when the order has no reservation and pays out of its budget.</param>
    public AccountSettlement(
        ExecutionContext context, uint instrument, ulong number, Side side, ulong baseAccount, ulong quoteAccount, uint code, bool bounded)
        : this(context, instrument, number)
    {
        _takerSide = side;
        _takerBase = baseAccount;
        _takerQuote = quoteAccount;
        _code = code;
        _bounded = bounded;
    }

    /// <inheritdoc/>
    public ref LedgerCounters Counters
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _ledger.Counters;
    }

    /// <summary>What an order reserves: of its quote account as a bid, of its base account as an ask.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public UInt128 Reservation(Side side, long priceTicks, ulong lots) =>
        side == Side.Bid ? Notional.Reservation(priceTicks, lots, _tickValue, _reservedPpm) : Notional.Base(lots, _lotSize);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool CanSettle(in OrderRecord maker) =>
        !_ledger.Accounts[(uint)maker.BaseAccount].IsBlocked && !_ledger.Accounts[(uint)maker.QuoteAccount].IsBlocked;

    /// <inheritdoc/>
    public ulong Afford(ref UInt128 budget, long priceTicks, ulong lots)
    {
        if (!_bounded) return lots;
        lots = Notional.Affordable(budget, priceTicks, lots, _tickValue, (uint)_takerPpm);
        UInt128 notional = Notional.Of(priceTicks, lots, _tickValue);
        budget -= notional + Notional.Fee(notional, (uint)_takerPpm);
        return lots;
    }

    /// <summary>Reserves for an order that rests now.</summary>
    public void Reserve(in OrderRecord order)
    {
        ref AccountRecord account = ref _ledger.Accounts.Change((uint)(order.Side == Side.Bid ? order.QuoteAccount : order.BaseAccount));
        account.DebitsPending += Reservation(order.Side, order.PriceTicks, order.RemainingLots);
    }

    /// <summary>Gives back what a resting order reserves for lots it loses.</summary>
    public void Release(in OrderRecord order, ulong lots)
    {
        ref AccountRecord account = ref _ledger.Accounts.Change((uint)(order.Side == Side.Bid ? order.QuoteAccount : order.BaseAccount));
        account.DebitsPending -= Freed(order, lots);
    }

    /// <inheritdoc/>
    public void Fill(uint number, in OrderRecord maker, ulong lots)
    {
        UInt128 baseAmount = Notional.Base(lots, _lotSize);
        UInt128 notional = Notional.Of(maker.PriceTicks, lots, _tickValue);
        UInt128 takerFee = Notional.Fee(notional, (uint)_takerPpm);
        UInt128 makerFee = _makerPpm > 0 ? Notional.Fee(notional, (uint)_makerPpm) : UInt128.Zero;
        UInt128 rebate = _makerPpm < 0 ? Notional.Fee(notional, (uint)-_makerPpm) : UInt128.Zero;
        ulong id = RecordId.Of(number, maker.Generation);
        ulong trade = ++_ledger.Counters.Trades;

        Release(maker, lots);
        if (_takerSide == Side.Bid)
        {
            Move(HistoryKind.TradeBase, maker.BaseAccount, _takerBase, baseAmount, id, trade);
            Move(HistoryKind.TradeQuote, _takerQuote, maker.QuoteAccount, notional, id, trade);
        }
        else
        {
            Move(HistoryKind.TradeBase, _takerBase, maker.BaseAccount, baseAmount, id, trade);
            Move(HistoryKind.TradeQuote, maker.QuoteAccount, _takerQuote, notional, id, trade);
        }

        // The taker's fee comes in before the rebate goes out, so the fee account never pays out of its own pocket.
        if (takerFee != UInt128.Zero) Move(HistoryKind.TradeFee, _takerQuote, _feeAccount, takerFee, id, trade);
        if (makerFee != UInt128.Zero) Move(HistoryKind.TradeFee, maker.QuoteAccount, _feeAccount, makerFee, id, trade);
        if (rebate != UInt128.Zero) Move(HistoryKind.TradeFee, _feeAccount, maker.QuoteAccount, rebate, id, trade);

        ref OrderEvent told = ref Tell(OrderEventKind.Fill, id, maker, lots);
        told.TradeId = trade;
        told.MakerFee = (Int128)makerFee - (Int128)rebate;
        told.TakerFee = (Int128)takerFee;
        told.TakerSide = _takerSide;
    }

    /// <inheritdoc/>
    public void Cancel(uint number, in OrderRecord maker, ulong lots, CancelReason reason)
    {
        Release(maker, lots);
        ref OrderEvent told = ref Tell(OrderEventKind.Cancelled, RecordId.Of(number, maker.Generation), maker, lots);
        told.Reason = reason;
        told.TakerSide = _takerSide;
    }

    /// <summary>What a resting order no longer needs when it loses lots.</summary>
    private UInt128 Freed(in OrderRecord order, ulong lots)
    {
        if (order.Side == Side.Ask) return Notional.Base(lots, _lotSize);
        UInt128 before = Notional.Reservation(order.PriceTicks, order.RemainingLots, _tickValue, _reservedPpm);
        return before - Notional.Reservation(order.PriceTicks, order.RemainingLots - lots, _tickValue, _reservedPpm);
    }

    private void Move(HistoryKind kind, ulong debitNumber, ulong creditNumber, UInt128 amount, ulong order, ulong trade)
    {
        Table<AccountRecord> accounts = _ledger.Accounts;
        ref AccountRecord debit = ref accounts.Change((uint)debitNumber);
        ref AccountRecord credit = ref accounts.Change((uint)creditNumber);
        debit.DebitsPosted += amount;
        credit.CreditsPosted += amount;
        ref HistoryEntry entry = ref _context.Record(kind, debitNumber, ref debit, creditNumber, ref credit, amount);
        entry.Code = _code;
        entry.Link = order;
        entry.UserData128 = trade;
    }

    private ref OrderEvent Tell(OrderEventKind kind, ulong id, in OrderRecord order, ulong lots)
    {
        ref OrderEvent told = ref _context.Events.Add();
        told = default;
        told.Kind = kind;
        told.Instrument = _instrument;
        told.OrderId = id;
        told.OrderNumber = order.Number;
        told.Session = order.Session;
        told.TakerSession = _context.Session;
        told.Sequence = _context.Sequence;
        told.TakerNumber = _takerNumber;
        told.PriceTicks = order.PriceTicks;
        told.QuantityLots = lots;
        told.RemainingLots = order.RemainingLots - lots;
        told.UserData64 = order.UserData64;
        return ref told;
    }
}
