// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Applications.Patterns;

/// <summary>When an escrow is released or given back. Everything that is set must hold.</summary>
public sealed record EscrowTerms
{
    /// <summary>Policy that may release; 0 for that of either account.</summary>
    public uint ReleasePolicy { get; init; }

    /// <summary>Policy that may give back; 0 for that of either account, <see cref="Primitives.Commands.ReserveCommand.Nobody"/> for none.</summary>
    public uint VoidPolicy { get; init; }

    /// <summary>Time, from now, before which it cannot be released.</summary>
    public TimeSpan NotBefore { get; init; }

    /// <summary>Time, from now, after which it goes back by itself; zero for never.</summary>
    public TimeSpan Timeout { get; init; }

    /// <summary>Outcome that must be final before it can be released; 0 for none.</summary>
    public uint Outcome { get; init; }

    /// <summary>The value that the outcome must have: 1 …, or 0 for invalid.</summary>
    public uint OutcomeValue { get; init; }

    /// <summary>SHA-256 of the code that releases it; zero for none.</summary>
    public Hash256 HashLock { get; init; }
}
