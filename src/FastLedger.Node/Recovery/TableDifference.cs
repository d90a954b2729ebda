// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Node.Recovery;

/// <summary>One table in which what a replica held differs from what the replay of its journal gives.</summary>
/// <param name="Table">Name of the table.</param>
/// <param name="TableId">Number of the table.</param>
/// <param name="Records">Records that differ, those that only one side has included.</param>
/// <param name="FirstRecord">Number of the first of them.</param>
/// <param name="FirstByte">Offset in that record of the first byte that differs; 0 when only one side has the record.</param>
/// <param name="Held">The record as the replica held it, in hexadecimal; empty when it had none.</param>
/// <param name="Replayed">The record as the replay gives it, in hexadecimal; empty when it gives none.</param>
public sealed record TableDifference(string Table, uint TableId, uint Records, uint FirstRecord, int FirstByte, string Held, string Replayed);
