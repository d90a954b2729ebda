// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Protocol.StateSync;

// A process that stops while it fetches goes on where it was, if it kept what was written and what is said here.
public sealed partial class StateSyncClient
{
    private const int SavedHeadBytes = 24 + Hash256.Size + sizeof(int);

    private static ReadOnlySpan<byte> Magic => "FLSYNC02"u8;

    /// <summary>Writes down which state is fetched and which chunks of its tables are written; windows are fetched again. Only what the sink holds durably may be relied on.</summary>
    public void Save(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        Invariant.Check(_target is not null && _progress is not null);
        int words = 0;
        for (int i = 0; i < _target.Tables.Length; i++) words += _progress.WordsOf(i).Length;
        int length = SavedHeadBytes + (_target.Tables.Length * StateTableEntry.Size) + _target.Certificate.Length + _target.Block.Length + (words * sizeof(ulong)) + Hash256.Size;
        Span<byte> bytes = output.GetSpan(length)[..length], rest = bytes;
        Magic.CopyTo(rest);
        BinaryPrimitives.WriteUInt64LittleEndian(rest[8..], _target.Height);
        BinaryPrimitives.WriteInt32LittleEndian(rest[16..], _target.Tables.Length);
        BinaryPrimitives.WriteInt32LittleEndian(rest[20..], _target.Certificate.Length);
        BinaryPrimitives.WriteInt32LittleEndian(rest[56..], _target.Block.Length);
        _target.StateRoot.Bytes.CopyTo(rest[24..]);
        rest = rest[SavedHeadBytes..];
        Append(ref rest, MemoryMarshal.AsBytes<StateTableEntry>(_target.Tables));
        Append(ref rest, _target.Certificate);
        Append(ref rest, _target.Block);
        for (int i = 0; i < _target.Tables.Length; i++) Append(ref rest, MemoryMarshal.AsBytes(_progress.WordsOf(i)));
        Blake3.Hash(bytes[..^Hash256.Size]).Bytes.CopyTo(rest);
        output.Advance(length);
    }

    /// <summary>Goes on where <see cref="Save"/> was called. The sink is not told to begin: it still holds what was written.</summary>
    /// <returns>False, and nothing happened, when the bytes are damaged.</returns>
    public bool TryResume(ReadOnlySpan<byte> saved)
    {
        Invariant.Check(_target is null && State == StateSyncState.Seeking);
        if (saved.Length < SavedHeadBytes + Hash256.Size || !saved.StartsWith(Magic)) return false;
        if (Blake3.Hash(saved[..^Hash256.Size]) != new Hash256(saved[^Hash256.Size..])) return false;
        ulong height = BinaryPrimitives.ReadUInt64LittleEndian(saved[8..]);
        uint tableCount = BinaryPrimitives.ReadUInt32LittleEndian(saved[16..]), certificateBytes = BinaryPrimitives.ReadUInt32LittleEndian(saved[20..]), blockBytes = BinaryPrimitives.ReadUInt32LittleEndian(saved[56..]);
        var root = new Hash256(saved.Slice(24, Hash256.Size));
        ReadOnlySpan<byte> rest = saved[SavedHeadBytes..^Hash256.Size];
        if (tableCount > StateGeometry.MaxTables || certificateBytes > StateGeometry.MaxCertificateBytes || blockBytes > StateGeometry.MaxBlockBytes) return false;
        if (rest.Length < (tableCount * StateTableEntry.Size) + certificateBytes + blockBytes) return false;
        StateTableEntry[] tables = MemoryMarshal.Cast<byte, StateTableEntry>(Take(ref rest, (int)tableCount * StateTableEntry.Size)).ToArray();
        byte[] certificate = Take(ref rest, (int)certificateBytes).ToArray(), block = Take(ref rest, (int)blockBytes).ToArray();
        if (!StateGeometry.IsSound(tables) || Blake3.Hash(MemoryMarshal.AsBytes<StateTableEntry>(tables)) != root) return false;
        var progress = new ChunkProgress(tables);
        for (int i = 0; i < tables.Length; i++)
        {
            int bytes = progress.WordsOf(i).Length * sizeof(ulong);
            if (rest.Length < bytes || !progress.TryRestore(i, MemoryMarshal.Cast<byte, ulong>(Take(ref rest, bytes)))) return false;
        }

        if (!rest.IsEmpty) return false;
        _target = new SyncTarget(height, root, tables, certificate, block);
        _progress = progress;
        State = StateSyncState.Fetching;
        _ = Advance();
        return true;
    }

    private static void Append(ref Span<byte> rest, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(rest);
        rest = rest[bytes.Length..];
    }

    private static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> rest, int bytes)
    {
        ReadOnlySpan<byte> taken = rest[..bytes];
        rest = rest[bytes..];
        return taken;
    }
}
