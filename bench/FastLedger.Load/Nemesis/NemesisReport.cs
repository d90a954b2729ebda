// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;

namespace FastLedger.Load.Nemesis;

/// <summary>What a campaign saw.</summary>
/// <param name="Ok">Nothing was violated.</param>
/// <param name="Seed">Repeats the campaign's draws.</param>
/// <param name="Replicas">Replicas, a process each.</param>
/// <param name="Faults">Faults by kind.</param>
/// <param name="Seconds">Length of the campaign without the check.</param>
/// <param name="Commands">Commands answered and checked.</param>
/// <param name="Batches">Batches of these.</param>
/// <param name="Repeated">Commands that clients had ordered again because they did not know the outcome; none was executed again.</param>
/// <param name="Reconnects">Times that a client changed its replica or came back to it.</param>
/// <param name="Height">Last height.</param>
/// <param name="StateRoot">State root at it, the same on all replicas.</param>
/// <param name="Stalls">How long nobody got an answer, per replica that was killed while others went on.</param>
/// <param name="Absences">The same per replica that was stopped or cut off, which nobody is told of.</param>
/// <param name="Violations">What was wrong.</param>
public sealed record NemesisReport(
    bool Ok, int Seed, int Replicas, IReadOnlyDictionary<NemesisFault, int> Faults, double Seconds, long Commands, long Batches, long Repeated, int Reconnects, ulong Height,
    string StateRoot, StallFigures Stalls, StallFigures Absences, IReadOnlyList<string> Violations);
