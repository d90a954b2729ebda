// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Load.OrderFlow;

/// <summary>What a replay of recorded order flow came to.</summary>
/// <param name="Seconds">From the first command to the last answer.</param>
/// <param name="Commands">Commands sent.</param>
/// <param name="Batches">Batches they travelled in.</param>
/// <param name="Refused">Commands that the ledger refused.</param>
/// <param name="Withdrawn">Commands not sent, because the order they name had traded completely at its entry.</param>
/// <param name="Fills">The comparison with the recorded fills.</param>
public sealed record FlowReplayResult(double Seconds, long Commands, long Batches, long Refused, long Withdrawn, FillReport Fills);
