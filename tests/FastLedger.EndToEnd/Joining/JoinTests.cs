// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;
using Xunit.Abstractions;

namespace FastLedger.EndToEnd.Joining;

/// <summary>Four processes under load; one loses its disk, is killed while it fetches the state, joins, and votes again under a new key.</summary>
public sealed class JoinTests(ITestOutputHelper output) : IDisposable
{
    private const int Wiped = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    private readonly string _net = Path.Combine(Directory.CreateTempSubdirectory("fastledger-join-").FullName, "net");
    private int _answered;

    private string Data => Path.Combine(_net, "node-3", "data");

    public void Dispose()
    {
        _ = TestNode.Run("testnet", "down", "--dir", _net);
        Directory.Delete(Path.GetDirectoryName(_net)!, recursive: true);
    }

    [Fact]
    public async Task A_wiped_process_joins_under_load_although_it_is_killed_while_it_fetches_and_its_successor_votes()
    {
        JsonElement network = Json(["testnet", "up", "-n", "4", "--dir", _net, "--timeout", "120", .. TestNode.SmallLedger]);
        EndPoint[] endpoints = [.. network.GetProperty("nodes").EnumerateArray().Select(node => (EndPoint)IPEndPoint.Parse(node.GetProperty("endpoint").GetString()!))];
        using var stop = new CancellationTokenSource();
        using SigningKey key = SigningKey.FromSeed(Blake3.Hash("the client of the joining tests"u8).Bytes);
        await using LedgerClient client = await LedgerClient.ConnectAsync(new ClientOptions { Endpoints = endpoints, Key = key, Deadline = Patience });
        Task load = LoadAsync(client, stop.Token);
        await PassAsync(load, 20);

        // The disk is gone; the process is killed as soon as it has something of a state. If that was after all of it was there, the same again.
        string log = Path.Combine(_net, "node-3", "node.log"), fetched = Path.Combine(Data, "joining", "fetched");
        int attempts = 0;
        do
        {
            Assert.True(++attempts <= 10, "the process was never killed in the middle");
            Task<(int ExitCode, string Output, string Error)> wipe = Task.Run(() => TestNode.Run("testnet", "wipe", "3", "--dir", _net, "--timeout", "120", "--json"));
            await UntilAsync(() => File.Exists(fetched) || wipe.IsCompleted); // those of an earlier attempt are gone by then
            await UntilAsync(() => (File.Exists(fetched) && new FileInfo(fetched).Length > 0) || wipe.IsCompleted);
            Kill(Path.Combine(_net, "node-3", "node.pid"));
            (int exit, _, string error) = await wipe;
            output.WriteLine($"exit code {exit}: {error}");
        }
        while (Directory.Exists(Path.Combine(Data, "journal")) || !File.Exists(fetched) || File.Exists(Path.Combine(Data, "joining", "complete")));
        output.WriteLine($"{new FileInfo(fetched).Length:N0} bytes of a state were fetched when the process was killed, attempt {attempts}");
        using (FileStream torn = File.Open(fetched, FileMode.Append)) torn.Write("half an answer"u8);

        JsonElement node = Json("testnet", "restart", "3", "--dir", _net, "--timeout", "120").GetProperty("nodes")[0];
        Assert.Equal("observer", node.GetProperty("role").GetString()!.ToLowerInvariant());
        Assert.Contains("Going on with the state of height", await File.ReadAllTextAsync(log), StringComparison.Ordinal);
        Assert.Contains("does not vote", await File.ReadAllTextAsync(log), StringComparison.Ordinal);
        await PassAsync(load, 20);
        await MeetAsync(endpoints, node.GetProperty("height").GetUInt64() + 5);

        // Another key in its place, and a quorum that needs its vote.
        node = Json("testnet", "replace", "3", "--dir", _net, "--timeout", "120").GetProperty("nodes")[0];
        Assert.Contains(node.GetProperty("role").GetString()!.ToLowerInvariant(), (string[])["follower", "leader"]);
        Assert.Equal(2ul, node.GetProperty("epoch").GetUInt64());
        _ = Json("testnet", "kill", "0", "--dir", _net);
        await PassAsync(load, 20);
        await MeetAsync(endpoints, (await AskAsync(endpoints[Wiped])).Height + 5);
        await stop.CancelAsync();
        await load;
    }

    private static JsonElement Json(params string[] arguments)
    {
        (int exit, string text, string error) = TestNode.Run([.. arguments, "--json"]);
        Assert.True(exit == 0, $"exit code {exit}: {text} {error}");
        using JsonDocument parsed = JsonDocument.Parse(text);
        return parsed.RootElement.Clone();
    }

    private static void Kill(string pidFile)
    {
        using Process process = Process.GetProcessById(int.Parse(File.ReadAllText(pidFile), CultureInfo.InvariantCulture));
        process.Kill();
        process.WaitForExit();
    }

    private static Task<ClusterStatusAnswer> AskAsync(EndPoint endpoint) => ReplicaProbe.AskAsync(endpoint, TimeSpan.FromSeconds(20));

    /// <summary>Both stand at one height at some moment, and have the same root then.</summary>
    private static async Task MeetAsync(EndPoint[] endpoints, ulong atLeast)
    {
        ClusterStatusAnswer joined = default, other = default;
        await UntilAsync(async () =>
        {
            (joined, other) = (await AskAsync(endpoints[Wiped]), await AskAsync(endpoints[1]));
            return joined.Height == other.Height && joined.Height >= atLeast;
        });
        Assert.Equal(other.StateRoot, joined.StateRoot);
    }

    private static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await condition()) await Task.Delay(1, patience.Token);
    }

    private Task PassAsync(Task load, int batches)
    {
        int until = Volatile.Read(ref _answered) + batches;
        return UntilAsync(() => Volatile.Read(ref _answered) >= until || (load.IsFaulted && load.Exception is { } fault ? throw fault : false));
    }

    /// <summary>Every batch is answered once, whatever happens: the client sends what was not answered again.</summary>
    private async Task LoadAsync(LedgerClient client, CancellationToken stop)
    {
        uint asset = (uint)(await client.ExecuteAsync(new CreateAssetCommand { Opcode = Opcode.CreateAsset }, CancellationToken.None)).Value;
        ulong from = (ulong)(await client.ExecuteAsync(new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset, AccountFlags = AccountFlags.Unlimited }, CancellationToken.None)).Value;
        ulong to = (ulong)(await client.ExecuteAsync(new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset }, CancellationToken.None)).Value;
        ulong sent = 0;
        while (!stop.IsCancellationRequested)
        {
            using CommandBatch batch = client.RentBatch();
            for (int i = 0; i < 200; i++) batch.Add(new TransferCommand { Opcode = Opcode.Transfer, DebitAccount = from, CreditAccount = to, Amount = 1 });
            Assert.Equal(0, (await client.SubmitAsync(batch, cancellationToken: CancellationToken.None)).Failed);
            sent += 200;
            Interlocked.Increment(ref _answered);
        }

        Assert.Equal((UInt128)sent, (await client.GetAccountAsync(to, CancellationToken.None)).CreditsPosted);
    }
}
