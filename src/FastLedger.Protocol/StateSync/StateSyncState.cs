// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Protocol.StateSync;

/// <summary>How far a <see cref="StateSyncClient"/> is.</summary>
public enum StateSyncState : byte
{
    /// <summary>Looks for a certified state.</summary>
    Seeking = 0,
    /// <summary>Fetches its chunks.</summary>
    Fetching,
    /// <summary>Every chunk was verified and written.</summary>
    Complete,
    /// <summary>This replica cannot hold the certified state: its tables are not configured like those of the others.</summary>
    Unfit,
}
