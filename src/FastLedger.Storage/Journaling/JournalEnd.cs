// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Storage;

/// <summary>Where and how a journal ends.</summary>
/// <param name="Kind">How.</param>
/// <param name="LastIndex">Index of the last whole entry; 0 when there is none.</param>
/// <param name="File">Full path of the segment in which the journal ends; the directory when there is no segment.</param>
/// <param name="Offset">Where the next entry would stand, in bytes from the start of that file.</param>
/// <param name="Reason">For a torn end: what is wrong with the entry at <paramref name="Offset"/>. Else null.</param>
public sealed record JournalEnd(JournalEndKind Kind, ulong LastIndex, string File, long Offset, string? Reason);
