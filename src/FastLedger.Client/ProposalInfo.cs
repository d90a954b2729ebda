// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>A proposal and who approves it.</summary>
/// <param name="Head">Digest, state, times.</param>
/// <param name="Approvals">In the order in which they came.</param>
public sealed record ProposalInfo(ProposalAnswerHead Head, IReadOnlyList<ProposalApproval> Approvals);
