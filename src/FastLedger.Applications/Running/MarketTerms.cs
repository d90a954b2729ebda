// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Applications.Running;

/// <summary>A market of a scenario.</summary>
/// <param name="Base">What is traded.</param>
/// <param name="Quote">What it is paid in.</param>
/// <param name="Lot">Minor units of what is traded that a price is for.</param>
/// <param name="Tick">Step of the price of a lot.</param>
internal sealed record MarketTerms(Asset Base, Asset Quote, Int128 Lot, Money Tick);
