// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Protocol.StateSync;

/// <summary>The states that a replica can give out.</summary>
/// <remarks>Thread: one at a time.</remarks>
public interface IStateSources
{
    /// <summary>The newest; null when there is none.</summary>
    IStateSource? Newest { get; }

    /// <summary>The one of a height; null when it is not held.</summary>
    IStateSource? At(ulong height);

    /// <summary>The proof that an epoch ended, at most <see cref="StateGeometry.MaxEpochBytes"/>; empty when it is not held. Valid until the next call.</summary>
    ReadOnlySpan<byte> EpochEnd(ulong epoch);
}
