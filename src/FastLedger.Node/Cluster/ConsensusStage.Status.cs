// SPDX-License-Identifier: Apache-2.0
using FastLedger.Consensus.Effects;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;

namespace FastLedger.Node.Cluster;

// What operators see. A turn that changed nothing of it publishes nothing.
internal sealed partial class ConsensusStage
{
    private ulong _shownHeight, _shownCommitted, _shownCertified, _shownView = ulong.MaxValue;
    private ulong _shownEpoch;
    private HaltReason _shownHalt;
    private Hash256 _executedRoot;
    private long _executedTimestampNs;

    /// <summary>Where <see cref="Run"/> says how the replica is.</summary>
    public StatusBoard? Board { get; init; }

    private void PublishStatus()
    {
        bool isShown = _shownHeight == _executedHeight && _shownCommitted == _core.CommittedHeight && _shownCertified == _certificates.Newest
            && _shownView == _core.View && _shownEpoch == _core.Epoch && _shownHalt == _core.Halted;
        if (isShown || Board is not { } board) return;
        _shownEpoch = _core.Epoch;
        (_shownHeight, _shownCommitted, _shownCertified, _shownView, _shownHalt) =
            (_executedHeight, _core.CommittedHeight, _certificates.Newest, _core.View, _core.Halted);
        int leader = _core.View == 0 ? 0 : _core.LeaderOf(_core.View);
        bool leads = leader == _core.Self;
        board.Publish(
            new ClusterPosition(
                _executedHeight, _core.CommittedHeight, _certificates.Newest, _executedTimestampNs, _executedRoot, _core.Epoch, _core.View,
                (uint)_core.Validators.Node(leader), (uint)_core.Validators.Count, (uint)_core.Halted,
                _isSingle ? ReplicaRole.Single : _core.Self < 0 ? ReplicaRole.Observer : leads ? ReplicaRole.Leader : ReplicaRole.Follower),
            MonotonicNs());
    }
}
