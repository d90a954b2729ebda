// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Storage;

/// <summary>What has happened to an entry when the journal calls it durable.</summary>
public enum Durability
{
    /// <summary>Nothing: entries are counted and dropped, and a restart finds what the journal held before. For measurements only.</summary>
    None,

    /// <summary>The kernel has it: it outlives the process, but not the machine's power.</summary>
    Write,

    /// <summary>The device has it.</summary>
    Fsync,
}
