// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>The best price levels of a book.</summary>
/// <param name="Head">Which book, as of when.</param>
/// <param name="Bids">Highest first.</param>
/// <param name="Asks">Lowest first.</param>
public sealed record BookDepth(DepthAnswerHead Head, IReadOnlyList<DepthLevel> Bids, IReadOnlyList<DepthLevel> Asks);
