// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using System.Threading;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// The committing half of the writer: links and checksums the headers of what was appended, writes runs of the ring to the segment files
/// as they are, and syncs.
/// </summary>
/// <remarks>Thread: one, except where a member says otherwise. Alloc: none while a segment lasts.</remarks>
internal sealed class JournalCommitter : IDisposable
{
    private readonly JournalRing _ring;
    private readonly SegmentPreparation? _preparation;
    private readonly WaitPoint _space = new();
    private readonly WaitPoint _durable = new();
    private readonly UInt128 _journalId;
    private readonly long _segmentBytes;
    private readonly ulong _groupBytes;
    private readonly bool _startsAfterSeal;
    private readonly SegmentOutput? _output;
    private volatile StorageFaultException? _fault;
    private Hash256 _chain;
    private ulong _position;
    private ulong _nextIndex;
    private ulong _groupFirstIndex;
    private uint _segment;
    private long _offset;
    private bool _isAhead; // the first part of a group is written and not synced
    private PaddedCounter _durableIndex;
    private PaddedCounter _bytesWritten;
    private PaddedCounter _groupsCommitted;

    /// <summary>Goes on at <paramref name="start"/>.</summary>
    /// <param name="options">How the journal is opened.</param>
    /// <param name="ring">What the appender fills.</param>
    /// <param name="start">Where the journal ends; everything before is durable.</param>
    /// <param name="file">The segment of <paramref name="start"/>; null when nothing is written at all.</param>
    /// <param name="preparation">Source of the segments after it; null when nothing is written at all.</param>
    /// <param name="startsAfterSeal">The journal ends with a seal, and the segment of <paramref name="start"/> is unused.</param>
    public JournalCommitter(
        JournalOptions options,
        JournalRing ring,
        in JournalPosition start,
        LedgerFile? file,
        SegmentPreparation? preparation,
        bool startsAfterSeal)
    {
        Invariant.Check((options.Durability == Durability.None) == (file is null) && (file is null) == (preparation is null));
        _ring = ring;
        _groupBytes = (ulong)options.GroupBytes;
        _output = file is null ? null : new SegmentOutput(options, file, start.SegmentBytes);
        _preparation = preparation;
        _startsAfterSeal = startsAfterSeal;
        _segment = start.Segment;
        _offset = start.Offset;
        _nextIndex = start.NextIndex;
        _chain = start.Chain;
        _journalId = start.JournalId;
        _segmentBytes = start.SegmentBytes;
        _durableIndex.Value = start.NextIndex - 1;
        _preparation?.Request(_segment + 1);
    }

    /// <summary>Thread: any.</summary>
    public ulong DurableIndex => _durableIndex.Value;

    /// <summary>Thread: any.</summary>
    public ulong BytesWritten => _bytesWritten.Value;

    /// <summary>Thread: any.</summary>
    public ulong GroupsCommitted => _groupsCommitted.Value;

    public bool HasWork => _ring.Appended != _position || _isAhead;

    public bool WritesFiles => _output is not null;

    /// <summary>True while the journal on disk still ends with the seal of an earlier run.</summary>
    public bool IsUntouchedAfterSeal => _startsAfterSeal && _offset == 0;

    /// <summary>Commits everything appended so far.</summary>
    public ulong Commit()
    {
        ThrowIfFaulted();
        ulong end = _ring.Appended;
        try
        {
            while (_position != end || _isAhead) CommitGroup(end);
        }
        catch (StorageFaultException e)
        {
            Stop(e);
            throw;
        }

        return DurableIndex;
    }

    /// <summary>Writes what was appended so far, if it is much and goes past the page cache; the sync comes with the next commit.</summary>
    /// <returns>False when nothing was done.</returns>
    public bool TryWriteAhead()
    {
        ThrowIfFaulted();
        ulong end = _ring.Appended;
        try
        {
            if (_output is null || !_output.TryBeginAhead(end - _position)) return false;
            while (_position != end)
            {
                if (!_isAhead) _groupFirstIndex = _nextIndex;
                (ulong run, ulong linked) = Link(end);
                WriteRun(run, linked);
                Release(linked);
                _isAhead = true;
            }
        }
        catch (StorageFaultException e)
        {
            Stop(e);
            throw;
        }

        return true;
    }

    /// <summary>Sleeps until the ring is free up to a position. Thread: the appending one.</summary>
    public void WaitForRelease(ulong position)
    {
        _space.Wait(new SpaceCondition(this, position), Timeout.InfiniteTimeSpan);
        ThrowIfFaulted();
    }

    /// <summary>Sleeps until an entry is durable. Thread: any but the committing one.</summary>
    public bool WaitForDurable(ulong index, TimeSpan timeout)
    {
        _durable.Wait(new DurableCondition(this, index), timeout);
        if (DurableIndex >= index) return true;
        ThrowIfFaulted();
        return false;
    }

    public void Dispose()
    {
        _preparation?.Dispose();
        _output?.Dispose();
    }

    private void CommitGroup(ulong end)
    {
        if (!_isAhead) _groupFirstIndex = _nextIndex;
        _output?.BeginGroup(Math.Min(end - _position, _groupBytes));
        (ulong run, ulong linked) = Link(end);
        if (_output is not null)
        {
            WriteRun(run, linked);
            _output.Sync();
            _isAhead = false;
        }

        Release(linked);
        _groupsCommitted.Value++;
        PublishDurable();
    }

    /// <summary>
    /// Completes the headers of one group, at most up to <paramref name="end"/>, and writes out where the file's bytes stop following the
    /// ring's.
    /// </summary>
    /// <returns>From where on the ring is not written yet, and where the group ends.</returns>
    private (ulong Run, ulong End) Link(ulong end)
    {
        ulong run = _position;
        ulong position = _position;
        ulong limit = position + _groupBytes;
        while (position != end && position < limit)
        {
            switch (MemoryMarshal.Read<uint>(_ring.Piece(position, sizeof(uint))))
            {
                case JournalRing.SkipMagic:
                    if (_output is not null) WriteRun(run, position);
                    position += (ulong)_ring.LapRemaining(position);
                    Release(position);
                    run = position;
                    break;

                case JournalSegmentHeader.SegmentMagic:
                    Span<byte> segmentHeader = _ring.Piece(position, JournalSegmentHeader.Size);
                    _chain = JournalFormat.SealSegment(segmentHeader, _segment, _nextIndex, _segmentBytes, _journalId, in _chain);
                    position += JournalSegmentHeader.Size;
                    break;

                default:
                    JournalEntryKind kind = LinkEntry(ref position);
                    if (!JournalFormat.IsMark(kind)) break;
                    EndSegment(kind, run, position);
                    run = position;
                    break;
            }

            // A run is one piece of memory: it ends with the lap, also where a piece fills the lap exactly and nothing is skipped.
            if (_ring.LapRemaining(position) != _ring.Capacity || run == position) continue;
            if (_output is not null) WriteRun(run, position);
            run = position;
        }

        return (run, position);
    }

    private JournalEntryKind LinkEntry(ref ulong position)
    {
        Span<byte> bytes = _ring.Piece(position, JournalEntryHeader.Size);
        ref JournalEntryHeader header = ref MemoryMarshal.AsRef<JournalEntryHeader>(bytes);
        Invariant.Check(header.Magic == JournalEntryHeader.EntryMagic && header.Segment == _segment && header.Index == _nextIndex);
        int size = JournalFormat.EntryBytes(header.PayloadLength);
        if (_output is not null)
        {
            if ((header.Flags & JournalEntryHeader.DigestGiven) == 0)
                header.PayloadDigest = Blake3.Hash(_ring.Piece(position, size).Slice(JournalEntryHeader.Size, header.PayloadLength));
            header.GroupFirstIndex = _groupFirstIndex;
            header.PreviousDigest = _chain;
            header.Checksum = JournalFormat.Checksum(bytes, _journalId);
            _chain = Blake3.Hash(bytes);
        }

        position += (ulong)size;
        if (!JournalFormat.IsMark(header.Kind)) _nextIndex++;
        return header.Kind;
    }

    /// <summary>
    /// Writes and syncs to the end of a segment and turns to the next one. The order matters: recovery trusts that the next file existed
    /// before the mark that announces it was written, and that a segment was durable as a whole before the first byte of the next one.
    /// </summary>
    private void EndSegment(JournalEntryKind mark, ulong run, ulong position)
    {
        if (_output is not null)
        {
            LedgerFile? next = mark == JournalEntryKind.SegmentEnd ? _preparation!.Take() : null;
            WriteRun(run, position);
            _output.Sync();
            _isAhead = false;
            if (next is null)
            {
                _output.Truncate(_offset); // nothing can follow a seal: a longer or shorter file is a damaged one
                _output.Sync();
            }
            else
            {
                _output.Turn(next);
                _preparation!.Request(_segment + 2);
            }
        }

        if (mark == JournalEntryKind.SegmentEnd)
        {
            _segment++;
            _offset = 0;
        }

        _groupFirstIndex = _nextIndex;
        PublishDurable();
    }

    private void WriteRun(ulong from, ulong to)
    {
        int length = checked((int)(to - from));
        if (length == 0) return;
        _output!.Write(_ring.Piece(from, length), _offset);
        _offset += length;
        _bytesWritten.Value += (ulong)length;
        Release(to);
    }

    private void Release(ulong position)
    {
        _position = position;
        if (_ring.Released == position) return;
        _ring.Released = position;
        _space.Signal();
    }

    private void PublishDurable()
    {
        _durableIndex.Value = _nextIndex - 1;
        _durable.Signal();
    }

    private void Stop(StorageFaultException fault)
    {
        _fault = fault;
        _space.Signal();
        _durable.Signal();
    }

    private void ThrowIfFaulted()
    {
        if (_fault is not null) throw new StorageFaultException(_fault);
    }

    private readonly struct SpaceCondition(JournalCommitter committer, ulong position) : IWaitCondition
    {
        public bool Holds() => (long)(committer._ring.Released - position) >= 0 || committer._fault is not null;
    }

    private readonly struct DurableCondition(JournalCommitter committer, ulong index) : IWaitCondition
    {
        public bool Holds() => committer.DurableIndex >= index || committer._fault is not null;
    }
}
