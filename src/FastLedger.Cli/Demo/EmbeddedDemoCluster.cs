// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading.Tasks;
using FastLedger.Node.Embedding;
using FastLedger.Primitives;

namespace FastLedger.Cli.Demo;

/// <summary>All replicas in this process.</summary>
internal sealed class EmbeddedDemoCluster : IDemoCluster
{
    private const long SegmentBytes = 1 << 26;

    private readonly EmbeddedCluster _cluster;

    private EmbeddedDemoCluster(EmbeddedCluster cluster) => _cluster = cluster;

    public IReadOnlyList<IPEndPoint> EndPoints => [.. _cluster.EndPoints.Cast<IPEndPoint>()];

    public IReadOnlyList<Hash256> Validators => _cluster.Validators;

    public Hash256 ChainId => _cluster.Genesis.ChainId;

    public static async Task<IDemoCluster> StartAsync(string folder, int count) =>
        new EmbeddedDemoCluster(await EmbeddedCluster.StartAsync(folder, count, configure: static options => options.Journal.SegmentBytes = SegmentBytes).ConfigureAwait(false));

    public Task CrashAsync(int node) => _cluster.CrashAsync(node);

    public async Task<(ulong Height, string StateRoot)> RecoverAsync(int node)
    {
        await _cluster.RestartAsync(node).ConfigureAwait(false);
        (ulong height, Hash256 root) = _cluster.RecoveredState(node);
        return (height, root.ToString());
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}
