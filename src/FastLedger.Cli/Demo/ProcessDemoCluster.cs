// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Threading.Tasks;
using FastLedger.Load.Nodes;
using FastLedger.Primitives;

namespace FastLedger.Cli.Demo;

/// <summary>A process for each replica.</summary>
internal sealed class ProcessDemoCluster : IDemoCluster
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(60);

    private readonly NodeCluster _cluster;

    private ProcessDemoCluster(NodeCluster cluster) => _cluster = cluster;

    public IReadOnlyList<IPEndPoint> EndPoints => [.. _cluster.Nodes.Select(static node => node.Endpoint)];

    public IReadOnlyList<Hash256> Validators => _cluster.Validators;

    public Hash256 ChainId => _cluster.ChainId;

    public static Task<IDemoCluster> StartAsync(string folder, int count) => Task.Run<IDemoCluster>(() =>
        new ProcessDemoCluster(NodeCluster.Start(NodeProgram.Current(), count, folder, "fsync", StartDeadline, ["--set", "journal.segment_bytes=64MiB"], isNamed: true)));

    public Task CrashAsync(int node) => Task.Run(_cluster.Nodes[node].Kill);

    public Task<(ulong Height, string StateRoot)> RecoverAsync(int node) => Task.Run(() =>
    {
        _cluster.Restart(node);
        NodeReady ready = _cluster.Nodes[node].Ready;
        return (ready.Height, ready.StateRoot);
    });

    public async ValueTask DisposeAsync()
    {
        int exit = await Task.Run(() => _cluster.Stop(StopDeadline)).ConfigureAwait(false);
        _cluster.Dispose();
        if (exit != 0) throw new IOException($"A node stopped with exit code {exit}.");
    }
}
