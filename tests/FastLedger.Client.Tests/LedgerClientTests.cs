// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Sessions;

namespace FastLedger.Client.Tests;

#pragma warning disable CA1001 // xunit disposes through IAsyncLifetime
public sealed class LedgerClientTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private readonly LoopbackServer _server = new();
    private readonly SigningKey _key = SigningKey.Generate();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _key.Dispose();
    }

    private Task<LedgerClient> ConnectAsync(
        OrderEventHandler? events = null, TimeSpan? deadline = null, bool inline = false, params EndPoint[] endPoints) =>
        LedgerClient.ConnectAsync(new ClientOptions
        {
            Endpoints = endPoints.Length == 0 ? [_server.EndPoint] : endPoints,
            Key = _key,
            OrderEvents = events,
            Deadline = deadline ?? TimeSpan.FromSeconds(30),
            ConnectTimeout = TimeSpan.FromSeconds(30),
            InlineContinuations = inline,
            ShortestBackoff = TimeSpan.FromMilliseconds(1),
        });

    private static void Fill(CommandBatch batch, int count)
    {
        for (int i = 0; i < count; i++)
        {
            ref TransferCommand transfer = ref batch.Add<TransferCommand>();
            transfer.DebitAccount = 1;
            transfer.CreditAccount = 2;
            transfer.Amount = (UInt128)(i + 1);
        }
    }

    [Fact]
    public async Task A_new_key_is_registered_and_a_known_one_keeps_its_session_and_numbers()
    {
        uint session;
        await using (LedgerClient first = await ConnectAsync())
        {
            session = first.Session;
            Assert.Equal(_server.ChainId, first.ChainId);
            Assert.Equal(1UL, first.NextNumber);
            using CommandBatch batch = first.RentBatch();
            Fill(batch, 3);
            BatchOutcome outcome = await first.SubmitAsync(batch);
            Assert.Equal((1UL, 1UL, 3, 0, 7UL), (outcome.FirstNumber, outcome.FirstSequence, outcome.Count, outcome.Failed, outcome.Height));
        }

        await using LedgerClient second = await ConnectAsync();
        Assert.Equal(session, second.Session);
        Assert.Equal(4UL, second.NextNumber);
    }

    [Fact]
    public async Task A_batch_answers_with_its_failures_or_with_everything()
    {
        _server.Judge = c => c.Number % 10 == 0 ? ResultCode.ExceedsBalance : ResultCode.Ok;
        await using LedgerClient client = await ConnectAsync();
        using CommandBatch batch = client.RentBatch();
        Fill(batch, ProtocolLimits.MaxBatchCommands);
        BatchOutcome outcome = client.Submit(batch);
        Assert.Equal(819, outcome.Failed);
        Assert.Equal(819, outcome.Results.Length);
        Assert.All(outcome.Results.ToArray(), r => Assert.Equal(ResultCode.ExceedsBalance, r.Code));
        Assert.Equal(9U, outcome.Results[0].Index);

        batch.Clear();
        Fill(batch, 100);
        outcome = await client.SubmitAsync(batch, ResultMode.All);
        Assert.Equal(100, outcome.Results.Length);
        Assert.Equal(10, outcome.Failed);
    }

    [Fact]
    public async Task One_command_gives_its_result()
    {
        await using LedgerClient client = await ConnectAsync();
        var transfer = new TransferCommand { DebitAccount = 1, CreditAccount = 2, Amount = 5 };
        CommandResult first = client.Execute(in transfer);
        CommandResult second = await client.ExecuteAsync(in transfer);
        Assert.Equal((ResultCode.Ok, 1UL), (first.Code, first.Sequence));
        Assert.Equal((ResultCode.Ok, 2UL), (second.Code, second.Sequence));
        Assert.All(_server.Effects.Values, e => Assert.Equal(1, e.Count));
    }

    [Fact]
    public async Task Batches_filled_side_by_side_are_numbered_in_the_order_of_their_submission()
    {
        await using LedgerClient client = await ConnectAsync();
        using CommandBatch a = client.RentBatch();
        using CommandBatch b = client.RentBatch();
        Fill(a, 2);
        Fill(b, 3);
        Fill(a, 2);
        Assert.Equal(1UL, (await client.SubmitAsync(b)).FirstNumber);
        Assert.Equal(4UL, (await client.SubmitAsync(a)).FirstNumber);
        Assert.Equal(7, _server.Effects.Count);
    }

    [Fact]
    public async Task More_batches_than_the_window_wait_in_line()
    {
        await using LedgerClient client = await ConnectAsync();
        _server.Answering.Reset();
        List<Task<BatchOutcome>> waiting = [];
        for (int i = 0; i < 40; i++)
        {
            CommandBatch batch = client.RentBatch(5);
            Fill(batch, 5);
            waiting.Add(client.SubmitAsync(batch).AsTask());
        }

        _server.Answering.Set();
        BatchOutcome[] outcomes = await Task.WhenAll(waiting);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => (ulong)(5 * i + 1)), outcomes.Select(o => o.FirstNumber));
    }

    [Theory]
    [InlineData(Cut.BeforeExecution)]
    [InlineData(Cut.AfterExecution)]
    [InlineData(Cut.InsideAnswer)]
    [InlineData(Cut.AfterAnswer)]
    public async Task A_connection_that_breaks_at_any_batch_of_a_burst_loses_and_repeats_nothing(Cut cut)
    {
        const int Batches = 12;
        for (int point = 0; point < Batches; point++)
        {
            await using var server = new LoopbackServer();
            server.CutAt = index => index == point ? cut : Cut.None;
            await using LedgerClient client = await ConnectAsync(endPoints: server.EndPoint);
            List<CommandBatch> batches = [];
            List<Task<BatchOutcome>> waiting = [];
            for (int i = 0; i < Batches; i++)
            {
                CommandBatch batch = client.RentBatch();
                Fill(batch, 1 + 40 * i);
                batches.Add(batch);
                waiting.Add(client.SubmitAsync(batch, ResultMode.All).AsTask());
            }

            BatchOutcome[] outcomes = await Task.WhenAll(waiting);
            int commands = batches.Sum(b => b.Count);
            Assert.Equal(commands, server.Effects.Count);
            Assert.All(server.Effects.Values, e => Assert.Equal(1, e.Count));
            Assert.All(outcomes, o => Assert.Equal(0, o.Failed));
            Assert.Equal(
                Enumerable.Range(1, commands).Select(n => (ulong)n),
                outcomes.SelectMany(o => o.Results.ToArray()).Select(r => r.Sequence));
            if (cut != Cut.AfterAnswer || point < Batches - 1) Assert.True(client.Connections >= 2, $"no reconnect at {point}");
            batches.ForEach(b => b.Dispose());
        }
    }

    [Fact]
    public async Task A_deadline_leaves_the_outcome_open_and_submitting_again_waits_for_it()
    {
        await using LedgerClient client = await ConnectAsync(deadline: TimeSpan.FromMilliseconds(50));
        _server.Answering.Reset();
        using CommandBatch batch = client.RentBatch();
        Fill(batch, 10);
        await Assert.ThrowsAsync<LedgerTimeoutException>(() => client.SubmitAsync(batch).AsTask());
        Assert.Throws<LedgerTimeoutException>(() => client.Submit(batch));
        Assert.Throws<InvalidOperationException>(() => batch.Add<TransferCommand>());
        _server.Answering.Set();
        BatchOutcome? outcome = null;
        while (outcome is null)
        {
            try
            {
                outcome = await client.SubmitAsync(batch);
            }
            catch (LedgerTimeoutException)
            {
                // A machine under load may need more than one deadline.
            }
        }

        Assert.Equal(10, outcome.Value.Count);
        Assert.Equal(1, _server.BatchesReceived);
        Assert.Throws<InvalidOperationException>(() => client.Submit(batch));
    }

    [Fact]
    public async Task A_batch_given_back_in_flight_returns_to_the_pool_when_it_is_answered()
    {
        await using LedgerClient client = await ConnectAsync();
        _server.Answering.Reset();
        using var cancellation = new CancellationTokenSource();
        CommandBatch batch = client.RentBatch();
        Fill(batch, 1);
        Task<BatchOutcome> waiting = client.SubmitAsync(batch, cancellationToken: cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        batch.Dispose();
        using CommandBatch other = client.RentBatch();
        Assert.NotSame(batch, other);
        _server.Answering.Set();
        await client.GetStatusAsync(); // answered after the batch
        using CommandBatch again = client.RentBatch();
        Assert.Same(batch, again);
        Assert.Equal(0, again.Count);
    }

    [Fact]
    public async Task A_cancelled_wait_does_not_cancel_the_batch()
    {
        await using LedgerClient client = await ConnectAsync();
        _server.Answering.Reset();
        using var cancellation = new CancellationTokenSource();
        using CommandBatch batch = client.RentBatch();
        Fill(batch, 1);
        Task<BatchOutcome> waiting = client.SubmitAsync(batch, cancellationToken: cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        _server.Answering.Set();
        Assert.Equal(1, (await client.SubmitAsync(batch)).Count);
        Assert.Equal(1, _server.BatchesReceived);
    }

    [Fact]
    public async Task A_refused_batch_throws_its_code_and_may_be_submitted_again()
    {
        _server.RefuseBatch = index => index == 0 ? ResultCode.Overloaded : ResultCode.Ok;
        await using LedgerClient client = await ConnectAsync();
        using CommandBatch batch = client.RentBatch();
        Fill(batch, 4);
        LedgerRejectedException refused = await Assert.ThrowsAsync<LedgerRejectedException>(() => client.SubmitAsync(batch).AsTask());
        Assert.Equal(ResultCode.Overloaded, refused.Code);
        Assert.Empty(_server.Effects);
        Assert.Equal(5UL, client.Submit(batch).FirstNumber);
        Assert.Equal(4, _server.Effects.Count);
    }

    [Fact]
    public async Task A_refused_batch_in_the_middle_of_a_burst_leaves_the_others_alone()
    {
        _server.RefuseBatch = index => index == 2 ? ResultCode.Overloaded : ResultCode.Ok;
        await using LedgerClient client = await ConnectAsync();
        List<Task<BatchOutcome>> waiting = [];
        for (int i = 0; i < 6; i++)
        {
            CommandBatch batch = client.RentBatch();
            Fill(batch, 2);
            waiting.Add(client.SubmitAsync(batch).AsTask());
        }

        for (int i = 0; i < 6; i++)
        {
            if (i == 2) await Assert.ThrowsAsync<LedgerRejectedException>(() => waiting[2]);
            else Assert.Equal((ulong)(2 * i + 1), (await waiting[i]).FirstNumber);
        }
    }

    [Fact]
    public async Task Queries_are_answered_and_refused()
    {
        await using LedgerClient client = await ConnectAsync();
        Assert.Equal(12UL, (await client.GetAccountAsync(12)).Number);
        Assert.Equal((UInt128)99, (await client.FindAccountAsync(99)).ExternalId);
        LedgerRejectedException missing = await Assert.ThrowsAsync<LedgerRejectedException>(() => client.GetAccountAsync(404).AsTask());
        Assert.Equal(ResultCode.NotFound, missing.Code);
        Assert.Equal(5UL, (await client.GetOrderAsync(5)).OrderId);
        Assert.Equal(6U, (await client.GetInstrumentAsync(6)).Number);
        Assert.Equal((UInt128)6, (await client.FindInstrumentAsync(6)).ExternalId);
        Assert.Equal(7U, (await client.GetAssetAsync(7)).Number);
        Assert.Equal((UInt128)7, (await client.FindAssetAsync(7)).ExternalId);
        Assert.Equal(8U, (await client.GetSessionAsync(8)).Number);
        Assert.Equal(_key.PublicKey, (await client.FindSessionAsync(_key.PublicKey)).Key);
        Assert.Equal(_server.ChainId, (await client.GetStatusAsync()).ChainId);
        AccountStatement statement = await client.GetStatementAsync(3);
        Assert.Equal((3UL, 9UL, 1000), (statement.Head.Account, statement.Head.FirstEntry, statement.Entries.Count));
        Assert.Equal(999UL, statement.Entries[999].Sequence);
        BookDepth depth = await client.GetDepthAsync(4);
        Assert.Equal((4U, 2, 99L, 101L), (depth.Head.Instrument, depth.Bids.Count, depth.Bids[0].PriceTicks, depth.Asks.Single().PriceTicks));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(ProtocolLimits.MaxOrderEvents)]
    public async Task Order_events_arrive_whole_and_in_order(int count)
    {
        _server.EventsPerBatch = count;
        var arrived = new TaskCompletionSource<OrderEvent[]>();
        await using LedgerClient client = await ConnectAsync(events => arrived.TrySetResult(events.ToArray()));
        client.Execute(default(TransferCommand));
        OrderEvent[] events = await arrived.Task;
        Assert.Equal(Enumerable.Range(0, count).Select(i => (ulong)i), events.Select(e => e.OrderId));
    }

    [Fact]
    public async Task A_handler_that_throws_ends_the_client_with_its_exception()
    {
        _server.EventsPerBatch = 1;
        await using LedgerClient client = await ConnectAsync(_ => throw new InvalidOperationException("broken handler"));
        client.Execute(default(TransferCommand));
        LedgerConnectionException fault = await Assert.ThrowsAsync<LedgerConnectionException>(async () =>
        {
            while (true) await client.ExecuteAsync(default(TransferCommand));
        });
        Assert.Equal("broken handler", (fault.InnerException?.InnerException ?? fault.InnerException)?.Message);
    }

    [Fact]
    public async Task A_client_goes_on_at_another_endpoint()
    {
        await using var gone = new LoopbackServer();
        IPEndPoint nobody = gone.EndPoint;
        await gone.DisposeAsync();
        await using LedgerClient client = await ConnectAsync(endPoints: [nobody, _server.EndPoint]);
        Assert.Equal(ResultCode.Ok, client.Execute(default(TransferCommand)).Code);
        _server.AbortAll();
        Assert.Equal(ResultCode.Ok, client.Execute(default(TransferCommand)).Code);
        Assert.Equal(2, _server.Effects.Count);
    }

    [Fact]
    public async Task Nobody_at_the_endpoint_is_a_typed_error()
    {
        var gone = new LoopbackServer();
        IPEndPoint nobody = gone.EndPoint;
        await gone.DisposeAsync();
        LedgerConnectionException fault = await Assert.ThrowsAsync<LedgerConnectionException>(() => LedgerClient.ConnectAsync(new ClientOptions
        {
            Endpoints = [nobody],
            Key = _key,
            ConnectTimeout = TimeSpan.FromMilliseconds(100),
        }));
        Assert.IsType<System.Net.Sockets.SocketException>(fault.InnerException);
    }

    [Fact]
    public async Task A_server_of_another_chain_is_refused()
    {
        LedgerConnectionException fault = await Assert.ThrowsAsync<LedgerConnectionException>(() => LedgerClient.ConnectAsync(new ClientOptions
        {
            Endpoints = [_server.EndPoint],
            Key = _key,
            ChainId = _key.PublicKey,
        }));
        Assert.Equal(ResultCode.WrongChain, fault.Code);
    }

    [Fact]
    public async Task A_refused_registration_ends_the_client()
    {
        _server.RegistrationCode = ResultCode.SessionLimit;
        LedgerConnectionException fault = await Assert.ThrowsAsync<LedgerConnectionException>(() => ConnectAsync());
        Assert.Equal(ResultCode.SessionLimit, fault.Code);
    }

    [Fact]
    public async Task Closing_fails_what_waits_and_refuses_what_comes()
    {
        LedgerClient client = await ConnectAsync();
        _server.Answering.Reset();
        CommandBatch batch = client.RentBatch();
        Fill(batch, 1);
        Task<BatchOutcome> waiting = client.SubmitAsync(batch).AsTask();
        ValueTask closing = client.DisposeAsync();
        _server.Answering.Set();
        await closing;
        LedgerConnectionException fault = await Assert.ThrowsAsync<LedgerConnectionException>(() => waiting);
        Assert.Equal(ResultCode.Finished, fault.Code);
        using CommandBatch late = client.RentBatch();
        Fill(late, 1);
        Assert.Throws<LedgerConnectionException>(() => client.Submit(late));
        await client.DisposeAsync();
    }

    [Fact]
    public async Task Heartbeats_keep_an_idle_session_alive()
    {
        _server.Options = new ServerSessionOptions { ChainId = _server.ChainId, MinKeepAliveMs = 20, MaxKeepAliveMs = 100 };
        await using LedgerClient client = await ConnectAsync();
        while (_server.Heartbeats < 5) await Task.Yield();
        Assert.Equal(ResultCode.Ok, client.Execute(default(TransferCommand)).Code);
    }

    [Fact]
    public async Task Continuations_may_run_on_the_receiving_thread()
    {
        await using LedgerClient client = await ConnectAsync(inline: true);
        for (int i = 0; i < 200; i++) Assert.Equal(ResultCode.Ok, (await client.ExecuteAsync(default(TransferCommand))).Code);
    }

    [Fact]
    public async Task Many_threads_share_one_client()
    {
        await using LedgerClient client = await ConnectAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < 50; i++)
            {
                using CommandBatch batch = client.RentBatch();
                Fill(batch, 7);
                BatchOutcome outcome = i % 2 == 0 ? client.Submit(batch) : await client.SubmitAsync(batch);
                Assert.Equal(0, outcome.Failed);
            }
        })));
        Assert.Equal(8 * 50 * 7, _server.Effects.Count);
        Assert.All(_server.Effects.Values, e => Assert.Equal(1, e.Count));
    }
}
