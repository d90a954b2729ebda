// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;

namespace FastLedger.Storage;

/// <summary>What a manifest directory holds.</summary>
/// <param name="Manifests">The valid ones, the highest first.</param>
/// <param name="Damaged">The others.</param>
/// <param name="EverWritten">Whether a manifest was ever written, even if none is left.</param>
public sealed record ManifestListing(IReadOnlyList<Manifest> Manifests, IReadOnlyList<ManifestDamage> Damaged, bool EverWritten)
{
    /// <summary>
    /// True when there was a manifest and none is left: the ledger must not be begun anew. It can be rebuilt from a journal that was never
    /// truncated, from a backup, or from peers.
    /// </summary>
    public bool IsLost => EverWritten && Manifests.Count == 0;
}
