// SPDX-License-Identifier: Apache-2.0
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;

namespace FastLedger.Node.Cluster;

/// <summary>Where consensus stands; the fields mean what they mean in <see cref="ClusterStatusAnswer"/>.</summary>
internal readonly record struct ClusterPosition(
    ulong Height, ulong CommittedHeight, ulong CertifiedHeight, long TimestampNs, Hash256 StateRoot, ulong Epoch, ulong View, uint Leader, uint Validators, uint Halted,
    ReplicaRole Role);
