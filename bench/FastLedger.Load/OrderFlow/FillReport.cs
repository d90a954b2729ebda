// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;

namespace FastLedger.Load.OrderFlow;

/// <summary>How the fills of a replay compare with the recorded ones.</summary>
/// <param name="Total">Recorded fills of makers.</param>
/// <param name="Exact">Of these, fills that the replay made in the same trade, of the same maker, with the same quantity.</param>
/// <param name="Differences">The rest by what the record shows about them.</param>
/// <param name="Unrecorded">Fills of the replay that the record does not have.</param>
public sealed record FillReport(long Total, long Exact, IReadOnlyDictionary<FillCircumstance, long> Differences, long Unrecorded)
{
    /// <summary>Share of recorded fills reproduced exactly, 0 … 1.</summary>
    public double ExactShare => Total == 0 ? 1 : (double)Exact / Total;
}
