// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;

namespace FastLedger.Node.Checkpoints;

/// <summary>What <see cref="FolderVerification"/> found.</summary>
/// <param name="Checkpoints">The checkpoints whose manifests can be read, the newest first.</param>
/// <param name="JournalEntries">Whole entries of the journal.</param>
/// <param name="JournalBytes">Bytes of their payloads.</param>
/// <param name="FirstHistoryEntry">Number of the first history entry; 0 when there is no checkpoint.</param>
/// <param name="HistoryEntries">Number of the newest checkpoint's last history entry.</param>
/// <param name="Damage">What is wrong, a sentence each, with file and offset where there is one.</param>
public sealed record FolderFindings(
    IReadOnlyList<CheckpointFinding> Checkpoints, ulong JournalEntries, ulong JournalBytes, ulong FirstHistoryEntry, ulong HistoryEntries, IReadOnlyList<string> Damage)
{
    /// <summary>Nothing is wrong.</summary>
    public bool IsSound => Damage.Count == 0;
}

/// <summary>One checkpoint.</summary>
/// <param name="Height">Its height.</param>
/// <param name="Pages">Its page records.</param>
/// <param name="StateRoot">The root that its manifest names.</param>
/// <param name="IsSound">A replica can start from it, with its index.</param>
public sealed record CheckpointFinding(ulong Height, ulong Pages, string StateRoot, bool IsSound);
