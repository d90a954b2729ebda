// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Runtime.InteropServices;

namespace FastLedger.Storage;

/// <summary>Reads single entries of a journal that is being written, by their location.</summary>
/// <remarks>
/// Thread: one at a time. Alloc: when a segment is opened, and while the buffer grows. Blocks: on the device. An entry must be durable before
/// it is looked up. The header's chain is not followed: who needs more than the payload's digest verifies the journal as a whole.
/// </remarks>
/// <param name="directory">The journal's.</param>
/// <param name="payloadDigest">Recomputes digests that were given with entries.</param>
/// <param name="files">The system's files.</param>
/// <param name="writer">The journal's writer, when entries of a journal without files are to be found: those that are still in its memory.</param>
public sealed class JournalLookup(string directory, PayloadDigest? payloadDigest = null, IFileSystem? files = null, JournalWriter? writer = null) : IDisposable
{
    private readonly IFileSystem _files = files ?? PosixFileSystem.Instance;
    private LedgerFile? _file;
    private uint _segment;
    private byte[] _buffer = new byte[64 << 10];

    /// <summary>Reads an entry.</summary>
    /// <param name="location">Where it stands.</param>
    /// <param name="payload">Its payload, valid until the next call.</param>
    /// <returns>False when the entry is not there (any more), or fails its digest.</returns>
    public bool TryRead(in JournalLocation location, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (writer is { IsInMemory: true })
        {
            if (!writer.TryReadRecent(location.Index, ref _buffer, out int length)) return false;
            payload = _buffer.AsSpan(0, length);
            return true;
        }

        if (location.IsNone || !TryOpen(location.Segment)) return false;
        Span<byte> bytes = _buffer.AsSpan(0, JournalEntryHeader.Size);
        if (_file!.ReadUpTo(bytes, location.Offset) < bytes.Length) return false;
        JournalEntryHeader header = MemoryMarshal.Read<JournalEntryHeader>(bytes);
        if (header.Magic != JournalEntryHeader.EntryMagic || header.Index != location.Index
            || header.PayloadLength is < 0 or > JournalFormat.MaximumPayloadBytes) return false;
        if (_buffer.Length < header.PayloadLength) _buffer = new byte[header.PayloadLength];
        bytes = _buffer.AsSpan(0, header.PayloadLength);
        if (_file.ReadUpTo(bytes, location.Offset + JournalEntryHeader.Size) < bytes.Length) return false;
        bool given = (header.Flags & JournalEntryHeader.DigestGiven) != 0;
        if (given && payloadDigest is null) return false;
        if ((given ? payloadDigest!(in header, bytes) : Cryptography.Blake3.Hash(bytes)) != header.PayloadDigest) return false;
        payload = bytes;
        return true;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file?.Dispose();

    private bool TryOpen(uint segment)
    {
        if (_file is not null && _segment == segment) return true;
        string path = JournalFormat.SegmentPath(directory, segment);
        bool exists = false;
        foreach (string name in _files.List(directory)) exists |= name == Path.GetFileName(path);
        if (!exists) return false;
        _file?.Dispose();
        _file = new LedgerFile(_files, path, FileOpening.Read);
        _segment = segment;
        return true;
    }
}
