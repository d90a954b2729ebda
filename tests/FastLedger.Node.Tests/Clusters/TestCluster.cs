// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Node.Configuration;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;
using FastLedger.Storage;

namespace FastLedger.Node.Tests.Clusters;

/// <summary>Replicas of one cluster in this process, over real loopback sockets and real files.</summary>
public sealed class TestCluster : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("fastledger-cluster-").FullName;
    private readonly List<NodeOptions> _options = [];
    private readonly List<Replica?> _replicas = [];

    private readonly Func<TestCluster, int, int, IPEndPoint, IPEndPoint>? _route;
    private readonly Func<int, TimeProvider>? _clock;
    private readonly Dictionary<(int From, int To, IPEndPoint Address), IPEndPoint> _routes = [];

    /// <param name="count">Replicas.</param>
    /// <param name="durability">When a replica may answer.</param>
    /// <param name="configure">Changes the options of each replica.</param>
    /// <param name="route">Given dialler, listener and its address: where the dialler is told to go. Asked once for each.</param>
    /// <param name="clock">The wall clock of each replica; null: the system's.</param>
    public TestCluster(
        int count = 4, Durability durability = Durability.Write, Action<NodeOptions>? configure = null, Func<TestCluster, int, int, IPEndPoint, IPEndPoint>? route = null,
        Func<int, TimeProvider>? clock = null)
    {
        _route = route;
        _clock = clock;
        var validators = new List<string>();
        for (int i = 0; i < count; i++)
        {
            using SigningKey key = KeyFile.Generate(KeyPath(i));
            validators.Add(string.Create(CultureInfo.InvariantCulture, $"{i}={key.PublicKey}"));
        }

        for (int i = 0; i < count; i++)
        {
            NodeOptions options = TestReplica.OptionsFor(Path.Combine(_directory, "replica-" + i), durability);
            options.Genesis.Validators = string.Join(',', validators);
            options.Cluster = new ClusterSection { Self = i, KeyFile = KeyPath(i), Listen = "127.0.0.1:0", StoreBytesPerAuthor = 1 << 23 };
            configure?.Invoke(options);
            _options.Add(options);
        }

        for (int i = 0; i < count; i++)
        {
            _replicas.Add(Replica.Start(_options[i], time: _clock?.Invoke(i)));
            KeepAddresses(i);
        }

        Introduce();
    }

    public int Count => _replicas.Count;

    public Replica this[int node] => _replicas[node] ?? throw new InvalidOperationException($"replica {node} is down");

    public NodeOptions OptionsOf(int node) => _options[node];

    public bool IsUp(int node) => _replicas[node] is not null;

    public IReadOnlyList<EndPoint> EndPoints(int first = 0) =>
        [.. Enumerable.Range(0, Count).Select(i => (first + i) % Count).Where(IsUp).Select(i => (EndPoint)this[i].EndPoint)];

    /// <summary>Public keys of the validators.</summary>
    public IReadOnlyList<Hash256> Validators => [.. ClusterSection.ReadValidators(_options[0].Genesis.Validators).Select(v => v.Key)];

    /// <summary>A client that verifies every answer.</summary>
    public Task<LedgerClient> ConnectAsync(byte seed = 1, int first = 0) => LedgerClient.ConnectAsync(new ClientOptions
    {
        Endpoints = EndPoints(first),
        Key = TestReplica.Key(seed),
        Deadline = TimeSpan.FromSeconds(30),
        ChainId = this[first].ChainId,
        Validators = Validators,
    });

    /// <summary>Starts a replica that the genesis does not name, with a key of its own, and gives its number. It follows until it is named.</summary>
    public int Join()
    {
        int node = Count;
        NodeOptions like = _options[0];
        using (KeyFile.Generate(KeyPath(node)))
        {
        }

        _options.Add(new NodeOptions
        {
            DataDirectory = Path.Combine(_directory, "replica-" + node),
            Listen = "127.0.0.1:0",
            Durability = like.Durability,
            Genesis = like.Genesis,
            State = like.State,
            Journal = like.Journal,
            Cluster = new ClusterSection
            {
                Self = node,
                Follow = true,
                KeyFile = KeyPath(node),
                Listen = "127.0.0.1:0",
                StoreBytesPerAuthor = like.Cluster.StoreBytesPerAuthor,
                BaseTimeoutMs = like.Cluster.BaseTimeoutMs,
            },
        });
        _replicas.Add(null);
        Start(node);
        KeepAddresses(node);
        Introduce();
        return node;
    }

    /// <summary>Makes a key, and gives the file and the public key.</summary>
    public (string File, Hash256 Key) MakeKey(string name)
    {
        string path = Path.Combine(_directory, name + ".key");
        using SigningKey key = KeyFile.Generate(path);
        return (path, key.PublicKey);
    }

    /// <summary>The public key in a replica's key file.</summary>
    public Hash256 KeyOf(int node)
    {
        using SigningKey key = KeyFile.Read(_options[node].Cluster.KeyFile);
        return key.PublicKey;
    }

    /// <summary>Ends a replica as a crash would.</summary>
    public async Task KillAsync(int node)
    {
        Replica replica = this[node];
        _replicas[node] = null;
        await replica.AbortAsync();
    }

    /// <summary>Ends a replica in good order.</summary>
    public async Task StopAsync(int node)
    {
        Replica replica = this[node];
        _replicas[node] = null;
        await replica.DisposeAsync();
    }

    /// <summary>Starts a replica on what its directory holds.</summary>
    public void Start(int node)
    {
        _replicas[node] = Replica.Start(_options[node], time: _clock?.Invoke(node));
        Introduce();
    }

    /// <summary>Starts a replica that may have to fetch the state before it is up; whoever it dials it has to be told before.</summary>
    /// <param name="node">The replica.</param>
    /// <param name="say">Told what happens, a line each.</param>
    /// <param name="peers">Where its peers are, as it is told; null: where they are.</param>
    /// <param name="cancellationToken">Ends the wait for the state.</param>
    public async Task JoinAsync(int node, Action<string> say, IReadOnlyDictionary<int, IPEndPoint>? peers = null, CancellationToken cancellationToken = default)
    {
        peers ??= Enumerable.Range(0, Count).Where(IsUp).ToDictionary(i => i, i => this[i].PeerEndPoint!);
        _options[node].Cluster.Peers = string.Join(',', peers.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key}={p.Value}")));
        _replicas[node] = await Task.Run(() => Replica.Start(_options[node], stateProgress: say, time: _clock?.Invoke(node), cancellationToken: cancellationToken), CancellationToken.None);
        Introduce();
    }

    /// <summary>Deletes what a replica that is down left; its key stays.</summary>
    public void Wipe(int node)
    {
        if (IsUp(node)) throw new InvalidOperationException($"replica {node} is up");
        Directory.Delete(_options[node].DataDirectory, recursive: true);
    }

    /// <summary>How a replica says it is.</summary>
    public Task<ClusterStatusAnswer> StatusAsync(int node) => ReplicaProbe.AskAsync((IPEndPoint)this[node].EndPoint, TimeSpan.FromSeconds(10));

    /// <summary>Waits until two replicas say the same height, at least the one given; the roots must be equal then.</summary>
    public async Task<ClusterStatusAnswer> MeetAsync(int node, int other, ulong atLeast = 1)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (true)
        {
            timeout.Token.ThrowIfCancellationRequested();
            ClusterStatusAnswer first = await StatusAsync(node), second = await StatusAsync(other);
            if (first.Height != second.Height || first.Height < atLeast)
            {
                await Task.Delay(1, CancellationToken.None);
                continue;
            }

            Assert.Equal(second.StateRoot, first.StateRoot);
            return first;
        }
    }

    /// <summary>A replica comes back where clients and peers know it.</summary>
    private void KeepAddresses(int node)
    {
        _options[node].Listen = this[node].EndPoint.ToString();
        if (this[node].PeerEndPoint is { } peer) _options[node].Cluster.Listen = peer.ToString();
    }

    /// <summary>Waits until all replicas that are up, or those named, have executed the same height, and returns it with their root.</summary>
    public async Task<(ulong Height, Hash256 Root)> AgreeAsync(ulong atLeast = 1, params int[] among)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        int[] up = among.Length > 0 ? among : [.. Enumerable.Range(0, Count).Where(IsUp)];
        LedgerClient[] clients = await Task.WhenAll(up.Select(node => LedgerClient.ConnectAsync(
            new ClientOptions { Endpoints = [this[node].EndPoint], Key = TestReplica.Key((byte)(100 + node)), Deadline = TimeSpan.FromSeconds(30) })));
        try
        {
            while (true)
            {
                // A root is compared at one height: replicas pass the same heights, if not at the same time.
                StatusAnswer[] answers = await Task.WhenAll(clients.Select(client => client.GetStatusAsync(timeout.Token).AsTask()));
                if (answers.All(a => a.Height == answers[0].Height) && answers[0].Height >= atLeast)
                {
                    Assert.All(answers, a => Assert.Equal(answers[0].StateRoot, a.StateRoot));
                    return (answers[0].Height, answers[0].StateRoot);
                }
            }
        }
        finally
        {
            foreach (LedgerClient client in clients) await client.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        for (int i = 0; i < Count; i++)
            if (IsUp(i)) await StopAsync(i);
        Directory.Delete(_directory, recursive: true);
    }

    private string KeyPath(int node) => Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"validator-{node}.key"));

    private void Introduce()
    {
        for (int self = 0; self < Count; self++)
        {
            if (!IsUp(self)) continue;
            var endPoints = new Dictionary<int, IPEndPoint>();
            for (int i = 0; i < Count; i++)
                if (IsUp(i) && this[i].PeerEndPoint is { } endPoint) endPoints[i] = Route(self, i, endPoint);
            this[self].SetPeers(endPoints);
        }
    }

    private IPEndPoint Route(int from, int to, IPEndPoint address)
    {
        if (_route is null) return address;
        if (!_routes.TryGetValue((from, to, address), out IPEndPoint? told)) _routes[(from, to, address)] = told = _route(this, from, to, address);
        return told;
    }
}
