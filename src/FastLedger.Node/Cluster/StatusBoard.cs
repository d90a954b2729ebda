// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;
using FastLedger.Network.Peers;
using FastLedger.Node.Configuration;
using FastLedger.Primitives;
using FastLedger.Protocol;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Peers;

namespace FastLedger.Node.Cluster;

/// <summary>How this replica is, for whoever asks: consensus writes it when something changed, connections read it without asking anybody.</summary>
/// <remarks>Thread: <see cref="Publish"/> one at a time, <see cref="Answer"/> any. Alloc: none. Blocks: for the copy of one struct.</remarks>
internal sealed class StatusBoard(NodeOptions options, Hash256 chainId, int self, PeerNetwork? network)
{
    private const int MaxNodes = 128;

    private readonly Lock _lock = new();
    private ClusterPosition _position;
    private ulong _certifiedAtNs;

    /// <summary>This replica's node number.</summary>
    public int Self => self;

    /// <summary>Where the hand-overs are.</summary>
    public HandOverStore? HandOvers { get; init; }

    /// <summary>Who validates, as of the last block that changed it; set by the consensus thread.</summary>
    public ValidatorPlan? Plan { get; set; }

    /// <summary>The epoch that the newest hand-over leads to.</summary>
    public ulong NewestHandOver => HandOvers?.NewestEpoch ?? 1;

    /// <summary>The part that the replica plays now.</summary>
    public ReplicaRole Role
    {
        get
        {
            lock (_lock) return _position.Role;
        }
    }

    /// <summary>Takes the replica's position.</summary>
    /// <param name="position">Where it stands.</param>
    /// <param name="nowNs">Monotonic time.</param>
    public void Publish(in ClusterPosition position, ulong nowNs)
    {
        lock (_lock)
        {
            if (position.CertifiedHeight != _position.CertifiedHeight) _certifiedAtNs = nowNs;
            _position = position;
        }
    }

    /// <summary>Answers a query.</summary>
    /// <param name="query">The question.</param>
    /// <param name="nowNs">Monotonic time, of the same clock.</param>
    public ClusterStatusAnswer Answer(in ClusterStatusQuery query, ulong nowNs)
    {
        ClusterPosition position;
        ulong certifiedAtNs;
        lock (_lock) (position, certifiedAtNs) = (_position, _certifiedAtNs);
        return new ClusterStatusAnswer
        {
            RequestId = query.RequestId,
            Height = position.Height,
            CommittedHeight = position.CommittedHeight,
            CertifiedHeight = position.CertifiedHeight,
            CertificateAgeMs = position.CertifiedHeight == 0 ? ClusterStatusAnswer.NoCertificate : nowNs > certifiedAtNs ? (nowNs - certifiedAtNs) / 1_000_000 : 0,
            TimestampNs = position.TimestampNs,
            StateRoot = position.StateRoot,
            ChainId = chainId,
            Epoch = position.Epoch,
            View = position.View,
            ConnectedPeers = ConnectedPeers(),
            Node = (uint)self,
            Leader = position.Leader,
            Validators = position.Validators,
            Halted = position.Halted,
            Role = position.Role,
            Durability = (ReplyDurability)(byte)options.Durability,
            SchemaVersion = Schema.Version,
            SoftwareVersion = Replica.SoftwareVersion,
        };
    }

    /// <summary>The hand-over that ended an epoch; empty when it is not here.</summary>
    public ReadOnlyMemory<byte> HandOverOf(ulong epoch) => HandOvers?.Of(epoch) ?? default;

    /// <summary>Who validates.</summary>
    public ValidatorEntry[] Validators(out ulong epoch, out bool isChanging)
    {
        ValidatorPlan? plan = Plan;
        epoch = plan?.Epoch ?? 0;
        isChanging = plan?.NextSet.Length > 0;
        if (plan is null) return [];
        var entries = new ValidatorEntry[plan.Nodes.Count];
        for (int i = 0; i < entries.Length; i++)
        {
            PlannedValidator node = plan.Nodes[i];
            PeerEndpoint address = node.EndPoint is { } endPoint ? PeerEndpoint.Of(endPoint) : default;
            entries[i] = new ValidatorEntry
            {
                Key = node.Key,
                NextKey = node.NextKey,
                Address = address.Address,
                Port = address.Port,
                Node = (ushort)node.Node,
                State = (byte)node.State,
                Change = (byte)node.Change,
            };
        }

        return entries;
    }

    private System.UInt128 ConnectedPeers()
    {
        System.UInt128 connected = 0;
        for (int node = 0; network is not null && node < MaxNodes; node++)
            if (network.IsConnected(node)) connected |= System.UInt128.One << node;
        return connected;
    }
}
