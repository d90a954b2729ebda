// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Trading;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Trading;

// The accounts and instruments of a campaign, and its random commands.
internal sealed partial class MarketCampaign
{
    // Prices at which tries fork at the last, a middle and the first digit.
    private static readonly long[] PriceBases = [1, 1, 1, 1, 1, 1, 60, 4_090, 262_140, PriceIndex.MaxPriceTicks - 12];

    private int _accounts;

    // In calm times bids come low and asks high, so books fill up; else most orders trade.
    private bool _isCalm;

    /// <summary>
    /// Session 1 issues three assets (two to trade, one to pay with), owns the fee account and trades without bound, also with the fee
    /// account itself; the others have accounts in every asset, two to pay with, and little, enough or much money.
    /// </summary>
    private void SetUp()
    {
        for (uint i = 1; i <= Sessions; i++) Ok(0, new RegisterSessionCommand { Opcode = Opcode.RegisterSession, Key = TestLedger.Key((byte)i) });
        for (uint i = 1; i <= Assets; i++) Ok(1, new CreateAssetCommand { Opcode = Opcode.CreateAsset });
        for (uint asset = 1; asset <= Assets; asset++) Open(1, asset, AccountFlags.Unlimited);
        ulong fees = Open(1, 3);
        Open(1, 3, AccountFlags.CreditsMustNotExceedDebits);
        for (uint session = 2; session <= Sessions; session++)
        {
            foreach (uint asset in new uint[] { 1, 2, 3, 3 }) Open(session, asset);
        }

        _accounts = _naive.Accounts.Count - 1;
        List(1, fees, 10, 5, 1_000, 2_500, 1_000);
        List(2, fees, 1, 7, -1_500, 1_500, PriceIndex.MaxPriceTicks);
        List(1, 3, 1UL << 40, 1UL << 40, 0, 0, 1L << 36 >> 1);
        for (uint account = 6; account <= _accounts; account++)
        {
            uint asset = _naive.Accounts[(int)account]!.Asset;
            UInt128 amount = asset == 3 ? (account % 3) switch { 0 => 3_000, 1 => 200_000, _ => UInt128.One << 60 } : (UInt128)(account % 4 * 400);
            if (amount == UInt128.Zero) continue;
            Command command = Numbered(1, new TransferCommand { Opcode = Opcode.Transfer, DebitAccount = asset, CreditAccount = account, Amount = amount });
            _naive.Session = _naive.Policy = 1;
            _naive.Sequence = _ledger.Counters.Sequence;
            Assert.Equal(ResultCode.Ok, _naive.Execute([command])[0].Code);
            Assert.Equal(ResultCode.Ok, Execute(1, [command])[0].Code);
        }

        _naive.Sequence = _ledger.Counters.Sequence;
    }

    private Command[] NextBatch(uint session)
    {
        int length = _random.Next(4) == 0 ? 2 + _random.Next(4) : 1;
        bool linked = length > 1 && _random.Next(2) == 0;
        var batch = new Command[length];
        for (int i = 0; i < length; i++)
        {
            batch[i] = NextCommand(session);
            if (linked && i < length - 1) batch[i].Flags |= CommandFlags.Linked;
        }

        return batch;
    }

    private Command NextCommand(uint session)
    {
        if (_random.Next(400) == 0) _isCalm = !_isCalm;
        int kind = _random.Next(_isCalm && _random.Next(3) != 0 ? 100 : 200);
        if (kind < 100) return NextPlace(session);
        if (kind < 130) return Numbered(session, new ChangeOrderCommand { Opcode = Opcode.CancelOrder, OrderId = SomeOrder(session) });
        if (kind < 145) return Numbered(session, new ChangeOrderCommand { Opcode = Opcode.ReduceOrder, OrderId = SomeOrder(session), QuantityLots = SomeLots(0) });
        if (kind < 175) return NextAmend(session);
        if (kind < 176)
        {
            bool byAccount = _random.Next(3) != 0;
            return Numbered(session, new MassCancelCommand
            {
                Opcode = Opcode.MassCancel,
                QuoteAccount = byAccount ? SomeAccount(session, 3) : 0,
                Instrument = byAccount && _random.Next(2) == 0 ? 0 : (uint)_random.Next(4),
            });
        }

        if (kind < 188) return NextTransfer(session);
        if (kind < 190)
        {
            return Numbered(session, new SetInstrumentStateCommand
            {
                Opcode = Opcode.SetInstrumentState,
                Instrument = 1 + (uint)_random.Next(3),
                State = _random.Next(25) == 0 ? InstrumentState.Halted : InstrumentState.Open,
            });
        }

        if (session != 1) return NextPlace(session);
        ulong account = 1 + (ulong)_random.Next(_accounts);
        if (_naive.Orders.Count != 0 && _random.Next(2) == 0) account = _naive.Orders[_random.Next(_naive.Orders.Count)].QuoteAccount;
        int blockedAccount = _naive.Accounts.FindIndex(a => a is { IsBlocked: true });
        if (blockedAccount > 0 && _random.Next(2) == 0) account = (ulong)blockedAccount;
        if (_random.Next(3) == 0)
            return Numbered(session, new ChangeAccountCommand { Opcode = Opcode.SetFloor, Account = account, Floor = _random.Next(3_000) - 2_500 });
        bool blocked = _naive.Accounts[(int)account]!.IsBlocked;
        Opcode opcode = _random.Next(blocked ? 10 : 20) switch
        {
            0 => Opcode.FreezeAccount,
            1 => Opcode.CloseAccount,
            2 => Opcode.UnfreezeAccount,
            _ => (_naive.Accounts[(int)account]!.Flags & AccountFlags.Closed) != 0 ? Opcode.ReopenAccount : Opcode.UnfreezeAccount,
        };
        return Numbered(session, new ChangeAccountCommand { Opcode = opcode, Account = account });
    }

    private Command NextPlace(uint session)
    {
        uint instrument = (uint)_random.Next(100) switch { < 50 => 1, < 90 => 2, < 99 => 3, _ => 4 };
        bool market = _random.Next(10) == 0;
        var timeInForce = (TimeInForce)Math.Max(0, _random.Next(8) - 5);
        if (market && timeInForce == TimeInForce.GoodTillCancel && _random.Next(10) != 0) timeInForce = TimeInForce.ImmediateOrCancel;
        bool postOnly = _random.Next(12) == 0;
        long price = SomePrice();
        var side = (Side)_random.Next(2);
        if (_isCalm && _random.Next(15) != 0)
        {
            price = PriceBases[0] + _random.Next(12);
            side = price < 7 ? Side.Bid : Side.Ask;
        }

        return Numbered(session, new PlaceOrderCommand
        {
            Opcode = Opcode.PlaceOrder,
            Flags = postOnly ? CommandFlags.PostOnly : CommandFlags.None,
            Code = (uint)_random.Next(5),
            Instrument = instrument,
            Side = side,
            Type = market ? OrderType.Market : OrderType.Limit,
            TimeInForce = timeInForce,
            SelfTradePrevention = (SelfTradePrevention)_random.Next(5),
            PriceTicks = market && _random.Next(2) == 0 ? 0 : price,
            QuantityLots = SomeLots(1),
            BaseAccount = SomeAccount(session, instrument == 2 ? 2u : 1u),
            QuoteAccount = SomeAccount(session, 3),
            UserData64 = (ulong)_random.Next(),
        });
    }

    private Command NextAmend(uint session) => Numbered(session, new ChangeOrderCommand
    {
        Opcode = Opcode.AmendOrder,
        Flags = _random.Next(3) == 0 ? CommandFlags.QuantityIsOpen : CommandFlags.None,
        OrderId = SomeOrder(session),
        PriceTicks = _random.Next(2) == 0 ? 0 : SomePrice(),
        QuantityLots = _random.Next(4) == 0 ? 0 : SomeLots(0),
    });

    private Command NextTransfer(uint session)
    {
        uint asset = 1 + (uint)_random.Next(3);
        bool refill = session == 1 && _random.Next(3) != 0;
        ulong debit = SomeAccount(session, asset), credit;
        do credit = 1 + (ulong)_random.Next(_accounts);
        while (credit == debit || credit == 5 || _naive.Accounts[(int)credit]!.Asset != _naive.Accounts[(int)debit]!.Asset);
        return Numbered(session, new TransferCommand
        {
            Opcode = Opcode.Transfer,
            DebitAccount = debit,
            CreditAccount = credit,
            Amount = 1 + (UInt128)_random.Next(refill ? 5_000 : 500),
        });
    }

    private long SomePrice() => _random.Next(300) == 0 ? _random.Next(3) - 1 : PriceBases[_random.Next(PriceBases.Length)] + _random.Next(12);

    private ulong SomeLots(int least) => _random.Next(60) == 0 ? (ulong)_random.Next(1_200) : (ulong)(least + _random.Next(12));

    /// <summary>Usually an account of the session in the asset, sometimes any account or none.</summary>
    private ulong SomeAccount(uint session, uint asset)
    {
        if (_random.Next(100) == 0 && asset == 3) return 1 + (ulong)_random.Next(_accounts);
        ulong account;
        do account = 1 + (ulong)_random.Next(_accounts);
        while (_naive.Accounts[(int)account]!.Policy != session || _naive.Accounts[(int)account]!.Asset != asset || (account == 5 && _random.Next(20) != 0));
        return account;
    }

    /// <summary>Usually a resting order of the session, sometimes another one, or an id that is gone.</summary>
    private ulong SomeOrder(uint session)
    {
        if (_naive.Orders.Count == 0 || _random.Next(20) == 0) return RecordId.Of((uint)_random.Next((int)MaxOrders + 4), (ulong)_random.Next(4));
        ulong id = 0;
        for (int tries = 0; tries < 30; tries++)
        {
            NaiveMarket.Order order = _naive.Orders[_random.Next(_naive.Orders.Count)];
            id = order.Id;
            if (order.Session == session) break;
        }

        return id;
    }

    private Command Numbered<T>(uint session, T typed) where T : unmanaged, ICommand
    {
        Command command = Command.Of(in typed);
        command.Number = ++_numbers[session];
        return command;
    }

    private ulong Ok<T>(uint session, T typed) where T : unmanaged, ICommand
    {
        CommandResult result = Execute(session, [Numbered(session, typed)])[0];
        Assert.Equal(ResultCode.Ok, result.Code);
        return (ulong)result.Value;
    }

    private ulong Open(uint session, uint asset, AccountFlags flags = AccountFlags.None)
    {
        ulong number = Ok(session, new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset, AccountFlags = flags });
        Assert.Equal((ulong)_naive.Accounts.Count, number);
        _naive.Accounts.Add(new NaiveMarket.Account { Asset = asset, Policy = session, Flags = flags });
        return number;
    }

    private void List(uint baseAsset, ulong fees, ulong lotSize, ulong tickValue, int makerFeePpm, int takerFeePpm, long maxPriceTicks)
    {
        var command = new CreateInstrumentCommand
        {
            Opcode = Opcode.CreateInstrument,
            BaseAsset = baseAsset,
            QuoteAsset = 3,
            LotSize = lotSize,
            TickValue = tickValue,
            FeeAccount = fees,
            MakerFeePpm = makerFeePpm,
            TakerFeePpm = takerFeePpm,
            MaxQuantityLots = 1_000,
            MaxPriceTicks = maxPriceTicks,
        };
        Assert.Equal((ulong)_naive.Instruments.Count, Ok(1, command));
        _naive.Instruments.Add(command);
        _naive.States.Add(InstrumentState.Open);
        _naive.Creators.Add(1);
    }
}
