// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;

namespace FastLedger.Domain;

/// <summary>
/// Public id of a record whose place is used again (orders, pending transfers): the record's number in the low 28 bits and its generation
/// above, so that an old id never names the record's next use.
/// </summary>
public static class RecordId
{
    /// <summary>Records that ids can tell apart: 2^28.</summary>
    public const uint MaxRecords = 1u << NumberBits;

    private const int NumberBits = 28;

    /// <summary>The id of a record's present use.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(uint number, ulong generation) => unchecked(generation << NumberBits) | number;

    /// <summary>The record's number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Number(ulong id) => (uint)(id & (MaxRecords - 1));

    /// <summary>The record's generation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Generation(ulong id) => id >> NumberBits;
}
