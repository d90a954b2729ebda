// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Protocol.Messages;

/// <summary>Which order events a session receives.</summary>
public enum EventMode : byte
{
    /// <summary>None.</summary>
    None = 0,
    /// <summary>Events of the session's own resting orders.</summary>
    Maker = 1,
    /// <summary>Also the fills that the session's own incoming orders caused.</summary>
    MakerAndTaker = 2,
}

/// <summary>Opens the conversation.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct Negotiate : IMessage
{
    /// <summary>Ed25519 public key of the client.</summary>
    [FieldOffset(0)] public Hash256 PublicKey;

    static TemplateId IMessage.TemplateId => TemplateId.Negotiate;
}

/// <summary>Answer to <see cref="Negotiate"/>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 88)]
public struct NegotiateResponse : IMessage
{
    /// <summary>Names the ledger; every signature covers it.</summary>
    [FieldOffset(0)] public Hash256 ChainId;
    /// <summary>Random bytes of this connection, to be signed in <see cref="Establish"/>.</summary>
    [FieldOffset(32)] public Hash256 Challenge;
    /// <summary>Session of the key; 0 when the key is unknown and may register.</summary>
    [FieldOffset(64)] public uint Session;
    /// <summary>Batches that may wait for their answers at a time.</summary>
    [FieldOffset(68)] public uint MaxBatchesInFlight;
    /// <summary>Longest frame the server accepts, in bytes.</summary>
    [FieldOffset(72)] public uint MaxFrameBytes;
    /// <summary>Shortest heartbeat interval the server grants.</summary>
    [FieldOffset(76)] public uint MinKeepAliveMs;
    /// <summary>Longest heartbeat interval the server grants.</summary>
    [FieldOffset(80)] public uint MaxKeepAliveMs;
    /// <summary>Highest schema version the server speaks.</summary>
    [FieldOffset(84)] public ushort MaxVersion;
    [FieldOffset(86)] public ushort Reserved0;

    static TemplateId IMessage.TemplateId => TemplateId.NegotiateResponse;
}

/// <summary>Asks for the session of the negotiated key.</summary>
[StructLayout(LayoutKind.Explicit, Size = 144)]
public struct Establish : IMessage
{
    /// <summary>Ed25519 over <see cref="SignedMessages.Establish"/>.</summary>
    [FieldOffset(0)] public Signature Signature;
    /// <summary>Ed25519 over <see cref="SignedMessages.Register"/> when <see cref="Session"/> is 0, otherwise zero.</summary>
    [FieldOffset(64)] public Signature RegistrationSignature;
    /// <summary>The session to open; 0 asks to register the key first.</summary>
    [FieldOffset(128)] public uint Session;
    /// <summary>Heartbeat interval wanted.</summary>
    [FieldOffset(132)] public uint KeepAliveMs;
    [FieldOffset(136)] public EventMode EventMode;
    [FieldOffset(137)] public byte Reserved0;
    /// <summary>Highest schema version the client speaks.</summary>
    [FieldOffset(138)] public ushort MaxVersion;
    [FieldOffset(140)] public uint Reserved1;

    static TemplateId IMessage.TemplateId => TemplateId.Establish;
}

/// <summary>The session is open.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct EstablishAck : IMessage
{
    [FieldOffset(0)] public uint Session;
    /// <summary>Batches that may wait for their answers at a time.</summary>
    [FieldOffset(4)] public uint MaxBatchesInFlight;
    /// <summary>Heartbeat interval granted; twice this time without a message ends the session.</summary>
    [FieldOffset(8)] public uint KeepAliveMs;
    /// <summary>Schema version that both sides use from here on.</summary>
    [FieldOffset(12)] public ushort Version;
    [FieldOffset(14)] public ushort Reserved0;
    /// <summary>Smallest command number that is new to the ledger.</summary>
    [FieldOffset(16)] public ulong NextCommandNumber;

    static TemplateId IMessage.TemplateId => TemplateId.EstablishAck;
}

/// <summary>One message was refused and had no effect.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct Reject : IMessage
{
    [FieldOffset(0)] public ResultCode Code;
    /// <summary>Template of the refused message.</summary>
    [FieldOffset(4)] public ushort RefTemplateId;
    [FieldOffset(6)] public ushort Reserved0;
    /// <summary>Frame number of the refused message.</summary>
    [FieldOffset(8)] public ulong RefSeqNum;
    /// <summary>Batches: the first command number. Queries: the request id. Otherwise 0.</summary>
    [FieldOffset(16)] public ulong Reference;

    static TemplateId IMessage.TemplateId => TemplateId.Reject;
}

/// <summary>Heartbeat.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
public struct Sequence : IMessage
{
    /// <summary>Number that the sender's next frame will carry.</summary>
    [FieldOffset(0)] public ulong NextSeqNum;

    static TemplateId IMessage.TemplateId => TemplateId.Sequence;
}

/// <summary>The sender closes the connection after this message.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct Terminate : IMessage
{
    [FieldOffset(0)] public ResultCode Code;
    /// <summary>Template of the message that is the reason, or 0.</summary>
    [FieldOffset(4)] public ushort RefTemplateId;
    [FieldOffset(6)] public ushort Reserved0;
    /// <summary>Frame number of the message that is the reason, or 0.</summary>
    [FieldOffset(8)] public ulong RefSeqNum;

    static TemplateId IMessage.TemplateId => TemplateId.Terminate;
}
