// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Threading;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Load.Machine;
using FastLedger.Load.Measuring;
using FastLedger.Load.Nodes;

namespace FastLedger.Load.Driving;

/// <summary>Measures a workload against a node that it starts in a process and a directory of their own, and takes down again.</summary>
public static class LoadBench
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AnswerDeadline = TimeSpan.FromSeconds(60);

    /// <summary>Runs one measurement.</summary>
    /// <param name="workload">Not set up yet.</param>
    /// <param name="plan">How to send.</param>
    /// <param name="durability">none, write or fsync.</param>
    /// <param name="directory">Directory in whose disk the node keeps its journal; a new folder in it, removed afterwards.</param>
    /// <param name="program">The <c>fastledger</c> command.</param>
    /// <param name="command">The command line that makes this figure, for the record.</param>
    /// <param name="watch">Told what goes on.</param>
    /// <param name="ct">Ends it early.</param>
    /// <exception cref="IOException">The node failed.</exception>
    /// <exception cref="LedgerException">The node did not answer.</exception>
    public static BenchResult Run(
        IWorkload workload, LoadPlan plan, string durability, string directory, NodeProgram program, string command, ILoadWatch watch, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(watch);
        using var folder = new TemporaryFolder(directory);
        watch.Began("starting the node");
        using NodeCluster cluster = NodeCluster.Start(program, plan.Replicas, folder.Path, durability, StartDeadline, [.. Settings(plan)]);
        LoadRun run = Drive(workload, plan, cluster, watch, ct);
        watch.Began("stopping the node");
        int exit = cluster.Stop(StopDeadline);
        string? error = exit == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"the node stopped with exit code {exit}");
        return Describe(workload, plan, durability, command, MachineFingerprint.Read(folder.Path), run, error);
    }

    /// <summary>Arguments that make a node for measurements in a folder, on a free port.</summary>
    public static IReadOnlyList<string> NodeArguments(string folder, string durability) =>
        ["--data-directory", Path.Combine(folder, "node"), "--listen", "127.0.0.1:0", "--durability", durability];

    private static IEnumerable<string> Settings(LoadPlan plan)
    {
        foreach (string setting in plan.NodeSettings)
        {
            yield return "--set";
            yield return setting;
        }
    }

    private static LoadRun Drive(IWorkload workload, LoadPlan plan, NodeCluster cluster, ILoadWatch watch, CancellationToken ct)
    {
        using SigningKey key = SigningKey.Generate();
        var options = new ClientOptions
        {
            Endpoints = cluster.Endpoints,
            ChainId = cluster.ChainId,
            Validators = cluster.Validators,
            Key = key,
            Deadline = AnswerDeadline,
            MaxBatchesInFlight = plan.InFlight,
            OrderEvents = workload.OnOrderEvents,
            InlineContinuations = true,
        };
        LedgerClient client = LedgerClient.ConnectAsync(options, ct).GetAwaiter().GetResult();
        try
        {
            watch.Began("setting up accounts");
            workload.SetUp(client, watch, ct);
            watch.Began("measuring");
            using var driver = new LoadDriver(client, workload, plan, cluster.Statistics);
            return driver.Run(ct);
        }
        finally
        {
            client.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static BenchResult Describe(
        IWorkload workload, LoadPlan plan, string durability, string command, MachineFingerprint machine, LoadRun run, string? error)
    {
        LatencyPercentiles latency = run.Latencies.Percentiles();
        double million = Math.Max(1, run.Operations) / 1e6;
        double replicaCpu = run.Replica?.CpuSeconds ?? 0;
        // A transfer workload has no reason to be refused; orders may name what was filled meanwhile.
        if (error is null && workload.Name != "orders" && run.Refused > 0) error = $"the ledger refused {workload.Name}";
        if (error is null && run.Operations == 0) error = "nothing was answered in the measured part";
        return new BenchResult
        {
            Ok = error is null,
            Error = error,
            Workload = workload.Name,
            Machine = machine,
            Seconds = run.Seconds,
            Operations = run.Operations,
            OpsPerS = run.Operations / run.Seconds,
            P50Us = latency.P50Us,
            P90Us = latency.P90Us,
            P99Us = latency.P99Us,
            P999Us = latency.P999Us,
            P9999Us = latency.P9999Us,
            MaxUs = latency.MaxUs,
            Loop = plan.Rate is null ? "closed" : "open",
            Rate = plan.Rate,
            Durability = durability,
            Replicas = plan.Replicas,
            Batch = plan.BatchSize,
            InFlight = plan.InFlight,
            Accounts = workload.Accounts,
            Refused = run.Refused,
            Trades = workload.Name == "orders" ? run.Trades : null,
            AllocatedBytesPerOp = run.Replica is { Commands: > 0 } replica ? (double)replica.AllocatedBytes / replica.Commands : 0,
            ClientAllocatedBytesPerOp = run.AllocatedBytes / (million * 1e6),
            CpuSecondsPerMillion = (run.CpuSeconds + replicaCpu) / million,
            ClientCpuSecondsPerMillion = run.CpuSeconds / million,
            StealPercent = run.StealPercent,
            Stages = run.Replica,
            Command = command,
            Latencies = run.Latencies,
        };
    }
}
