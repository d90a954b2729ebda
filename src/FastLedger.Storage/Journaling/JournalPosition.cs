// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>Where a journal goes on, and the last link of its chain.</summary>
/// <param name="Segment">Number of the segment.</param>
/// <param name="Offset">Bytes from the start of its file; 0 when the segment's own header is still to be written.</param>
/// <param name="NextIndex">Index of the next entry.</param>
/// <param name="Chain">BLAKE3 of the header before.</param>
/// <param name="JournalId">Random name of the journal.</param>
/// <param name="SegmentBytes">Size of its segment files.</param>
internal readonly record struct JournalPosition(
    uint Segment, long Offset, ulong NextIndex, Hash256 Chain, UInt128 JournalId, long SegmentBytes);
