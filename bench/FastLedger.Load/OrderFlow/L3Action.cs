// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Load.OrderFlow;

/// <summary>What a row of a market-by-order file says happened.</summary>
public enum L3Action : byte
{
    /// <summary>An order entered the book.</summary>
    Add,
    /// <summary>An order left the book.</summary>
    Cancel,
    /// <summary>An order has a new price or size.</summary>
    Modify,
    /// <summary>An aggressor traded; the book is unchanged yet.</summary>
    Trade,
    /// <summary>A resting order was filled by the trade above.</summary>
    Fill,
}
