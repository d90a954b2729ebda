// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// Reads a journal from its first remaining entry, or from an anchor, to its end and verifies every byte on the way: checksums, hash chain, payload digests, padding,
/// and that nothing stands where nothing should.
/// </summary>
/// <remarks>
/// Thread: one at a time. Alloc: none per entry. Blocks: on the device. It takes no lock; while another process appends, the end it
/// finds is that of some moment, and the group being written may look torn.
/// </remarks>
public sealed partial class JournalReader : IDisposable
{
    private readonly string _directory;
    private readonly IFileSystem _files;
    private readonly PayloadDigest? _payloadDigest;
    private readonly JournalAnchor _anchor;
    private readonly ulong _firstWanted;
    private readonly uint _segmentEnd;
    private readonly SegmentWindow _window;
    private bool _verifiesPayloads = true;
    private bool _open;
    private uint _segment;
    private long _offset;
    private long _segmentBytes;
    private UInt128 _journalId;
    private ulong _nextIndex = 1;
    private ulong _groupFirstIndex;
    private Hash256 _chain;
    private JournalEntryHeader _header;
    private long _headerOffset;
    private JournalEntryKind _lastMark;
    private string _lastMarkPath = string.Empty;
    private long _lastMarkEnd;

    /// <summary>Opens the journal in a directory, from its first remaining entry on.</summary>
    /// <param name="directory">Where its segments are.</param>
    /// <param name="payloadDigest">Recomputes the digests that the appender gave; needed when there are such entries.</param>
    /// <param name="files">The system's files.</param>
    /// <exception cref="JournalDamagedException">A segment is missing.</exception>
    /// <exception cref="StorageFaultException">The system refused.</exception>
    public JournalReader(string directory, PayloadDigest? payloadDigest = null, IFileSystem? files = null)
        : this(directory, default, 0, payloadDigest, files)
    {
    }

    /// <summary>Opens the journal in a directory, from an anchor on.</summary>
    /// <param name="directory">Where its segments are.</param>
    /// <param name="anchor">A segment to begin with, as a manifest names it; all zeros: the first that remains.</param>
    /// <param name="firstIndex">Entries before this one are verified, but not given.</param>
    /// <param name="payloadDigest">Recomputes the digests that the appender gave; needed when there are such entries.</param>
    /// <param name="files">The system's files.</param>
    /// <exception cref="JournalDamagedException">A segment is missing.</exception>
    /// <exception cref="StorageFaultException">The system refused.</exception>
    public JournalReader(
        string directory, in JournalAnchor anchor, ulong firstIndex, PayloadDigest? payloadDigest = null, IFileSystem? files = null)
    {
        _directory = directory;
        _files = files ?? PosixFileSystem.Instance;
        _payloadDigest = payloadDigest;
        _firstWanted = firstIndex;
        JournalExtent extent = JournalExtent.Find(_files, directory);
        _anchor = anchor.HeaderDigest.IsZero ? extent.Anchor : anchor;
        if (_anchor.Segment < extent.FirstSegment || (!_anchor.HeaderDigest.IsZero && _anchor.Segment >= extent.SegmentEnd))
        {
            string path = JournalFormat.SegmentPath(directory, (uint)_anchor.Segment);
            throw new JournalDamagedException(path, 0, "the segment to begin with is missing");
        }

        _segment = FirstSegment = (uint)_anchor.Segment;
        _segmentEnd = extent.SegmentEnd;
        if (!_anchor.HeaderDigest.IsZero) _nextIndex = _anchor.FirstIndex;
        _window = new SegmentWindow(_files);
    }

    /// <summary>How the journal ends; null until <see cref="TryRead"/> has returned false.</summary>
    public JournalEnd? End { get; private set; }

    /// <summary>Gives the marks of the journal itself as entries too (for inspection). They take no index.</summary>
    public bool IncludeMarks { get; set; }

    /// <summary>The segment that reading began with.</summary>
    internal uint FirstSegment { get; }

    /// <summary>Where a writer goes on. Meaningful at the end.</summary>
    internal JournalPosition Position => new(_segment, _offset, _nextIndex, _chain, _journalId, _segmentBytes);

    /// <summary>Reads the next entry.</summary>
    /// <param name="entry">The entry, verified; valid until the next call.</param>
    /// <returns>False at the end, which <see cref="End"/> describes.</returns>
    /// <exception cref="JournalDamagedException">Something durable was lost. The entries given before are a true prefix.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <exception cref="InvalidOperationException">An entry's digest can only be verified with a <see cref="PayloadDigest"/>.</exception>
    public bool TryRead(out JournalEntry entry)
    {
        while (End is null && !_headersEnded)
        {
            if (!_open && !OpenSegment()) break;
            if (!TryStep(out ReadOnlySpan<byte> payload)) break;
            if (_header.Index >= _firstWanted && (IncludeMarks || !JournalFormat.IsMark(_header.Kind)))
            {
                entry = new JournalEntry(in _header, payload, _window.Path, _headerOffset);
                return true;
            }
        }

        entry = default;
        return false;
    }

    /// <summary>Closes the files.</summary>
    public void Dispose() => _window.Dispose();

    /// <summary>Verifies the header of segment <see cref="_segment"/> and stands behind it.</summary>
    /// <returns>False when the journal ends before it.</returns>
    private bool OpenSegment()
    {
        if (_segment == _segmentEnd) return EndWithoutSegment();
        _window.Open(JournalFormat.SegmentPath(_directory, _segment));
        _offset = 0;
        if (_window.Length < JournalSegmentHeader.Size) throw Damaged(_window.Length, "the segment is shortened");
        JournalSegmentHeader header = MemoryMarshal.Read<JournalSegmentHeader>(_window.Bytes(0, JournalSegmentHeader.Size, _verifiesPayloads));
        if (!JournalFormat.IsValid(in header))
        {
            // The first segment gets its name with its header, and another size than the full one only a seal gives.
            if (_segment == FirstSegment || _window.Length != _segmentBytes) throw Damaged(0, "the segment's header fails its checksum");
            return Stop("the segment's header fails its checksum");
        }

        if (header.Version != JournalEntryHeader.CurrentVersion) throw Damaged(0, $"format version {header.Version} is unknown");
        if (_segment == FirstSegment)
        {
            _journalId = header.JournalId;
            _segmentBytes = header.SegmentBytes;
            if (!_anchor.HeaderDigest.IsZero)
            {
                if (Blake3.Hash(JournalFormat.Bytes(in header)) != _anchor.HeaderDigest)
                    throw Damaged(0, "this is not the segment that the journal begins with");
                _chain = header.PreviousDigest;
            }
        }

        if (header.JournalId != _journalId) throw Damaged(0, "the segment belongs to another journal");
        if (header.Segment != _segment) throw Damaged(0, $"this is segment {header.Segment}");
        if (header.FirstIndex != _nextIndex || header.PreviousDigest != _chain || header.SegmentBytes != _segmentBytes)
            throw Damaged(0, "the segment does not continue the one before");
        CheckLength();
        _chain = Blake3.Hash(JournalFormat.Bytes(in header));
        _offset = JournalSegmentHeader.Size;
        _groupFirstIndex = 0;
        _open = true;
        return true;
    }

    /// <summary>Verifies what stands at <see cref="_offset"/> and goes behind it.</summary>
    /// <returns>False when the journal ends there.</returns>
    private bool TryStep(out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (_offset + JournalEntryHeader.Size > _window.Length) return Stop("the segment has no end mark");
        _header = MemoryMarshal.Read<JournalEntryHeader>(_window.Bytes(_offset, JournalEntryHeader.Size, _verifiesPayloads));
        if (!JournalFormat.IsValid(in _header, _journalId)) return Stop("the entry's header fails its checksum");
        CheckPlace();
        int size = JournalFormat.EntryBytes(_header.PayloadLength);
        if (_verifiesPayloads)
        {
            ReadOnlySpan<byte> bytes = _window.Bytes(_offset, size)[JournalEntryHeader.Size..];
            payload = bytes[.._header.PayloadLength];
            if (bytes[_header.PayloadLength..].ContainsAnyExcept((byte)0)) return Stop("the padding after the payload is not zero");
            if (Digest(payload) != _header.PayloadDigest) return Stop("the payload does not have its digest");
        }

        if (_header.GroupFirstIndex != _groupFirstIndex) BeginGroup();
        _chain = Blake3.Hash(JournalFormat.Bytes(in _header));
        _headerOffset = _offset;
        _offset += size;
        if (JournalFormat.IsMark(_header.Kind)) EndSegment();
        else _nextIndex++;
        return true;
    }

    /// <summary>A header with a valid checksum was written by this journal; in the wrong place, it was put there by no torn write.</summary>
    private void CheckPlace()
    {
        if (_header.Version != JournalEntryHeader.CurrentVersion) throw Damaged(_offset, $"format version {_header.Version} is unknown");
        if (_header.Index != _nextIndex || _header.Segment != _segment)
            throw Damaged(_offset, $"entry {_header.Index} of segment {_header.Segment} stands where entry {_nextIndex} is due");
        if (_header.PreviousDigest != _chain) throw Damaged(_offset, "the entry does not continue the chain");
        if (_header.GroupFirstIndex != _groupFirstIndex && _header.GroupFirstIndex != _nextIndex)
            throw Damaged(_offset, "the entry belongs to no group");
        if (_header.PayloadLength < 0 || _header.PayloadLength > JournalFormat.PayloadLimit(_segmentBytes)
            || _offset + JournalFormat.EntryBytes(_header.PayloadLength) > _window.Length)
        {
            throw Damaged(_offset, "the entry goes beyond its segment");
        }
    }

    private Hash256 Digest(ReadOnlySpan<byte> payload)
    {
        if ((_header.Flags & JournalEntryHeader.DigestGiven) == 0) return Blake3.Hash(payload);
        if (_payloadDigest is null)
            throw new InvalidOperationException("The journal holds entries whose digest its appender gave: reading it needs a PayloadDigest.");
        return _payloadDigest(in _header, payload);
    }

    /// <summary>Stands before the segment after this one.</summary>
    private void EndSegment()
    {
        _lastMark = _header.Kind;
        if (_lastMark == JournalEntryKind.Sealed && _window.Length != _segmentBytes && _window.Length != _offset)
            throw Damaged(_offset, "something follows the seal");
        long dirty = FirstNonZero(_offset);
        if (dirty >= 0) throw Damaged(dirty, "something follows the segment's last mark");
        _lastMarkPath = _window.Path;
        _lastMarkEnd = _offset;
        _segment++;
        _offset = 0;
        _open = false;
    }
}
