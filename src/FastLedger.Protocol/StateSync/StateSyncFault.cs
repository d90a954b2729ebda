// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Protocol.StateSync;

/// <summary>Why a server of a state is put aside: for good when it lied, for a while when it only does not deliver.</summary>
public enum StateSyncFault : byte
{
    /// <summary>Its manifest contradicts itself, or no quorum signed it. For good.</summary>
    FalseManifest = 0,
    /// <summary>Records do not lead to their table's root. For good.</summary>
    FalseRecords,
    /// <summary>A session's results do not lead to the digest in its record. For good.</summary>
    FalseWindow,
    /// <summary>The proof of an epoch's end proves nothing. For good.</summary>
    FalseEpoch,
    /// <summary>The message has no form that a sound replica gives it. For good.</summary>
    Malformed,
    /// <summary>Its state is certified, but far behind what others offer.</summary>
    Stale,
    /// <summary>An answer did not come in time.</summary>
    Silent,
    /// <summary>An answer came, but late.</summary>
    Slow,
}
