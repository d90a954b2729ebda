// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;
using FastLedger.Storage;

namespace FastLedger.Node.Tests;

/// <summary>The known cases of payment clearing, through the wire on a running replica.</summary>
public sealed class ClearingTests
{
    public static TheoryData<string, long[], string, PaymentSystemOptions, PaymentFlags, long, int, int, long[]> Golden => new()
    {
        // name, balances, payments, options, flags, limit of the first on the second, settled before and after the resolution, balances after
        { "G1", [0, 0, 0], "0>1:500000 1>2:500000 2>0:500000", default, default, -1, 0, 3, [0, 0, 0] },
        { "G2", [0, 300_000, 0], "0>1:500000 1>2:800000 2>0:700000", default, default, -1, 0, 3, [200_000, 0, 100_000] },
        { "G2b", [0, 299_999, 0], "0>1:500000 1>2:800000 2>0:700000", default, default, -1, 0, 0, [0, 299_999, 0] },
        { "G3", [100, 0, 50, 0], "0>1:90 0>2:70 1>2:120 2>0:60 2>3:200 3>1:30", default, default, -1, 1, 3, [0, 90, 60, 0] },
        { "G3b", [100, 0, 70, 0], "0>1:90 0>2:70 1>2:120 2>0:60 2>3:200 3>1:30", default, default, -1, 3, 6, [0, 0, 0, 170] },
        { "G4 in order", [50, 0], "0>1:100 0>1:40", default, default, -1, 0, 0, [50, 0] },
        { "G4 with bypass", [50, 0], "0>1:100 0>1:40", default, PaymentFlags.FifoBypass, -1, 1, 1, [10, 40] },
        { "G5", [0, 0], "0>1:100", default, default, -1, 0, 0, [0, 0] },
        { "G6 at 500", [1000, 0], "0>1:600 0>1:300 1>0:100", default, default, 500, 0, 2, [500, 500] },
        { "G6 at 800", [1000, 0], "0>1:600 0>1:300 1>0:100", default, default, 800, 3, 3, [200, 800] },
        { "BIL", [200, 0], "0>1:500 1>0:300", PaymentSystemOptions.BilateralOffset, default, -1, 2, 2, [0, 200] },
        { "BIL one short", [199, 0], "0>1:500 1>0:300", PaymentSystemOptions.BilateralOffset, default, -1, 0, 0, [199, 0] },
    };

    [Theory]
    [MemberData(nameof(Golden))]
    public async Task A_known_case_settles_to_the_minor_unit(
        string name, long[] balances, string payments, PaymentSystemOptions options, PaymentFlags flags, long limit, int before, int after, long[] expected)
    {
        await using var replica = new TestReplica();
        await using LedgerClient client = await replica.ConnectAsync();
        (uint system, uint[] members, _) = await OpenAsync(client, balances, options);
        if (limit >= 0)
            await TestReplica.OkAsync(client, new MemberCommand { Opcode = Opcode.SetBilateralLimit, Member = members[0], Counterparty = members[1], Amount = limit });
        foreach (string payment in payments.Split(' '))
        {
            string[] parts = payment.Split('>', ':');
            CommandResult sent = await client.PayAsync(members[int.Parse(parts[0])], members[int.Parse(parts[1])], ulong.Parse(parts[2]), flags: flags);
            Assert.True(sent.Code == ResultCode.Ok, name);
        }

        PaymentSystemAnswer record = await client.GetPaymentSystemAsync(system);
        Assert.Equal((ulong)before, record.SettledGross + record.SettledByOffset);
        await client.ResolveQueuesAsync(system);
        record = await client.GetPaymentSystemAsync(system);
        Assert.Equal((ulong)after, record.SettledGross + record.SettledByOffset + record.SettledByResolution);
        Assert.Equal(expected, await BalancesAsync(client, members));
        Assert.Equal((uint)(payments.Split(' ').Length - after), record.QueuedCount);
    }

    [Fact]
    public async Task The_known_cycle_settles_370_with_40_and_survives_a_restart()
    {
        await using var replica = new TestReplica(Durability.Fsync);
        uint cycle;
        uint[] members;
        await using (LedgerClient client = await replica.ConnectAsync())
        {
            (uint system, members, _) = await OpenAsync(client, [0, 20, 0, 20], default);
            cycle = await CloseKnownCycleAsync(client, system, members);
            long[] nets = new long[4];
            for (int i = 0; i < 4; i++) nets[i] = (long)(await client.GetCycleAsync(cycle, members[i])).MemberNet;
            Assert.Equal([30, -20, 10, -20], nets);
            Assert.Equal((UInt128)8, (await client.SettleCycleAsync(cycle)).Value);
        }

        await replica.RestartAsync();
        await using (LedgerClient client = await replica.ConnectAsync())
        {
            CycleAnswer answer = await client.GetCycleAsync(cycle);
            Assert.Equal((3u, 370u, 40u), (answer.State, (uint)answer.Gross, (uint)answer.Funding));
            Assert.Equal(new long[] { 30, 0, 10, 0 }, await BalancesAsync(client, members));
            Assert.Equal(ResultCode.CycleState, (await client.SettleCycleAsync(cycle)).Code);
        }
    }

    [Fact]
    public async Task A_cycle_that_a_member_cannot_pay_is_recast_without_it()
    {
        await using var replica = new TestReplica();
        var events = new ConcurrentQueue<PaymentEvent>();
        await using LedgerClient client = await replica.ConnectAsync(1, received =>
        {
            foreach (PaymentEvent told in MemoryMarshal.Cast<OrderEvent, PaymentEvent>(received)) events.Enqueue(told);
        });
        (uint system, uint[] members, _) = await OpenAsync(client, [0, 30, 0, 0], default);
        uint cycle = await CloseKnownCycleAsync(client, system, members);
        CommandResult refused = await client.SettleCycleAsync(cycle);
        Assert.Equal((ResultCode.CycleShortfall, (UInt128)members[3]), (refused.Code, refused.Value));
        Assert.Equal(new long[] { 0, 30, 0, 0 }, await BalancesAsync(client, members));
        Assert.Equal((UInt128)3, await Dropped());
        long[] nets = new long[4];
        for (int i = 0; i < 4; i++) nets[i] = (long)(await client.GetCycleAsync(cycle, members[i])).MemberNet;
        Assert.Equal([0, -30, 30, 0], nets);
        Assert.Equal((UInt128)5, (await client.SettleCycleAsync(cycle)).Value);
        Assert.Equal(new long[] { 0, 0, 30, 0 }, await BalancesAsync(client, members));
        CycleAnswer answer = await client.GetCycleAsync(cycle);
        Assert.Equal((5u, 3u, 310u, 30u), (answer.ObligationCount, answer.DroppedCount, (uint)answer.Gross, (uint)answer.Funding));
        Assert.Equal([members[3]], events.Where(e => e.Kind == PaymentEventKind.CycleRecast).Select(e => e.Sender));
        Assert.Equal(
            [(0u, members[0], 0ul), (members[1], 0u, 30ul), (0u, members[2], 30ul)],
            events.Where(e => e.Kind == PaymentEventKind.CycleSettled).Select(e => (e.Sender, e.Receiver, e.Amount)).OrderBy(e => Math.Max(e.Sender, e.Receiver)));

        async Task<UInt128> Dropped()
        {
            CommandResult recast = await client.ExecuteAsync(new CycleCommand { Opcode = Opcode.RecastCycle, Cycle = cycle, Member = members[3] });
            Assert.Equal(ResultCode.Ok, recast.Code);
            return recast.Value;
        }
    }

    [Fact]
    public async Task A_payment_is_released_between_the_sender_s_minimum_and_the_receiver_s_maximum()
    {
        await using var replica = new TestReplica();
        await using LedgerClient client = await replica.ConnectAsync();
        (_, uint[] members, _) = await OpenAsync(client, [100, 40], PaymentSystemOptions.PositionBounds);
        Assert.Equal(ResultCode.Ok, (await client.SetMinimumPositionAsync(members[0], 40)).Code);
        Assert.Equal(ResultCode.Ok, (await client.SetMaximumPositionAsync(members[1], 99)).Code);
        MemberAnswer receiver = await client.GetMemberAsync(members[1]);
        Assert.Equal((long.MaxValue, 99L), (receiver.MinimumPosition, receiver.MaximumPosition));
        ulong payment = (ulong)((await client.PayAsync(members[0], members[1], 60)).Value & ulong.MaxValue);
        Assert.Equal(PaymentState.Queued, (await client.GetPaymentAsync(payment)).State);
        Assert.Equal(ResultCode.Ok, (await client.SetMaximumPositionAsync(members[1], 100)).Code);
        Assert.Equal(PaymentState.Settled, (await client.GetPaymentAsync(payment)).State);
        Assert.Equal(new long[] { 40, 100 }, await BalancesAsync(client, members));
    }

    [Fact]
    public async Task A_member_sees_its_liquidity_by_class_and_walks_its_queue()
    {
        await using var replica = new TestReplica();
        await using LedgerClient client = await replica.ConnectAsync();
        (_, uint[] members, ulong[] accounts) = await OpenAsync(client, [100, 0], default);
        await TestReplica.OkAsync(client, new MemberCommand { Opcode = Opcode.SetReservation, Member = members[0], Amount = 30, Priority = PaymentPriority.Urgent });
        await TestReplica.OkAsync(client, new MemberCommand { Opcode = Opcode.SetReservation, Member = members[0], Amount = 20, Priority = PaymentPriority.High });
        ulong first = (ulong)((await client.PayAsync(members[0], members[1], 60)).Value & ulong.MaxValue);
        ulong second = (ulong)((await client.PayAsync(members[0], members[1], 7)).Value & ulong.MaxValue);
        MemberAnswer member = await client.FindMemberAsync(accounts[0]);
        Assert.Equal((100, 70, 50), ((int)member.AvailableUrgent, (int)member.AvailableHigh, (int)member.AvailableNormal));
        Assert.Equal((67, 33, 2u), ((int)member.QueuedOut, (int)member.Projected, member.QueuedCount));
        PaymentAnswer head = await client.GetPaymentAsync(member.FirstQueued);
        Assert.Equal((first, second, PaymentState.Queued), (head.PaymentId, head.NextId, head.State));
        Assert.Equal(ResultCode.Ok, (await client.ReprioritiseAsync(second, PaymentPriority.Urgent)).Code);
        Assert.Equal(PaymentState.Settled, (await client.GetPaymentAsync(second)).State);
        Assert.Equal(ResultCode.Ok, (await client.RevokeAsync(first)).Code);
        Assert.Equal(0u, (await client.GetMemberAsync(members[0])).QueuedCount);
        LedgerRejectedException unknown = await Assert.ThrowsAsync<LedgerRejectedException>(async () => await client.GetPaymentAsync(999));
        Assert.Equal(ResultCode.UnknownPayment, unknown.Code);
    }

    [Fact]
    public async Task A_resolution_on_credit_happens_by_itself_and_is_told_to_the_session()
    {
        await using var replica = new TestReplica();
        var events = new ConcurrentQueue<PaymentEvent>();
        var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using LedgerClient client = await replica.ConnectAsync(1, received =>
        {
            foreach (PaymentEvent told in MemoryMarshal.Cast<OrderEvent, PaymentEvent>(received))
            {
                events.Enqueue(told);
                if (events.Count(e => e.Kind == PaymentEventKind.SettledByResolution) == 3) settled.TrySetResult();
            }
        });
        (uint system, uint[] members, ulong[] accounts) = await OpenAsync(client, [0, 0, 0], PaymentSystemOptions.ResolveOnCredit);
        await client.PayAsync(members[0], members[1], 500_000);
        await client.PayAsync(members[1], members[2], 800_000);
        await client.PayAsync(members[2], members[0], 700_000);
        ulong issuer = accounts[^1];
        await TestReplica.OkAsync(client, new TransferCommand { DebitAccount = issuer, CreditAccount = accounts[1], Amount = 300_000 });
        await settled.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(3, events.Count(e => e.Kind == PaymentEventKind.Queued));
        Assert.Equal([500_000ul, 800_000, 700_000], events.Where(e => e.Kind == PaymentEventKind.SettledByResolution).Select(e => e.Amount));
        Assert.Equal(3ul, (await client.GetPaymentSystemAsync(system)).SettledByResolution);
        Assert.Equal(new long[] { 200_000, 0, 100_000 }, await BalancesAsync(client, members));
    }

    private static async Task<uint> CloseKnownCycleAsync(LedgerClient client, uint system, uint[] members)
    {
        uint cycle = (uint)await TestReplica.OkAsync(client, new CycleCommand { Opcode = Opcode.OpenCycle, System = system });
        foreach ((int from, int to, ulong amount) in new (int, int, ulong)[] { (0, 1, 90), (1, 0, 70), (1, 2, 50), (2, 0, 60), (0, 2, 40), (3, 0, 30), (2, 3, 20), (3, 1, 10) })
            await TestReplica.OkAsync(client, new ObligationCommand { Opcode = Opcode.AddObligation, Cycle = cycle, Debtor = members[from], Creditor = members[to], Amount = amount });
        await TestReplica.OkAsync(client, new CycleCommand { Opcode = Opcode.CloseCycle, Cycle = cycle });
        return cycle;
    }

    internal static async Task<(uint System, uint[] Members, ulong[] Accounts)> OpenAsync(
        LedgerClient client, long[] balances, PaymentSystemOptions options, uint[]? participants = null)
    {
        uint asset = (uint)await TestReplica.OkAsync(client, new CreateAssetCommand { Scale = 2 });
        ulong issuer = await TestReplica.OkAsync(client, new OpenAccountCommand { Asset = asset, AccountFlags = AccountFlags.Unlimited });
        ulong clearing = await TestReplica.OkAsync(client, new OpenAccountCommand { Asset = asset });
        uint system = (uint)await TestReplica.OkAsync(client, new PaymentSystemCommand { Asset = asset, Options = options, ClearingAccount = clearing });
        var members = new uint[balances.Length];
        var accounts = new ulong[balances.Length + 1];
        accounts[^1] = issuer;
        for (int i = 0; i < balances.Length; i++)
        {
            UInt128 bic = Encoding.ASCII.GetBytes($"BANK{(char)('A' + i)}AXX").Reverse().Aggregate(UInt128.Zero, (value, c) => (value << 8) | c);
            uint participant = participants is not null ? participants[i] : (uint)await TestReplica.OkAsync(client, new OpenParticipantCommand { System = system, Bic = bic, PolicyKey = TestReplica.Key(1).PublicKey });
            accounts[i] = await TestReplica.OkAsync(client, new OpenAccountCommand { Asset = asset });
            members[i] = (uint)await TestReplica.OkAsync(client, new MemberCommand { System = system, Participant = participant, Account = accounts[i] });
            if (balances[i] > 0) await TestReplica.OkAsync(client, new TransferCommand { DebitAccount = issuer, CreditAccount = accounts[i], Amount = (UInt128)balances[i] });
        }

        return (system, members, accounts);
    }

    internal static async Task<long[]> BalancesAsync(LedgerClient client, uint[] members)
    {
        var balances = new long[members.Length];
        for (int i = 0; i < members.Length; i++)
        {
            AccountAnswer account = await client.GetAccountAsync((await client.GetMemberAsync(members[i])).Account);
            balances[i] = (long)((Int128)account.CreditsPosted - (Int128)account.DebitsPosted);
        }

        return balances;
    }
}
