// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Protocol.StateSync;

/// <summary>Knows the validators: what makes a height and a root believable.</summary>
public interface IStateAnchor
{
    /// <summary>Judges a certificate, and whether a block is the one that it names.</summary>
    AnchorAnswer Check(ulong height, in Hash256 stateRoot, ReadOnlySpan<byte> certificate, ReadOnlySpan<byte> block);

    /// <summary>The epoch whose end has to be proved before newer certificates can be judged.</summary>
    ulong Epoch { get; }

    /// <summary>Takes the proof that <see cref="Epoch"/> ended: the next one counts from then on.</summary>
    /// <returns>False when it proves nothing of the kind.</returns>
    bool TryAdvance(ReadOnlySpan<byte> proof);
}

/// <summary>What an <see cref="IStateAnchor"/> thinks of a certificate.</summary>
public enum AnchorAnswer : byte
{
    /// <summary>A quorum signed it.</summary>
    Valid = 0,
    /// <summary>Nobody honest would have sent it.</summary>
    Invalid,
    /// <summary>It may be good, but is of a later epoch than <see cref="IStateAnchor.Epoch"/>, and cannot be judged yet.</summary>
    Unknown,
    /// <summary>Its epoch is over.</summary>
    Outdated,
}
