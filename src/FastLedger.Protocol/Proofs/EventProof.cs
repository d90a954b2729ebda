// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Protocol.Proofs;

/// <summary>
/// The proof that an event is part of the event log, that the log extends an older one, or both, as bytes. Whoever trusts the root of the log
/// (a record of the state, see <see cref="EventLogView"/>) needs nothing else. The format is described in <c>proofs.md</c>.
/// </summary>
/// <remarks>Verifying is total: any bytes are answered with true or false. Thread: any. Alloc: none. Blocks: no.</remarks>
public static class EventProof
{
    /// <summary>Version of the format.</summary>
    public const ushort Version = 1;

    /// <summary>Longest proof.</summary>
    public const int MaxBytes = HeadBytes + LedgerEvent.Size + (2 * MerkleProof.MaxPathLength * Hash256.Size);

    private const int HeadBytes = 40;

    private static ReadOnlySpan<byte> Magic => "FLEP"u8;

    /// <summary>Bytes of a proof.</summary>
    public static int LengthOf(bool hasEvent, int inclusionLength, int consistencyLength) =>
        HeadBytes + (hasEvent ? LedgerEvent.Size : 0) + ((inclusionLength + consistencyLength) * Hash256.Size);

    /// <summary>Writes a proof.</summary>
    /// <param name="destination">Exactly <see cref="LengthOf"/> bytes.</param>
    /// <param name="number">Number of the event, from 1; 0 for none.</param>
    /// <param name="content">The event's 128 bytes, or nothing.</param>
    /// <param name="oldEvents">Events in the older log; 0 for none.</param>
    /// <param name="events">Events in the log.</param>
    /// <param name="inclusion">Path of the event.</param>
    /// <param name="consistency">Proof that the log extends the older one.</param>
    public static void Write(
        Span<byte> destination, ulong number, ReadOnlySpan<byte> content, ulong oldEvents, ulong events, ReadOnlySpan<Hash256> inclusion, ReadOnlySpan<Hash256> consistency)
    {
        Invariant.Check(destination.Length == LengthOf(number != 0, inclusion.Length, consistency.Length) && content.Length == (number != 0 ? LedgerEvent.Size : 0));
        destination[..HeadBytes].Clear();
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[6..], (ushort)inclusion.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], number);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], oldEvents);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], events);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[32..], (ushort)consistency.Length);
        content.CopyTo(destination[HeadBytes..]);
        destination = destination[(HeadBytes + content.Length)..];
        MemoryMarshal.AsBytes(inclusion).CopyTo(destination);
        MemoryMarshal.AsBytes(consistency).CopyTo(destination[(inclusion.Length * Hash256.Size)..]);
    }

    /// <summary>Does the proof hold for the log with this root, and for the older one?</summary>
    /// <param name="proof">Any bytes.</param>
    /// <param name="logRoot">Root of the log that the caller trusts.</param>
    /// <param name="events">Events in it, which the caller trusts too.</param>
    /// <param name="oldRoot">Root of the older log; zero when there is none.</param>
    /// <param name="oldEvents">Events in the older log; 0 when there is none.</param>
    /// <param name="number">Number of the event; 0 when the proof carries none.</param>
    /// <param name="entry">The event.</param>
    [SkipLocalsInit] // written before it is read
    public static bool Verify(
        ReadOnlySpan<byte> proof, in Hash256 logRoot, ulong events, in Hash256 oldRoot, ulong oldEvents, out ulong number, out LedgerEvent entry)
    {
        number = 0;
        entry = default;
        if (proof.Length is < HeadBytes or > MaxBytes || !proof.StartsWith(Magic) || BinaryPrimitives.ReadUInt16LittleEndian(proof[4..]) != Version) return false;
        int inclusionLength = BinaryPrimitives.ReadUInt16LittleEndian(proof[6..]), consistencyLength = BinaryPrimitives.ReadUInt16LittleEndian(proof[32..]);
        ulong place = BinaryPrimitives.ReadUInt64LittleEndian(proof[8..]);
        bool sound = inclusionLength <= MerkleProof.MaxPathLength && consistencyLength <= MerkleProof.MaxPathLength && !proof.Slice(34, 6).ContainsAnyExcept((byte)0)
            && BinaryPrimitives.ReadUInt64LittleEndian(proof[16..]) == oldEvents && BinaryPrimitives.ReadUInt64LittleEndian(proof[24..]) == events
            && proof.Length == LengthOf(place != 0, inclusionLength, consistencyLength) && (place != 0 || inclusionLength == 0);
        if (!sound) return false;

        ReadOnlySpan<byte> rest = proof[HeadBytes..];
        Span<Hash256> path = stackalloc Hash256[MerkleProof.MaxPathLength];
        if (place != 0)
        {
            ReadOnlySpan<byte> content = rest[..LedgerEvent.Size];
            rest = rest[LedgerEvent.Size..];
            rest[..(inclusionLength * Hash256.Size)].CopyTo(MemoryMarshal.AsBytes(path));
            if (!MerkleProof.VerifyInclusion(logRoot, events, place - 1, Merkle.Leaf(content), path[..inclusionLength])) return false;
            entry = MemoryMarshal.Read<LedgerEvent>(content);
        }

        rest[(inclusionLength * Hash256.Size)..].CopyTo(MemoryMarshal.AsBytes(path));
        if (!MerkleProof.VerifyConsistency(oldRoot, oldEvents, logRoot, events, path[..consistencyLength]))
        {
            entry = default;
            return false;
        }

        number = place;
        return true;
    }
}
