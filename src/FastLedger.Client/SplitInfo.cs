// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>A split and its shares.</summary>
/// <param name="Head">Number, asset, policy.</param>
/// <param name="Shares">One per place; weight 0 where it is empty.</param>
public sealed record SplitInfo(SplitAnswerHead Head, IReadOnlyList<SplitShare> Shares);
