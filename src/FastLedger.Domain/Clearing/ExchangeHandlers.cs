// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Accounts;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Clearing;

/// <summary>
/// Payment versus payment over several currencies. A pair settles when both participants pass three tests afterwards: the value of all
/// balances after haircuts is not negative; no currency is short beyond its limit; all short positions together are within the aggregate
/// limit (the risk tests of CLS Bank's rules). Pairs that fail wait and are tried again after every pay-in.
/// </summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class ExchangeHandlers
{
    /// <summary>Currencies of one exchange: bounds the work of a test.</summary>
    public const uint MaxCurrencies = 32;

    private const uint Waiting = 1, Settled = 2, Withdrawn = 3;
    private const ulong MaxAmount = 1ul << 62, MaxRate = 1ul << 31;
    private const uint Million = 1_000_000;

    private readonly Ledger _ledger;
    private readonly PaymentTables _tables;
    private readonly ExecutionContext _context;
    private readonly ClearingEvents _events;

    /// <summary>Handlers over the context's ledger.</summary>
    public ExchangeHandlers(ExecutionContext context)
    {
        _context = context;
        _events = new ClearingEvents(context);
        _ledger = context.Ledger;
        _tables = _ledger.Clearing;
    }

    /// <summary>Creates an exchange.</summary>
    public ResultCode Create(in ExchangeCommand command, ref CommandResult result)
    {
        if ((command.Exchange | command.System | command.CounterSystem | command.First | command.Second | command.HaircutPpm) != 0 || HasRate(command) || HasReserved(command))
            return ResultCode.ReservedFieldNotZero;
        if (command.Amount > MaxAmount) return ResultCode.InvalidExchange;
        uint number = _tables.Exchanges.Append();
        if (number == 0) return ResultCode.TableFull;
        ref ExchangeRecord exchange = ref _tables.Exchanges.Change(number);
        exchange.OperatorPolicy = _context.Policy;
        exchange.AggregateShortLimit = command.Amount;
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Adds or changes a currency.</summary>
    public ResultCode SetCurrency(in ExchangeCommand command, ref CommandResult result)
    {
        if ((command.CounterSystem | command.First | command.Second) != 0 || command.CounterAmount != 0 || HasReserved(command)) return ResultCode.ReservedFieldNotZero;
        ResultCode code = CheckOperator(command.Exchange);
        if (code != ResultCode.Ok) return code;
        if (!_tables.Systems.Has(command.System)) return ResultCode.UnknownPaymentSystem;
        ref readonly PaymentSystemRecord system = ref _tables.Systems[command.System];
        if (!_context.Holds(system.OperatorPolicy)) return ResultCode.Unauthorized;
        if (command.RateNumerator is 0 or > MaxRate || command.RateDenominator is 0 or > MaxRate || command.HaircutPpm > Million || command.Amount > MaxAmount) return ResultCode.InvalidExchange;
        if (system.Exchange != 0 && system.Exchange != command.Exchange) return ResultCode.InvalidExchange;
        uint number = _tables.Exchanges[command.Exchange].FirstCurrency;
        while (number != 0 && _tables.ExchangeCurrencies[number].System != command.System) number = _tables.ExchangeCurrencies[number].Next;
        if (number == 0)
        {
            if (_tables.Exchanges[command.Exchange].CurrencyCount == MaxCurrencies) return ResultCode.InvalidExchange;
            number = _tables.ExchangeCurrencies.Append();
            if (number == 0) return ResultCode.TableFull;
            ref ExchangeRecord exchange = ref _tables.Exchanges.Change(command.Exchange);
            ref ExchangeCurrencyRecord added = ref _tables.ExchangeCurrencies.Change(number);
            added.Exchange = command.Exchange;
            added.System = command.System;
            added.Next = exchange.FirstCurrency;
            exchange.FirstCurrency = number;
            exchange.CurrencyCount++;
            _tables.Systems.Change(command.System).Exchange = command.Exchange;
        }

        ref ExchangeCurrencyRecord currency = ref _tables.ExchangeCurrencies.Change(number);
        currency.HaircutPpm = command.HaircutPpm;
        currency.RateNumerator = command.RateNumerator;
        currency.RateDenominator = command.RateDenominator;
        currency.ShortLimit = command.Amount;
        if (_tables.Exchanges[command.Exchange].Head != 0) _tables.Exchanges.Change(command.Exchange).Retry = 1;
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Settles a pair, or lets it wait.</summary>
    public ResultCode Submit(in ExchangeCommand command, ref CommandResult result)
    {
        if (command.HaircutPpm != 0 || (command.RateNumerator | command.RateDenominator) != 0 || HasReserved(command)) return ResultCode.ReservedFieldNotZero;
        ResultCode code = CheckOperator(command.Exchange);
        if (code != ResultCode.Ok) return code;
        if (!IsCurrency(command.System, command.Exchange) || !IsCurrency(command.CounterSystem, command.Exchange)) return ResultCode.UnknownExchange;
        if (command.First == command.Second || command.System == command.CounterSystem) return ResultCode.SameAccount;
        if (command.Amount is 0 or > MaxAmount || command.CounterAmount is 0 or > MaxAmount) return ResultCode.InvalidExchange;
        uint firstPays = _tables.MemberByPlace.Find(PaymentTables.Pair(command.System, command.First));
        uint firstReceives = _tables.MemberByPlace.Find(PaymentTables.Pair(command.CounterSystem, command.First));
        uint secondPays = _tables.MemberByPlace.Find(PaymentTables.Pair(command.CounterSystem, command.Second));
        uint secondReceives = _tables.MemberByPlace.Find(PaymentTables.Pair(command.System, command.Second));
        if (!_context.HasRoomForEvents) return ResultCode.Overloaded;
        if (firstPays == 0 || firstReceives == 0 || secondPays == 0 || secondReceives == 0) return ResultCode.UnknownMember;
        uint number = _tables.ExchangePairs.Append();
        if (number == 0) return ResultCode.TableFull;
        ref ExchangePairRecord pair = ref _tables.ExchangePairs.Change(number);
        pair.Exchange = command.Exchange;
        pair.FirstPays = firstPays;
        pair.FirstReceives = firstReceives;
        pair.SecondPays = secondPays;
        pair.SecondReceives = secondReceives;
        pair.FirstAmount = command.Amount;
        pair.SecondAmount = command.CounterAmount;
        pair.Reference = command.Reference;
        if (Passes(pair)) Settle(number);
        else Wait(number);
        result.Value = ((UInt128)pair.State << 64) | number;
        return ResultCode.Ok;
    }

    /// <summary>Takes a pair that waits out of its exchange.</summary>
    public ResultCode Withdraw(in ExchangeCommand command, ref CommandResult result)
    {
        if ((command.System | command.CounterSystem | command.First | command.Second | command.HaircutPpm) != 0 || HasRate(command) || HasReserved(command))
            return ResultCode.ReservedFieldNotZero;
        ResultCode code = CheckOperator(command.Exchange);
        if (code != ResultCode.Ok) return code;
        if (command.Amount > uint.MaxValue || !_tables.ExchangePairs.Has((uint)command.Amount)) return ResultCode.UnknownExchange;
        uint number = (uint)command.Amount;
        if (_tables.ExchangePairs[number].Exchange != command.Exchange) return ResultCode.UnknownExchange;
        if (_tables.ExchangePairs[number].State != Waiting) return ResultCode.ExchangeState;
        if (!_context.HasRoomForEvents) return ResultCode.Overloaded;
        ref ExchangeRecord exchange = ref _tables.Exchanges.Change(command.Exchange);
        if (exchange.Cursor == number) exchange.Cursor = _tables.ExchangePairs[number].Next;
        Leave(number, ref exchange);
        _tables.ExchangePairs.Change(number).State = Withdrawn;
        _events.Exchange(number, PaymentEventKind.ExchangeWithdrawn);
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Tries the pairs that wait, in their order, after a pay-in; bounded, and goes on in the next block.</summary>
    public void Retry(uint exchangeNumber, ref int budget)
    {
        ref ExchangeRecord exchange = ref _tables.Exchanges.Change(exchangeNumber);
        if (exchange.Cursor == 0)
        {
            // What settles on the way credits accounts and sets it again: then there is another round.
            exchange.Retry = 0;
            exchange.Cursor = exchange.Head;
        }

        while (exchange.Cursor != 0 && _context.HasRoomForEvents && budget-- > 0)
        {
            uint number = exchange.Cursor;
            exchange.Cursor = _tables.ExchangePairs[number].Next;
            if (!Passes(_tables.ExchangePairs[number])) continue;
            Leave(number, ref exchange);
            Settle(number);
        }
    }

    private static bool HasRate(in ExchangeCommand command) => command.CounterAmount != 0 || (command.RateNumerator | command.RateDenominator) != 0;

    private static bool HasReserved(in ExchangeCommand command) => command.Reserved0 != 0 || command.Reserved1 != UInt128.Zero;

    private ResultCode CheckOperator(uint exchange)
    {
        if (!_tables.Exchanges.Has(exchange)) return ResultCode.UnknownExchange;
        return _context.Check(_tables.Exchanges[exchange].OperatorPolicy);
    }

    private bool IsCurrency(uint system, uint exchange) => _tables.Systems.Has(system) && _tables.Systems[system].Exchange == exchange;

    private bool Passes(in ExchangePairRecord pair) =>
        Free(pair.FirstPays, pair.FirstAmount) && Free(pair.SecondPays, pair.SecondAmount) && Free(pair.FirstReceives, 0) && Free(pair.SecondReceives, 0)
        && Passes(pair.Exchange, _tables.Members[pair.FirstPays].Participant, pair.FirstPays, pair.FirstAmount, pair.FirstReceives, pair.SecondAmount)
        && Passes(pair.Exchange, _tables.Members[pair.SecondPays].Participant, pair.SecondPays, pair.SecondAmount, pair.SecondReceives, pair.FirstAmount);

    /// <summary>The account can pay and its system's queues are not being resolved.</summary>
    private bool Free(uint number, ulong amount)
    {
        ref readonly MemberRecord member = ref _tables.Members[number];
        return !_tables.IsBlocked(member) && _tables.Systems[member.System].Phase == ResolutionPhase.Idle && (amount == 0 || _tables.Available(member) >= (Int128)amount);
    }

    /// <summary>The three tests on a participant's balances as they would be. Values count millionths; longs are rounded down, shorts up.</summary>
    private bool Passes(uint exchange, uint participant, uint pays, ulong paid, uint receives, ulong received)
    {
        Int128 adjusted = Int128.Zero, shorts = Int128.Zero;
        for (uint at = _tables.Exchanges[exchange].FirstCurrency; at != 0; at = _tables.ExchangeCurrencies[at].Next)
        {
            ref readonly ExchangeCurrencyRecord currency = ref _tables.ExchangeCurrencies[at];
            uint member = _tables.MemberByPlace.Find(PaymentTables.Pair(currency.System, participant));
            if (member == 0) continue;
            Int128 balance = _ledger.Accounts[_tables.Members[member].Account].Balance;
            if (member == pays) balance -= paid;
            if (member == receives) balance += received;
            Int128 bound = MaxAmount;
            if (balance < -(Int128)currency.ShortLimit || balance < -bound) return false;
            if (balance >= Int128.Zero)
            {
                adjusted += (Int128)((UInt128)Int128.Min(balance, bound) * currency.RateNumerator * (Million - currency.HaircutPpm) / currency.RateDenominator);
                continue;
            }

            UInt128 value = (UInt128)(-balance) * currency.RateNumerator;
            adjusted -= (Int128)RoundedUp(value * (Million + currency.HaircutPpm), currency.RateDenominator);
            shorts += (Int128)RoundedUp(value * Million, currency.RateDenominator);
        }

        return adjusted >= Int128.Zero && shorts <= (Int128)_tables.Exchanges[exchange].AggregateShortLimit * Million;
    }

    private static UInt128 RoundedUp(UInt128 value, ulong divisor) => (value + divisor - 1) / divisor;

    private void Settle(uint number)
    {
        ref ExchangePairRecord pair = ref _tables.ExchangePairs.Change(number);
        Move(number, pair.FirstPays, pair.SecondReceives, pair.FirstAmount, pair.Reference);
        Move(number, pair.SecondPays, pair.FirstReceives, pair.SecondAmount, pair.Reference);
        pair.State = Settled;
        pair.SettledSequence = _context.Sequence;
        _tables.Exchanges.Change(pair.Exchange).Settled++;
        _events.Exchange(number, PaymentEventKind.ExchangeSettled);
    }

    private void Move(uint number, uint from, uint to, UInt128 amount, in Hash256 reference)
    {
        uint debitNumber = _tables.Members[from].Account, creditNumber = _tables.Members[to].Account;
        ref AccountRecord debit = ref _ledger.Accounts.Change(debitNumber);
        ref AccountRecord credit = ref _ledger.Accounts.Change(creditNumber);
        debit.DebitsPosted += amount;
        credit.CreditsPosted += amount;
        ref HistoryEntry entry = ref _context.Record(HistoryKind.Exchange, debitNumber, ref debit, creditNumber, ref credit, amount);
        entry.Link = number;
        entry.Reference = reference;
    }

    private void Wait(uint number)
    {
        ref ExchangePairRecord pair = ref _tables.ExchangePairs.Change(number);
        ref ExchangeRecord exchange = ref _tables.Exchanges.Change(pair.Exchange);
        pair.State = Waiting;
        pair.Previous = exchange.Tail;
        if (exchange.Tail != 0) _tables.ExchangePairs.Change(exchange.Tail).Next = number;
        else exchange.Head = number;
        exchange.Tail = number;
        exchange.WaitingCount++;
        _events.Exchange(number, PaymentEventKind.ExchangeWaits);
    }

    private void Leave(uint number, ref ExchangeRecord exchange)
    {
        ref ExchangePairRecord pair = ref _tables.ExchangePairs.Change(number);
        if (pair.Previous != 0) _tables.ExchangePairs.Change(pair.Previous).Next = pair.Next;
        else exchange.Head = pair.Next;
        if (pair.Next != 0) _tables.ExchangePairs.Change(pair.Next).Previous = pair.Previous;
        else exchange.Tail = pair.Previous;
        pair.Next = 0;
        pair.Previous = 0;
        exchange.WaitingCount--;
    }
}
