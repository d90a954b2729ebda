// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace FastLedger.Storage;

/// <summary>
/// The journal of one replica: a directory of equal-sized segment files that hold one hash chain of entries. It is the truth; everything
/// else is rebuilt from it.
/// </summary>
/// <remarks>
/// Thread: open, read and dispose on one thread; see <see cref="JournalWriter"/> for the rest. A torn end is cut off when the journal is
/// opened, damage is never repaired here.
/// </remarks>
public sealed class Journal : IDisposable
{
    private readonly JournalOptions _options;
    private readonly DirectoryLock _lock;
    private readonly JournalRing _ring;
    private readonly JournalCommitter _committer;

    private Journal(JournalOptions options, DirectoryLock directoryLock)
    {
        _options = options;
        _lock = directoryLock;
        (JournalPosition start, RecoveredEnd) = Recover(options);
        SegmentPreparation? preparation = null;
        LedgerFile? file = null;
        if (options.Durability != Durability.None)
        {
            preparation = new SegmentPreparation(options.Files, options.Directory, start.SegmentBytes, options.PrepareAhead);
            try
            {
                file = preparation.Prepare(start.Segment);
            }
            catch
            {
                preparation.Dispose();
                throw;
            }
        }

        bool afterSeal = RecoveredEnd.Kind == JournalEndKind.Sealed;
        _ring = new JournalRing(options.RingBytes);
        _committer = new JournalCommitter(options, _ring, in start, file, preparation, afterSeal);
        Writer = new JournalWriter(_ring, _committer, in start);
    }

    /// <summary>The writing end.</summary>
    public JournalWriter Writer { get; }

    /// <summary>How the journal ended when it was opened. A torn end is cut off now.</summary>
    public JournalEnd RecoveredEnd { get; }

    /// <summary>Opens a journal for writing, or creates one where there is none.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="DirectoryInUseException">Another process has it open.</exception>
    /// <exception cref="JournalDamagedException">Something durable was lost. Nothing was changed.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <remarks>
    /// Verifies every header, and the payloads that a torn write can have spoilt. The rest is verified by who reads it with
    /// <see cref="OpenReader()"/>, as recovery does.
    /// </remarks>
    public static Journal Open(JournalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        DirectoryLock directoryLock = DirectoryLock.Acquire(options.Files, options.Directory);
        try
        {
            return new Journal(options, directoryLock);
        }
        catch
        {
            directoryLock.Dispose();
            throw;
        }
    }

    /// <summary>A reader over what is in the files now. Used before the first append, to replay.</summary>
    public JournalReader OpenReader() => new(_options.Directory, _options.PayloadDigest, _options.Files);

    /// <summary>A reader over what is in the files now, from an anchor on.</summary>
    /// <param name="anchor">From <see cref="FindAnchor"/>, as a manifest has it; all zeros: the first segment that remains.</param>
    /// <param name="firstIndex">Entries before this one are not given.</param>
    public JournalReader OpenReader(in JournalAnchor anchor, ulong firstIndex) =>
        new(_options.Directory, in anchor, firstIndex, _options.PayloadDigest, _options.Files);

    /// <summary>The segment from which the entry of an index is read.</summary>
    /// <param name="index">A durable entry, or the one after the last.</param>
    /// <exception cref="ArgumentOutOfRangeException">The journal was truncated above.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <exception cref="JournalDamagedException">A segment is missing.</exception>
    /// <remarks>Thread: any. Reads the headers of the segments, from the last one down.</remarks>
    public JournalAnchor FindAnchor(ulong index) => JournalExtent.Find(_options.Files, _options.Directory).FindAnchor(_options.Files, _options.Directory, index);

    /// <summary>
    /// Gives up the segments before an anchor: some of their files are used again for later segments, the others deleted. What the journal begins with from then on is written down first, so that a segment lost later is
    /// never taken for one that was deleted.
    /// </summary>
    /// <param name="anchor">From <see cref="FindAnchor"/>; what is before it is needed by no manifest that is kept.</param>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <exception cref="JournalDamagedException">The anchor is not of this journal, or a segment is missing.</exception>
    /// <remarks>Thread: any one, while others append and commit.</remarks>
    public void TruncateBefore(in JournalAnchor anchor) =>
        JournalExtent.Find(_options.Files, _options.Directory).Truncate(_options.Files, _options.Directory, in anchor);

    /// <summary>Closes the files. What was not committed is lost, as in a crash: <see cref="JournalWriter.Seal"/> comes first.</summary>
    public void Dispose()
    {
        _committer.Dispose();
        _ring.Dispose();
        _lock.Dispose();
    }

    private static (JournalPosition Start, JournalEnd End) Recover(JournalOptions options)
    {
        bool exists = false;
        foreach (string name in options.Files.List(options.Directory))
        {
            if (name == JournalFormat.PreparedName) options.Files.Delete(Path.Combine(options.Directory, name));
            exists |= JournalFormat.TryParseSegmentName(name, out _);
        }

        if (!exists && !JournalExtent.IsTruncated(options.Files, options.Directory)) Create(options);
        JournalExtent.Find(options.Files, options.Directory).DeleteForgotten(options.Files, options.Directory);
        using JournalReader reader = new(options.Directory, options.PayloadDigest, options.Files);
        JournalEnd end = reader.FindEnd();
        JournalPosition start = reader.Position;
        if (end.Kind == JournalEndKind.Torn) ClearTail(options, end);

        // Entries that a killed process had written but not synced are kept: they must be durable before anything is said to stand on them.
        for (uint segment = reader.FirstSegment; segment < start.Segment; segment++) SyncSegment(options, segment);
        if (start.Offset > 0) SyncSegment(options, start.Segment);
        options.Files.SyncDirectory(options.Directory);
        return (start, end);
    }

    /// <summary>Makes the first segment, whole and durable before it gets its name.</summary>
    private static void Create(JournalOptions options)
    {
        string prepared = Path.Combine(options.Directory, JournalFormat.PreparedName);
        using (LedgerFile file = new(options.Files, prepared, FileOpening.Create))
        {
            file.Preallocate(options.SegmentBytes);
            Span<byte> header = stackalloc byte[JournalSegmentHeader.Size];
            UInt128 id = MemoryMarshal.Read<UInt128>(RandomNumberGenerator.GetBytes(16));
            JournalFormat.SealSegment(header, 0, 1, options.SegmentBytes, id, default);
            file.Write(header, 0);
            file.Sync();
        }

        options.Files.Rename(prepared, JournalFormat.SegmentPath(options.Directory, 0));
        options.Files.SyncDirectory(options.Directory);
    }

    /// <summary>Puts zeros in the place of a torn group, so that none of its remains is ever found behind a later entry.</summary>
    private static void ClearTail(JournalOptions options, JournalEnd end)
    {
        using LedgerFile file = new(options.Files, end.File, FileOpening.ReadWrite);
        byte[] buffer = new byte[1 << 20];
        long length = file.Length;
        for (long offset = end.Offset; offset < length; offset += buffer.Length)
        {
            Span<byte> bytes = buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - offset));
            file.Read(bytes, offset);
            if (!bytes.ContainsAnyExcept((byte)0)) continue;
            bytes.Clear();
            file.Write(bytes, offset);
        }

        file.Sync();
    }

    private static void SyncSegment(JournalOptions options, uint segment)
    {
        using LedgerFile file = new(options.Files, JournalFormat.SegmentPath(options.Directory, segment), FileOpening.ReadWrite);
        file.Sync();
    }
}
