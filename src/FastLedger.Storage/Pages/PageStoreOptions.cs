// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>How a page store is opened.</summary>
/// <remarks>A new setting needs a documented default here, a check in <see cref="Validate"/>, and a line in the node's configuration.</remarks>
public sealed class PageStoreOptions
{
    /// <summary>Directory of the store's files; created if there is none. One store in one directory.</summary>
    public required string Directory { get; init; }

    /// <summary>The system's files.</summary>
    public IFileSystem Files { get; init; } = PosixFileSystem.Instance;

    /// <summary>Table numbers are below this.</summary>
    public int MaximumTables { get; init; } = 256;

    /// <summary>Page numbers are below this, a power of two. Takes 24 bytes of address space per page, memory only where pages exist.</summary>
    public int MaximumPagesPerTable { get; init; } = 1 << 24;

    /// <summary>Pages that the store is laid out for: sizes FASTER's hash index, of which 64 bytes serve seven pages. More work, but slower.</summary>
    public long ExpectedPages { get; init; } = 1 << 18;

    /// <summary>Memory for the log's newest part, a power of two.</summary>
    public long LogMemoryBytes { get; init; } = 64L << 20;

    /// <summary>Size of the log's pages, the unit of its writes: a power of two, at most a quarter of <see cref="LogMemoryBytes"/>.</summary>
    public int LogPageBytes { get; init; } = 1 << 20;

    /// <summary>Size of the log's files, a power of two, at least <see cref="LogPageBytes"/>. Disk space is freed by whole files.</summary>
    public long SegmentBytes { get; init; } = 256L << 20;

    /// <summary>
    /// Part of <see cref="LogMemoryBytes"/> in which pages are changed in place; what leaves it is written out. It is also about what a
    /// checkpoint finds still to write, so a small part keeps checkpoints short.
    /// </summary>
    public double MutableFraction { get; init; } = 0.25;

    /// <summary>Native memory for page writes on their way to the store, a power of two.</summary>
    public int WriteRingBytes { get; init; } = 16 << 20;

    /// <summary>Page reads that may be under way, a power of two.</summary>
    public int MaximumRequests { get; init; } = 1 << 14;

    /// <summary>
    /// From the first live page to its end, the log is at most this multiple of all live pages' size: what stands before is written again,
    /// a little with each page that is written. All files together take as much, what the last two checkpoints' intervals have written
    /// (either checkpoint can be recovered), and a constant: at most (this + 2) × live bytes where a checkpoint writes every page. At least
    /// 1.5: the less, the more is written again (per page written, with pages used alike: 1.35 in all at 1.75, 1.25 at 2, 1.1 at 2.5).
    /// </summary>
    public double LogGrowth { get; init; } = 2;

    /// <summary>
    /// When this much was ever written to the log, the next checkpoint moves all live pages to another one: FASTER's addresses end at 2^47
    /// bytes. From 64 log pages to 2^46.
    /// </summary>
    public long RenewalBytes { get; init; } = 1L << 46;

    /// <summary>
    /// What was written is synced each time this much has gathered, so that little is left to sync for a checkpoint. The device begins to
    /// write before; each sync costs the journal's own a pause.
    /// </summary>
    public long SyncBytes { get; init; } = 256L << 20;

    /// <summary>Reads and writes past the kernel's page cache.</summary>
    public bool DirectIO { get; init; }

    /// <summary>
    /// The store runs on threads of its own (one for FASTER, one for syncs). Else nothing happens outside of
    /// <see cref="PageStore.Turn"/>, which the caller's thread calls, and everything is repeatable.
    /// </summary>
    public bool OwnThreads { get; init; } = true;

    /// <summary>Rung when a page or a checkpoint can be taken, when ring room has become free, and at a fault.</summary>
    public Doorbell? Progress { get; init; }

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">One of them is out of its range.</exception>
    public void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Directory);
        if (MaximumTables is < 1 or > 1 << 16) throw OutOfRange(nameof(MaximumTables), MaximumTables, "from 1 to 65536");
        PowerOfTwo(nameof(MaximumPagesPerTable), MaximumPagesPerTable, 1, 1 << 30);
        if (ExpectedPages is < 1 or > 1L << 32) throw OutOfRange(nameof(ExpectedPages), ExpectedPages, "from 1 to 2^32");
        PowerOfTwo(nameof(LogPageBytes), LogPageBytes, 1 << 14, 1 << 26);
        PowerOfTwo(nameof(LogMemoryBytes), LogMemoryBytes, 4L * LogPageBytes, 1L << 40);
        PowerOfTwo(nameof(SegmentBytes), SegmentBytes, LogPageBytes, 1L << 40);
        if (MutableFraction is not (> 0 and < 1)) throw new ArgumentException($"{nameof(MutableFraction)} is {MutableFraction}: it must be between 0 and 1");
        PowerOfTwo(nameof(WriteRingBytes), WriteRingBytes, 1 << 15, 1 << 30);
        PowerOfTwo(nameof(MaximumRequests), MaximumRequests, 64, 1 << 20);
        if (LogGrowth is not (>= 1.5 and <= 100)) throw new ArgumentException($"{nameof(LogGrowth)} is {LogGrowth}: it must be from 1.5 to 100");
        if (RenewalBytes < 64L * LogPageBytes || RenewalBytes > 1L << 46)
            throw OutOfRange(nameof(RenewalBytes), RenewalBytes, "from 64 log pages to 2^46");
        if (SyncBytes < 1) throw OutOfRange(nameof(SyncBytes), SyncBytes, "at least 1");
    }

    private static void PowerOfTwo(string name, long value, long minimum, long maximum)
    {
        if (value < minimum || value > maximum || !BitOperations.IsPow2(value))
            throw OutOfRange(name, value, $"a power of two from {minimum} to {maximum}");
    }

    private static ArgumentException OutOfRange(string name, long value, string range) => new($"{name} is {value}: it must be {range}");
}
