// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Load.OrderFlow;

/// <summary>A fill of a resting order as the venue recorded it.</summary>
/// <param name="Maker">The venue's order id of the resting order.</param>
/// <param name="QuantityLots">Lots filled.</param>
/// <param name="Circumstance">What the record shows about it.</param>
public readonly record struct RecordedFill(ulong Maker, ulong QuantityLots, FillCircumstance Circumstance);
