// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;
using FastLedger.Storage;

namespace FastLedger.Node.Tests;

public sealed class ReplicaTests
{
    [Fact]
    public async Task Money_moves_over_a_socket_and_survives_a_restart_with_the_same_state_root()
    {
        await using var replica = new TestReplica(Durability.Fsync);
        Hash256 root;
        ulong alice, bob;
        await using (LedgerClient client = await replica.ConnectAsync())
        {
            (alice, bob) = await FundAsync(client, 1000);
            await TestReplica.OkAsync(client, Transfer(alice, bob, 250));
            StatusAnswer status = await client.GetStatusAsync();
            root = status.StateRoot;
            Assert.Equal(3ul, status.Accounts);
        }

        await replica.RestartAsync();
        Assert.Equal(root, replica.Replica.RecoveredState.StateRoot);
        Assert.Equal(JournalEndKind.Sealed, replica.Replica.RecoveredEnd.Kind);
        await using (LedgerClient client = await replica.ConnectAsync())
        {
            Assert.Equal((UInt128)250, (await client.GetAccountAsync(bob)).CreditsPosted);
            await TestReplica.OkAsync(client, Transfer(alice, bob, 1));
        }
    }

    [Fact]
    public async Task Batches_answer_failures_only_or_every_command_as_asked()
    {
        await using var replica = new TestReplica();
        await using LedgerClient client = await replica.ConnectAsync();
        (ulong alice, ulong bob) = await FundAsync(client, 10);
        for (int mode = 0; mode < 2; mode++)
        {
            CommandBatch batch = client.RentBatch();
            batch.Add(Transfer(alice, bob, 1));
            batch.Add(Transfer(alice, bob, 1_000_000));
            batch.Add(Transfer(alice, bob, 2));
            BatchOutcome outcome = await client.SubmitAsync(batch, (ResultMode)mode);
            Assert.Equal((3, 1), (outcome.Count, outcome.Failed));
            Assert.Equal(mode == 0 ? 1 : 3, outcome.Results.Length);
            CommandResult failed = outcome.Results[mode == 0 ? 0 : 1];
            Assert.Equal((ResultCode.ExceedsBalance, 1u), (failed.Code, failed.Index));
            batch.Dispose();
        }
    }

    [Fact]
    public async Task Sessions_keep_their_accounts_apart()
    {
        await using var replica = new TestReplica();
        await using LedgerClient bank = await replica.ConnectAsync(1);
        await using LedgerClient thief = await replica.ConnectAsync(2);
        (ulong alice, ulong bob) = await FundAsync(bank, 10);
        Assert.NotEqual(bank.Session, thief.Session);
        Assert.Equal(ResultCode.Unauthorized, (await thief.ExecuteAsync(Transfer(alice, bob, 1))).Code);
    }

    [Fact]
    public async Task A_resting_order_reports_its_fill_to_the_session_that_placed_it()
    {
        await using var replica = new TestReplica();
        var events = new ConcurrentQueue<OrderEvent>();
        var arrived = new TaskCompletionSource();
        await using LedgerClient maker = await replica.ConnectAsync(1, received =>
        {
            foreach (OrderEvent e in received) events.Enqueue(e);
            arrived.TrySetResult();
        });
        await using LedgerClient taker = await replica.ConnectAsync(2);
        Market market = await Market.OpenAsync(maker, taker);
        CommandResult resting = await maker.ExecuteAsync(market.Order(maker: true, Side.Ask, 100, 5));
        Assert.Equal(ResultCode.Ok, resting.Code);
        BookDepth depth = await taker.GetDepthAsync(market.Instrument, 5);
        Assert.Equal((100L, 5ul), (depth.Asks.Single().PriceTicks, depth.Asks.Single().QuantityLots));
        Assert.Equal(5ul, (await taker.GetOrderAsync((ulong)resting.Value)).RemainingLots);

        CommandResult taken = await taker.ExecuteAsync(market.Order(maker: false, Side.Bid, 101, 3));
        Assert.Equal(3ul, (ulong)(taken.Value >> 64));
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30));
        OrderEvent fill = Assert.Single(events);
        Assert.Equal((OrderEventKind.Fill, 100L, 3ul, 2ul), (fill.Kind, fill.PriceTicks, fill.QuantityLots, fill.RemainingLots));
        Assert.Equal(taken.Sequence, fill.Sequence);
    }

    [Fact]
    public async Task A_statement_walks_the_history_backwards_and_can_be_continued()
    {
        await using var replica = new TestReplica();
        await using LedgerClient client = await replica.ConnectAsync();
        (ulong alice, ulong bob) = await FundAsync(client, 1000);
        for (uint i = 1; i <= 25; i++) await TestReplica.OkAsync(client, Transfer(alice, bob, i));
        var amounts = new List<UInt128>();
        ulong from = 0;
        do
        {
            AccountStatement statement = await client.GetStatementAsync(bob, from, 10);
            amounts.AddRange(statement.Entries.Select(e => e.Amount));
            from = statement.Head.NextEntry;
        }
        while (from != 0);
        Assert.Equal(Enumerable.Range(1, 25).Reverse().Select(i => (UInt128)i), amounts);
    }

    [Fact]
    public async Task Pending_transfers_expire_without_any_traffic()
    {
        await using var replica = new TestReplica();
        await using LedgerClient client = await replica.ConnectAsync();
        (ulong alice, ulong bob) = await FundAsync(client, 1000);
        TransferCommand pending = Transfer(alice, bob, 400);
        pending.Flags = CommandFlags.Pending;
        pending.TimeoutSeconds = 1;
        await TestReplica.OkAsync(client, pending);
        Assert.Equal((UInt128)400, (await client.GetAccountAsync(alice)).DebitsPending);
        StatusAnswer status;
        do status = await client.GetStatusAsync();
        while (status.Pending != 0);
        Assert.Equal(UInt128.Zero, (await client.GetAccountAsync(alice)).DebitsPending);
    }

    [Fact]
    public async Task A_directory_of_another_ledger_is_refused()
    {
        await using var replica = new TestReplica();
        await replica.Replica.DisposeAsync();
        replica.Options.Genesis.Name = "another";
        Assert.Throws<Node.Configuration.ConfigurationException>(() => Node.Replica.Start(replica.Options));
        replica.Options.Genesis.Name = "fastledger";
        await replica.RestartAsync();
    }

    [Fact]
    public async Task Full_batches_in_flight_are_all_answered_in_order()
    {
        await using var replica = new TestReplica();
        await using LedgerClient client = await replica.ConnectAsync();
        (ulong alice, ulong bob) = await FundAsync(client, 1_000_000);
        var pending = new Queue<(CommandBatch Batch, Task<BatchOutcome> Outcome)>();
        ulong last = 0;
        for (int i = 0; i < 60; i++)
        {
            if (pending.Count == 8) last = await FinishAsync(pending, last);
            CommandBatch batch = client.RentBatch();
            for (int j = 0; j < batch.Capacity; j++) batch.Add(Transfer(alice, bob, 1));
            pending.Enqueue((batch, client.SubmitAsync(batch).AsTask()));
        }

        while (pending.Count > 0) last = await FinishAsync(pending, last);
        Assert.Equal((UInt128)(60 * 8190), (await client.GetAccountAsync(bob)).CreditsPosted);
    }

    [Fact]
    public async Task Small_batches_sent_ahead_are_checked_together_and_answered_in_order()
    {
        await using var replica = new TestReplica();
        await using LedgerClient client = await replica.ConnectAsync();
        (ulong alice, ulong bob) = await FundAsync(client, 1_000_000);
        var pending = new Queue<(CommandBatch Batch, Task<BatchOutcome> Outcome)>();
        ulong last = 0;
        for (int i = 0; i < 400; i++)
        {
            if (pending.Count == 16) last = await FinishAsync(pending, last);
            CommandBatch batch = client.RentBatch();
            for (int j = 0; j <= i % 5; j++) batch.Add(Transfer(alice, bob, 1));
            pending.Enqueue((batch, client.SubmitAsync(batch).AsTask()));
        }

        while (pending.Count > 0) last = await FinishAsync(pending, last);
        Assert.Equal((UInt128)(80 * 15), (await client.GetAccountAsync(bob)).CreditsPosted);
    }

    private static async Task<ulong> FinishAsync(Queue<(CommandBatch Batch, Task<BatchOutcome> Outcome)> pending, ulong last)
    {
        (CommandBatch batch, Task<BatchOutcome> submitted) = pending.Dequeue();
        BatchOutcome outcome = await submitted;
        Assert.Equal(0, outcome.Failed);
        Assert.True(outcome.FirstSequence > last);
        last = outcome.FirstSequence;
        batch.Dispose();
        return last;
    }

    private static TransferCommand Transfer(ulong debit, ulong credit, UInt128 amount) =>
        new() { Opcode = Opcode.Transfer, DebitAccount = debit, CreditAccount = credit, Amount = amount };

    private static async Task<(ulong Alice, ulong Bob)> FundAsync(LedgerClient client, UInt128 amount)
    {
        uint asset = (uint)await TestReplica.OkAsync(client, new CreateAssetCommand { Opcode = Opcode.CreateAsset, Scale = 2 });
        ulong issuer = await TestReplica.OkAsync(client, new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset, AccountFlags = AccountFlags.Unlimited });
        ulong alice = await TestReplica.OkAsync(client, new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset });
        ulong bob = await TestReplica.OkAsync(client, new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset });
        await TestReplica.OkAsync(client, Transfer(issuer, alice, amount));
        return (alice, bob);
    }
}
