// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Protocol.Messages;

/// <summary>An Ed25519 signature: 64 opaque bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct Signature
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 64;

    /// <summary>First half: the point.</summary>
    [FieldOffset(0)] public Hash256 R;
    /// <summary>Second half: the scalar.</summary>
    [FieldOffset(32)] public Hash256 S;

    /// <summary>The bytes, without a copy.</summary>
    [UnscopedRef]
    public Span<byte> Bytes => MemoryMarshal.AsBytes(new Span<Signature>(ref this));
}
