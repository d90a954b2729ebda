// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Simulation;

/// <summary>What happens at a moment of virtual time.</summary>
public enum SimulatedEventKind : byte
{
    /// <summary>A frame reaches an instance.</summary>
    Deliver,
    /// <summary>An instance's timer.</summary>
    Wake,
    /// <summary>A disk sync ends.</summary>
    Synced,
    /// <summary>An executor finishes a block.</summary>
    Executed,
    /// <summary>A client hands a batch to a replica.</summary>
    Batch,
    /// <summary>A fault of the schedule begins or ends.</summary>
    Fault,
    /// <summary>A stopped process starts again.</summary>
    Restart,
    /// <summary>The adversary acts.</summary>
    Adversary,
}
