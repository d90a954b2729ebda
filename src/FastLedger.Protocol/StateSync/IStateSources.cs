// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Protocol.StateSync;

/// <summary>The states that a replica can give out.</summary>
/// <remarks>Thread: one at a time.</remarks>
public interface IStateSources
{
    /// <summary>The newest; null when there is none.</summary>
    IStateSource? Newest { get; }

    /// <summary>The one of a height; null when it is not held.</summary>
    IStateSource? At(ulong height);
}
