// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.StateSync;

/// <summary>Bytes of the messages of state sync: a fixed block, a group, then what the block counts in bytes. Lengths must fit exactly.</summary>
/// <remarks>Thread: any. Alloc: none. Blocks: no.</remarks>
internal static class StateEncoding
{
    /// <summary>Reads a message that is nothing but its fixed block.</summary>
    public static bool TryReadExactly<T>(ReadOnlySpan<byte> message, out T block) where T : unmanaged
    {
        block = default;
        if (message.Length != Unsafe.SizeOf<T>()) return false;
        block = MemoryMarshal.Read<T>(message);
        return true;
    }

    /// <summary>Writes a manifest.</summary>
    /// <returns>Its bytes.</returns>
    public static int WriteManifest(Span<byte> destination, ulong requestId, IStateSource source)
    {
        var head = new StateManifest
        {
            RequestId = requestId,
            Height = source.Height,
            StateRoot = source.StateRoot,
            CertificateBytes = (uint)source.Certificate.Length,
            BlockBytes = (uint)source.Block.Length,
        };
        MemoryMarshal.Write(destination, in head);
        int length = Unsafe.SizeOf<StateManifest>();
        source.Tables.CopyTo(Group<StateTableEntry>(destination, ref length, source.Tables.Length));
        source.Certificate.CopyTo(destination[length..]);
        length += source.Certificate.Length;
        source.Block.CopyTo(destination[length..]);
        return length + source.Block.Length;
    }

    /// <summary>Reads a manifest.</summary>
    /// <returns>False when it is none. Nothing of it is verified.</returns>
    public static bool TryReadManifest(
        ReadOnlySpan<byte> message, out StateManifest head, out ReadOnlySpan<StateTableEntry> tables, out ReadOnlySpan<byte> certificate, out ReadOnlySpan<byte> block)
    {
        tables = default;
        certificate = default;
        block = default;
        if (!TryReadHead(message, out head, out ReadOnlySpan<byte> rest)) return false;
        if (!TryReadGroup(ref rest, StateGeometry.MaxTables, out tables)) return false;
        if (head.CertificateBytes > StateGeometry.MaxCertificateBytes || head.BlockBytes > StateGeometry.MaxBlockBytes) return false;
        if (rest.Length != head.CertificateBytes + (long)head.BlockBytes) return false;
        certificate = rest[..(int)head.CertificateBytes];
        block = rest[certificate.Length..];
        return true;
    }

    /// <summary>Writes a chunk but for siblings and records.</summary>
    public static Span<Hash256> BeginChunk(
        Span<byte> destination, in StateChunkQuery query, int siblings, int recordBytes, out Span<byte> records, out int length)
    {
        var head = new StateChunk
        {
            RequestId = query.RequestId,
            Height = query.Height,
            Table = query.Table,
            RecordBytes = (uint)recordBytes,
            Chunk = query.Chunk,
        };
        MemoryMarshal.Write(destination, in head);
        length = Unsafe.SizeOf<StateChunk>();
        Span<Hash256> path = MemoryMarshal.Cast<PathNode, Hash256>(Group<PathNode>(destination, ref length, siblings));
        records = destination.Slice(length, recordBytes);
        length += recordBytes;
        return path;
    }

    /// <summary>Reads a message whose fixed block is followed by as many bytes as it says.</summary>
    public static bool TryReadWithBytes<T>(ReadOnlySpan<byte> message, Func<T, uint> lengthOf, out T head, out ReadOnlySpan<byte> bytes) where T : unmanaged =>
        TryReadHead(message, out head, out bytes) && lengthOf(head) == (uint)bytes.Length;

    /// <summary>Reads a chunk.</summary>
    /// <returns>False when it is none. Nothing of it is verified.</returns>
    public static bool TryReadChunk(
        ReadOnlySpan<byte> message, out StateChunk head, out ReadOnlySpan<Hash256> siblings, out ReadOnlySpan<byte> records)
    {
        siblings = default;
        records = default;
        if (!TryReadHead(message, out head, out ReadOnlySpan<byte> rest)) return false;
        if (!TryReadGroup(ref rest, 64, out ReadOnlySpan<PathNode> path)) return false;
        siblings = MemoryMarshal.Cast<PathNode, Hash256>(path);
        records = rest;
        return head.RecordBytes <= StateGeometry.ChunkBytes && rest.Length == head.RecordBytes;
    }

    private static Span<T> Group<T>(Span<byte> destination, scoped ref int length, int count) where T : unmanaged
    {
        var head = new GroupHead { BlockLength = (ushort)Unsafe.SizeOf<T>(), NumInGroup = (ushort)count };
        MemoryMarshal.Write(destination[length..], in head);
        length += GroupHead.Size;
        Span<byte> bytes = destination.Slice(length, count * Unsafe.SizeOf<T>());
        length += bytes.Length;
        return MemoryMarshal.Cast<byte, T>(bytes);
    }

    private static bool TryReadHead<T>(ReadOnlySpan<byte> message, out T head, out ReadOnlySpan<byte> rest) where T : unmanaged
    {
        head = default;
        rest = default;
        if (message.Length < Unsafe.SizeOf<T>()) return false;
        head = MemoryMarshal.Read<T>(message);
        rest = message[Unsafe.SizeOf<T>()..];
        return true;
    }

    private static bool TryReadGroup<T>(scoped ref ReadOnlySpan<byte> rest, int most, out ReadOnlySpan<T> entries) where T : unmanaged
    {
        entries = default;
        if (rest.Length < GroupHead.Size) return false;
        GroupHead head = MemoryMarshal.Read<GroupHead>(rest);
        if (head.BlockLength != Unsafe.SizeOf<T>() || head.NumGroups != 0 || head.NumVarDataFields != 0 || head.NumInGroup > most) return false;
        rest = rest[GroupHead.Size..];
        int bytes = head.NumInGroup * Unsafe.SizeOf<T>();
        if (rest.Length < bytes) return false;
        entries = MemoryMarshal.Cast<byte, T>(rest[..bytes]);
        rest = rest[bytes..];
        return true;
    }
}
