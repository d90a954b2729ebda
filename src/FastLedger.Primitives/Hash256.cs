// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastLedger.Primitives;

/// <summary>32 opaque bytes: a digest, a public key, a reference to a document. Compared byte by byte.</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public readonly struct Hash256 : IEquatable<Hash256>
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 32;

    private readonly ulong _a, _b, _c, _d;

    /// <summary>Copies <paramref name="bytes"/>.</summary>
    /// <param name="bytes">Exactly 32 bytes.</param>
    public Hash256(ReadOnlySpan<byte> bytes)
    {
        Invariant.Check(bytes.Length == Size);
        this = MemoryMarshal.Read<Hash256>(bytes);
    }

    /// <summary>True when all bytes are zero, which stands for "none" throughout the ledger.</summary>
    public bool IsZero => (_a | _b | _c | _d) == 0;

    /// <summary>The bytes, without a copy.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(in this, 1));

    public static bool operator ==(in Hash256 left, in Hash256 right) => left.Equals(right);

    public static bool operator !=(in Hash256 left, in Hash256 right) => !left.Equals(right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Equals(Hash256 other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    public override bool Equals(object? obj) => obj is Hash256 other && Equals(other);

    /// <summary>The first 32 bits: digests are uniform already.</summary>
    public override int GetHashCode() => (int)_a;

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(Bytes);

    /// <summary>Reads 64 hexadecimal digits.</summary>
    /// <returns>False when <paramref name="text"/> has another form.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out Hash256 value)
    {
        Span<byte> bytes = stackalloc byte[Size];
        if (text.Length == 2 * Size && Convert.FromHexString(text, bytes, out _, out int written) == System.Buffers.OperationStatus.Done && written == Size)
        {
            value = new Hash256(bytes);
            return true;
        }

        value = default;
        return false;
    }
}
