// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Consensus;

/// <summary>The replica's secret keys. Only <see cref="Safety.SafetyRules"/> may hold them.</summary>
public interface ISigner
{
    /// <summary>True when the secret of <paramref name="publicKey"/> is here; a rotated key is one more of them.</summary>
    bool Holds(in Hash256 publicKey);

    /// <summary>Signs <paramref name="message"/>; deterministic.</summary>
    /// <param name="publicKey">Which key; one that is held.</param>
    /// <param name="message">A complete <see cref="Messages.Statement"/>.</param>
    /// <param name="signature">64 bytes, all written.</param>
    void Sign(in Hash256 publicKey, ReadOnlySpan<byte> message, Span<byte> signature);
}
