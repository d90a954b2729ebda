// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Protocol.Messages;

/// <summary>Asks a replica how it and its cluster are. It needs no session, so that it is answered while the cluster orders nothing.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
public struct ClusterStatusQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;

    static TemplateId IMessage.TemplateId => TemplateId.ClusterStatusQuery;
}

/// <summary>How a replica sees itself and its cluster. Nobody vouches for it but the replica.</summary>
[StructLayout(LayoutKind.Explicit, Size = 168)]
public struct ClusterStatusAnswer : IAnswer
{
    /// <summary>Age of a certificate that never came.</summary>
    public const ulong NoCertificate = ulong.MaxValue;

    [FieldOffset(0)] public ulong RequestId;
    /// <summary>Newest block that it executed.</summary>
    [FieldOffset(8)] public ulong Height;
    /// <summary>Newest block that it knows to be final.</summary>
    [FieldOffset(16)] public ulong CommittedHeight;
    /// <summary>Newest block whose state certificate it has seen since it started; 0 for none.</summary>
    [FieldOffset(24)] public ulong CertifiedHeight;
    /// <summary>Milliseconds since that certificate came; <see cref="NoCertificate"/> for none.</summary>
    [FieldOffset(32)] public ulong CertificateAgeMs;
    /// <summary>Time of the newest executed block, nanoseconds since the Unix epoch.</summary>
    [FieldOffset(40)] public long TimestampNs;
    /// <summary>State root after that block.</summary>
    [FieldOffset(48)] public Hash256 StateRoot;
    [FieldOffset(80)] public Hash256 ChainId;
    /// <summary>Validator set that counts, from 1.</summary>
    [FieldOffset(112)] public ulong Epoch;
    /// <summary>View that it is in.</summary>
    [FieldOffset(120)] public ulong View;
    /// <summary>Bit i: it is connected with node i.</summary>
    [FieldOffset(128)] public UInt128 ConnectedPeers;
    /// <summary>Its own node number.</summary>
    [FieldOffset(144)] public uint Node;
    /// <summary>Node that leads its view.</summary>
    [FieldOffset(148)] public uint Leader;
    /// <summary>Validators of the epoch.</summary>
    [FieldOffset(152)] public uint Validators;
    /// <summary>0 while it votes; otherwise the number of the reason why it signs nothing any more.</summary>
    [FieldOffset(156)] public uint Halted;
    [FieldOffset(160)] public ReplicaRole Role;
    [FieldOffset(161)] public ReplyDurability Durability;
    [FieldOffset(162)] public ushort SchemaVersion;
    /// <summary>Version of the software: major · 65,536 + minor · 256 + patch.</summary>
    [FieldOffset(164)] public uint SoftwareVersion;

    static TemplateId IMessage.TemplateId => TemplateId.ClusterStatusAnswer;
}
