// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Cli.Testnet;
using FastLedger.Load.Nodes;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;
using Command = System.CommandLine.Command;

namespace FastLedger.Cli.Verbs;

/// <summary><c>fastledger testnet</c>: a cluster of real processes on this machine.</summary>
internal static class TestnetVerb
{
    private const int MaxNodes = 16;

    /// <summary>Blocks that a node may be behind and still counts as one that follows.</summary>
    private const ulong MostLag = 64;
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AskDeadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private static readonly Option<string> Dir = new("--dir", "-d") { Description = "Folder of the network: keys, genesis, settings, data and logs.", HelpName = "DIR", Required = true };
    private static readonly Option<int?> Count = new("-n", "--nodes") { Description = $"Nodes of a new network. 1 … {MaxNodes}. [default: 4]", HelpName = "N" };
    private static readonly Option<int> BasePort = Options.Count("--base-port", "Port of node 0 in a new network; the others follow. 0 takes free ones.", 0, 0, 65_000);
    private static readonly Option<string[]> Set = new("--set")
    {
        Description = "Any setting of every node of a new network, as section.key=value; may be repeated.",
        HelpName = "KEY=VALUE",
        DefaultValueFactory = static _ => [],
    };
    private static readonly Option<double> Timeout = Options.Positive(new Option<double>("--timeout")
    {
        Description = "Seconds until all nodes must serve.",
        HelpName = "N",
        DefaultValueFactory = static _ => 60,
    });
    private static readonly Argument<int> Node = new("node") { Description = "Number of the node." };
    private static readonly Option<bool> Json = Options.Json();

    public static Command Create()
    {
        Count.Validators.Add(static result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int value) && value is < 1 or > MaxNodes) result.AddError($"-n must be 1 … {MaxNodes}.");
        });
        var command = new Command("testnet", "Runs a cluster of node processes on this machine: for trying out what a real one does.")
        {
            Subverb.Of(Json, "up", "Makes a network, or takes an existing one, and starts what does not run; returns when all nodes serve.", [Dir, Count, BasePort, Set, Timeout, Json], UpAsync,
                "fastledger testnet up --dir /tmp/net", "fastledger testnet up -n 7 --dir /tmp/net --base-port 9500 --set durability=write"),
            Subverb.Of(Json, "status", "Shows how each node is. Exit code 69 when one does not serve.", [Dir, Json], StatusAsync, "fastledger testnet status --dir /tmp/net"),
            Subverb.Of(Json, "down", "Stops all nodes in good order.", [Dir, Json], DownAsync, "fastledger testnet down --dir /tmp/net"),
            Subverb.Of(Json, "kill", "Ends a node as a crash would.", [Node, Dir, Json], KillAsync, "fastledger testnet kill 2 --dir /tmp/net"),
            Subverb.Of(Json, "restart", "Stops a node in good order if it runs, starts it, and returns when it serves.", [Node, Dir, Timeout, Json], RestartAsync, "fastledger testnet restart 2 --dir /tmp/net"),
            Subverb.Of(Json, "wipe", "Deletes the data of a node, not its key, and starts it: it fetches the state from the others and follows as an observer. It never votes under that key again.",
                [Node, Dir, Timeout, Json], WipeAsync, "fastledger testnet wipe 2 --dir /tmp/net"),
            Subverb.Of(Json, "replace", "Puts an empty node with a new key in a node's place: it fetches the state from the others and votes in the epoch that names its key.",
                [Node, Dir, Timeout, Json], ReplaceAsync, "fastledger testnet replace 2 --dir /tmp/net"),
        };
        HelpWithExamples.Install(command, "fastledger testnet up --dir /tmp/net", "fastledger testnet status --dir /tmp/net");
        return command;
    }

    private static async Task<int> UpAsync(Presenter presenter, ParseResult parsed, CancellationToken ct)
    {
        string path = parsed.GetRequiredValue(Dir);
        using TestnetFolder folder = TestnetFolder.Exists(path)
            ? TestnetFolder.Open(path)
            : TestnetFolder.Create(path, parsed.GetValue(Count) ?? 4, parsed.GetValue(BasePort), parsed.GetValue(Set) ?? []);
        if (parsed.GetValue(Count) is { } wanted && wanted != folder.Nodes.Count)
            throw new VerbException(ExitCode.Usage, string.Create(CultureInfo.InvariantCulture, $"The network in {folder.Path} has {folder.Nodes.Count} nodes, not {wanted}."));
        foreach (TestnetNode node in folder.Nodes) Start(presenter, folder, node);
        await ServeAsync(folder, folder.Nodes, TimeSpan.FromSeconds(parsed.GetValue(Timeout)), ct).ConfigureAwait(false);
        return await ShowAsync(presenter, folder, ct).ConfigureAwait(false);
    }

    private static async Task<int> StatusAsync(Presenter presenter, ParseResult parsed, CancellationToken ct)
    {
        using TestnetFolder folder = TestnetFolder.Open(parsed.GetRequiredValue(Dir));
        return await ShowAsync(presenter, folder, ct).ConfigureAwait(false);
    }

    private static async Task<int> DownAsync(Presenter presenter, ParseResult parsed, CancellationToken ct)
    {
        using TestnetFolder folder = TestnetFolder.Open(parsed.GetRequiredValue(Dir));
        bool[] ran = await Task.WhenAll(folder.Nodes.Select(node => node.Process(folder.Path).StopAsync(StopDeadline, ct))).ConfigureAwait(false);
        int stopped = ran.Count(static r => r);
        if (presenter.IsJson) presenter.Write(new Stopped(true, stopped));
        else presenter.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{stopped} of {folder.Nodes.Count} nodes stopped{(stopped < folder.Nodes.Count ? "; the others did not run" : "")}."));
        return ExitCode.Ok;
    }

    private static async Task<int> KillAsync(Presenter presenter, ParseResult parsed, CancellationToken ct)
    {
        using TestnetFolder folder = TestnetFolder.Open(parsed.GetRequiredValue(Dir));
        TestnetNode node = folder.Find(parsed.GetValue(Node));
        if (!await node.Process(folder.Path).KillAsync(StopDeadline, ct).ConfigureAwait(false))
            throw new VerbException(ExitCode.Unavailable, string.Create(CultureInfo.InvariantCulture, $"Node {node.Node} does not run."));
        if (presenter.IsJson) presenter.Write(new Stopped(true, 1));
        else presenter.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Node {node.Node} killed."));
        return ExitCode.Ok;
    }

    private static async Task<int> RestartAsync(Presenter presenter, ParseResult parsed, CancellationToken ct)
    {
        using TestnetFolder folder = TestnetFolder.Open(parsed.GetRequiredValue(Dir));
        TestnetNode node = folder.Find(parsed.GetValue(Node));
        await node.Process(folder.Path).StopAsync(StopDeadline, ct).ConfigureAwait(false);
        Start(presenter, folder, node);
        await ServeAsync(folder, [node], TimeSpan.FromSeconds(parsed.GetValue(Timeout)), ct).ConfigureAwait(false);
        ReplicaLine line = await LineAsync(folder, node, ct).ConfigureAwait(false);
        if (presenter.IsJson) presenter.Write(new Network(line.Serves, folder.Path, folder.GenesisPath, folder.ChainId, [line]));
        else ReplicaLine.Show(presenter, [line]);
        return line.Serves ? ExitCode.Ok : ExitCode.Unavailable;
    }

    private static async Task<int> WipeAsync(Presenter presenter, ParseResult parsed, CancellationToken ct)
    {
        using TestnetFolder folder = TestnetFolder.Open(parsed.GetRequiredValue(Dir));
        TestnetNode node = folder.Find(parsed.GetValue(Node));
        var deadline = TimeSpan.FromSeconds(parsed.GetValue(Timeout));
        await node.Process(folder.Path).KillAsync(StopDeadline, ct).ConfigureAwait(false);
        folder.Wipe(node);
        folder.LetJoin(node);
        Start(presenter, folder, node);
        return await ShowJoinedAsync(presenter, folder, node, static role => role is not ReplicaRole.Syncing, deadline, ct).ConfigureAwait(false);
    }

    private static async Task<int> ReplaceAsync(Presenter presenter, ParseResult parsed, CancellationToken ct)
    {
        string path = parsed.GetRequiredValue(Dir);
        var deadline = TimeSpan.FromSeconds(parsed.GetValue(Timeout));
        ValidatorVerb.Changed changed = await TestnetValidators.ChangeAsync(
            presenter, path, null, ValidatorAction.Replace, parsed.GetValue(Node), isMachine: true, deadline, ct).ConfigureAwait(false);
        if (!changed.Ok) return presenter.Fail(ExitCode.FailedCheck, $"Refused: {changed.Code} ({(uint)changed.Code}).");
        using TestnetFolder folder = TestnetFolder.Open(path);
        return await ShowJoinedAsync(presenter, folder, folder.Find(changed.Node), static role => role is ReplicaRole.Follower or ReplicaRole.Leader, deadline, ct).ConfigureAwait(false);
    }

    /// <summary>Waits until a node plays its part and has caught up, and shows it.</summary>
    private static async Task<int> ShowJoinedAsync(
        Presenter presenter, TestnetFolder folder, TestnetNode node, Func<ReplicaRole, bool> plays, TimeSpan deadline, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            ReplicaLine[] lines = await LinesAsync(folder, ct).ConfigureAwait(false);
            ReplicaLine line = lines.First(l => l.Node == node.Node);
            if (line is { Serves: true, Role: { } role, Height: > 0, Lag: < MostLag } && plays(role))
            {
                if (presenter.IsJson) presenter.Write(new Network(true, folder.Path, folder.GenesisPath, folder.ChainId, [line]));
                else ReplicaLine.Show(presenter, [line]);
                return ExitCode.Ok;
            }

            RecordedProcess process = node.Process(folder.Path);
            if (process.Id is null || clock.Elapsed > deadline)
                throw new VerbException(ExitCode.Unavailable, string.Create(CultureInfo.InvariantCulture, $"Node {node.Node} has not joined: {line.Error ?? line.Role?.ToString()}. Its log says:\n{process.LogTail(10)}"));
            await Task.Delay(PollInterval, ct).ConfigureAwait(false);
        }
    }

    private static void Start(Presenter presenter, TestnetFolder folder, TestnetNode node)
    {
        RecordedProcess process = node.Process(folder.Path);
        if (process.Id is { } running)
        {
            presenter.Say(string.Create(CultureInfo.InvariantCulture, $"Node {node.Node} runs as process {running}."));
            return;
        }

        int id = process.Start(NodeProgram.Current());
        presenter.Say(string.Create(CultureInfo.InvariantCulture, $"Node {node.Node} started as process {id}."));
    }

    /// <summary>Waits until nodes answer, have found their peers and are in a view.</summary>
    private static async Task ServeAsync(TestnetFolder folder, IReadOnlyList<TestnetNode> nodes, TimeSpan deadline, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        foreach (TestnetNode node in nodes)
        {
            RecordedProcess process = node.Process(folder.Path);
            ReplicaLine? line = null;
            while (line is not { Serves: true, View: > 0 } || line.Peers < QuorumPeers(folder.Nodes.Count))
            {
                if (process.Id is null)
                    throw new VerbException(ExitCode.Unavailable, string.Create(CultureInfo.InvariantCulture, $"Node {node.Node} ended. Its log says:\n{process.LogTail(10)}"));
                if (clock.Elapsed > deadline)
                    throw new VerbException(ExitCode.Unavailable, string.Create(CultureInfo.InvariantCulture, $"Node {node.Node} does not serve after {deadline.TotalSeconds:0} s: {line?.Error ?? "too few of its peers are there"}\n{process.LogTail(10)}"));
                await Task.Delay(PollInterval, ct).ConfigureAwait(false);
                line = await ReplicaLine.AskAsync(node.EndPoint, AskDeadline, ct).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Others that a node needs for a quorum.</summary>
    private static int QuorumPeers(int count) => count - ((count - 1) / 3) - 1;

    private static async Task<ReplicaLine> LineAsync(TestnetFolder folder, TestnetNode node, CancellationToken ct) =>
        (await LinesAsync(folder, ct).ConfigureAwait(false)).First(line => line.Node == node.Node);

    private static async Task<ReplicaLine[]> LinesAsync(TestnetFolder folder, CancellationToken ct)
    {
        ReplicaLine[] lines = await ReplicaLine.AskAllAsync(folder.Nodes.Select(static node => node.EndPoint), AskDeadline, ct).ConfigureAwait(false);
        for (int i = 0; i < lines.Length; i++)
        {
            int? id = folder.Nodes[i].Process(folder.Path).Id;
            lines[i] = lines[i] with { Node = folder.Nodes[i].Node, Pid = id, Error = id is null ? null : lines[i].Error };
        }

        return lines;
    }

    private static async Task<int> ShowAsync(Presenter presenter, TestnetFolder folder, CancellationToken ct)
    {
        ReplicaLine[] lines = await LinesAsync(folder, ct).ConfigureAwait(false);
        bool ok = lines.All(static line => line is { Serves: true, Pid: not null });
        if (presenter.IsJson)
        {
            presenter.Write(new Network(ok, folder.Path, folder.GenesisPath, folder.ChainId, lines));
        }
        else
        {
            ReplicaLine.Show(presenter, lines);
            presenter.WriteLine($"Ledger {folder.ChainId}, genesis {folder.GenesisPath}");
        }

        return ok ? ExitCode.Ok : ExitCode.Unavailable;
    }

    private sealed record Network(bool Ok, string Directory, string Genesis, string ChainId, IReadOnlyList<ReplicaLine> Nodes);

    private sealed record Stopped(bool Ok, int Nodes);
}
