// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace FastLedger.Protocol.Peers;

/// <summary>Fixed block of every message between replicas after the handshake: how much of the frame's rest, padded to 8, is the message.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct PeerMessageHead
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 8;

    /// <summary>Bytes of the message that follows.</summary>
    [FieldOffset(0)] public uint BodyBytes;
    [FieldOffset(4)] public uint Reserved0;
}
