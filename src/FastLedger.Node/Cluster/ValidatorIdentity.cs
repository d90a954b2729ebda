// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using FastLedger.Consensus;
using FastLedger.Cryptography;
using FastLedger.Domain;
using FastLedger.Domain.Validators;
using FastLedger.Network.Peers;
using FastLedger.Node.Configuration;
using FastLedger.Primitives;

namespace FastLedger.Node.Cluster;

/// <summary>Who this replica is: its number, its keys, and the validators of the first epoch.</summary>
internal sealed class ValidatorIdentity : IDisposable
{
    private const string KeyFileName = "validator.key";
    private readonly SigningKey[] _keys;
    private readonly string _path;
    private readonly bool _isAlone;
    private readonly bool _follows;

    private ValidatorIdentity(int self, SigningKey[] keys, ValidatorSet validators, string path, bool isAlone, bool follows)
    {
        Self = self;
        _keys = keys;
        Validators = validators;
        _path = path;
        _isAlone = isAlone;
        _follows = follows;
    }

    /// <summary>Node number.</summary>
    public int Self { get; }

    /// <summary>The present key and, around a rotation, the next one: the replica signs with the one that the epoch names.</summary>
    public IReadOnlyList<SigningKey> Keys => _keys;

    /// <summary>The validators of the first epoch.</summary>
    public ValidatorSet Validators { get; }

    /// <summary>Reads the keys, or makes one for a ledger whose genesis names no validators.</summary>
    /// <exception cref="ConfigurationException">There is no key.</exception>
    public static ValidatorIdentity Load(NodeOptions options, Genesis genesis)
    {
        string path = options.Cluster.KeyFile.Length > 0 ? options.Cluster.KeyFile : Path.Combine(options.DataDirectory, KeyFileName);
        bool isAlone = genesis.Validators.Count == 0;
        if (!File.Exists(path) && !isAlone) throw new ConfigurationException([$"cluster.key_file: {path} is not there"]);
        SigningKey key = Read("key_file", path, makes: isAlone);
        string next = options.Cluster.NextKeyFile;
        SigningKey[] keys = isAlone || next.Length == 0 ? [key] : [key, Read("next_key_file", next, makes: false)];
        var validators = new ValidatorSet();
        if (isAlone) Invariant.Check(validators.TryAdd(0, key.PublicKey));
        foreach (GenesisValidator validator in genesis.Validators) Invariant.Check(validators.TryAdd(validator.Node, validator.Key));
        return new ValidatorIdentity(isAlone ? 0 : options.Cluster.Self, keys, validators, path, isAlone, options.Cluster.Follow);
    }

    /// <summary>A new replica of a validator of the genesis must have its key; one that joins later says that it follows.</summary>
    /// <exception cref="ConfigurationException">The key is another one.</exception>
    public void CheckGenesis()
    {
        int index = Validators.IndexOfNode(Self);
        if (!_follows && (index < 0 || !Holds(Validators.Key(index)))) throw Refused("in the genesis");
    }

    /// <summary>The replica must have a key that its state names for it, now, next or until the last change, or say that it follows.</summary>
    /// <exception cref="ConfigurationException">The keys are others.</exception>
    public void CheckState(ValidatorTable table)
    {
        ValidatorRecord record = table.Node(Self);
        if (!_isAlone && !_follows && !Holds(record.Key) && !Holds(record.NextKey)) throw Refused($"in epoch {table.Epoch}");
    }

    public PeerNetwork OpenNetwork(NodeOptions options, Hash256 chainId, IPeerReceiver receiver) => new(
        new PeerNetworkOptions
        {
            Self = Self,
            ChainId = chainId,
            SigningKey = _keys[0],
            OtherKeys = _keys[1..],
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

    public void Dispose()
    {
        foreach (SigningKey key in _keys) key.Dispose();
    }

    private bool Holds(in Hash256 publicKey)
    {
        foreach (SigningKey key in _keys)
            if (key.PublicKey == publicKey) return true;
        return false;
    }

    private ConfigurationException Refused(string where) => new([$"cluster.key_file: {_path} is not the key of node {Self} {where}"]);

    private static SigningKey Read(string setting, string path, bool makes)
    {
        try
        {
            return makes && !File.Exists(path) ? KeyFile.Generate(path) : KeyFile.Read(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new ConfigurationException([$"cluster.{setting}: {e.Message}"]);
        }
    }
}
