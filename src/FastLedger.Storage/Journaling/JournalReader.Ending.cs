// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Storage;

/// <summary>
/// What it means that reading cannot go on: the end, a torn write, or lost data.
/// </summary>
/// <remarks>
/// A write that power loss interrupts may leave any part of its group on the device, later parts without earlier ones too. But all of a
/// group stands behind everything that was durable before it, and each header says where its group began. So valid headers behind the
/// first unreadable entry mean lost data exactly if their group began after that entry; and a segment is begun only when the one before
/// is durable to its end mark. The last group itself has no witness: damage in it looks like a torn write, and is reported as one.
/// </remarks>
public sealed partial class JournalReader
{
    private const int ScanBytes = 1 << 20;
    private bool _headersEnded;
    private GroupStart? _lastGroup;

    /// <summary>
    /// Finds the end without reading every payload: walks the headers, then verifies the payloads of the last group, the only ones that
    /// a torn write can have spoilt.
    /// </summary>
    internal JournalEnd FindEnd()
    {
        _verifiesPayloads = false;
        while (TryRead(out _))
        {
        }

        if (End is null)
        {
            _headersEnded = false;
            _verifiesPayloads = true;
            if (_lastGroup is { } group) ReturnTo(group);
            while (TryRead(out _))
            {
            }
        }

        return End!;
    }

    private void BeginGroup()
    {
        _groupFirstIndex = _header.GroupFirstIndex;
        _lastGroup = new GroupStart(new JournalPosition(_segment, _offset, _nextIndex, _chain, _journalId, _segmentBytes), _groupFirstIndex);
    }

    private void ReturnTo(GroupStart group)
    {
        if (_segment != group.Position.Segment || !_open) _window.Open(JournalFormat.SegmentPath(_directory, group.Position.Segment));
        _open = true;
        _segment = group.Position.Segment;
        _offset = group.Position.Offset;
        _nextIndex = group.Position.NextIndex;
        _chain = group.Position.Chain;
        _groupFirstIndex = group.FirstIndex;
    }

    /// <summary>Decides what it means that nothing valid stands at <see cref="_offset"/>.</summary>
    /// <returns>False: there is nothing to read.</returns>
    private bool Stop(string reason)
    {
        if (!_verifiesPayloads)
        {
            _headersEnded = true;
            return false;
        }

        string path = _window.Path;
        bool dirty = FirstNonZero(_offset) >= 0;
        if (_window.Length != _segmentBytes) throw Damaged(_offset, $"{reason}, in a segment that was sealed");
        if (dirty) CheckNothingDurableFollows(reason);
        CheckLaterSegmentsAreUnused(path, reason);
        End = dirty ? new JournalEnd(JournalEndKind.Torn, _nextIndex - 1, path, _offset, reason)
            : _offset == 0 && _lastMark == JournalEntryKind.Sealed ? SealedEnd()
            : new JournalEnd(JournalEndKind.Clean, _nextIndex - 1, path, _offset, null);
        return false;
    }

    /// <summary>Decides what it means that there is no file for the segment that is due.</summary>
    private bool EndWithoutSegment()
    {
        string path = JournalFormat.SegmentPath(_directory, _segment);
        End = _segment == 0 ? new JournalEnd(JournalEndKind.Clean, 0, _directory, 0, null)
            : _lastMark == JournalEntryKind.Sealed ? SealedEnd()
            : throw new JournalDamagedException(path, 0, "the segment is missing, though the one before says that it follows");
        return false;
    }

    private JournalEnd SealedEnd() => new(JournalEndKind.Sealed, _nextIndex - 1, _lastMarkPath, _lastMarkEnd, null);

    private void CheckNothingDurableFollows(string reason)
    {
        long position = _offset + JournalFormat.Alignment;
        while (_window.Length - position >= JournalEntryHeader.Size)
        {
            int length = (int)Math.Min(ScanBytes, _window.Length - position);
            ReadOnlySpan<byte> bytes = _window.Bytes(position, length);
            if (bytes.ContainsAnyExcept((byte)0))
            {
                for (int i = 0; i + JournalEntryHeader.Size <= length; i += JournalFormat.Alignment)
                {
                    if (MemoryMarshal.Read<uint>(bytes[i..]) != JournalEntryHeader.EntryMagic) continue;
                    JournalEntryHeader header = MemoryMarshal.Read<JournalEntryHeader>(bytes[i..]);
                    if (!JournalFormat.IsValid(in header, _journalId)) continue;
                    if (header.GroupFirstIndex > _nextIndex || header.Index < _nextIndex || header.Segment != _segment)
                        throw Damaged(_offset, $"{reason}, but entry {header.Index}, written later, stands at offset {position + i}");
                }
            }

            // The last header of a piece may reach into the next one, so pieces overlap by half a header.
            if (length < ScanBytes) break;
            position += length - JournalFormat.Alignment;
        }
    }

    private void CheckLaterSegmentsAreUnused(string path, string reason)
    {
        for (uint segment = _segment + 1; segment < _segmentEnd; segment++)
        {
            _window.Open(JournalFormat.SegmentPath(_directory, segment));
            if (_window.Length != _segmentBytes)
                throw Damaged(Math.Min(_window.Length, _segmentBytes), "the segment is shortened or extended");
            if (segment > _segment + 1 || FirstNonZero(0) >= 0)
                throw new JournalDamagedException(path, _offset, $"{reason}, but {_window.Path} follows");
        }
    }

    /// <summary>A segment has its full size, unless it ends with a seal.</summary>
    private void CheckLength()
    {
        long length = _window.Length;
        if (length == _segmentBytes) return;
        long markOffset = length - JournalEntryHeader.Size;
        if (length < _segmentBytes && markOffset >= JournalSegmentHeader.Size)
        {
            JournalEntryHeader mark = MemoryMarshal.Read<JournalEntryHeader>(_window.Bytes(markOffset, JournalEntryHeader.Size, readAhead: false));
            if (mark.Kind == JournalEntryKind.Sealed && mark.Segment == _segment && JournalFormat.IsValid(in mark, _journalId)) return;
            throw Damaged(markOffset, "the segment is shortened, and no seal stands at its end");
        }

        throw Damaged(Math.Min(length, _segmentBytes), "the segment is shortened or extended");
    }

    /// <summary>Where the first byte from an offset on stands that is not zero; -1 when all are.</summary>
    private long FirstNonZero(long offset)
    {
        while (offset < _window.Length)
        {
            int length = (int)Math.Min(ScanBytes, _window.Length - offset);
            int index = _window.Bytes(offset, length).IndexOfAnyExcept((byte)0);
            if (index >= 0) return offset + index;
            offset += length;
        }

        return -1;
    }

    private JournalDamagedException Damaged(long offset, string reason) => new(_window.Path, offset, reason);

    private readonly record struct GroupStart(JournalPosition Position, ulong FirstIndex);
}
