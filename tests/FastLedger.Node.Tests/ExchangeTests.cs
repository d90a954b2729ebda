// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Node.Tests;

/// <summary>
/// Payment versus payment through the wire: dollars at 1, euro at 1.10 with a haircut of 5 %, yen at 1/150 with one of 8 %; short positions of
/// at most 150 euro and of at most 200 in value.
/// </summary>
public sealed class ExchangeTests
{
    [Theory]
    [InlineData(120, -100, 0, true)]
    [InlineData(110, -100, 0, false)]
    [InlineData(300, -160, 0, false)]
    [InlineData(400, -140, -18_000, false)]
    public async Task A_pair_settles_when_it_passes_the_three_tests_and_waits_otherwise(long dollars, long euro, long yen, bool passes)
    {
        await using var replica = new TestReplica();
        var events = new ConcurrentQueue<PaymentEvent>();
        await using LedgerClient client = await replica.ConnectAsync(1, received =>
        {
            foreach (PaymentEvent told in MemoryMarshal.Cast<OrderEvent, PaymentEvent>(received)) events.Enqueue(told);
        });
        (uint exchange, Currency[] currencies) = await OpenAsync(client);

        // The yen are drawn before, so that the pair alone brings the balances of the case.
        if (yen != 0) await TestReplica.OkAsync(client, new TransferCommand { DebitAccount = currencies[2].Accounts[0], CreditAccount = currencies[2].Accounts[^1], Amount = (UInt128)(-yen) });
        CommandResult sent = await client.ExecuteAsync(Pair(exchange, currencies, (ulong)-euro, (ulong)dollars));
        Assert.Equal(ResultCode.Ok, sent.Code);
        uint pair = (uint)(sent.Value & uint.MaxValue);
        ExchangePairAnswer answer = await client.GetExchangePairAsync(pair);
        Assert.Equal((passes ? 2u : 1u, exchange, (ulong)-euro, (ulong)dollars), (answer.State, answer.Exchange, answer.FirstAmount, answer.SecondAmount));
        Assert.Equal(passes, answer.SettledSequence != 0);
        Assert.Equal(passes ? [dollars, euro] : [0L, 0], new[] { (await ClearingTests.BalancesAsync(client, currencies[0].Members))[0], (await ClearingTests.BalancesAsync(client, currencies[1].Members))[0] });
        ExchangeAnswer whole = await client.GetExchangeAsync(exchange);
        Assert.Equal((3u, passes ? 0u : 1u, passes ? 0u : pair, passes ? 1ul : 0, 200ul), (whole.CurrencyCount, whole.WaitingCount, whole.FirstWaiting, whole.Settled, whole.AggregateShortLimit));
        PaymentEvent told = Assert.Single(events, e => e.Kind >= PaymentEventKind.ExchangeSettled);
        Assert.Equal((passes ? PaymentEventKind.ExchangeSettled : PaymentEventKind.ExchangeWaits, (ulong)pair, (ulong)-euro), (told.Kind, told.PaymentId, told.Amount));
        if (passes)
        {
            Assert.Equal(ResultCode.ExchangeState, (await client.WithdrawExchangeAsync(exchange, pair)).Code);
            return;
        }

        Assert.Equal(ResultCode.UnknownExchange, (await client.WithdrawExchangeAsync(exchange, pair + 1)).Code);
        Assert.Equal(ResultCode.Ok, (await client.WithdrawExchangeAsync(exchange, pair)).Code);
        Assert.Equal(ResultCode.ExchangeState, (await client.WithdrawExchangeAsync(exchange, pair)).Code);
        Assert.Equal((3u, 0u), ((await client.GetExchangePairAsync(pair)).State, (await client.GetExchangeAsync(exchange)).WaitingCount));
        Assert.Contains(events, e => e.Kind == PaymentEventKind.ExchangeWithdrawn);
    }

    [Fact]
    public async Task A_pair_that_waits_settles_after_a_pay_in()
    {
        await using var replica = new TestReplica();
        var settled = new TaskCompletionSource<PaymentEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using LedgerClient client = await replica.ConnectAsync(1, received =>
        {
            foreach (PaymentEvent told in MemoryMarshal.Cast<OrderEvent, PaymentEvent>(received))
                if (told.Kind == PaymentEventKind.ExchangeSettled) settled.TrySetResult(told);
        });
        (uint exchange, Currency[] currencies) = await OpenAsync(client);
        CommandResult sent = await client.ExecuteAsync(Pair(exchange, currencies, 100, 110));
        Assert.Equal(1u, (uint)(sent.Value >> 64));
        await TestReplica.OkAsync(client, new TransferCommand { DebitAccount = currencies[0].Accounts[^1], CreditAccount = currencies[0].Accounts[0], Amount = 6 });
        PaymentEvent told = await settled.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((uint)(sent.Value & uint.MaxValue), (uint)told.PaymentId);
        Assert.Equal(116, (await ClearingTests.BalancesAsync(client, currencies[0].Members))[0]);
        Assert.Equal(-100, (await ClearingTests.BalancesAsync(client, currencies[1].Members))[0]);
    }

    /// <summary>The first bank sells euro for dollars.</summary>
    private static ExchangeCommand Pair(uint exchange, Currency[] currencies, ulong euro, ulong dollars) => new()
    {
        Opcode = Opcode.SubmitExchange,
        Exchange = exchange,
        System = currencies[1].System,
        CounterSystem = currencies[0].System,
        First = currencies[0].Participants[0],
        Second = currencies[0].Participants[1],
        Amount = euro,
        CounterAmount = dollars,
    };

    private static async Task<(uint Exchange, Currency[] Currencies)> OpenAsync(LedgerClient client)
    {
        uint exchange = (uint)await TestReplica.OkAsync(client, new ExchangeCommand { Opcode = Opcode.CreateExchange, Amount = 200 });
        var currencies = new Currency[3];
        (ulong Numerator, ulong Denominator, uint HaircutPpm, ulong ShortLimit)[] terms = [(1, 1, 0, 200), (11, 10, 50_000, 150), (1, 150, 80_000, 20_000)];
        for (int i = 0; i < currencies.Length; i++)
        {
            (uint system, uint[] members, ulong[] accounts) = await ClearingTests.OpenAsync(client, [0, 1_000_000], default, i == 0 ? null : currencies[0].Participants);
            uint[] participants = [.. await Task.WhenAll(members.Select(async m => (await client.GetMemberAsync(m)).Participant))];
            currencies[i] = new Currency(system, members, accounts, participants);
            foreach (uint member in members)
                await TestReplica.OkAsync(client, new MemberCommand { Opcode = Opcode.SetCreditLine, Member = member, Amount = 1_000_000 });
            await TestReplica.OkAsync(client, new ExchangeCommand
            {
                Opcode = Opcode.SetExchangeCurrency,
                Exchange = exchange,
                System = system,
                RateNumerator = terms[i].Numerator,
                RateDenominator = terms[i].Denominator,
                HaircutPpm = terms[i].HaircutPpm,
                Amount = terms[i].ShortLimit,
            });
        }

        return (exchange, currencies);
    }

    private sealed record Currency(uint System, uint[] Members, ulong[] Accounts, uint[] Participants);
}
