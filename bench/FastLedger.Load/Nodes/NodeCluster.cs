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
    private readonly List<NodeProcess> _nodes = [];
    private readonly List<string[]> _arguments = [];
    private readonly List<Hash256> _validators = [];
    private readonly NodeProgram _program;

    private NodeCluster(NodeProgram program) => _program = program;

    /// <summary>Where clients connect.</summary>
    public IReadOnlyList<EndPoint> Endpoints => [.. _nodes.Select(static node => (EndPoint)node.Endpoint)];

    /// <summary>The validators' public keys by ascending node number; empty for one replica, whose key no genesis names.</summary>
    public IReadOnlyList<Hash256> Validators => _validators;

    /// <summary>The ledger; zero for one replica.</summary>
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
    /// <param name="isNamed">The genesis also names the validator of a single replica, so that what it signs can be checked.</param>
    /// <exception cref="IOException">A node failed.</exception>
    public static NodeCluster Start(
        NodeProgram program, int count, string folder, string durability, TimeSpan deadline, IReadOnlyList<string>? settings = null, bool isNamed = false)
    {
        var cluster = new NodeCluster(program);
        try
        {
            string[][] clusterArguments = count > 1 || isNamed ? cluster.Provision(count, folder) : [[]];
            for (int i = 0; i < count; i++)
            {
                string directory = Path.Combine(folder, count == 1 ? "node" : string.Create(CultureInfo.InvariantCulture, $"node-{i}"));
                string[] arguments = ["--data-directory", directory, "--durability", durability, .. clusterArguments[i], .. settings ?? []];
                cluster._arguments.Add(arguments);
                cluster._nodes.Add(NodeProcess.Start(program, [.. arguments, "--listen", "127.0.0.1:0"], deadline));
            }

            return cluster;
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    /// <summary>Ends a node's process if it still runs, and starts it again on its folder and address.</summary>
    /// <returns>What it recovered.</returns>
    /// <exception cref="IOException">The node failed.</exception>
    public NodeReady Restart(int node, TimeSpan deadline)
    {
        string endpoint = _nodes[node].Ready.Endpoint;
        _nodes[node].Dispose();
        _nodes[node] = NodeProcess.Start(_program, [.. _arguments[node], "--listen", endpoint], deadline);
        return _nodes[node].Ready;
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

    private string[][] Provision(int count, string folder)
    {
        var validators = new List<string>();
        var peers = new List<string>();
        int[] ports = LoopbackPorts.TakeFree(count);
        for (int i = 0; i < count; i++)
        {
            using SigningKey key = KeyFile.Generate(KeyPath(folder, i));
            _validators.Add(key.PublicKey);
            validators.Add(string.Create(CultureInfo.InvariantCulture, $"{i}={key.PublicKey}"));
            peers.Add(string.Create(CultureInfo.InvariantCulture, $"{i}=127.0.0.1:{ports[i]}"));
        }

        ChainId = new Genesis { Validators = [.. _validators.Select(static (key, node) => new GenesisValidator(node, key.ToString()))] }.ChainId;
        return
        [
            .. Enumerable.Range(0, count).Select(i => new[]
            {
                "--set", "genesis.validators=" + string.Join(',', validators),
                "--set", "cluster.peers=" + string.Join(',', peers),
                "--set", string.Create(CultureInfo.InvariantCulture, $"cluster.self={i}"),
                "--set", "cluster.key_file=" + KeyPath(folder, i),
                "--set", string.Create(CultureInfo.InvariantCulture, $"cluster.listen=127.0.0.1:{ports[i]}"),
            }),
        ];
    }

    private static string KeyPath(string folder, int node) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"validator-{node}.key"));
}
