// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;

namespace FastLedger.Storage;

/// <summary>How an index store is opened.</summary>
/// <remarks>A new setting needs a documented default here, a check in <see cref="Validate"/>, and a line in the node's configuration.</remarks>
public sealed class IndexStoreOptions
{
    /// <summary>Directory of the store's files; created if there is none. One store in one directory.</summary>
    public required string Directory { get; init; }

    /// <summary>The system's files.</summary>
    public IFileSystem Files { get; init; } = PosixFileSystem.Instance;

    /// <summary>Entries that the store is laid out for: sizes FASTER's hash index, of which 64 bytes serve four entries.</summary>
    public long ExpectedEntries { get; init; } = 1 << 20;

    /// <summary>Memory for the log's newest part, a power of two. An entry takes 32 bytes; older ones are read from disk.</summary>
    public long LogMemoryBytes { get; init; } = 64L << 20;

    /// <summary>Size of the log's pages, the unit of its writes: a power of two, at most a quarter of <see cref="LogMemoryBytes"/>.</summary>
    public int LogPageBytes { get; init; } = 1 << 20;

    /// <summary>Size of the log's files, a power of two, at least <see cref="LogPageBytes"/>.</summary>
    public long SegmentBytes { get; init; } = 256L << 20;

    /// <summary>The log never grows beyond; 32 bytes per entry.</summary>
    public long MaximumLogBytes { get; init; } = 256L << 30;

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">One of them is out of its range.</exception>
    public void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Directory);
        if (ExpectedEntries is < 1 or > 1L << 33) throw new ArgumentException($"{nameof(ExpectedEntries)} is {ExpectedEntries}: it must be from 1 to 2^33");
        PowerOfTwo(nameof(LogPageBytes), LogPageBytes, 1 << 12, 1 << 26);
        PowerOfTwo(nameof(LogMemoryBytes), LogMemoryBytes, 4L * LogPageBytes, 1L << 40);
        PowerOfTwo(nameof(SegmentBytes), SegmentBytes, LogPageBytes, 1L << 40);
        PowerOfTwo(nameof(MaximumLogBytes), MaximumLogBytes, SegmentBytes, 1L << 40);
    }

    private static void PowerOfTwo(string name, long value, long minimum, long maximum)
    {
        if (value < minimum || value > maximum || !BitOperations.IsPow2(value))
            throw new ArgumentException($"{name} is {value}: it must be a power of two from {minimum} to {maximum}");
    }
}
