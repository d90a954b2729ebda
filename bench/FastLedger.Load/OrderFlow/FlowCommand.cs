// SPDX-License-Identifier: Apache-2.0
using FastLedger.Primitives.Commands;

namespace FastLedger.Load.OrderFlow;

/// <summary>One command of a translated session.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Side">Side of the order, or of the aggressor.</param>
/// <param name="Order">The venue's order id.</param>
/// <param name="PriceTicks">Limit price; of a cancel 0.</param>
/// <param name="QuantityLots">Lots; of an amendment the open quantity wanted; of a cancel 0.</param>
/// <param name="Trade">Place of a trade in <see cref="FlowSession.Trades"/>, otherwise −1.</param>
public readonly record struct FlowCommand(FlowCommandKind Kind, Side Side, ulong Order, long PriceTicks, ulong QuantityLots, int Trade);
