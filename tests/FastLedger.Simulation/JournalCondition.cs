// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Simulation;

/// <summary>What recovery found in a journal.</summary>
public enum JournalCondition
{
    /// <summary>Every record is valid.</summary>
    Clean,
    /// <summary>The last group of writes was torn; it had not been synced, so nothing was sent on its strength.</summary>
    TornTail,
    /// <summary>A bad record with a later group behind it: synced bytes are damaged.</summary>
    Damaged,
}
