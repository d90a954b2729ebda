// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Consensus.Effects;
using FastLedger.Load.Nodes;
using FastLedger.Network;
using FastLedger.Node;
using FastLedger.Node.Checkpoints;
using FastLedger.Node.Configuration;
using FastLedger.Node.Recovery;
using FastLedger.Node.Sync;
using FastLedger.Primitives;
using FastLedger.Storage;

namespace FastLedger.Cli.Verbs;

/// <summary><c>fastledger node</c></summary>
internal static class NodeVerb
{
    private static readonly Option<string?> Config = new("--config", "-c") { Description = "Settings as TOML or JSON.", HelpName = "FILE" };
    private static readonly Option<string?> DataDirectory = new("--data-directory") { Description = "Where the replica keeps its files.", HelpName = "DIR" };
    private static readonly Option<string?> Listen = new("--listen") { Description = "Address and port for clients; port 0 takes a free one.", HelpName = "ADDRESS" };
    private static readonly Option<Durability?> Level = new("--durability") { Description = "When the replica may answer.", HelpName = "none|write|fsync" };
    private static readonly Option<string[]> Set = new("--set")
    {
        Description = "Any setting, as section.key=value; may be repeated. Overrides environment (FASTLEDGER__SECTION__KEY) and file.",
        HelpName = "KEY=VALUE",
        DefaultValueFactory = static _ => [],
    };
    private static readonly Option<bool> Supervised = new(NodeProcess.SupervisedOption)
    {
        Description = "Talk JSON lines over standard input and output, and stop when the input ends.",
    };
    private static readonly Option<bool> Json = Options.Json();
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(30);

    public static Command Create()
    {
        var command = new Command("node", "Runs one replica until Ctrl-C or SIGTERM.") { Config, DataDirectory, Listen, Level, Set, Supervised, Json };
        HelpWithExamples.Install(
            command,
            "fastledger node --config fastledger.toml",
            "fastledger node --data-directory /var/lib/fastledger --listen 0.0.0.0:9450 --set limits.connections=4096");
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            return CommandLine.GuardAsync(presenter, token => RunAsync(presenter, ReadOptions(parsed), parsed.GetValue(Supervised), token), ct);
        });
        return command;
    }

    private static NodeOptions ReadOptions(ParseResult parsed)
    {
        var overrides = new List<string>(parsed.GetValue(Set) ?? []);
        void Override(string key, string? value)
        {
            if (value is not null) overrides.Add($"{key}={value}");
        }

        Override("data_directory", parsed.GetValue(DataDirectory));
        Override("listen", parsed.GetValue(Listen));
        Override("durability", parsed.GetValue(Level)?.ToString().ToLowerInvariant());
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables()) environment[(string)variable.Key] = (string?)variable.Value ?? "";
        return NodeConfiguration.Load(parsed.GetValue(Config), environment, overrides);
    }

    private static void Watch(Presenter presenter, Replica replica)
    {
        CheckpointStatistics checkpoints = replica.Checkpoints();
        if (checkpoints.IsOverdue)
            presenter.Say(FormattableString.Invariant($"A checkpoint has been running for {checkpoints.RunningSeconds:0} s; the newest one is of height {checkpoints.Height}."));
    }

    private static void Explain(Presenter presenter, Replica replica, NodeOptions options)
    {
        presenter.Say("The state differs from what a quorum of the replicas certified. Executing the journal again to find out where.");
        foreach (string line in replica.ExamineDivergence().Describe()) presenter.Say(line);
        presenter.Say($"The report is in {Path.Combine(options.DataDirectory, DivergenceReport.FileName)}. Keep the folder for the inquiry, and start the replica on an empty one.");
    }

    private static async Task<int> RunAsync(Presenter presenter, NodeOptions options, bool supervised, CancellationToken ct)
    {
        if (options.Pipeline.Sockets == SocketThreads.Auto) SocketEvents.ServeConnectionsWherePossible();
        else SocketEvents.ServeConnections(options.Pipeline.Sockets == SocketThreads.Events);
        var running = new StrongBox<Replica>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        bool isJoining = true;
        while (isJoining)
        {
            isJoining = false;
            try
            {
                await ServeAsync(presenter, options, supervised, running, stop).ConfigureAwait(false);
            }
            catch (StateNeededException needed)
            {
                presenter.Say(needed.Message);
                isJoining = true;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Stopped while the state was fetched: the next start begins anew.
            }
        }

        presenter.Say("Stopped.");
        return ExitCode.Ok;
    }

    private static async Task ServeAsync(Presenter presenter, NodeOptions options, bool supervised, StrongBox<Replica> running, CancellationTokenSource stop)
    {
        Replica replica = Replica.Start(options, stateProgress: presenter.Say, cancellationToken: stop.Token);
        await using (replica.ConfigureAwait(false))
        {
            (ulong height, Hash256 root) = replica.RecoveredState;
            presenter.Say(FastLedger.Cryptography.Ed25519.DescribeBackend());
            var ready = new NodeReady(replica.EndPoint.ToString(), height, root.ToString());
            if (supervised) Supervision.Say(ready);
            else if (presenter.IsJson) presenter.Write(ready);
            presenter.Say($"Serving {ready.Endpoint} from {Path.GetFullPath(options.DataDirectory)}, "
                + $"durability {options.Durability.ToString().ToLowerInvariant()}, height {height}. Ctrl-C stops.");
            if (supervised && running.Value is null) Supervision.Start(running, stop);
            running.Value = replica;
            using var watchdog = new Timer(_ => Watch(presenter, replica), null, WatchInterval, WatchInterval);
            // A fault of the storage ends the replica by itself, and is thrown here.
            await replica.Completion.WaitAsync(stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (replica.Halted == HaltReason.StateDiverged) Explain(presenter, replica, options);
            if (replica.Completion.IsFaulted) await replica.Completion.ConfigureAwait(false);
        }
    }
}
