// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using FastLedger.Load.Nodes;

namespace FastLedger.Cli.Tests;

/// <summary>Real processes: the command is run as an operator runs it.</summary>
public sealed class TestnetTests : IDisposable
{
    private static readonly NodeProgram Program = NodeProgram.FromLibrary(Path.Combine(AppContext.BaseDirectory, "fastledger.dll"));

    private static readonly string[] Small =
    [
        "--set", "genesis.max_accounts=4096", "--set", "genesis.max_orders=4096", "--set", "genesis.max_price_levels=4096", "--set", "genesis.max_pending_transfers=4096",
        "--set", "genesis.max_payments=4096", "--set", "genesis.max_instruments=64", "--set", "genesis.max_sessions=64", "--set", "genesis.max_assets=64",
        "--set", "journal.segment_bytes=4MiB",
    ];

    private readonly TemporaryFolder _folder = new();

    private string Net => Path.Combine(_folder.Path, "net");

    public void Dispose()
    {
        if (Directory.Exists(Net)) Run("testnet", "down", "--dir", Net).GetAwaiter().GetResult();
        _folder.Dispose();
    }

    private static async Task<(int ExitCode, string Output, string Error)> Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(Program.FileName) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in Program.Prefix.Concat(arguments)) start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;

        // The nodes outlive the command: were its streams theirs too, these would not end.
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    private async Task<JsonElement[]> Nodes(int exitCode)
    {
        (int exit, string output, string error) = await Run("testnet", "status", "--dir", Net, "--json");
        Assert.True(exit == exitCode, $"exit code {exit}: {output} {error}");
        return [.. JsonDocument.Parse(output).RootElement.GetProperty("nodes").EnumerateArray()];
    }

    private static int Pid(JsonElement node) => node.GetProperty("pid").GetInt32();

    [Fact]
    public async Task A_network_comes_up_loses_a_node_gets_it_back_and_goes_down()
    {
        (int exit, string output, string error) = await Run(["testnet", "up", "--dir", Net, .. Small, "--json", "--timeout", "240"]);
        Assert.True(exit == ExitCode.Ok, output + error);
        JsonElement[] nodes = [.. JsonDocument.Parse(output).RootElement.GetProperty("nodes").EnumerateArray()];
        Assert.Equal([0, 1, 2, 3], nodes.Select(node => node.GetProperty("node").GetInt32()));
        Assert.All(nodes, node => Assert.True(node.GetProperty("serves").GetBoolean()));
        Assert.Single(nodes.Select(node => node.GetProperty("chain_id").GetString()).Distinct());
        foreach (int node in new[] { 0, 1, 2, 3 })
        {
            string key = Path.Combine(Net, $"node-{node}", "validator.key");
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        }

        Assert.Equal(ExitCode.Ok, (await Run("testnet", "kill", "2", "--dir", Net)).ExitCode);
        Assert.Equal(ExitCode.Unavailable, (await Run("testnet", "kill", "2", "--dir", Net)).ExitCode);
        JsonElement[] without = await Nodes(ExitCode.Unavailable);
        Assert.Equal([true, true, false, true], without.Select(node => node.GetProperty("serves").GetBoolean()));
        Assert.False(without[2].TryGetProperty("pid", out _));

        // "up" again starts only what is down.
        (exit, output, error) = await Run("testnet", "up", "--dir", Net, "--timeout", "240");
        Assert.True(exit == ExitCode.Ok, output + error);
        JsonElement[] again = await Nodes(ExitCode.Ok);
        Assert.Equal([true, true, false, true], again.Zip(nodes, (now, before) => Pid(now) == Pid(before)));

        Assert.Equal(ExitCode.Ok, (await Run("testnet", "restart", "1", "--dir", Net, "--timeout", "240")).ExitCode);
        Assert.NotEqual(Pid(again[1]), Pid((await Nodes(ExitCode.Ok))[1]));

        string endpoint = nodes[0].GetProperty("endpoint").GetString()!;
        (exit, output, _) = await Run("status", endpoint, "--json");
        Assert.Equal(ExitCode.Ok, exit);
        JsonElement replica = JsonDocument.Parse(output).RootElement.GetProperty("replicas")[0];
        Assert.Equal(4, replica.GetProperty("validators").GetInt32());
        Assert.True(replica.GetProperty("view").GetUInt64() > 0);

        Assert.Equal(ExitCode.Ok, (await Run("testnet", "down", "--dir", Net)).ExitCode);
        Assert.All(await Nodes(ExitCode.Unavailable), node => Assert.False(node.TryGetProperty("pid", out _)));
        Assert.Equal(ExitCode.Unavailable, (await Run("status", endpoint)).ExitCode);
    }

    [Fact]
    public async Task A_process_that_got_the_id_of_a_node_is_left_alone()
    {
        string node = Path.Combine(Net, "node-0");
        Directory.CreateDirectory(node);
        await File.WriteAllTextAsync(
            Path.Combine(Net, "testnet.json"),
            """{"chain_id":"","nodes":[{"node":0,"endpoint":"127.0.0.1:1","peer_endpoint":"127.0.0.1:2","public_key":""}]}""");
        using Process stranger = Process.Start(new ProcessStartInfo("/bin/sleep", ["600"]))!;
        await File.WriteAllTextAsync(Path.Combine(node, "node.pid"), $"{stranger.Id}");
        Assert.Equal(ExitCode.Unavailable, (await Run("testnet", "kill", "0", "--dir", Net)).ExitCode);
        Assert.Equal(ExitCode.Ok, (await Run("testnet", "down", "--dir", Net)).ExitCode);
        Assert.False(stranger.HasExited);
        stranger.Kill();
    }

    [Fact]
    public async Task What_is_wrong_is_said_before_anything_is_written()
    {
        Assert.Equal(ExitCode.InputOutput, (await Run("testnet", "status", "--dir", Net)).ExitCode);
        Assert.Equal(ExitCode.Configuration, (await Run("testnet", "up", "--dir", Net, "--set", "nonsense=1")).ExitCode);
        Assert.False(Directory.Exists(Net));
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "precious"), "");
        Assert.Equal(ExitCode.InputOutput, (await Run("testnet", "up", "--dir", _folder.Path)).ExitCode);
        Assert.Equal(["precious"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }
}
