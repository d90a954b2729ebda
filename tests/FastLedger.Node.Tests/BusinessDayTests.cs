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

/// <summary>Business days through the wire: the warehouse, cut-offs by block time, statements that reconcile.</summary>
public sealed class BusinessDayTests
{
    private const uint Monday = 20_000, Tuesday = Monday + 1;

    /// <summary>A time that block time never reaches in a test, and one that it passed long ago.</summary>
    private const long Never = 1L << 62, Past = 1;

    [Fact]
    public async Task A_future_payment_settles_on_its_day_and_the_statements_of_both_days_reconcile_after_a_restart()
    {
        await using var replica = new TestReplica(Durability.Fsync);
        var events = new ConcurrentQueue<BusinessDayEvent>();
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (uint system, uint[] members, ulong issuer) opened;
        ulong later;
        await using (LedgerClient client = await replica.ConnectAsync(1, received =>
        {
            foreach (BusinessDayEvent told in MemoryMarshal.Cast<OrderEvent, BusinessDayEvent>(received))
            {
                if (told.Kind < BusinessDayEventKind.Opened) continue;
                events.Enqueue(told);
                if (events.Count(e => e.Kind == BusinessDayEventKind.Closed) == 2) closed.TrySetResult();
            }
        }))
        {
            opened = await OpenAsync(client, [100, 50]);
            (uint system, uint[] members, _) = opened;
            foreach (uint date in new[] { Monday, Tuesday }) Assert.Equal(ResultCode.Ok, (await client.PlanBusinessDayAsync(system, date, Never, Never)).Code);
            Assert.Equal(ResultCode.NoBusinessDay, (await client.PayAsync(members[0], members[1], 1)).Code);
            Assert.Equal(ResultCode.Ok, (await client.OpenBusinessDayAsync(system, Monday)).Code);
            later = await PayAsync(client, members[1], members[0], 20, Tuesday);
            await PayAsync(client, members[0], members[1], 30, 0);
            ulong stuck = await PayAsync(client, members[0], members[1], 500, Monday), rolls = await PayAsync(client, members[0], members[1], 400, 0, PaymentFlags.RollValueDate);
            Assert.Equal(PaymentState.Warehoused, (await client.GetPaymentAsync(later)).State);
            BusinessDayAnswer tuesday = await client.GetBusinessDayAsync(system, Tuesday);
            Assert.Equal((BusinessDayState.Planned, 1u, later), (tuesday.State, tuesday.WarehouseCount, tuesday.FirstWarehoused));

            // The customers' cut-off has passed, the last one has not; then that one too.
            Assert.Equal(ResultCode.Ok, (await client.SetCutoffsAsync(system, Monday, Past, Never)).Code);
            Assert.Equal(ResultCode.CutoffPassed, (await client.PayAsync(members[1], members[0], 1, flags: PaymentFlags.Customer)).Code);
            Assert.Equal(ResultCode.Ok, (await client.PayAsync(members[1], members[0], 1)).Code);
            Assert.Equal(ResultCode.Ok, (await client.SetCutoffsAsync(system, Monday, Past, Past)).Code);
            Assert.Equal(ResultCode.CutoffPassed, (await client.PayAsync(members[1], members[0], 1)).Code);
            Assert.Equal(ResultCode.BusinessDayState, (await client.SetCutoffsAsync(system, Monday, Never, Never)).Code);
            Assert.Equal([PaymentState.Expired, PaymentState.Warehoused], new[] { (await client.GetPaymentAsync(stuck)).State, (await client.GetPaymentAsync(rolls)).State });
            Assert.Equal(ResultCode.Ok, (await client.CloseBusinessDayAsync(system, Monday)).Code);
            await closed.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }

        (uint number, uint[] banks, ulong money) = opened;
        await replica.RestartAsync();
        await using (LedgerClient client = await replica.ConnectAsync())
        {
            await StatementAsync(client, number, banks[0], 100, 71, 2);
            await StatementAsync(client, number, banks[1], 50, 79, 2);
            BusinessDayEvent[] told = [.. events.Where(e => e.Kind == BusinessDayEventKind.Closed)];
            Assert.Equal([(banks[0], 100, 71), (banks[1], 50, 79)], told.Select(e => (e.Member, (int)e.Opening, (int)e.Closing)));
            BusinessDayAnswer monday = await client.GetBusinessDayAsync(number);
            Assert.Equal((BusinessDayState.Closed, 2ul, 31u, 1u, 1u, Tuesday), (monday.State, monday.Settled, (uint)monday.Value, monday.Expired, monday.Rolled, monday.NextDate));

            // Over night, then Tuesday: what waited enters in its order; 400 more than the member has stays queued.
            await TestReplica.OkAsync(client, new TransferCommand { DebitAccount = money, CreditAccount = (await client.GetMemberAsync(banks[1])).Account, Amount = 7 });
            Assert.Equal(2u, (await client.OpenBusinessDayAsync(number, Tuesday)).Value);
            Assert.Equal(PaymentState.Settled, (await client.GetPaymentAsync(later)).State);
            await client.SetCutoffsAsync(number, Tuesday, Past, Past);
            Assert.Equal(ResultCode.Ok, (await client.CloseBusinessDayAsync(number, Tuesday)).Code);
            await StatementAsync(client, number, banks[0], 71, 91, 1);
            await StatementAsync(client, number, banks[1], 79, 66, 2);
            LedgerRejectedException none = await Assert.ThrowsAsync<LedgerRejectedException>(async () => await client.GetBusinessDayAsync(number, 1));
            Assert.Equal(ResultCode.NotABusinessDay, none.Code);
        }
    }

    private static async Task StatementAsync(LedgerClient client, uint system, uint member, int opening, int closing, int entries)
    {
        DayStatement statement = await client.GetDayStatementAsync(system, member);
        Assert.Equal((opening, closing, entries), ((int)statement.Day.Opening, (int)statement.Day.Closing, statement.Entries.Count));
        Assert.True(statement.Reconciles);
        AccountAnswer account = await client.GetAccountAsync(statement.Day.Account);
        Assert.Equal(closing, (int)((Int128)account.CreditsPosted - (Int128)account.DebitsPosted));
    }

    private static async Task<ulong> PayAsync(LedgerClient client, uint sender, uint receiver, ulong amount, uint valueDate, PaymentFlags flags = PaymentFlags.None) =>
        await TestReplica.OkAsync(client, new SubmitPaymentCommand { Sender = sender, Receiver = receiver, Amount = amount, ValueDate = valueDate, Priority = PaymentPriority.Normal, PaymentFlags = flags });

    private static async Task<(uint System, uint[] Members, ulong Issuer)> OpenAsync(LedgerClient client, long[] balances)
    {
        uint asset = (uint)await TestReplica.OkAsync(client, new CreateAssetCommand { Scale = 2 });
        ulong issuer = await TestReplica.OkAsync(client, new OpenAccountCommand { Asset = asset, AccountFlags = AccountFlags.Unlimited });
        uint system = (uint)await TestReplica.OkAsync(client, new PaymentSystemCommand { Asset = asset });
        var members = new uint[balances.Length];
        for (int i = 0; i < balances.Length; i++)
        {
            UInt128 bic = Encoding.ASCII.GetBytes($"BANK{(char)('A' + i)}AXX").Reverse().Aggregate(UInt128.Zero, (value, c) => (value << 8) | c);
            uint participant = (uint)await TestReplica.OkAsync(client, new OpenParticipantCommand { System = system, Bic = bic, PolicyKey = TestReplica.Key(1).PublicKey });
            ulong account = await TestReplica.OkAsync(client, new OpenAccountCommand { Asset = asset });
            members[i] = (uint)await TestReplica.OkAsync(client, new MemberCommand { System = system, Participant = participant, Account = account });
            await TestReplica.OkAsync(client, new TransferCommand { DebitAccount = issuer, CreditAccount = account, Amount = (UInt128)balances[i] });
        }

        return (system, members, issuer);
    }
}
