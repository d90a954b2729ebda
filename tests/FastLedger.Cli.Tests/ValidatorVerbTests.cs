// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Domain;
using FastLedger.Load.Nodes;
using FastLedger.Node.Recovery;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Cli.Tests;

/// <summary>Real processes: validators join, leave, are replaced and get other keys while a client pays.</summary>
public sealed class ValidatorVerbTests(Xunit.Abstractions.ITestOutputHelper output) : IDisposable
{
    private static readonly NodeProgram Program = NodeProgram.FromLibrary(Path.Combine(AppContext.BaseDirectory, "fastledger.dll"));

    private readonly TemporaryFolder _folder = new();

    private string Net => Path.Combine(_folder.Path, "net");

    public void Dispose()
    {
        if (Directory.Exists(Net)) RunAsync("testnet", "down", "--dir", Net).GetAwaiter().GetResult();
        _folder.Dispose();
    }

    [Fact]
    public async Task Every_change_of_the_validators_goes_through_while_a_client_pays()
    {
        await OkAsync(
            "testnet", "up", "--dir", Net, "--json", "--timeout", "240", "--set", "genesis.max_accounts=4096", "--set", "genesis.max_orders=4096", "--set", "genesis.max_price_levels=4096",
            "--set", "genesis.max_pending_transfers=4096", "--set", "genesis.max_payments=4096", "--set", "genesis.max_instruments=64", "--set", "genesis.max_sessions=64",
            "--set", "genesis.max_assets=64", "--set", "journal.segment_bytes=4MiB");
        Genesis genesis = GenesisFile.Read(Path.Combine(Net, "genesis.json"));
        using SigningKey key = SigningKey.Generate();
        await using LedgerClient client = await ConnectAsync(genesis, key);
        (ulong alice, ulong bob) = await OpenAsync(client);
        using var stop = new CancellationTokenSource();
        long answered = 0;
        Task paying = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                CommandResult result = await client.ExecuteAsync(new TransferCommand { Opcode = Opcode.Transfer, DebitAccount = alice, CreditAccount = bob, Amount = 1 });
                Assert.Equal(ResultCode.Ok, result.Code);
                Interlocked.Increment(ref answered);
            }
        });

        ulong epoch = 1;
        foreach (string[] change in new string[][] { ["add"], ["rotate", "1"], ["remove", "0"], ["replace", "2"] })
        {
            long before = Volatile.Read(ref answered);
            JsonElement done = JsonDocument.Parse(await OkAsync(["validator", .. change, "--dir", Net, "--json"])).RootElement;
            Assert.Equal(++epoch, done.GetProperty("epoch").GetUInt64());
            for (long target = Volatile.Read(ref answered) + 10; Volatile.Read(ref answered) < target; await Task.Delay(5)) Assert.False(paying.IsFaulted, paying.Exception?.ToString());
            output.WriteLine($"{string.Join(' ', change)}: epoch {epoch}, {Volatile.Read(ref answered) - before} payments meanwhile");
        }

        await stop.CancelAsync();
        await paying;
        Assert.Equal((UInt128)answered, (await client.GetAccountAsync(bob)).CreditsPosted);
        JsonElement list = JsonDocument.Parse(await OkAsync("validator", "list", "--dir", Net, "--json")).RootElement;
        Assert.Equal([1, 2, 3, 4], list.GetProperty("validators").EnumerateArray().Where(v => v.GetProperty("state").GetString() == "member").Select(v => v.GetProperty("node").GetInt32()));

        string proof = Path.Combine(_folder.Path, "account.proof"), endpoint = Endpoints()[0].ToString()!;
        await OkAsync("proof", "account", $"{bob}", "--endpoint", endpoint, "--out", proof);
        JsonElement verified = JsonDocument.Parse(await OkAsync("verify-proof", proof, "--genesis", Path.Combine(Net, "genesis.json"), "--json")).RootElement;
        Assert.Equal(epoch, verified.GetProperty("epoch").GetUInt64());

        // The nodes come back over all these boundaries, and their files are sound.
        await OkAsync("testnet", "down", "--dir", Net);
        await OkAsync("testnet", "up", "--dir", Net, "--timeout", "240");
        await using (LedgerClient again = await ConnectAsync(genesis, key)) Assert.Equal((UInt128)answered, (await again.GetAccountAsync(bob)).CreditsPosted);
        JsonElement[] nodes = [.. JsonDocument.Parse(await OkAsync("testnet", "status", "--dir", Net, "--json")).RootElement.GetProperty("nodes").EnumerateArray()];
        Assert.All(nodes, node => Assert.Equal(epoch, node.GetProperty("epoch").GetUInt64()));
        await OkAsync("testnet", "down", "--dir", Net);
        await OkAsync("verify", Path.Combine(Net, "node-4", "data"));
    }

    [Fact]
    public async Task A_change_that_is_refused_names_its_reason()
    {
        await OkAsync("testnet", "up", "--dir", Net, "-n", "2", "--timeout", "240", "--set", "genesis.max_accounts=4096", "--set", "journal.segment_bytes=4MiB");
        string endpoint = Endpoints()[0].ToString()!;
        string stranger = Path.Combine(_folder.Path, "stranger.key"), administrator = Path.Combine(Net, "administrator.key");
        KeyFile.Generate(stranger).Dispose();
        async Task RefusedAsync(string code, params string[] arguments)
        {
            (int exit, string text, _) = await RunAsync(["validator", .. arguments, "--endpoint", endpoint, "--json"]);
            Assert.Equal(ExitCode.FailedCheck, exit);
            Assert.Equal(code, JsonDocument.Parse(text).RootElement.GetProperty("code").GetString());
        }

        await RefusedAsync("too_few_validators", "remove", "0", "--key", administrator);
        await RefusedAsync("unknown_validator", "rotate", "7", "--validator-key", stranger, "--key", administrator);
        await RefusedAsync("validator_exists", "add", "1", "--validator-key", stranger, "--address", "127.0.0.1:1", "--key", administrator);
        await RefusedAsync("unauthorized", "rotate", "1", "--validator-key", stranger, "--key", stranger);
        Assert.Equal(ExitCode.Usage, (await RunAsync("validator", "list")).ExitCode);
        Assert.Equal(ExitCode.Usage, (await RunAsync("validator", "rotate", "1", "--endpoint", endpoint)).ExitCode);
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Program.FileName) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in Program.Prefix.Concat(arguments)) start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        Task<string> text = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await text, await error);
    }

    private static async Task<string> OkAsync(params string[] arguments)
    {
        (int exit, string text, string error) = await RunAsync(arguments);
        Assert.True(exit == ExitCode.Ok, $"{string.Join(' ', arguments)}: exit code {exit}\n{text}\n{error}");
        return text;
    }

    private EndPoint[] Endpoints() =>
        [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(Net, "testnet.json"))).RootElement.GetProperty("nodes").EnumerateArray().Select(n => IPEndPoint.Parse(n.GetProperty("endpoint").GetString()!))];

    private Task<LedgerClient> ConnectAsync(Genesis genesis, SigningKey key) => LedgerClient.ConnectAsync(new ClientOptions
    {
        Endpoints = Endpoints(),
        Key = key,
        ChainId = genesis.ChainId,
        Validators = [.. genesis.Validators.Select(v => v.Key)],
        Deadline = TimeSpan.FromSeconds(60),
    });

    private static async Task<(ulong Alice, ulong Bob)> OpenAsync(LedgerClient client)
    {
        uint asset = (uint)(await client.ExecuteAsync(new CreateAssetCommand { Opcode = Opcode.CreateAsset, Scale = 2 })).Value;
        CommandResult alice = await client.ExecuteAsync(new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset, AccountFlags = AccountFlags.Unlimited });
        CommandResult bob = await client.ExecuteAsync(new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset });
        return ((ulong)alice.Value, (ulong)bob.Value);
    }
}
