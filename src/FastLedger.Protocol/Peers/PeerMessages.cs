// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.Peers;

/// <summary>Dialler: who calls whom, where, on which chain. Nothing of it is believed before <see cref="PeerProof"/>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 96)]
public struct PeerHello : IMessage
{
    /// <summary>Random bytes of the dialler for this connection.</summary>
    [FieldOffset(0)] public Hash256 Nonce;
    /// <summary>Names the ledger.</summary>
    [FieldOffset(32)] public Hash256 ChainId;
    /// <summary>The dialler's validator number.</summary>
    [FieldOffset(64)] public uint From;
    /// <summary>Validator number of whom it believes to have dialled.</summary>
    [FieldOffset(68)] public uint To;
    /// <summary>Address that it dialled: the 16 bytes of an IPv6 or IPv4-mapped address.</summary>
    [FieldOffset(72)] public UInt128 Address;
    /// <summary>Port that it dialled.</summary>
    [FieldOffset(88)] public ushort Port;
    /// <summary>How the connection is protected.</summary>
    [FieldOffset(90)] public PeerEncryption Encryption;
    [FieldOffset(91)] public byte Reserved0;
    /// <summary>Heartbeat interval wanted; the longer one of both sides' is used.</summary>
    [FieldOffset(92)] public uint HeartbeatMs;

    static TemplateId IMessage.TemplateId => TemplateId.PeerHello;
}

/// <summary>Accepter: its half of what both will sign.</summary>
[StructLayout(LayoutKind.Explicit, Size = 48)]
public struct PeerChallenge : IMessage
{
    /// <summary>Random bytes of the accepter for this connection.</summary>
    [FieldOffset(0)] public Hash256 Nonce;
    /// <summary>The accepter's validator number.</summary>
    [FieldOffset(32)] public uint From;
    /// <summary>The dialler's validator number.</summary>
    [FieldOffset(36)] public uint To;
    /// <summary>Heartbeat interval wanted; the longer one of both sides' is used.</summary>
    [FieldOffset(40)] public uint HeartbeatMs;
    [FieldOffset(44)] public uint Reserved0;

    static TemplateId IMessage.TemplateId => TemplateId.PeerChallenge;
}

/// <summary>Dialler: proves that it is who it says.</summary>
[StructLayout(LayoutKind.Explicit, Size = Signature.Size)]
public struct PeerProof : IMessage
{
    /// <summary>Ed25519 over <see cref="SignedMessages.PeerDial"/>.</summary>
    [FieldOffset(0)] public Signature Signature;

    static TemplateId IMessage.TemplateId => TemplateId.PeerProof;
}

/// <summary>Accepter: proves that it is whom the dialler wanted. Messages pass from here on.</summary>
[StructLayout(LayoutKind.Explicit, Size = Signature.Size)]
public struct PeerReady : IMessage
{
    /// <summary>Ed25519 over <see cref="SignedMessages.PeerAccept"/>.</summary>
    [FieldOffset(0)] public Signature Signature;

    static TemplateId IMessage.TemplateId => TemplateId.PeerReady;
}
