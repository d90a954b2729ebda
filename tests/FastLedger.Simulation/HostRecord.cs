// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Simulation;

/// <summary>First byte of the records and messages that belong to the host, not to the core.</summary>
public static class HostRecord
{
    /// <summary>Journal record: a stored batch.</summary>
    public const byte Batch = 100;

    /// <summary>Message: asks for a batch.</summary>
    public const byte BatchRequest = 200;
}
