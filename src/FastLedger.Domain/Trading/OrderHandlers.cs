// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using FastLedger.Domain.Accounts;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Trading;

/// <summary>Orders: place, cancel, reduce, amend, mass cancel.</summary>
/// <remarks>
/// An order needs the policy of both its accounts; it is changed by the policy of its quote account. Total functions: every input yields a
/// result code. Thread: executor only. Alloc: none. Blocks: no.
/// </remarks>
public sealed partial class OrderHandlers : IDisposable
{
    private readonly Ledger _ledger;
    private readonly ExecutionContext _context;
    private readonly BookTables _tables;
    private readonly OrderBook<AccountSettlement> _book;
    private readonly AgeQueue _ages;

    /// <summary>Handlers over the context's ledger.</summary>
    public OrderHandlers(ExecutionContext context)
    {
        _context = context;
        _ledger = context.Ledger;
        _tables = _ledger.Books;
        _book = new OrderBook<AccountSettlement>(_tables);
        _ages = new AgeQueue(_tables);
    }

    /// <summary>Places an order: it trades at once with what it meets, and rests if it may.</summary>
    public ResultCode Place(in PlaceOrderCommand command, ref CommandResult result)
    {
        if ((command.Flags & ~(CommandFlags.Linked | CommandFlags.PostOnly)) != 0) return ResultCode.InvalidFlags;
        if (!command.Reserved0.IsZero || !command.Reserved1.IsZero) return ResultCode.ReservedFieldNotZero;
        if (!_context.HasRoomForEvents) return ResultCode.Overloaded;
        if (!IsConsistent(command)) return ResultCode.InvalidOrder;
        if (!_ledger.Instruments.Has(command.Instrument)) return ResultCode.UnknownInstrument;
        ref readonly InstrumentRecord instrument = ref _ledger.Instruments[command.Instrument];
        if (instrument.State != InstrumentState.Open) return ResultCode.InstrumentHalted;
        bool market = command.Type == OrderType.Market;
        if (command.PriceTicks < (market ? 0 : 1) || command.PriceTicks > instrument.MaxPriceTicks) return ResultCode.InvalidPrice;
        if (command.QuantityLots == 0 || command.QuantityLots > instrument.MaxQuantityLots) return ResultCode.InvalidQuantity;
        ResultCode code = CheckAccounts(instrument, command.BaseAccount, command.QuoteAccount);
        if (code != ResultCode.Ok) return code;

        IncomingOrder taker = new()
        {
            Instrument = command.Instrument,
            Side = command.Side,
            SelfTradePrevention = command.SelfTradePrevention,
            LimitTicks = command.PriceTicks != 0 ? command.PriceTicks : command.Side == Side.Bid ? instrument.MaxPriceTicks : 1,
            RemainingLots = command.QuantityLots,
            QuoteAccount = command.QuoteAccount,
        };
        if ((command.Flags & CommandFlags.PostOnly) != 0 && _book.Crosses(taker.Instrument, taker.Side, taker.LimitTicks)) return ResultCode.PostOnlyWouldTake;
        ref readonly AccountRecord quote = ref _ledger.Accounts[(uint)command.QuoteAccount];
        bool bounded = market && command.Side == Side.Bid && (quote.Flags & AccountFlags.Unlimited) == 0;
        AccountSettlement settlement = new(
            _context, command.Instrument, command.Number, command.Side, command.BaseAccount, command.QuoteAccount, command.Code, bounded);
        if (bounded) taker.Budget = (UInt128)Int128.Max(quote.Available, Int128.Zero);
        else if (!market || command.Side == Side.Ask) code = CheckFunds(instrument, settlement, taker, command.BaseAccount, UInt128.Zero);
        if (code != ResultCode.Ok) return code;
        bool mayRest = !market && command.TimeInForce == TimeInForce.GoodTillCancel;
        if (mayRest && !_book.HasRoom(_ledger.Counters)) return ResultCode.TableFull;
        if (command.TimeInForce == TimeInForce.FillOrKill && !_book.CanFill(taker, settlement)) return ResultCode.FillOrKillUnfilled;

        MatchEnd end = _book.Match(ref taker, ref settlement);
        if (end == MatchEnd.SelfTrade && taker.Makers == 0) return ResultCode.SelfTradePrevented;
        ulong id = end == MatchEnd.Open && mayRest ? Rest(command, taker, settlement) : 0;
        result.Value = new UInt128(taker.TradedLots, id);
        return ResultCode.Ok;
    }

    /// <summary>Cancels an order. Allowed while the instrument is halted and while the accounts are frozen.</summary>
    public ResultCode Cancel(in ChangeOrderCommand command, ref CommandResult result)
    {
        if (command.PriceTicks != 0 || command.QuantityLots != 0 || !HasZeroReserve(command)) return ResultCode.ReservedFieldNotZero;
        ResultCode code = Find(command.OrderId, out uint number);
        if (code != ResultCode.Ok) return code;
        result.Value = TakeOff(number, ulong.MaxValue, command.Number);
        return ResultCode.Ok;
    }

    /// <summary>Takes lots off an order, all of them if it has no more; the rest keeps its place. Allowed as <see cref="Cancel"/> is.</summary>
    public ResultCode Reduce(in ChangeOrderCommand command, ref CommandResult result)
    {
        if (command.PriceTicks != 0 || !HasZeroReserve(command)) return ResultCode.ReservedFieldNotZero;
        if (command.QuantityLots == 0) return ResultCode.InvalidQuantity;
        ResultCode code = Find(command.OrderId, out uint number);
        if (code != ResultCode.Ok) return code;
        result.Value = TakeOff(number, command.QuantityLots, command.Number);
        return ResultCode.Ok;
    }

    /// <summary>Brings near what an order command will touch first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(in Command command)
    {
        if (command.Opcode == Opcode.PlaceOrder)
        {
            ref readonly PlaceOrderCommand place = ref Command.As<PlaceOrderCommand>(in command);
            _ledger.Accounts.Prefetch(place.BaseAccount);
            _ledger.Accounts.Prefetch(place.QuoteAccount);
            _tables.AccountOrders.Prefetch(place.QuoteAccount);
            _ledger.Instruments.Prefetch(place.Instrument);
        }
        else
        {
            _ledger.Orders.Prefetch(RecordId.Number(Command.As<ChangeOrderCommand>(in command).OrderId));
        }
    }

    /// <summary>Brings near what the records brought by <see cref="Prefetch"/> point to. Call it some commands later.</summary>
    public void PrefetchLinks(in Command command)
    {
        if (command.Opcode == Opcode.PlaceOrder)
        {
            ulong account = Command.As<PlaceOrderCommand>(in command).QuoteAccount;
            if (_ledger.Accounts.Has(account)) _ledger.Orders.Prefetch(_tables.AccountOrders.Newest(account));
            return;
        }

        uint number = RecordId.Number(Command.As<ChangeOrderCommand>(in command).OrderId);
        if (!_ledger.Orders.Has(number)) return;
        ref readonly OrderRecord order = ref _ledger.Orders[number];
        if (order.Level == 0) return;
        _ledger.Accounts.Prefetch(order.QuoteAccount);
        if (order.Side == Side.Ask) _ledger.Accounts.Prefetch(order.BaseAccount);
        _tables.AccountOrders.Prefetch(order.QuoteAccount);
        _ledger.Orders.Prefetch(order.Previous);
        _ledger.Orders.Prefetch(order.Next);
        _ledger.Orders.Prefetch(order.AccountPrevious);
        _ledger.Orders.Prefetch(order.AccountNext);
    }

    /// <summary>Frees the handlers' own memory; not the ledger.</summary>
    public void Dispose() => _ages.Dispose();

    private static bool IsConsistent(in PlaceOrderCommand command)
    {
        bool known = command.Side is Side.Bid or Side.Ask
            && command.Type is OrderType.Limit or OrderType.Market
            && command.TimeInForce is TimeInForce.GoodTillCancel or TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill
            && command.SelfTradePrevention <= SelfTradePrevention.Decrement;
        if (!known) return false;

        // A market order never rests, and only what may rest can be post-only.
        bool mayRest = command.TimeInForce == TimeInForce.GoodTillCancel;
        return command.Type == OrderType.Market
            ? !mayRest && (command.Flags & CommandFlags.PostOnly) == 0
            : mayRest || (command.Flags & CommandFlags.PostOnly) == 0;
    }

    private static bool HasZeroReserve(in ChangeOrderCommand command) =>
        command.Reserved0 == 0 && command.Reserved1 == UInt128.Zero && command.Reserved2.IsZero && command.Reserved3.IsZero;

    private static bool IsAtTurnoverLimit(in AccountRecord account) =>
        account.DebitsPosted >= AccountRecord.TurnoverLimit || account.CreditsPosted >= AccountRecord.TurnoverLimit;

    /// <summary>May the session trade this instrument with these accounts?</summary>
    private ResultCode CheckAccounts(in InstrumentRecord instrument, ulong baseAccount, ulong quoteAccount)
    {
        if (!_ledger.Accounts.Has(baseAccount) || !_ledger.Accounts.Has(quoteAccount)) return ResultCode.UnknownAccount;
        ref readonly AccountRecord @base = ref _ledger.Accounts[(uint)baseAccount];
        ref readonly AccountRecord quote = ref _ledger.Accounts[(uint)quoteAccount];
        AccountFlags flags = @base.Flags | quote.Flags;
        if (@base.Asset != instrument.BaseAsset || quote.Asset != instrument.QuoteAsset) return ResultCode.WrongOrderAccount;
        if ((flags & AccountFlags.CreditsMustNotExceedDebits) != 0) return ResultCode.WrongOrderAccount;
        if (@base.Policy != _context.Policy || quote.Policy != _context.Policy)
        {
            ResultCode code = _context.Authority.CheckBoth(@base.Policy, quote.Policy);
            if (code != ResultCode.Ok) return code;
        }

        if ((flags & AccountFlags.Closed) != 0) return ResultCode.AccountClosed;
        if ((flags & AccountFlags.Frozen) != 0) return ResultCode.AccountFrozen;
        if ((flags & AccountFlags.Ruled) != 0) return ResultCode.Forbidden;

        // One command moves less than 2^110 in all, and what rests already fits below the bound (see AccountRecord.TurnoverLimit).
        if (IsAtTurnoverLimit(@base) || IsAtTurnoverLimit(quote)) return ResultCode.TurnoverLimit;
        ref readonly AccountRecord fees = ref _ledger.Accounts[(uint)instrument.FeeAccount];
        return fees.IsBlocked || IsAtTurnoverLimit(fees) ? ResultCode.FeeAccountUnavailable : ResultCode.Ok;
    }

    /// <summary>Does the account cover the reservation, beyond what is reserved for the same order already?</summary>
    private ResultCode CheckFunds(
        in InstrumentRecord instrument, in AccountSettlement settlement, in IncomingOrder taker, ulong baseAccount, UInt128 reserved)
    {
        // A bid's reservation holds its notional; an ask reserves lots, of at most 2^72 units, but will be paid its notional.
        UInt128 reservation = settlement.Reservation(taker.Side, taker.LimitTicks, taker.RemainingLots);
        UInt128 largest = taker.Side == Side.Bid ? reservation : Notional.Of(taker.LimitTicks, taker.RemainingLots, instrument.TickValue);
        if (largest > Command.MaxAmount) return ResultCode.NotionalTooLarge;
        ref readonly AccountRecord account = ref _ledger.Accounts[(uint)(taker.Side == Side.Bid ? taker.QuoteAccount : baseAccount)];
        bool covered = (account.Flags & AccountFlags.Unlimited) != 0 || account.Available + (Int128)reserved >= (Int128)reservation;
        return covered ? ResultCode.Ok : ResultCode.ExceedsBalance;
    }

    private ulong Rest(in PlaceOrderCommand command, in IncomingOrder taker, in AccountSettlement settlement)
    {
        ref LedgerCounters counters = ref _ledger.Counters;
        uint number = _book.Create(ref counters);
        ref OrderRecord order = ref _ledger.Orders.Change(number);
        order.PriceTicks = command.PriceTicks;
        order.RemainingLots = taker.RemainingLots;
        order.QuantityLots = taker.TradedLots + taker.RemainingLots;
        order.BaseAccount = command.BaseAccount;
        order.QuoteAccount = command.QuoteAccount;
        order.Sequence = _context.Sequence;
        order.Number = command.Number;
        order.Session = _context.Session;
        order.Instrument = command.Instrument;
        order.Side = command.Side;
        order.SelfTradePrevention = command.SelfTradePrevention;
        order.Flags = command.Flags & CommandFlags.PostOnly;
        order.UserData64 = command.UserData64;
        order.Code = command.Code;
        _book.Enter(number, ref counters);
        settlement.Reserve(order);
        return RecordId.Of(number, order.Generation);
    }

    private ResultCode Find(ulong id, out uint number)
    {
        number = RecordId.Number(id);
        if (!_ledger.Orders.Has(number)) return ResultCode.UnknownOrder;
        ref readonly OrderRecord order = ref _ledger.Orders[number];
        if (order.Level == 0 || order.Generation != RecordId.Generation(id)) return ResultCode.UnknownOrder;
        return _context.Check(_ledger.Accounts[(uint)order.QuoteAccount].Policy);
    }

    /// <summary>Takes up to <paramref name="lots"/> off a resting order at its owner's wish.</summary>
    private ulong TakeOff(uint number, ulong lots, ulong commandNumber)
    {
        ref readonly OrderRecord order = ref _ledger.Orders[number];
        lots = Math.Min(lots, order.RemainingLots);
        new AccountSettlement(_context, order.Instrument, commandNumber).Release(order, lots);
        _book.TakeLots(number, lots, executed: false, ref _ledger.Counters);
        return lots;
    }
}
