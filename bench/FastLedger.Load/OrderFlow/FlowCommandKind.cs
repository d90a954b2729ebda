// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Load.OrderFlow;

/// <summary>What a translated command does.</summary>
public enum FlowCommandKind : byte
{
    /// <summary>A limit order, good till cancelled.</summary>
    Place,
    /// <summary>A recorded trade: an immediate-or-cancel order of the aggressor.</summary>
    Trade,
    /// <summary>Cancels an order.</summary>
    Cancel,
    /// <summary>Gives an order a new price or open quantity.</summary>
    Amend,
}
