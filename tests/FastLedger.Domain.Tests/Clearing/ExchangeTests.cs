// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Clearing;

/// <summary>Payment versus payment with three currencies: dollars at 1, euro at 1.10 with a haircut of 5 %, yen at 1/150 with one of 8 %.</summary>
public sealed class ExchangeTests : IDisposable
{
    private const int Dollar = 0, Euro = 1, Yen = 2;
    private readonly ClearingLedger[] _currencies;
    private readonly uint _exchange;

    public ExchangeTests()
    {
        var first = new ClearingLedger([0, 0]);
        _currencies = [first, new ClearingLedger([0, 0], ledger: first.Base), new ClearingLedger([0, 0], ledger: first.Base)];
        _exchange = (uint)first.Ok(new ExchangeCommand { Opcode = Opcode.CreateExchange, Amount = 200 });
        Set(Dollar, 1, 1, 0, 200);
        Set(Euro, 11, 10, 50_000, 150);
        Set(Yen, 1, 150, 80_000, 20_000);
        foreach (ClearingLedger currency in _currencies)
            for (int member = 0; member < 2; member++) Assert.Equal(ResultCode.Ok, currency.Set(Opcode.SetCreditLine, member, 1_000_000));
        foreach (ClearingLedger currency in _currencies) currency.Credit(1, 1_000_000);
    }

    private TestLedger Base => _currencies[0].Base;

    [Theory]
    [InlineData(120, -100, 0, true)]
    [InlineData(110, -100, 0, false)]
    [InlineData(300, -160, 0, false)]
    [InlineData(400, -140, -18_000, false)]
    public void A_pair_settles_when_the_balances_afterwards_pass_three_tests(long dollars, long euro, long yen, bool passes)
    {
        if (yen != 0)
        {
            // The yen are drawn before, so that the euro leg alone brings the balances of the case.
            _currencies[Yen].Base.Transfer(_currencies[Yen].Operator, _currencies[Yen].Account(0), _currencies[Yen].Issuer, (UInt128)(-yen));
        }

        UInt128 pair = Submit(Euro, -euro, Dollar, dollars);
        Assert.Equal(passes ? 2ul : 1ul, (ulong)(pair >> 64));
        Assert.Equal(passes ? [dollars, euro] : [0, 0], new[] { _currencies[Dollar].Balance(0), _currencies[Euro].Balance(0) });
        Base.AssertSumsAreZero();
    }

    [Fact]
    public void An_amount_or_a_rate_of_zero_is_refused()
    {
        ClearingLedger dollars = _currencies[Dollar];
        Assert.Equal(ResultCode.InvalidExchange, dollars.Code(new ExchangeCommand { Opcode = Opcode.SubmitExchange, Exchange = 1, System = dollars.System, CounterSystem = _currencies[Euro].System, First = 1, Second = 2, CounterAmount = 1 }));
        Assert.Equal(ResultCode.InvalidExchange, dollars.Code(new ExchangeCommand { Opcode = Opcode.SetExchangeCurrency, Exchange = 1, System = dollars.System, RateDenominator = 1 }));
        Assert.Equal(ResultCode.InvalidExchange, dollars.Code(new ExchangeCommand { Opcode = Opcode.SetExchangeCurrency, Exchange = 1, System = dollars.System, RateNumerator = 1 }));
    }

    [Fact]
    public void A_pair_that_fails_waits_and_is_tried_again_after_a_pay_in()
    {
        UInt128 pair = Submit(Euro, 100, Dollar, 110);
        Assert.Equal(1ul, (ulong)(pair >> 64));
        _currencies[Dollar].Credit(0, 5);
        _currencies[Dollar].Pass();
        Assert.Equal(0, _currencies[Euro].Balance(0));
        _currencies[Dollar].Credit(0, 1);
        Assert.Equal(0, Base.Ledger.NextDueNs);
        _currencies[Dollar].Pass();
        Assert.Equal((116, -100), (_currencies[Dollar].Balance(0), _currencies[Euro].Balance(0)));
        Assert.Equal(0u, Base.Ledger.Clearing.Exchanges[_exchange].WaitingCount);
        Assert.Equal(2u, Base.Ledger.Clearing.ExchangePairs[(uint)(pair & uint.MaxValue)].State);
        Base.AssertSumsAreZero();
    }

    [Fact]
    public void Pairs_that_wait_are_tried_in_their_order_until_none_settles()
    {
        Submit(Euro, 100, Dollar, 110);
        Submit(Euro, 10, Dollar, 11);
        Assert.Equal(2u, Base.Ledger.Clearing.Exchanges[_exchange].WaitingCount);
        _currencies[Dollar].Credit(0, 100);
        _currencies[Dollar].Pass();
        _currencies[Dollar].Pass();
        Assert.Equal((221, -110), (_currencies[Dollar].Balance(0), _currencies[Euro].Balance(0)));
        _currencies[Dollar].Pass();
        Assert.Equal(long.MaxValue, Base.Ledger.NextDueNs);
    }

    public void Dispose() => Base.Dispose();

    private void Set(int currency, ulong numerator, ulong denominator, uint haircutPpm, ulong limit) => _currencies[0].Ok(new ExchangeCommand
    {
        Opcode = Opcode.SetExchangeCurrency,
        Exchange = _exchange,
        System = _currencies[currency].System,
        RateNumerator = numerator,
        RateDenominator = denominator,
        HaircutPpm = haircutPpm,
        Amount = limit,
    });

    /// <summary>The first bank sells to the second.</summary>
    private UInt128 Submit(int sold, long amount, int bought, long counterAmount) => _currencies[0].Ok(new ExchangeCommand
    {
        Opcode = Opcode.SubmitExchange,
        Exchange = _exchange,
        System = _currencies[sold].System,
        CounterSystem = _currencies[bought].System,
        First = Participant(0),
        Second = Participant(1),
        Amount = (ulong)amount,
        CounterAmount = (ulong)counterAmount,
    });

    private uint Participant(int bank) => _currencies[0].Tables.Members[_currencies[0].Members[bank]].Participant;
}
