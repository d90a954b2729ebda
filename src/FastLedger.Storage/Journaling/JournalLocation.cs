// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Storage;

/// <summary>Where an entry stands.</summary>
/// <param name="Index">The entry's number.</param>
/// <param name="Segment">Number of the segment.</param>
/// <param name="Offset">Bytes from the start of the segment's file to the entry's header.</param>
public readonly record struct JournalLocation(ulong Index, uint Segment, long Offset)
{
    /// <summary>No entry.</summary>
    public bool IsNone => Index == 0;
}
