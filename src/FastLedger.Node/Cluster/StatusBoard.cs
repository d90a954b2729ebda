// SPDX-License-Identifier: Apache-2.0
using System.Threading;
using FastLedger.Network.Peers;
using FastLedger.Node.Configuration;
using FastLedger.Primitives;
using FastLedger.Protocol;
using FastLedger.Protocol.Messages;

namespace FastLedger.Node.Cluster;

/// <summary>How this replica is, for whoever asks: consensus writes it when something changed, connections read it without asking anybody.</summary>
/// <remarks>Thread: <see cref="Publish"/> one at a time, <see cref="Answer"/> any. Alloc: none. Blocks: for the copy of one struct.</remarks>
internal sealed class StatusBoard(NodeOptions options, Hash256 chainId, int self, PeerNetwork? network)
{
    private const int MaxNodes = 128;

    private readonly Lock _lock = new();
    private ClusterPosition _position;
    private ulong _certifiedAtNs;

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

    private System.UInt128 ConnectedPeers()
    {
        System.UInt128 connected = 0;
        for (int node = 0; network is not null && node < MaxNodes; node++)
            if (network.IsConnected(node)) connected |= System.UInt128.One << node;
        return connected;
    }
}
