// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;

namespace FastLedger.Node.Pipeline;

/// <summary>What a connection asks of the core.</summary>
internal enum IngressKind
{
    /// <summary>Hashes, then the body of a verified batch.</summary>
    Batch = 1,
    /// <summary>The body of a query.</summary>
    Query,
    /// <summary>Which session has this key?</summary>
    LookUp,
    /// <summary>Register this key.</summary>
    Register,
    /// <summary>The session belongs to this connection from now on.</summary>
    Open,
    /// <summary>The connection is gone.</summary>
    Closed,
}

/// <summary>First bytes of an entry of the ingress ring.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct IngressHead
{
    /// <summary>Size in bytes; what follows is 64-byte aligned.</summary>
    public const int Size = 128;

    [FieldOffset(0)] public IngressKind Kind;
    [FieldOffset(4)] public uint Session;
    [FieldOffset(8)] public ConnectionId Connection;
    /// <summary>Batch: commands.</summary>
    [FieldOffset(16)] public int Count;
    /// <summary>Query: the message.</summary>
    [FieldOffset(20)] public TemplateId Template;
    [FieldOffset(22)] public EventMode EventMode;
    [FieldOffset(24)] public ulong SeqNum;
    /// <summary>Batch: the digest. Look-up and registration: the key.</summary>
    [FieldOffset(32)] public Hash256 Digest;
    /// <summary>Registration: the signature.</summary>
    [FieldOffset(64)] public Signature Signature;
    /// <summary>Batch: the session's key.</summary>
    [FieldOffset(64)] public Hash256 Key;

    /// <summary>Where the body of a batch starts in its entry: behind the hashes, aligned to 64.</summary>
    public static int BodyOffset(int count) => (Size + (count * Hash256.Size) + 63) & ~63;

    /// <summary>The hashes of a batch's commands.</summary>
    public static Span<Hash256> Hashes(Span<byte> payload, int count) =>
        MemoryMarshal.Cast<byte, Hash256>(payload.Slice(Size, count * Hash256.Size));

    /// <summary>The body of a batch.</summary>
    public static ReadOnlySpan<byte> Body(Span<byte> payload, int count) => payload[BodyOffset(count)..];

    public static ref IngressHead In(Span<byte> payload) => ref MemoryMarshal.AsRef<IngressHead>(payload);
}

/// <summary>A connection of this process: its slot, and how often the slot was used.</summary>
internal readonly record struct ConnectionId(int Slot, uint Generation)
{
    /// <summary>No connection.</summary>
    public static ConnectionId None => default;

    public bool IsNone => Generation == 0;
}
