// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Threading.Tasks;
using FastLedger.Cryptography;
using FastLedger.Domain;
using FastLedger.Node.Configuration;
using FastLedger.Primitives;

namespace FastLedger.Node.Embedding;

/// <summary>
/// All replicas of a ledger in this process, over real loopback sockets and real files: for trying things out and for tests. The genesis names
/// the replicas' keys, so that what they sign can be checked by anybody who has it.
/// </summary>
/// <remarks>Thread: one at a time.</remarks>
public sealed class EmbeddedCluster : IAsyncDisposable
{
    private readonly string _directory;
    private readonly List<NodeOptions> _options;
    private readonly List<Replica?> _replicas;
    private readonly TimeProvider? _time;

    private EmbeddedCluster(string directory, NodeOptions[] options, TimeProvider? time)
    {
        _directory = directory;
        _options = [.. options];
        _replicas = [.. new Replica?[options.Length]];
        _time = time;
    }

    /// <summary>Replicas.</summary>
    public int Count => _replicas.Count;

    /// <summary>Where clients connect; a replica keeps its address when it restarts.</summary>
    public IReadOnlyList<EndPoint> EndPoints => [.. _options.Select(o => (EndPoint)o.ListenEndPoint)];

    /// <summary>What a verifier must know of the ledger.</summary>
    public Genesis Genesis => _options[0].Genesis.ToGenesis();

    /// <summary>Public keys of the replicas, by ascending node number.</summary>
    public IReadOnlyList<Hash256> Validators => [.. Genesis.Validators.Select(v => v.Key)];

    /// <summary>The file of the key that may change the validators.</summary>
    public string AdministratorKeyPath => AdministratorKeyPathOf(_directory);

    /// <summary>Makes keys and starts the replicas.</summary>
    /// <param name="directory">Where keys and data go, a folder for each replica; must be empty.</param>
    /// <param name="count">Replicas, 1 … 16.</param>
    /// <param name="time">Where block time comes from; null for the clock of the system.</param>
    /// <param name="configure">Called with the settings of each replica before it starts.</param>
    /// <exception cref="ConfigurationException">The settings are faulty.</exception>
    public static async Task<EmbeddedCluster> StartAsync(string directory, int count, TimeProvider? time = null, Action<NodeOptions>? configure = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 16);
        using SigningKey administrator = KeyFile.Generate(AdministratorKeyPathOf(directory));
        var keys = new string[count];
        var validators = new List<string>();
        for (int i = 0; i < count; i++)
        {
            keys[i] = KeyPathOf(directory, i);
            using SigningKey key = KeyFile.Generate(keys[i]);
            validators.Add(string.Create(CultureInfo.InvariantCulture, $"{i}={key.PublicKey}"));
        }

        var options = new NodeOptions[count];
        for (int i = 0; i < count; i++)
        {
            options[i] = new NodeOptions
            {
                DataDirectory = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"replica-{i}")),
                Listen = "127.0.0.1:0",
                Cluster = new ClusterSection { Self = i, KeyFile = keys[i], Listen = "127.0.0.1:0" },
            };
            if (count > 1) options[i].Pipeline.ConsensusProcessor = i;
            options[i].Genesis.Validators = string.Join(',', validators);
            options[i].Genesis.Administrator = administrator.PublicKey.ToString();
            configure?.Invoke(options[i]);
        }

        var cluster = new EmbeddedCluster(directory, options, time);
        try
        {
            for (int i = 0; i < count; i++) cluster.Start(i);
            cluster.Introduce();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Starts a further replica with a key of its own. It follows until a <see cref="Primitives.Commands.ChangeValidatorsCommand"/> with its
    /// number, key and address makes it a validator.
    /// </summary>
    /// <returns>Its node number, its public key, and where its peers reach it.</returns>
    /// <exception cref="InvalidOperationException">The cluster has one replica only: such a ledger stays alone.</exception>
    public (int Node, Hash256 PublicKey, IPEndPoint PeerEndPoint) Join()
    {
        if (_options.Count == 1) throw new InvalidOperationException("A cluster of one replica stays alone.");
        int node = _options.Count;
        using SigningKey key = KeyFile.Generate(KeyPathOf(_directory, node));
        NodeOptions like = _options[0];
        _options.Add(new NodeOptions
        {
            DataDirectory = Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"replica-{node}")),
            Listen = "127.0.0.1:0",
            Durability = like.Durability,
            Genesis = like.Genesis,
            Limits = like.Limits,
            Journal = like.Journal,
            State = like.State,
            Pipeline = like.Pipeline,
            Cluster = new ClusterSection
            {
                Self = node,
                Follow = true,
                KeyFile = KeyPathOf(_directory, node),
                Listen = "127.0.0.1:0",
                Encryption = like.Cluster.Encryption,
                HeartbeatMs = like.Cluster.HeartbeatMs,
                BaseTimeoutMs = like.Cluster.BaseTimeoutMs,
                IdleDelayMs = like.Cluster.IdleDelayMs,
                FetchDelayMs = like.Cluster.FetchDelayMs,
                BatchWindow = like.Cluster.BatchWindow,
                StoreBytesPerAuthor = like.Cluster.StoreBytesPerAuthor,
            },
        });
        _replicas.Add(null);
        Start(node);
        Introduce();
        return (node, key.PublicKey, _replicas[node]!.PeerEndPoint!);
    }

    /// <summary>Height and state root that a running replica recovered by itself when it started.</summary>
    /// <exception cref="InvalidOperationException">It does not run.</exception>
    public (ulong Height, Hash256 StateRoot) RecoveredState(int node) =>
        _replicas[node]?.RecoveredState ?? throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Replica {node} does not run."));

    /// <summary>Ends a replica as a crash would; nothing happens when it does not run.</summary>
    public async Task CrashAsync(int node)
    {
        if (_replicas[node] is not { } replica) return;
        _replicas[node] = null;
        await replica.AbortAsync().ConfigureAwait(false);
    }

    /// <summary>Ends a replica as a crash would if it runs, and starts it on what its folder holds.</summary>
    public async Task RestartAsync(int node)
    {
        await CrashAsync(node).ConfigureAwait(false);
        Start(node);
        Introduce();
    }

    /// <summary>Stops all replicas in good order.</summary>
    public async ValueTask DisposeAsync()
    {
        for (int i = 0; i < Count; i++)
        {
            if (_replicas[i] is not { } replica) continue;
            _replicas[i] = null;
            await replica.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static string AdministratorKeyPathOf(string directory) => Path.Combine(directory, "administrator.key");

    private static string KeyPathOf(string directory, int node) => Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"validator-{node}.key"));

    private void Start(int node)
    {
        Replica replica = Replica.Start(_options[node], time: _time);
        _replicas[node] = replica;
        _options[node].Listen = replica.EndPoint.ToString();
        if (replica.PeerEndPoint is { } peers) _options[node].Cluster.Listen = peers.ToString();
    }

    private void Introduce()
    {
        var endPoints = new Dictionary<int, IPEndPoint>();
        for (int i = 0; i < Count; i++)
            if (_replicas[i]?.PeerEndPoint is { } endPoint) endPoints[i] = endPoint;
        foreach (Replica? replica in _replicas) replica?.SetPeers(endPoints);
    }
}
