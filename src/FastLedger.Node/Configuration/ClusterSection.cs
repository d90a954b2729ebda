// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Globalization;
using System.Net;
using System.Numerics;
using FastLedger.Domain;
using FastLedger.Domain.Validators;
using FastLedger.Protocol.Peers;

namespace FastLedger.Node.Configuration;

/// <summary>This replica's place among its peers. Not used when the genesis names no validators, or only this one.</summary>
public sealed class ClusterSection
{
    [Description("This replica's node number in genesis.validators.")]
    public int Self { get; set; }

    [Description("File with this replica's validator key. Empty: validator.key in the data directory, made when the genesis names no validators.")]
    public string KeyFile { get; set; } = "";

    [Description("File with the key that this replica signs with from the epoch on in which the ledger names it. Empty: no rotation is under way.")]
    public string NextKeyFile { get; set; } = "";

    [Description("This replica is no validator yet, or no longer under the key it had: it follows until the ledger names its key.")]
    public bool Follow { get; set; }

    [Description("Address and port for the other replicas; port 0 takes a free one.")]
    public string Listen { get; set; } = "127.0.0.1:9460";

    [Description("Where to reach the other replicas, as node=address:port, separated by commas.")]
    public string Peers { get; set; } = "";

    [Description("Protection of the connections between replicas, the same on all of them: off (both ends prove who they are) or tls (TLS 1.3 as well).")]
    public PeerEncryption Encryption { get; set; } = PeerEncryption.Off;

    [Description("Milliseconds of silence after which a heartbeat is sent to a peer; twice as long from it ends the connection.")]
    public int HeartbeatMs { get; set; } = 1000;

    [Description("Milliseconds until a view without a block is given up; it grows while views fail.")]
    public int BaseTimeoutMs { get; set; } = 250;

    [Description("Milliseconds that a leader without batches waits before it proposes an empty block.")]
    public int IdleDelayMs { get; set; } = 50;

    [Description("A leader with batches waits while so many blocks are not executed yet, so that what comes meanwhile shares a block. 0: never.")]
    public int BlocksAhead { get; set; } = 2;

    [Description("Consecutive views of one leader. 0: the first one for ever, for measurements only: nobody takes over from a leader that is down.")]
    public int LeaderTermViews { get; set; } = 1;

    [Description("Milliseconds that a proposal's missing batches may still be on their way before they are fetched.")]
    public int FetchDelayMs { get; set; } = 30;

    [Description("Unordered bundles of one author.")]
    public int BatchWindow { get; set; } = 32;

    [Description("Memory for the unexecuted bundles of one author.")]
    public int StoreBytesPerAuthor { get; set; } = 1 << 25;

    /// <summary>Reads a list of validators; what cannot be read becomes an entry that <see cref="Genesis.Fault"/> names.</summary>
    public static IReadOnlyList<GenesisValidator> ReadValidators(string text)
    {
        var validators = new List<GenesisValidator>();
        foreach ((int node, string key) in Read(text)) validators.Add(new GenesisValidator(node, key));
        return validators;
    }

    /// <summary>Reads the peers' addresses; null when one of them cannot be read.</summary>
    public IReadOnlyDictionary<int, IPEndPoint>? ReadPeers()
    {
        var peers = new Dictionary<int, IPEndPoint>();
        foreach ((int node, string address) in Read(Peers))
        {
            if (node < 0 || !IPEndPoint.TryParse(address, out IPEndPoint? endPoint)) return null;
            peers[node] = endPoint;
        }

        return peers;
    }

    internal void AddFaults(List<string> faults, GenesisSection genesis)
    {
        void Require(bool condition, string fault)
        {
            if (!condition) faults.Add(fault);
        }

        Require(IPEndPoint.TryParse(Listen, out _), $"cluster.listen = \"{Listen}\" is not an address and port such as 127.0.0.1:9460");
        Require(ReadPeers() is not null, "cluster.peers must be node=address:port, separated by commas");
        Require(Enum.IsDefined(Encryption), "cluster.encryption must be off or tls");
        Require(HeartbeatMs is >= 50 and <= 60_000, "cluster.heartbeat_ms must be 50 … 60,000");
        Require(BaseTimeoutMs is >= 10 and <= 60_000, "cluster.base_timeout_ms must be 10 … 60,000");
        Require(IdleDelayMs >= 0 && IdleDelayMs <= BaseTimeoutMs / 2, "cluster.idle_delay_ms must be 0 … base_timeout_ms / 2");
        Require(LeaderTermViews >= 0, "cluster.leader_term_views must not be negative");
        Require(BlocksAhead is >= 0 and <= 16, "cluster.blocks_ahead must be 0 … 16");
        Require(FetchDelayMs >= 0 && FetchDelayMs <= BaseTimeoutMs / 2, "cluster.fetch_delay_ms must be 0 … base_timeout_ms / 2");
        Require(BatchWindow is >= 1 and <= 64, "cluster.batch_window must be 1 … 64");
        Require(BitOperations.IsPow2(StoreBytesPerAuthor) && StoreBytesPerAuthor is >= 1 << 23 and <= 1 << 30, "cluster.store_bytes_per_author must be a power of two, 8 MiB … 1 GiB");
        IReadOnlyList<GenesisValidator> validators = ReadValidators(genesis.Validators);
        bool isMember = validators.Count == 0;
        foreach (GenesisValidator validator in validators) isMember |= validator.Node == Self;
        Require(isMember || Follow, $"cluster.self = {Self} is not among genesis.validators; a replica that joins later says cluster.follow");
        Require(Self is >= 0 and < ValidatorTable.MaxCount, "cluster.self must be 0 … 127");
    }

    private static IEnumerable<(int Node, string Value)> Read(string text)
    {
        foreach (string part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            bool isNumber = int.TryParse(equals < 0 ? "" : part.AsSpan(0, equals), NumberStyles.None, CultureInfo.InvariantCulture, out int node);
            yield return (isNumber ? node : -1, part[(equals + 1)..]);
        }
    }
}
