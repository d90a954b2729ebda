// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Node.Pipeline;

/// <summary>What the replica tells a connection.</summary>
internal enum EgressKind
{
    /// <summary>A frame.</summary>
    Frame = 1,
    /// <summary>Two frames: the proof of an answer, then the answer to a batch.</summary>
    BatchResult,
    /// <summary>The outcome of a look-up, registration or opening.</summary>
    Handshake,
    /// <summary>Another connection has the session now.</summary>
    TakenOver,
}

/// <summary>First bytes of an entry of the egress ring; frames follow.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct EgressHead
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 64;

    /// <summary>The entry leaves behind the certificate of this height; 0 for one that waits for none.</summary>
    [FieldOffset(0)] public ulong Height;
    [FieldOffset(8)] public EgressKind Kind;
    [FieldOffset(12)] public ResultCode Code;
    [FieldOffset(16)] public ConnectionId Connection;
    /// <summary>Handshake: session number, or the session's next command number.</summary>
    [FieldOffset(24)] public ulong Value;
    /// <summary>Bytes of the frames.</summary>
    [FieldOffset(32)] public int FrameBytes;

    public static ref EgressHead In(System.Span<byte> payload) => ref MemoryMarshal.AsRef<EgressHead>(payload);
}
