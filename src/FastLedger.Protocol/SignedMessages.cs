// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol;

/// <summary>
/// The bytes that clients and replicas sign to prove who they are: a tag that no other message begins with, the chain, and what is agreed to. This is the only place that
/// puts them together.
/// </summary>
/// <remarks>Thread: any. Alloc: none. Blocks: no.</remarks>
public static class SignedMessages
{
    /// <summary>Bytes of <see cref="Batch"/>.</summary>
    public const int BatchBytes = 19 + 2 * Hash256.Size;
    /// <summary>Bytes of <see cref="Establish"/>.</summary>
    public const int EstablishBytes = 23 + 3 * Hash256.Size;
    /// <summary>Bytes of <see cref="Register"/>.</summary>
    public const int RegisterBytes = 22 + 2 * Hash256.Size;
    /// <summary>Most bytes of <see cref="PeerDial"/> and <see cref="PeerAccept"/>.</summary>
    public const int PeerMaxBytes = 25 + 2 * Hash256.Size;
    private const int PeerDialBytes = 23 + 2 * Hash256.Size;

    /// <summary>Bytes of <see cref="State"/>.</summary>
    public const int StateBytes = 16 + Hash256.Size + 16 + 4 * Hash256.Size;

    /// <summary>"FastLedger batch v1" ‖ chain id ‖ batch digest.</summary>
    public static void Batch(Span<byte> destination, in Hash256 chainId, in Hash256 digest) =>
        Build(destination, "FastLedger batch v1"u8, chainId.Bytes, digest.Bytes, default);

    /// <summary>"FastLedger establish v1" ‖ chain id ‖ challenge of the connection ‖ public key.</summary>
    public static void Establish(Span<byte> destination, in Hash256 chainId, in Hash256 challenge, in Hash256 publicKey) =>
        Build(destination, "FastLedger establish v1"u8, chainId.Bytes, challenge.Bytes, publicKey.Bytes);

    /// <summary>"FastLedger register v1" ‖ chain id ‖ public key.</summary>
    public static void Register(Span<byte> destination, in Hash256 chainId, in Hash256 publicKey) =>
        Build(destination, "FastLedger register v1"u8, chainId.Bytes, publicKey.Bytes, default);

    /// <summary>"FastLedger peer dial v1" ‖ chain id ‖ digest of the handshake.</summary>
    /// <returns>The part of <paramref name="destination"/> that was written.</returns>
    public static ReadOnlySpan<byte> PeerDial(Span<byte> destination, scoped in Hash256 chainId, scoped in Hash256 handshake)
    {
        destination = destination[..PeerDialBytes];
        Build(destination, "FastLedger peer dial v1"u8, chainId.Bytes, handshake.Bytes, default);
        return destination;
    }

    /// <summary>"FastLedger peer accept v1" ‖ chain id ‖ digest of the handshake.</summary>
    /// <returns>The part of <paramref name="destination"/> that was written.</returns>
    public static ReadOnlySpan<byte> PeerAccept(Span<byte> destination, scoped in Hash256 chainId, scoped in Hash256 handshake)
    {
        destination = destination[..PeerMaxBytes];
        Build(destination, "FastLedger peer accept v1"u8, chainId.Bytes, handshake.Bytes, default);
        return destination;
    }

    /// <summary>"FLC1/state", padded with zeros to 16 bytes ‖ chain id ‖ epoch ‖ height ‖ block id ‖ state root ‖ receipts root ‖ digest of the next
    /// validator set: what validators sign when they have executed a block.</summary>
    public static void State(Span<byte> destination, in Hash256 chainId, in StateCertificateHead head)
    {
        Invariant.Check(destination.Length == StateBytes);
        destination.Clear();
        "FLC1/state"u8.CopyTo(destination);
        chainId.Bytes.CopyTo(destination[16..]);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[48..], head.Epoch);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[56..], head.Height);
        head.BlockId.Bytes.CopyTo(destination[64..]);
        head.StateRoot.Bytes.CopyTo(destination[96..]);
        head.ReceiptsRoot.Bytes.CopyTo(destination[128..]);
        head.NextSetDigest.Bytes.CopyTo(destination[160..]);
    }

    private static void Build(Span<byte> destination, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, ReadOnlySpan<byte> c)
    {
        Invariant.Check(destination.Length == tag.Length + a.Length + b.Length + c.Length);
        tag.CopyTo(destination);
        destination = destination[tag.Length..];
        a.CopyTo(destination);
        b.CopyTo(destination[a.Length..]);
        c.CopyTo(destination[(a.Length + b.Length)..]);
    }
}
