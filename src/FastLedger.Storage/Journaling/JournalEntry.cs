// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>One verified entry. Valid until the reader reads on.</summary>
public readonly ref struct JournalEntry
{
    private readonly ref readonly JournalEntryHeader _header;

    internal JournalEntry(ref readonly JournalEntryHeader header, ReadOnlySpan<byte> payload, string file, long offset)
    {
        _header = ref header;
        Payload = payload;
        File = file;
        Offset = offset;
    }

    /// <summary>The header as it stands in the file.</summary>
    public ref readonly JournalEntryHeader Header => ref _header;

    /// <inheritdoc cref="JournalEntryHeader.Kind"/>
    public JournalEntryKind Kind => _header.Kind;

    /// <inheritdoc cref="JournalEntryHeader.Index"/>
    public ulong Index => _header.Index;

    /// <inheritdoc cref="JournalEntryHeader.Height"/>
    public ulong Height => _header.Height;

    /// <inheritdoc cref="JournalEntryHeader.TimestampNs"/>
    public long TimestampNs => _header.TimestampNs;

    /// <inheritdoc cref="JournalEntryHeader.PayloadDigest"/>
    public Hash256 PayloadDigest => _header.PayloadDigest;

    /// <inheritdoc cref="JournalEntryHeader.PreviousDigest"/>
    public Hash256 PreviousDigest => _header.PreviousDigest;

    /// <summary>The payload, both parts in one. Empty when the reader was told not to verify payloads.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Where it stands.</summary>
    public JournalLocation Location => new(_header.Index, _header.Segment, Offset);

    /// <summary>Full path of the segment.</summary>
    public string File { get; }

    /// <summary>Where the header stands, in bytes from the start of the file.</summary>
    public long Offset { get; }
}
