// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// Native memory between one appending and one committing thread, laid out exactly as the file will be. Positions count bytes and never
/// wrap; a piece never crosses the end of the memory, so the rest of a lap may be skipped.
/// </summary>
/// <remarks>Alloc: none after construction. Blocks: no; who waits for space does so outside.</remarks>
internal sealed unsafe class JournalRing : IDisposable
{
    /// <summary>Stands where the rest of a lap is skipped.</summary>
    public const uint SkipMagic = 0x4B4A_4C46; // "FLJK"

    private readonly ReservedMemory _memory;
    private readonly ulong _mask;
    private PaddedCounter _appended;
    private PaddedCounter _released;

    public JournalRing(long bytes)
    {
        Invariant.Check(bytes >= 4096 && BitOperations.IsPow2(bytes));
        _memory = new ReservedMemory((nuint)bytes, hugePages: true);
        Capacity = bytes;
        _mask = (ulong)bytes - 1;

        // The first lap would otherwise pay for a page fault every 4 KiB (measured: eight times the cost of the copy).
        for (long offset = 0; offset < bytes; offset += 4096) _memory.Pointer[offset] = 0;
    }

    /// <summary>Size in bytes, a power of two.</summary>
    public long Capacity { get; }

    /// <summary>Where the appender is. Written by it only.</summary>
    public ulong Appended
    {
        get => _appended.Value;
        set => _appended.Value = value;
    }

    /// <summary>Up to where the memory may be used again. Written by the committer only.</summary>
    public ulong Released
    {
        get => _released.Value;
        set => _released.Value = value;
    }

    /// <summary>Bytes from a position to the end of its lap.</summary>
    public long LapRemaining(ulong position) => Capacity - (long)(position & _mask);

    /// <summary>The bytes of one piece.</summary>
    public Span<byte> Piece(ulong position, int length)
    {
        Invariant.Check(length >= 0 && length <= LapRemaining(position) && _memory.Pointer != null);
        return new Span<byte>(_memory.Pointer + (position & _mask), length);
    }

    public void Dispose() => _memory.Dispose();
}
