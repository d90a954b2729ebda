// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Protocol.StateSync;

/// <summary>Knows the validators: what makes a height and a root believable.</summary>
public interface IStateAnchor
{
    /// <summary>Judges a certificate.</summary>
    AnchorAnswer Check(ulong height, in Hash256 stateRoot, ReadOnlySpan<byte> certificate);
}

/// <summary>What an <see cref="IStateAnchor"/> thinks of a certificate.</summary>
public enum AnchorAnswer : byte
{
    /// <summary>A quorum signed it.</summary>
    Valid = 0,
    /// <summary>Nobody honest would have sent it.</summary>
    Invalid,
    /// <summary>It may be good, but cannot be judged yet, for example because its epoch is not known.</summary>
    Unknown,
}
