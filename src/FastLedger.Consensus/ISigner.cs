// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Consensus;

/// <summary>The replica's secret key. Only <see cref="Safety.SafetyRules"/> may hold one.</summary>
public interface ISigner
{
    /// <summary>The key that others verify with.</summary>
    Hash256 PublicKey { get; }

    /// <summary>Signs <paramref name="message"/>; deterministic.</summary>
    /// <param name="message">A complete <see cref="Messages.Statement"/>.</param>
    /// <param name="signature">64 bytes, all written.</param>
    void Sign(ReadOnlySpan<byte> message, Span<byte> signature);
}
