// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Node.Configuration;

/// <summary>What a replica does that has nothing of the ledger.</summary>
public enum JoinMode
{
    /// <summary>Executes the ledger from its first block, unless its peers do not have that any more: then it fetches their state.</summary>
    Auto,
    /// <summary>Fetches the peers' state.</summary>
    Always,
    /// <summary>Executes the ledger from its first block, and waits for one that it can get.</summary>
    Never,
}
