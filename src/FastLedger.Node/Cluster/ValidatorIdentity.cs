// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using FastLedger.Consensus;
using FastLedger.Cryptography;
using FastLedger.Domain;
using FastLedger.Network.Peers;
using FastLedger.Node.Configuration;
using FastLedger.Primitives;

namespace FastLedger.Node.Cluster;

/// <summary>Who this replica is, and the validators of the first epoch.</summary>
internal sealed class ValidatorIdentity : IDisposable
{
    private const string KeyFileName = "validator.key";

    private ValidatorIdentity(int self, SigningKey key, ValidatorSet validators)
    {
        Self = self;
        Key = key;
        Validators = validators;
    }

    /// <summary>Node number.</summary>
    public int Self { get; }

    public SigningKey Key { get; }

    public ValidatorSet Validators { get; }

    /// <summary>Where the key is.</summary>
    public static string KeyPathOf(NodeOptions options) =>
        options.Cluster.KeyFile.Length > 0 ? options.Cluster.KeyFile : Path.Combine(options.DataDirectory, KeyFileName);

    /// <summary>Reads the key, or makes one for a ledger whose genesis names no validators.</summary>
    /// <exception cref="ConfigurationException">There is no key, or it is not the one that the genesis names.</exception>
    public static ValidatorIdentity Load(NodeOptions options, Genesis genesis)
    {
        string path = KeyPathOf(options);
        bool isAlone = genesis.Validators.Count == 0;
        if (!File.Exists(path) && !isAlone) throw new ConfigurationException([$"cluster.key_file: {path} is not there"]);
        SigningKey key;
        try
        {
            key = File.Exists(path) ? KeyFile.Read(path) : KeyFile.Generate(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new ConfigurationException([$"cluster.key_file: {e.Message}"]);
        }

        var validators = new ValidatorSet();
        int self = isAlone ? 0 : options.Cluster.Self;
        if (isAlone) Invariant.Check(validators.TryAdd(0, key.PublicKey));
        foreach (GenesisValidator validator in genesis.Validators) Invariant.Check(validators.TryAdd(validator.Node, validator.Key));
        int index = validators.IndexOfNode(self);
        if (index >= 0 && validators.Key(index) == key.PublicKey) return new ValidatorIdentity(self, key, validators);
        key.Dispose();
        throw new ConfigurationException([$"cluster.key_file: {path} is not the key of node {self} in the genesis"]);
    }

    public PeerNetwork OpenNetwork(NodeOptions options, Hash256 chainId, IPeerReceiver receiver) => new(
        new PeerNetworkOptions
        {
            Self = Self,
            ChainId = chainId,
            SigningKey = Key,
            Listen = IPEndPoint.Parse(options.Cluster.Listen),
            Peers = AddressesOf(options.Cluster.ReadPeers()!),
            Encryption = options.Cluster.Encryption,
            HeartbeatMs = options.Cluster.HeartbeatMs,
        },
        receiver);

    /// <summary>The other validators with their keys and addresses.</summary>
    public IReadOnlyList<PeerAddress> AddressesOf(IReadOnlyDictionary<int, IPEndPoint> endPoints)
    {
        var addresses = new List<PeerAddress>();
        for (int i = 0; i < Validators.Count; i++)
        {
            int node = Validators.Node(i);
            if (node != Self) addresses.Add(new PeerAddress(node, Validators.Key(i), endPoints.GetValueOrDefault(node)));
        }

        return addresses;
    }

    public void Dispose() => Key.Dispose();
}
