// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>A policy and its members.</summary>
/// <param name="Head">Number, threshold, times.</param>
/// <param name="Members">Empty for a policy of one key.</param>
public sealed record PolicyInfo(PolicyAnswerHead Head, IReadOnlyList<PolicyMember> Members);
