// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastLedger.Cryptography;

/// <summary>Numbers of the BLAKE3 paper (tables 1 to 3).</summary>
internal static unsafe class Blake3Constants
{
    public const int BlockSize = 64;
    public const int ChunkSize = 1024;
    public const int BlocksPerChunk = 16;
    public const int Rounds = 7;

    public const uint ChunkStart = 1 << 0;
    public const uint ChunkEnd = 1 << 1;
    public const uint Parent = 1 << 2;
    public const uint Root = 1 << 3;
    public const uint KeyedHash = 1 << 4;
    public const uint DeriveKeyContext = 1 << 5;
    public const uint DeriveKeyMaterial = 1 << 6;

    public const uint Iv0 = 0x6A09E667;
    public const uint Iv1 = 0xBB67AE85;
    public const uint Iv2 = 0x3C6EF372;
    public const uint Iv3 = 0xA54FF53A;

    /// <summary>The key words of the unkeyed modes.</summary>
    public static ReadOnlySpan<uint> Iv =>
        [Iv0, Iv1, Iv2, Iv3, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19];

    /// <summary>Message word of each of the 16 half-mixes of the 7 rounds: the permutation of table 2, applied again and again.</summary>
    public static ReadOnlySpan<byte> Schedule =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8,
        3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1,
        10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6,
        12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4,
        9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7,
        11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13,
    ];

    /// <summary>
    /// <see cref="Schedule"/> times 8: an address [base + 8 × entry] is a 64-byte lane vector, [base + 4 × entry] one of 32 bytes, so that
    /// the processor's own scaling finds the message word.
    /// </summary>
    public static ReadOnlySpan<byte> ScaledSchedule =>
    [
        0, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120,
        16, 48, 24, 80, 56, 0, 32, 104, 8, 88, 96, 40, 72, 112, 120, 64,
        24, 32, 80, 96, 104, 16, 56, 112, 48, 40, 72, 0, 88, 120, 64, 8,
        80, 56, 96, 72, 112, 24, 104, 120, 32, 0, 88, 16, 40, 64, 8, 48,
        96, 104, 72, 88, 120, 80, 112, 64, 56, 16, 40, 24, 0, 8, 48, 32,
        72, 112, 88, 40, 64, 96, 120, 8, 104, 24, 0, 80, 16, 48, 32, 56,
        88, 120, 40, 0, 8, 72, 64, 48, 112, 80, 16, 96, 24, 32, 56, 104,
    ];

    /// <summary><see cref="Iv"/> at an address: constants of the image do not move.</summary>
    public static uint* IvPointer => (uint*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Iv));

    /// <summary><see cref="Schedule"/> at an address.</summary>
    public static byte* SchedulePointer => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Schedule));

    /// <summary><see cref="ScaledSchedule"/> at an address.</summary>
    public static byte* ScaledSchedulePointer => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(ScaledSchedule));
}
