// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Load.Nodes;
using FastLedger.Node.Recovery;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.EndToEnd.Crashes;

/// <summary>
/// One client and one node that is killed under load and started again, many times. The client goes on over every crash: what it sent and
/// got no answer for, it sends again. After each restart every answer is compared with the model, every account too, and the states that
/// the node had shown before it was killed are found again in its journal.
/// </summary>
internal sealed class CrashCampaign : IAsyncDisposable
{
    private const int AccountCount = 64, MaxBatch = 200, InFlight = 8;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private readonly Random _random;
    private readonly TemporaryFolder _folder = new();
    private readonly int _port = TestNode.FreePort();
    private readonly SigningKey _key = SigningKey.Generate();
    private readonly Queue<(CommandBatch Batch, List<(uint Index, ResultCode Code)> Failures, Task<BatchOutcome> Answer)> _flights = new();
    private readonly List<ulong> _accounts = [];
    private NodeProcess _node;
    private LedgerClient? _client;
    private BalanceModel? _model;

    public CrashCampaign(int seed)
    {
        _random = new Random(seed);
        _node = TestNode.StartSmall(DataDirectory, _port);
    }

    /// <summary>Commands whose answers were checked.</summary>
    public long Answered { get; private set; }

    /// <summary>Of these, the ones that were under way when the node was killed.</summary>
    public long AnsweredAfterCrash { get; private set; }

    private string DataDirectory => Path.Combine(_folder.Path, "node");

    private LedgerClient Client => _client!;

    private BalanceModel Model => _model!;

    /// <summary>Connects, opens the accounts and funds them.</summary>
    public async Task BeginAsync()
    {
        _client = await LedgerClient.ConnectAsync(new ClientOptions
        {
            Endpoints = [new IPEndPoint(IPAddress.Loopback, _port)],
            Key = _key,
            Deadline = Deadline,
            ConnectTimeout = Deadline,
            MaxBatchesInFlight = InFlight,
        });
        uint asset = (uint)(await ValueOf(new CreateAssetCommand { Scale = 2 }));
        ulong issuer = await ValueOf(new OpenAccountCommand { Asset = asset, AccountFlags = AccountFlags.Unlimited });
        for (int i = 0; i < AccountCount; i++) _accounts.Add(await ValueOf(new OpenAccountCommand { Asset = asset }));
        _model = new BalanceModel(issuer, _accounts);
        _accounts.Add(issuer);
    }

    /// <summary>Loads the node, kills it at a random moment, starts it again and checks everything.</summary>
    public async Task RoundAsync()
    {
        int before = _random.Next(1, 40);
        for (int i = 0; i < before; i++) await SendAsync();
        StatusAnswer shown = await Client.GetStatusAsync();
        int after = _random.Next(0, 40);
        Task kill = KillAsync(_random.Next(0, 8_000));
        for (int i = 0; i < after; i++)
        {
            // A dead node answers nothing: what is under way then waits for the restart.
            if (_flights.Count == InFlight) await Task.WhenAny(_flights.Peek().Answer, kill);
            if (kill.IsCompleted) break;
            await SendAsync();
        }

        await kill;
        int underWay = _flights.Count;

        (ulong height, Hash256 root) = ReadOffline(ulong.MaxValue);
        Assert.True(height >= shown.Height, $"the node had shown height {shown.Height}, its journal ends at {height}");
        Assert.Equal((shown.Height, shown.StateRoot), ReadOffline(shown.Height));
        _node.Dispose();
        _node = TestNode.StartSmall(DataDirectory, _port);
        Assert.Equal((height, root.ToString()), (_node.Ready.Height, _node.Ready.StateRoot));

        long answered = Answered;
        while (_flights.Count > 0) await TakeAnswerAsync();
        if (underWay > 0) AnsweredAfterCrash += Answered - answered;
        await CompareAccountsAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null) await _client.DisposeAsync();
        _node.Dispose();
        _key.Dispose();
        _folder.Dispose();
    }

    private async Task<ulong> ValueOf<T>(T command) where T : unmanaged, ICommand
    {
        CommandResult result = await Client.ExecuteAsync(command);
        Assert.Equal(ResultCode.Ok, result.Code);
        return (ulong)result.Value;
    }

    /// <summary>Kills the node some microseconds from now: anywhere in its work, and not a moment that a test could choose.</summary>
    private Task KillAsync(int delayUs) => Task.Run(() =>
    {
        long until = System.Diagnostics.Stopwatch.GetTimestamp() + (delayUs * System.Diagnostics.Stopwatch.Frequency / 1_000_000);
        while (System.Diagnostics.Stopwatch.GetTimestamp() < until) System.Threading.Thread.SpinWait(50);
        _node.Kill();
    });

    private async Task SendAsync()
    {
        if (_flights.Count == InFlight) await TakeAnswerAsync();
        CommandBatch batch = Client.RentBatch();
        var failures = new List<(uint, ResultCode)>();
        int count = _random.Next(1, MaxBatch);
        for (uint i = 0; i < count; i++)
        {
            // The issuer is drawn often at first, so that there is something to move; overdrafts are part of the load.
            ulong debit = _random.Next(4) == 0 ? _accounts[^1] : _accounts[_random.Next(_accounts.Count)];
            ulong credit = _accounts[_random.Next(_accounts.Count)];
            UInt128 amount = (UInt128)_random.Next(0, 1_000);
            Fill(batch, debit, credit, amount);
            ResultCode expected = Model.Transfer(debit, credit, amount);
            if (expected != ResultCode.Ok) failures.Add((i, expected));
        }

        _flights.Enqueue((batch, failures, Client.SubmitAsync(batch).AsTask()));
    }

    private static void Fill(CommandBatch batch, ulong debit, ulong credit, UInt128 amount)
    {
        ref TransferCommand transfer = ref batch.Add<TransferCommand>();
        transfer.DebitAccount = debit;
        transfer.CreditAccount = credit;
        transfer.Amount = amount;
    }

    private async Task TakeAnswerAsync()
    {
        (CommandBatch batch, List<(uint, ResultCode)> expected, Task<BatchOutcome> answer) = _flights.Dequeue();
        BatchOutcome outcome = await answer;
        Answered += outcome.Count;
        var failures = new List<(uint, ResultCode)>();
        foreach (CommandResult result in outcome.Results) failures.Add((result.Index, result.Code));
        Assert.Equal(expected, failures);
        batch.Dispose();
    }

    private async Task CompareAccountsAsync()
    {
        foreach (ulong account in Model.Accounts)
        {
            AccountAnswer answer = await Client.GetAccountAsync(account);
            Assert.Equal(Model[account], (answer.DebitsPosted, answer.CreditsPosted));
        }
    }

    private (ulong Height, Hash256 Root) ReadOffline(ulong stopAfter)
    {
        using OfflineReplica replica = OfflineReplica.Load(ReplicaFolders.Of(DataDirectory), stopAfter);
        return (replica.Ledger.Height, replica.StateRoot);
    }
}
