// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;

namespace FastLedger.Storage;

/// <summary>How a journal is opened.</summary>
/// <remarks>A new setting needs a documented default here, a check in <see cref="Validate"/>, and a line in the node's configuration.</remarks>
public sealed class JournalOptions
{
    /// <summary>Directory of the segments; created if there is none. One journal in one directory.</summary>
    public required string Directory { get; init; }

    /// <summary>Size of each segment file, a multiple of 4,096. Fixed when the journal is created: an existing one keeps its own.</summary>
    public long SegmentBytes { get; init; } = 256L << 20;

    /// <summary>Native memory between <see cref="JournalWriter.Append"/> and the disk; a power of two, at least two of the largest entries.</summary>
    public long RingBytes { get; init; } = 64L << 20;

    /// <summary>
    /// A group ends with the entry that reaches this size. What was appended beyond is committed in further groups, so that a reply never
    /// waits for a ring full of later entries.
    /// </summary>
    public long GroupBytes { get; init; } = 4L << 20;

    /// <summary>
    /// Groups of so many bytes or more are written past the page cache, where they have to be synced and the file system can do that; 0: none.
    /// </summary>
    public long DirectBytes { get; init; } = 64L << 10;

    /// <summary>What durable means.</summary>
    public Durability Durability { get; init; } = Durability.Fsync;

    /// <summary>Recomputes digests that the appender gives. Needed when the journal has entries with such ones.</summary>
    public PayloadDigest? PayloadDigest { get; init; }

    /// <summary>The system's files.</summary>
    public IFileSystem Files { get; init; } = PosixFileSystem.Instance;

    /// <summary>Prepares the next segment on a thread of its own; else when it is needed, on the thread that commits.</summary>
    public bool PrepareAhead { get; init; } = true;

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">One of them is out of its range.</exception>
    public void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Directory);
        if (SegmentBytes < JournalFormat.MinimumSegmentBytes || SegmentBytes % 4096 != 0)
            throw new ArgumentException($"{nameof(SegmentBytes)} is {SegmentBytes}: it must be a multiple of 4096");
        if (RingBytes is < 4096 or > 1L << 30 || !BitOperations.IsPow2(RingBytes))
            throw new ArgumentException($"{nameof(RingBytes)} is {RingBytes}: it must be a power of two from 4096 to 2^30");
        if (GroupBytes < 1) throw new ArgumentException($"{nameof(GroupBytes)} is {GroupBytes}: it must be at least 1");
        if (DirectBytes < 0) throw new ArgumentException($"{nameof(DirectBytes)} is {DirectBytes}: it must be at least 0");
        if (!Enum.IsDefined(Durability)) throw new ArgumentException($"{nameof(Durability)} is {(int)Durability}");
    }
}
