// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading.Tasks;
using FastLedger.Cryptography;
using FastLedger.Network.Peers;
using FastLedger.Primitives;
using FastLedger.Protocol.Peers;

namespace FastLedger.Network.Tests.Peers;

/// <summary>Some replicas' networks in one process, on free ports of the loopback interface.</summary>
internal sealed class PeerFixture : IAsyncDisposable
{
    public static readonly Hash256 Chain = new(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray());

    private readonly List<SigningKey> _keys = [];
    private readonly List<Exception> _faults = [];

    public PeerFixture(int count, PeerEncryption encryption = PeerEncryption.Off, Func<PeerNetworkOptions, PeerNetworkOptions>? change = null)
    {
        for (int i = 0; i < count; i++)
        {
            _keys.Add(Key(i));
            Receivers.Add(new RecordingReceiver());
            Networks.Add(Make(i, encryption, change));
        }
    }

    public List<RecordingReceiver> Receivers { get; } = [];

    public List<PeerNetwork> Networks { get; } = [];

    public IReadOnlyList<Exception> Faults => _faults;

    public List<PeerAddress> Addresses => [.. Networks.Select((n, i) => new PeerAddress(i, _keys[i].PublicKey, n.EndPoint))];

    public static SigningKey Key(int node) => SigningKey.FromSeed(Enumerable.Repeat((byte)(node + 1), SigningKey.SeedSize).ToArray());

    public static PeerNetworkOptions OptionsOf(int node, SigningKey key, PeerEncryption encryption, Action<Exception>? onFault = null) => new()
    {
        Self = node,
        ChainId = Chain,
        SigningKey = key,
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Encryption = encryption,
        OnFault = onFault,
    };

    /// <summary>Starts all and waits until every pair is connected.</summary>
    public async Task<PeerFixture> ConnectAsync()
    {
        foreach (PeerNetwork network in Networks) network.SetPeers(Addresses);
        foreach (PeerNetwork network in Networks) network.Start();
        for (int i = 0; i < Networks.Count; i++)
            for (int j = 1; j < Networks.Count; j++) Assert.True((await Receivers[i].NextChangeAsync()).Connected);
        return this;
    }

    /// <summary>Replaces a replica by a new one with the same key on another port.</summary>
    public void Restart(int node, PeerEncryption encryption, Func<PeerNetworkOptions, PeerNetworkOptions>? change = null)
    {
        Receivers[node] = new RecordingReceiver();
        Networks[node] = Make(node, encryption, change);
        foreach (PeerNetwork network in Networks) network.SetPeers(Addresses);
        Networks[node].Start();
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Networks.Select(n => n.DisposeAsync().AsTask()));
        _keys.ForEach(k => k.Dispose());
    }

    private PeerNetwork Make(int node, PeerEncryption encryption, Func<PeerNetworkOptions, PeerNetworkOptions>? change)
    {
        PeerNetworkOptions options = OptionsOf(node, _keys[node], encryption, Note);
        return new PeerNetwork(change is null ? options : change(options), Receivers[node]);
    }

    private void Note(Exception fault)
    {
        lock (_faults) _faults.Add(fault);
    }
}
