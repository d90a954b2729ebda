// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Node.Checkpoints;

/// <summary>How the index of a checkpoint compares with its tables.</summary>
/// <param name="Height">Height of the checkpoint.</param>
/// <param name="Ids">Ids that the tables hold.</param>
/// <param name="Entries">Entries that were read from the index.</param>
/// <param name="Missing">Ids that the index does not have as the tables do.</param>
/// <param name="Wrong">Entries for which the tables have no such id.</param>
/// <param name="Fault">Why the index cannot be used at all, or null.</param>
public sealed record IndexFindings(ulong Height, ulong Ids, ulong Entries, ulong Missing, ulong Wrong, string? Fault)
{
    /// <summary>The index holds exactly what the tables hold.</summary>
    public bool IsSound => Fault is null && Missing == 0 && Wrong == 0;
}
