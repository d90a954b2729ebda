// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using FastLedger.Cryptography;
using FastLedger.Domain;
using FastLedger.Load.Measuring;
using FastLedger.Primitives;

namespace FastLedger.Load.Nodes;

/// <summary>The replicas of one ledger, each in a process and a folder of its own, on loopback.</summary>
/// <remarks>Thread: one. Blocks: yes.</remarks>
public sealed class NodeCluster : IDisposable
{
    private readonly NodeProgram _program;
    private readonly TimeSpan _deadline;
    private readonly List<NodeProcess> _nodes = [];
    private readonly List<string[]> _arguments = [];
    private readonly List<Hash256> _validators = [];

    private NodeCluster(NodeProgram program, TimeSpan deadline)
    {
        _program = program;
        _deadline = deadline;
    }

    /// <summary>Where clients connect.</summary>
    public IReadOnlyList<EndPoint> Endpoints => [.. _nodes.Select(static node => (EndPoint)node.Endpoint)];

    /// <summary>Where the replicas listen for each other; empty for one replica whose key no genesis names.</summary>
    public IReadOnlyList<IPEndPoint> PeerEndpoints { get; private set; } = [];

    /// <summary>The validators' public keys by ascending node number; empty for one replica whose key no genesis names.</summary>
    public IReadOnlyList<Hash256> Validators => _validators;

    /// <summary>The ledger; zero for one replica whose key no genesis names.</summary>
    public Hash256 ChainId { get; private set; }

    /// <summary>The processes.</summary>
    public IReadOnlyList<NodeProcess> Nodes => _nodes;

    /// <summary>Starts a cluster.</summary>
    /// <param name="program">The <c>fastledger</c> command.</param>
    /// <param name="count">Replicas.</param>
    /// <param name="folder">An empty folder.</param>
    /// <param name="durability">none, write or fsync.</param>
    /// <param name="deadline">Longest time until all serve.</param>
    /// <param name="settings">Further arguments of every node.</param>
    /// <param name="genesis">What the ledger starts from, as <paramref name="settings"/> say it, too; its validators are filled in. Null: the defaults.</param>
    /// <param name="route">Given dialler, listener and the listener's address: the address that the dialler is told. Null: the listener's own.</param>
    /// <param name="isNamed">The genesis also names the validator of a single replica, so that what it signs can be checked.</param>
    /// <exception cref="IOException">A node failed.</exception>
    public static NodeCluster Start(
        NodeProgram program, int count, string folder, string durability, TimeSpan deadline, IReadOnlyList<string>? settings = null, Genesis? genesis = null,
        Func<int, int, IPEndPoint, IPEndPoint>? route = null, bool isNamed = false)
    {
        var cluster = new NodeCluster(program, deadline);
        try
        {
            string[][] clusterArguments = count > 1 || isNamed ? cluster.Provision(count, folder, genesis ?? new Genesis(), route) : [["--listen", "127.0.0.1:0"]];
            for (int i = 0; i < count; i++)
            {
                string directory = DirectoryOf(folder, count, i);
                cluster._arguments.Add(["--data-directory", directory, "--durability", durability, .. clusterArguments[i], .. settings ?? []]);
                cluster._nodes.Add(NodeProcess.Start(program, cluster._arguments[i], deadline));
            }

            return cluster;
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    /// <summary>Where a replica keeps its files.</summary>
    public static string DirectoryOf(string folder, int count, int node) =>
        Path.Combine(folder, count == 1 ? "node" : string.Create(CultureInfo.InvariantCulture, $"node-{node}"));

    /// <summary>Starts a replica again that was killed or has ended, under the same addresses, and waits until it serves.</summary>
    /// <param name="node">Node number.</param>
    /// <param name="program">Started instead of the cluster's program.</param>
    /// <exception cref="IOException">It failed.</exception>
    public void Restart(int node, NodeProgram? program = null)
    {
        NodeProcess ended = _nodes[node];
        _nodes[node] = NodeProcess.Start(program ?? _program, _arguments[node], _deadline);
        ended.Dispose();
    }

    /// <summary>The sum of all nodes' counters.</summary>
    public StageFigures Statistics()
    {
        StageFigures sum = _nodes[0].Statistics();
        foreach (NodeProcess node in _nodes.Skip(1)) sum = sum.Plus(node.Statistics());
        return sum;
    }

    /// <summary>Stops all nodes in good order.</summary>
    /// <returns>The first exit code that is not zero, or zero.</returns>
    public int Stop(TimeSpan deadline)
    {
        int code = 0;
        foreach (NodeProcess node in _nodes)
        {
            int exit = node.Stop(deadline);
            if (code == 0) code = exit;
        }

        return code;
    }

    /// <summary>Ends what still runs.</summary>
    public void Dispose()
    {
        foreach (NodeProcess node in _nodes) node.Dispose();
    }

    private string[][] Provision(int count, string folder, Genesis genesis, Func<int, int, IPEndPoint, IPEndPoint>? route)
    {
        var validators = new List<string>();
        int[] ports = LoopbackPorts.TakeFree(2 * count);
        PeerEndpoints = [.. ports.Take(count).Select(static port => new IPEndPoint(IPAddress.Loopback, port))];
        for (int i = 0; i < count; i++)
        {
            using SigningKey key = KeyFile.Generate(KeyPath(folder, i));
            _validators.Add(key.PublicKey);
            validators.Add(string.Create(CultureInfo.InvariantCulture, $"{i}={key.PublicKey}"));
        }

        ChainId = (genesis with { Validators = [.. _validators.Select(static (key, node) => new GenesisValidator(node, key.ToString()))] }).ChainId;
        string PeersOf(int self) => string.Join(',', Enumerable.Range(0, count).Select(other =>
        {
            var address = new IPEndPoint(IPAddress.Loopback, ports[other]);
            return string.Create(CultureInfo.InvariantCulture, $"{other}={(route is null || other == self ? address : route(self, other, address))}");
        }));
        return
        [
            .. Enumerable.Range(0, count).Select(i => new[]
            {
                "--listen", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{ports[count + i]}"),
                "--set", "genesis.validators=" + string.Join(',', validators),
                "--set", "cluster.peers=" + PeersOf(i),
                "--set", string.Create(CultureInfo.InvariantCulture, $"cluster.self={i}"),
                "--set", "cluster.key_file=" + KeyPath(folder, i),
                "--set", string.Create(CultureInfo.InvariantCulture, $"cluster.listen=127.0.0.1:{ports[i]}"),
                "--set", string.Create(CultureInfo.InvariantCulture, $"pipeline.consensus_processor={i}"),
            }),
        ];
    }

    private static string KeyPath(string folder, int node) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"validator-{node}.key"));
}
