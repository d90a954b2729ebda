// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Load.Workloads;

/// <summary>What a command of the book stream does.</summary>
public enum BookCommandKind : byte
{
    /// <summary>A limit order at a passive price.</summary>
    Add = 0,
    /// <summary>Cancels an order by id; the id may have been filled already.</summary>
    Cancel = 1,
    /// <summary>A limit order at a price that trades.</summary>
    Aggress = 2,
}
