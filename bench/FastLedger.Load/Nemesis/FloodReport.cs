// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;

namespace FastLedger.Load.Nemesis;

/// <summary>What a flood did.</summary>
/// <param name="Ok">Nothing was violated.</param>
/// <param name="Seed">Repeats the junk.</param>
/// <param name="Seconds">Length of the flood.</param>
/// <param name="Connections">Connections with junk that were opened.</param>
/// <param name="Bytes">Bytes of junk sent.</param>
/// <param name="Silent">Connections that were opened and said nothing.</param>
/// <param name="Commands">Commands answered meanwhile, proven.</param>
/// <param name="Newcomers">Clients that connected for the first time meanwhile and were answered.</param>
/// <param name="NewcomerP50Ms">Median of the time until a new client was let in and answered.</param>
/// <param name="NewcomerMaxMs">Longest such time.</param>
/// <param name="LongestSilenceMs">Longest time without an answer.</param>
/// <param name="SilenceBoundMs">Longest time allowed.</param>
/// <param name="MemoryBefore">Mean resident bytes of each replica in the last third of the control, under the same load.</param>
/// <param name="MemoryMiddle">Mean resident bytes of each replica in the middle third.</param>
/// <param name="MemoryLast">Mean resident bytes of each replica in the last third.</param>
/// <param name="GrowthBoundBytes">Bytes that the last third may be above the middle one, sessions not counted.</param>
/// <param name="CostBoundBytes">Bytes that the last third may be above the control, sessions not counted.</param>
/// <param name="SessionBytes">Bytes that count as the state of each newcomer's session.</param>
/// <param name="Violations">What was wrong.</param>
public sealed record FloodReport(
    bool Ok, int Seed, double Seconds, long Connections, long Bytes, long Silent, long Commands, int Newcomers, double NewcomerP50Ms, double NewcomerMaxMs, double LongestSilenceMs, double SilenceBoundMs,
    IReadOnlyList<long> MemoryBefore, IReadOnlyList<long> MemoryMiddle, IReadOnlyList<long> MemoryLast, long GrowthBoundBytes, long CostBoundBytes, long SessionBytes, IReadOnlyList<string> Violations);
