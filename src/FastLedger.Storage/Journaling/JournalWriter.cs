// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using System.Threading;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// The writing end of the journal. One thread appends into native memory; one thread (the same or another) commits what was appended, as
/// one group, with one write and one sync; any thread asks how far the journal is durable.
/// </summary>
/// <remarks>Alloc: none. A fault of the device stops the journal for good: every later call that could promise anything throws it again.</remarks>
public sealed class JournalWriter
{
    private readonly JournalRing _ring;
    private readonly JournalCommitter _committer;
    private readonly WaitPoint _work = new();
    private readonly RecentEntries? _recent;
    private readonly long _segmentBytes;
    private ulong _position;
    private ulong _nextIndex;
    private uint _segment;
    private long _offset;
    private bool _sealed;
    private int _wakeRequested;

    internal JournalWriter(JournalRing ring, JournalCommitter committer, in JournalPosition start)
    {
        _ring = ring;
        _committer = committer;
        _recent = committer.WritesFiles ? null : new RecentEntries(ring);
        _segmentBytes = start.SegmentBytes;
        _nextIndex = start.NextIndex;
        _segment = start.Segment;
        _offset = start.Offset;
        MaximumPayloadBytes = (int)Math.Min(
            JournalFormat.PayloadLimit(_segmentBytes),
            ((ring.Capacity / 2) & -JournalFormat.Alignment) - JournalEntryHeader.Size);
    }

    /// <summary>The largest payload, both parts together, that fits into a segment and twice into the ring.</summary>
    public int MaximumPayloadBytes { get; }

    /// <summary>Index that the next entry will get. Meaningful on the appending thread.</summary>
    public ulong NextIndex => _nextIndex;

    /// <summary>Where the entry that was appended last stands, or will stand. Meaningful on the appending thread.</summary>
    public JournalLocation LastLocation { get; private set; }

    /// <summary>Every entry up to this index is durable, in the sense of the journal's <see cref="Durability"/>; 0 when none is.</summary>
    /// <remarks>Thread: any. Blocks: no. What the committing thread wrote before is visible to who reads it.</remarks>
    public ulong DurableIndex => _committer.DurableIndex;

    /// <summary>Bytes that this writer has put into files since it was opened.</summary>
    /// <remarks>Thread: any.</remarks>
    public ulong BytesWritten => _committer.BytesWritten;

    /// <summary>Groups that were committed since it was opened.</summary>
    /// <remarks>Thread: any.</remarks>
    public ulong GroupsCommitted => _committer.GroupsCommitted;

    /// <summary>Appends an entry. It is part of the next group, and durable when <see cref="DurableIndex"/> has reached its index.</summary>
    /// <param name="kind">What it holds; not a mark.</param>
    /// <param name="height">Height of the block it belongs to.</param>
    /// <param name="timestampNs">Nanoseconds since 1970.</param>
    /// <param name="payloadDigest">Digest that <see cref="JournalOptions.PayloadDigest"/> recomputes; zero for BLAKE3 of the payload.</param>
    /// <param name="payloadA">First part of the payload; copied.</param>
    /// <param name="payloadB">Second part, stored right after the first; copied.</param>
    /// <returns>The entry's index, dense from 1 over the whole journal.</returns>
    /// <exception cref="StorageFaultException">The journal has stopped.</exception>
    /// <remarks>
    /// Thread: the appending one. Blocks: while the ring is full, so a thread that also commits does so before it is. Does not wake a sleeping committer: call <see cref="Wake"/> when
    /// everything that belongs together is appended, so that it becomes one group.
    /// </remarks>
    public ulong Append(
        JournalEntryKind kind,
        ulong height,
        long timestampNs,
        in Hash256 payloadDigest,
        ReadOnlySpan<byte> payloadA,
        ReadOnlySpan<byte> payloadB = default)
    {
        Invariant.Check(kind != JournalEntryKind.None && !JournalFormat.IsMark(kind) && !_sealed);
        Invariant.Check((long)payloadA.Length + payloadB.Length <= MaximumPayloadBytes);
        int payloadLength = payloadA.Length + payloadB.Length;
        int size = JournalFormat.EntryBytes(payloadLength);
        BeginSegmentFor(size);
        LastLocation = new JournalLocation(_nextIndex, _segment, _offset);

        Span<byte> piece = Reserve(size);
        WriteHeader(piece, kind, height, timestampNs, payloadLength, in payloadDigest);
        Span<byte> payload = piece[JournalEntryHeader.Size..];
        payloadA.CopyTo(payload);
        payloadB.CopyTo(payload[payloadA.Length..]);
        payload[payloadLength..].Clear();
        ulong index = _nextIndex++;
        _recent?.Add(index, _position + JournalEntryHeader.Size, payloadLength);
        Publish(size);
        return index;
    }

    /// <summary>The journal keeps nothing but what is in memory: its <see cref="Durability"/> is none.</summary>
    public bool IsInMemory => _recent is not null;

    /// <summary>Copies the payload of an entry of a journal that is in memory only.</summary>
    /// <param name="index">The entry's number.</param>
    /// <param name="buffer">Replaced when it is too short.</param>
    /// <param name="length">Bytes copied to its start.</param>
    /// <returns>False when the ring's memory was used again since, or the journal writes files.</returns>
    /// <remarks>Thread: any. Alloc: while the buffer grows. Blocks: a short lock.</remarks>
    public bool TryReadRecent(ulong index, ref byte[] buffer, out int length)
    {
        length = 0;
        return _recent is not null && _recent.TryRead(index, ref buffer, out length);
    }

    /// <summary>
    /// Writes everything appended so far and makes it durable: one write and one sync for each <see cref="JournalOptions.GroupBytes"/>.
    /// </summary>
    /// <returns><see cref="DurableIndex"/> afterwards.</returns>
    /// <exception cref="StorageFaultException">The device failed; nothing of the group counts as durable, and the journal has stopped.</exception>
    /// <remarks>
    /// Thread: the committing one. Blocks: on the device. A group takes a second write where the ring begins a lap, and a second write and
    /// sync where a segment ends.
    /// </remarks>
    public ulong CommitGroup() => _committer.Commit();

    /// <summary>
    /// Writes everything appended so far past the page cache, if that is where a group of this size goes: it is on the disk, though not durable,
    /// before the next <see cref="CommitGroup"/>, which it is part of. For what nothing that leaves stands on yet.
    /// </summary>
    /// <returns>False when nothing was done.</returns>
    /// <exception cref="StorageFaultException">The device failed, and the journal has stopped.</exception>
    /// <remarks>Thread: the committing one. Blocks: on the device.</remarks>
    public bool TryWriteAhead() => _committer.TryWriteAhead();

    /// <summary>Lets the committing thread look for work, if it sleeps.</summary>
    /// <remarks>Thread: any. Blocks: no.</remarks>
    public void Wake()
    {
        Volatile.Write(ref _wakeRequested, 1);
        _work.Signal();
    }

    /// <summary>Sleeps until something is appended or <see cref="Wake"/> is called.</summary>
    /// <returns>Whether there is something to commit; false after a <see cref="Wake"/> for another reason, or when the time ran out.</returns>
    /// <remarks>Thread: the committing one.</remarks>
    public bool WaitForWork(TimeSpan timeout)
    {
        _work.Wait(new WorkCondition(this), timeout);
        Interlocked.Exchange(ref _wakeRequested, 0); // what the waker did before is visible now; a later request counts for the next call
        return _committer.HasWork;
    }

    /// <summary>Sleeps until the entry is durable, or the journal has stopped.</summary>
    /// <returns>False when the time ran out.</returns>
    /// <exception cref="StorageFaultException">The journal has stopped before.</exception>
    /// <remarks>Thread: any, but not the committing one.</remarks>
    public bool WaitForDurable(ulong index, TimeSpan timeout) => _committer.WaitForDurable(index, timeout);

    /// <summary>
    /// Commits what is left and marks a clean shutdown: a journal that ends with this mark has lost nothing, and damage at its end is
    /// told from a torn write. The last call on a writer.
    /// </summary>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <remarks>Thread: the committing one, after the appending one has stopped.</remarks>
    public void Seal()
    {
        Invariant.Check(!_sealed);
        _committer.Commit(); // the mark must be a group of its own: it vouches for everything before it
        _sealed = true;
        if (!_committer.WritesFiles || _committer.IsUntouchedAfterSeal) return;
        if (_offset == 0) AppendSegmentHeader();
        AppendMark(JournalEntryKind.Sealed);
        _committer.Commit();
    }

    private void BeginSegmentFor(int size)
    {
        if (_offset + size + JournalFormat.MarkBytes > _segmentBytes)
        {
            AppendMark(JournalEntryKind.SegmentEnd);
            _segment++;
            _offset = 0;
        }

        if (_offset == 0) AppendSegmentHeader();
    }

    private void AppendMark(JournalEntryKind kind)
    {
        WriteHeader(Reserve(JournalFormat.MarkBytes), kind, 0, 0, 0, default);
        Publish(JournalFormat.MarkBytes);
    }

    private void AppendSegmentHeader()
    {
        // The committer fills it in: it holds the end of the previous segment's chain.
        Span<byte> piece = Reserve(JournalSegmentHeader.Size);
        MemoryMarshal.Write(piece, JournalSegmentHeader.SegmentMagic);
        Publish(JournalSegmentHeader.Size);
    }

    private void WriteHeader(
        Span<byte> piece, JournalEntryKind kind, ulong height, long timestampNs, int payloadLength, in Hash256 payloadDigest)
    {
        ref JournalEntryHeader header = ref MemoryMarshal.AsRef<JournalEntryHeader>(piece);
        header = default;
        header.Magic = JournalEntryHeader.EntryMagic;
        header.Kind = kind;
        header.Version = JournalEntryHeader.CurrentVersion;
        header.Flags = payloadDigest.IsZero ? (byte)0 : JournalEntryHeader.DigestGiven;
        header.PayloadLength = payloadLength;
        header.Segment = _segment;
        header.Index = _nextIndex;
        header.Height = height;
        header.TimestampNs = timestampNs;
        header.PayloadDigest = payloadDigest;
    }

    /// <summary>A piece of the ring, after a skip to the next lap if this one is too short.</summary>
    private Span<byte> Reserve(int size)
    {
        long lap = _ring.LapRemaining(_position);
        long skip = lap < size ? lap : 0;
        if ((long)(_position - _ring.Released) + skip + size > _ring.Capacity) WaitForSpace(skip + size);
        if (skip > 0)
        {
            _recent?.Claim(_position + sizeof(uint));
            MemoryMarshal.Write(_ring.Piece(_position, sizeof(uint)), JournalRing.SkipMagic);
            _position += (ulong)skip;
        }

        _recent?.Claim(_position + (ulong)size);
        return _ring.Piece(_position, size);
    }

    private void WaitForSpace(long needed)
    {
        Wake();
        _committer.WaitForRelease(_position + (ulong)needed - (ulong)_ring.Capacity);
    }

    private void Publish(int size)
    {
        _position += (ulong)size;
        _offset += size;
        _ring.Appended = _position;
    }

    private readonly struct WorkCondition(JournalWriter writer) : IWaitCondition
    {
        public bool Holds() => Volatile.Read(ref writer._wakeRequested) != 0 || writer._committer.HasWork;
    }
}
