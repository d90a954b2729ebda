// SPDX-License-Identifier: Apache-2.0
using System;
using System.Linq;
using FastLedger.Domain.Clearing;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Clearing;

public sealed class PositionBoundTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private const PaymentSystemOptions Bounded = PaymentSystemOptions.PositionBounds;

    [Theory]
    [InlineData(40, 100, 60, true)]
    [InlineData(41, 100, 60, false)]
    [InlineData(40, 99, 60, false)]
    [InlineData(-1, 100, 60, true)]
    [InlineData(40, -1, 60, true)]
    [InlineData(0, 1000, 101, false)]
    public void A_payment_is_released_exactly_between_the_sender_s_minimum_and_the_receiver_s_maximum(long minimum, long maximum, long amount, bool settles)
    {
        using var system = new ClearingLedger([100, 40], Bounded);
        Assert.Equal(ResultCode.Ok, system.Set(Opcode.SetMinimumPosition, 0, minimum));
        Assert.Equal(ResultCode.Ok, system.Set(Opcode.SetMaximumPosition, 1, maximum));
        ulong payment = system.Pay(0, 1, amount);
        Assert.Equal(settles ? PaymentState.Settled : PaymentState.Queued, system.State(payment));
        Assert.Equal(settles ? [100 - amount, 40 + amount] : [100, 40], system.Balances);
        SubmitPaymentCommand now = system.Payment(0, 1, 1000, PaymentPriority.Urgent, PaymentFlags.SettleOrReject);
        Assert.Equal(ResultCode.ExceedsBalance, system.Code(now));
    }

    [Fact]
    public void A_payment_that_waits_for_room_is_released_when_the_receiver_pays_is_drained_or_gets_a_higher_bound()
    {
        using var system = new ClearingLedger([100, 90, 0], Bounded);
        system.Set(Opcode.SetMaximumPosition, 1, 100);
        ulong first = system.Pay(0, 1, 30);
        Assert.Equal(ResultCode.ExceedsPosition, system.Code(system.Payment(0, 1, 30, PaymentPriority.Urgent, PaymentFlags.SettleOrReject)));
        Assert.Equal(PaymentState.Queued, system.State(first));
        system.Pay(1, 2, 20);
        Assert.Equal(PaymentState.Settled, system.State(first));
        ulong second = system.Pay(0, 1, 30);
        system.Base.Transfer(system.Operator, system.Account(1), system.Issuer, 30);
        Assert.Equal(PaymentState.Settled, system.State(second));
        ulong third = system.Pay(0, 1, 10);
        Assert.Equal(PaymentState.Queued, system.State(third));
        system.Set(Opcode.SetMaximumPosition, 1, 110);
        Assert.Equal([30, 110, 20], system.Balances);
    }

    [Fact]
    public void An_offsetting_pair_is_released_by_its_net_amounts()
    {
        using var system = new ClearingLedger([100, 100], Bounded | PaymentSystemOptions.BilateralOffset);
        foreach (int member in new[] { 0, 1 })
        {
            system.Set(Opcode.SetMinimumPosition, member, 95);
            system.Set(Opcode.SetMaximumPosition, member, 105);
        }

        ulong first = system.Pay(0, 1, 50);
        Assert.Equal(PaymentState.Queued, system.State(first));
        ulong second = system.Pay(1, 0, 56);
        Assert.Equal([PaymentState.Queued, PaymentState.Queued], new[] { first, second }.Select(system.State));
        system.Change(Opcode.RevokePayment, second);
        ulong third = system.Pay(1, 0, 55);
        Assert.Equal([PaymentState.Settled, PaymentState.Settled], new[] { first, third }.Select(system.State));
        Assert.Equal([105, 95], system.Balances);
    }

    [Fact]
    public void Bounds_exclude_resolutions_and_keep_their_order()
    {
        using var system = new ClearingLedger([100, 0], Bounded);
        Assert.Equal(ResultCode.InvalidFlags, system.Code(new PaymentSystemWorkCommand { Opcode = Opcode.ResolveQueues, System = system.System }));
        foreach (PaymentSystemOptions other in new[] { PaymentSystemOptions.ResolveOnCredit, PaymentSystemOptions.ResolutionOnly })
            Assert.Equal(ResultCode.InvalidFlags, system.Code(new PaymentSystemCommand { Opcode = Opcode.ConfigurePaymentSystem, System = system.System, Options = Bounded | other }));
        Assert.Equal(ResultCode.InvalidFlags, system.Code(new PaymentSystemCommand { Opcode = Opcode.ConfigurePaymentSystem, System = system.System, Options = Bounded, ResolvePeriodMs = 5 }));
        Assert.Equal(ResultCode.Ok, system.Set(Opcode.SetMaximumPosition, 0, 50));
        Assert.Equal(ResultCode.InvalidLimit, system.Set(Opcode.SetMinimumPosition, 0, 51));
        Assert.Equal(ResultCode.Ok, system.Set(Opcode.SetMinimumPosition, 0, 50));
        Assert.Equal(ResultCode.InvalidLimit, system.Set(Opcode.SetMaximumPosition, 0, 49));
        Assert.Equal(ResultCode.Ok, system.Set(Opcode.SetMaximumPosition, 0, -1));
        uint stranger = system.Base.Session(9);
        Assert.Equal(ResultCode.Unauthorized, system.Base.Execute(stranger, new MemberCommand { Opcode = Opcode.SetMaximumPosition, Member = system.Members[0], Amount = 5 }).Code);
    }

    [Theory]
    [InlineData(1u << 16)]
    [InlineData(5u)]
    public void No_payment_ever_breaks_a_bound_and_none_that_could_be_released_waits(uint workPerBlock)
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("FASTLEDGER_SEED"), out int given) ? given : 6_076;
        output.WriteLine($"seed {seed}");
        long settled = 0, waited = 0;
        for (int life = 0; life < 25; life++)
        {
            var random = new Random(seed + life);
            const int banks = 5;
            using var system = new ClearingLedger([.. Enumerable.Repeat(100L, banks)], Bounded | (life % 2 == 0 ? PaymentSystemOptions.BilateralOffset : 0),
                ledger: new TestLedger(TestLedger.Small with { PaymentWorkPerBlock = workPerBlock }));
            var bounds = new (long Low, long High)[banks];
            for (int i = 0; i < banks; i++)
            {
                bounds[i] = (random.Next(0, 60), random.Next(120, 220));
                system.Set(Opcode.SetMinimumPosition, i, bounds[i].Low);
                system.Set(Opcode.SetMaximumPosition, i, bounds[i].High);
            }

            for (int step = 0; step < 150; step++)
            {
                int from = random.Next(banks), to = (from + random.Next(1, banks)) % banks;
                long[] before = system.Balances;
                if (random.Next(12) == 0)
                {
                    // Liquidity is paid in and out beside the payments; only they keep to the bounds.
                    if (random.Next(2) == 0) system.Credit(from, random.Next(1, 40));
                    else system.Base.Transfer(system.Operator, system.Account(from), system.Issuer, (UInt128)random.Next(1, 40));
                    before = system.Balances;
                }
                else if (random.Next(15) == 0)
                {
                    bounds[from] = (random.Next(0, 60), random.Next(120, 220));
                    system.Set(Opcode.SetMinimumPosition, from, 0);
                    system.Set(Opcode.SetMaximumPosition, from, bounds[from].High);
                    system.Set(Opcode.SetMinimumPosition, from, bounds[from].Low);
                    before = system.Balances;
                }
                else
                {
                    system.Pay(from, to, random.Next(1, 90), (PaymentPriority)random.Next(3));
                }

                while (system.Base.Ledger.NextDueNs <= system.Base.TimestampNs) system.Pass();
                long[] after = system.Balances;
                for (int i = 0; i < banks; i++)
                    if (before[i] >= bounds[i].Low && before[i] <= bounds[i].High) Assert.InRange(after[i], bounds[i].Low, bounds[i].High);

                for (int i = 0; i < banks; i++)
                {
                    uint head = PaymentTables.Head(system.Tables.Members[system.Members[i]]);
                    if (head == 0) continue;
                    waited++;
                    PaymentRecord payment = system.Tables.Payments[head];
                    int receiver = Array.IndexOf(system.Members, payment.Receiver);
                    bool fits = after[i] - (long)payment.Amount >= Math.Max(0, bounds[i].Low) && after[receiver] + (long)payment.Amount <= bounds[receiver].High;
                    Assert.False(fits, $"seed {seed + life}, step {step}: {payment.Amount} from {i} to {receiver} waits although it could be released");
                }
            }

            settled += (long)(system.Record.SettledGross + system.Record.SettledByOffset);
            system.Base.AssertSumsAreZero();
        }

        output.WriteLine($"settled {settled}, waited {waited}");
        Assert.True(settled > 500 && waited > 500);
    }
}
