// SPDX-License-Identifier: Apache-2.0
using FastLedger.Primitives;

namespace FastLedger.Simulation;

/// <summary>A block that somebody proposed.</summary>
internal sealed class SeenBlock
{
    public Hash256 Id { get; set; }

    public Hash256 ParentId { get; set; }

    public SeenBlock? Parent { get; set; }

    public ulong Epoch { get; set; }

    public ulong View { get; set; }

    public ulong ParentView { get; set; }

    /// <summary>The header names a timeout certificate.</summary>
    public bool HasEntry { get; set; }

    public bool Certified { get; set; }

    public bool Final { get; set; }
}
