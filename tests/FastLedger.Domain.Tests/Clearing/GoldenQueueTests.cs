// SPDX-License-Identifier: Apache-2.0
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Clearing;

/// <summary>Cases from the literature on gridlock, with known answers to the minor unit.</summary>
public sealed class GoldenQueueTests
{
    [Fact]
    public void A_ring_of_three_without_money_settles_only_together()
    {
        using var system = new ClearingLedger([0, 0, 0]);
        ulong[] ids = [system.Pay(0, 1, 500_000), system.Pay(1, 2, 500_000), system.Pay(2, 0, 500_000)];
        Assert.Equal(0, system.Settled(ids));
        Assert.Equal(3ul, system.Resolve());
        Assert.Equal(3, system.Settled(ids));
        Assert.Equal([0, 0, 0], system.Balances);
    }

    [Theory]
    [InlineData(300_000, 3)]
    [InlineData(299_999, 0)]
    public void One_unit_decides_whether_three_unequal_payments_settle(long balance, int settled)
    {
        using var system = new ClearingLedger([0, balance, 0]);
        ulong[] ids = [system.Pay(0, 1, 500_000), system.Pay(1, 2, 800_000), system.Pay(2, 0, 700_000)];
        Assert.Equal((ulong)settled, system.Resolve());
        Assert.Equal(settled, system.Settled(ids));
        Assert.Equal(settled == 3 ? [200_000, 0, 100_000] : [0, balance, 0], system.Balances);
    }

    [Fact]
    public void Gross_settlement_stalls_where_resolution_goes_on()
    {
        using var system = new ClearingLedger([100, 0, 50, 0]);
        ulong[] ids = FourBanks(system);
        Assert.Equal(1, system.Settled(ids));
        system.Resolve();
        Assert.Equal(3, system.Settled(ids));
        Assert.Equal([0, 90, 60, 0], system.Balances);
        Assert.Equal(220, (long)system.Record.SettledValue);
    }

    [Fact]
    public void Twenty_more_units_let_all_six_settle()
    {
        using var system = new ClearingLedger([100, 0, 70, 0]);
        ulong[] ids = FourBanks(system);
        Assert.Equal(3, system.Settled(ids));
        Assert.Equal(220, (long)system.Record.SettledValue);
        system.Resolve();
        Assert.Equal(6, system.Settled(ids));
        Assert.Equal(570, (long)system.Record.SettledValue);
        Assert.Equal([0, 0, 0, 170], system.Balances);
    }

    [Theory]
    [InlineData(PaymentFlags.None, 0)]
    [InlineData(PaymentFlags.FifoBypass, 1)]
    public void Only_an_explicit_bypass_overtakes(PaymentFlags flags, int settled)
    {
        using var system = new ClearingLedger([50, 0]);
        Assert.Equal(settled, system.Settled(system.Pay(0, 1, 100, flags: flags), system.Pay(0, 1, 40, flags: flags)));
    }

    [Fact]
    public void A_deadlock_stays_queued_and_is_no_error()
    {
        using var system = new ClearingLedger([0, 0]);
        ulong id = system.Pay(0, 1, 100);
        Assert.Equal(0ul, system.Resolve());
        Assert.Equal(PaymentState.Queued, system.State(id));
    }

    [Theory]
    [InlineData(500, 1, 1)]
    [InlineData(800, 2, 1)]
    public void A_bilateral_limit_bounds_what_is_settled_net(long limit, int fromFirst, int fromSecond)
    {
        using var system = new ClearingLedger([1000, 0]);
        Assert.Equal(ResultCode.Ok, system.Set(Opcode.SetBilateralLimit, 0, limit, counterparty: 1));
        ulong[] first = [system.Pay(0, 1, 600), system.Pay(0, 1, 300)];
        ulong[] second = [system.Pay(1, 0, 100)];
        system.Resolve();
        Assert.Equal((fromFirst, fromSecond), (system.Settled(first), system.Settled(second)));
    }

    [Theory]
    [InlineData(200, 2, PaymentSystemOptions.BilateralOffset)]
    [InlineData(199, 0, PaymentSystemOptions.BilateralOffset)]
    [InlineData(200, 2, PaymentSystemOptions.None)]
    [InlineData(199, 0, PaymentSystemOptions.None)]
    public void Two_payments_in_opposite_directions_need_only_their_difference(long balance, int settled, PaymentSystemOptions options)
    {
        using var system = new ClearingLedger([balance, 0], options);
        ulong[] ids = [system.Pay(0, 1, 500), system.Pay(1, 0, 300)];
        Assert.Equal(options == PaymentSystemOptions.None ? 0 : settled, system.Settled(ids));
        if (options == PaymentSystemOptions.None) system.Resolve();
        Assert.Equal(settled, system.Settled(ids));
        Assert.Equal(settled == 2 ? [0, 200] : [199, 0], system.Balances);
    }

    [Fact]
    public void A_resolution_runs_after_a_credit_or_by_block_time_when_the_system_says_so()
    {
        using var onCredit = new ClearingLedger([0, 0, 0], PaymentSystemOptions.ResolveOnCredit);
        ulong[] ids = [onCredit.Pay(0, 1, 500_000), onCredit.Pay(1, 2, 800_000), onCredit.Pay(2, 0, 700_000)];
        onCredit.Credit(1, 300_000);
        Assert.Equal(0, onCredit.Settled(ids));
        Assert.Equal(0, onCredit.Base.Ledger.NextDueNs);
        onCredit.Pass();
        Assert.Equal(3, onCredit.Settled(ids));

        using var periodic = new ClearingLedger([0, 0], resolvePeriodMs: 1000);
        ids = [periodic.Pay(0, 1, 5), periodic.Pay(1, 0, 5)];
        Assert.Equal(0, periodic.Settled(ids));
        long due = periodic.Base.Ledger.NextDueNs;
        Assert.InRange(due - periodic.Base.TimestampNs, 1, 1_000_000_000);
        periodic.Base.Wait(1);
        periodic.Pass();
        Assert.Equal(2, periodic.Settled(ids));
    }

    private static ulong[] FourBanks(ClearingLedger system) =>
    [
        system.Pay(0, 1, 90), system.Pay(0, 2, 70), system.Pay(1, 2, 120), system.Pay(2, 0, 60), system.Pay(2, 3, 200), system.Pay(3, 1, 30),
    ];
}
