// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Load.Nemesis;

/// <summary>What a client knows about a batch that it sent.</summary>
public enum BatchFate
{
    /// <summary>No answer came: it took effect once or not at all.</summary>
    Unknown,

    /// <summary>Its results came.</summary>
    Answered,

    /// <summary>It was refused as a whole: it had no effect and never will.</summary>
    Refused,
}
