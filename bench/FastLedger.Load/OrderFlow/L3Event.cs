// SPDX-License-Identifier: Apache-2.0
using FastLedger.Primitives.Commands;

namespace FastLedger.Load.OrderFlow;

/// <summary>One row of a market-by-order file.</summary>
/// <param name="TimestampNs">Event time; rows of one matching event share it.</param>
/// <param name="Action">What happened.</param>
/// <param name="Side">Side of the order, of a trade the aggressor's; null where the venue names none (an auction).</param>
/// <param name="PriceTicks">Price in ticks.</param>
/// <param name="Size">Lots; of a modify the new open size.</param>
/// <param name="Order">The venue's order id.</param>
/// <param name="IsSnapshot">The row belongs to the picture of the book at the start of the file.</param>
public readonly record struct L3Event(long TimestampNs, L3Action Action, Side? Side, long PriceTicks, ulong Size, ulong Order, bool IsSnapshot);
