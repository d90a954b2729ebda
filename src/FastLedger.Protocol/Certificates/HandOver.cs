// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.Certificates;

/// <summary>
/// How the validators of one epoch name those of the next: the certificate of their last block, which signs the digest of the next set, and
/// that set. A chain of them leads from the genesis to any later epoch.
/// </summary>
/// <remarks>
/// <code>
/// hand-over | bytes of certificate (u32) | bytes of set (u32) | body of a StateCertificate message | set |
/// set       | count (u16) | node (u8), key (32) … |
/// chain     | "FLHO" | version (u16) | hand-overs (u16) | hand-over … |
/// </code>
/// Reading is total: any bytes are answered with true or false. Thread: any. Alloc: the result. Blocks: no.
/// </remarks>
public static class HandOver
{
    /// <summary>Version of a chain.</summary>
    public const ushort Version = 1;

    /// <summary>Bytes of the longest hand-over.</summary>
    public const int MaxBytes = HeadBytes + ValidatorKeys.MaxCertificateBytes + 2 + (ValidatorKeys.MaxCount * EntryBytes);

    /// <summary>Bytes before the first hand-over of a chain.</summary>
    public const int ChainHeadBytes = 8;

    private const int HeadBytes = 8;
    private const int EntryBytes = 1 + Hash256.Size;

    private static ReadOnlySpan<byte> Magic => "FLHO"u8;

    /// <summary>Writes a hand-over.</summary>
    /// <param name="certificate">Body of the StateCertificate message of the epoch's last block.</param>
    /// <param name="nextSet">The encoded next set.</param>
    public static byte[] Write(ReadOnlySpan<byte> certificate, ReadOnlySpan<byte> nextSet)
    {
        byte[] handOver = new byte[HeadBytes + certificate.Length + nextSet.Length];
        BinaryPrimitives.WriteInt32LittleEndian(handOver, certificate.Length);
        BinaryPrimitives.WriteInt32LittleEndian(handOver.AsSpan(4), nextSet.Length);
        certificate.CopyTo(handOver.AsSpan(HeadBytes));
        nextSet.CopyTo(handOver.AsSpan(HeadBytes + certificate.Length));
        return handOver;
    }

    /// <summary>Writes a chain.</summary>
    /// <param name="handOvers">In ascending order of epochs, without a gap; at most 65,535.</param>
    public static byte[] WriteChain(IReadOnlyList<byte[]> handOvers)
    {
        ArgumentNullException.ThrowIfNull(handOvers);
        int length = ChainHeadBytes;
        foreach (byte[] handOver in handOvers) length += handOver.Length;
        byte[] chain = new byte[length];
        Magic.CopyTo(chain);
        BinaryPrimitives.WriteUInt16LittleEndian(chain.AsSpan(4), Version);
        BinaryPrimitives.WriteUInt16LittleEndian(chain.AsSpan(6), checked((ushort)handOvers.Count));
        Span<byte> rest = chain.AsSpan(ChainHeadBytes);
        foreach (byte[] handOver in handOvers)
        {
            handOver.CopyTo(rest);
            rest = rest[handOver.Length..];
        }

        return chain;
    }

    /// <summary>Do the bytes begin as a chain does?</summary>
    public static bool IsChain(ReadOnlySpan<byte> bytes) => bytes.Length >= ChainHeadBytes && bytes.StartsWith(Magic);

    /// <summary>Follows the chain at the front of <paramref name="bytes"/>.</summary>
    /// <param name="bytes">Any bytes; advanced behind the chain.</param>
    /// <param name="from">The validators that the caller trusts; hand-overs of earlier epochs are passed over unread.</param>
    /// <param name="to">The validators of the epoch that the chain ends in.</param>
    /// <returns>False when one of the hand-overs is not what it should be.</returns>
    public static bool TryFollow(ref ReadOnlySpan<byte> bytes, ValidatorKeys from, out ValidatorKeys? to)
    {
        ArgumentNullException.ThrowIfNull(from);
        to = null;
        if (!IsChain(bytes) || BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]) != Version) return false;
        int count = BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]);
        ReadOnlySpan<byte> rest = bytes[ChainHeadBytes..];
        ValidatorKeys keys = from;
        for (int i = 0; i < count; i++)
        {
            if (!TryTake(ref rest, out ReadOnlySpan<byte> handOver)) return false;
            if (keys.Epoch == from.Epoch && EpochOf(handOver) < from.Epoch) continue;
            if (!TryFollow(handOver, keys, out ValidatorKeys? next)) return false;
            keys = next!;
        }

        bytes = rest;
        to = keys;
        return true;
    }

    /// <summary>Passes over the chain at the front of <paramref name="bytes"/>, which is checked for its form only.</summary>
    /// <returns>False when no chain stands there.</returns>
    public static bool TrySkip(ref ReadOnlySpan<byte> bytes)
    {
        if (!IsChain(bytes) || BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]) != Version) return false;
        ReadOnlySpan<byte> rest = bytes[ChainHeadBytes..];
        for (int i = BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]); i > 0; i--)
            if (!TryTake(ref rest, out _)) return false;
        bytes = rest;
        return true;
    }

    /// <summary>Do these validators hand over to others with this?</summary>
    /// <param name="handOver">Any bytes.</param>
    /// <param name="from">Validators of the epoch that ends.</param>
    /// <param name="to">Validators of the next one.</param>
    public static bool TryFollow(ReadOnlySpan<byte> handOver, ValidatorKeys from, out ValidatorKeys? to)
    {
        ArgumentNullException.ThrowIfNull(from);
        to = null;
        if (!TryTake(ref handOver, out ReadOnlySpan<byte> whole) || !handOver.IsEmpty) return false;
        TrySplit(whole, out ReadOnlySpan<byte> certificate, out ReadOnlySpan<byte> set);
        if (!from.TryVerify(certificate, out StateCertificateHead head) || head.NextSetDigest.IsZero || Blake3.Hash(set) != head.NextSetDigest
            || head.Epoch == ulong.MaxValue || !TryReadSet(set, out int[] nodes, out Hash256[] keys)) return false;
        to = new ValidatorKeys(from.ChainId, keys, head.Epoch + 1) { Nodes = nodes };
        return true;
    }

    /// <summary>The epoch that a hand-over ends; 0 when the bytes are none. Nothing is checked but the form.</summary>
    public static ulong EpochOf(ReadOnlySpan<byte> handOver) =>
        TryTake(ref handOver, out ReadOnlySpan<byte> whole) && TrySplit(whole, out ReadOnlySpan<byte> certificate, out _) && certificate.Length >= 8
            ? BinaryPrimitives.ReadUInt64LittleEndian(certificate) : 0;

    /// <summary>The two parts of a hand-over.</summary>
    /// <param name="handOver">Any bytes.</param>
    /// <param name="certificate">Body of a StateCertificate message.</param>
    /// <param name="set">An encoded set.</param>
    /// <returns>False when the lengths do not fit.</returns>
    public static bool TrySplit(ReadOnlySpan<byte> handOver, out ReadOnlySpan<byte> certificate, out ReadOnlySpan<byte> set)
    {
        certificate = set = default;
        if (handOver.Length is < HeadBytes or > MaxBytes) return false;
        uint first = BinaryPrimitives.ReadUInt32LittleEndian(handOver), second = BinaryPrimitives.ReadUInt32LittleEndian(handOver[4..]);
        if ((ulong)first + second != (uint)handOver.Length - HeadBytes) return false;
        certificate = handOver.Slice(HeadBytes, (int)first);
        set = handOver[(HeadBytes + (int)first)..];
        return true;
    }

    /// <summary>Reads an encoded set.</summary>
    /// <returns>False when it is malformed, or names a node or a key twice.</returns>
    public static bool TryReadSet(ReadOnlySpan<byte> set, out int[] nodes, out Hash256[] keys)
    {
        nodes = [];
        keys = [];
        if (set.Length < 2) return false;
        int count = BinaryPrimitives.ReadUInt16LittleEndian(set);
        if (count is 0 or > ValidatorKeys.MaxCount || set.Length != 2 + (count * EntryBytes)) return false;
        nodes = new int[count];
        keys = new Hash256[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = set.Slice(2 + (i * EntryBytes), EntryBytes);
            int node = entry[0];
            var key = new Hash256(entry[1..]);
            if (node >= ValidatorKeys.MaxCount || key.IsZero || nodes.AsSpan(0, i).Contains(node) || keys.AsSpan(0, i).Contains(key)) return false;
            (nodes[i], keys[i]) = (node, key);
        }

        return true;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> handOver)
    {
        handOver = default;
        if (bytes.Length < HeadBytes) return false;
        ulong length = HeadBytes + (ulong)BinaryPrimitives.ReadUInt32LittleEndian(bytes) + BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        if (length > MaxBytes || length > (ulong)bytes.Length) return false;
        handOver = bytes[..(int)length];
        bytes = bytes[(int)length..];
        return true;
    }
}
