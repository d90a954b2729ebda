// SPDX-License-Identifier: Apache-2.0
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>A proof about a event.</summary>
/// <param name="Head">What it is about, and the root that it leads to.</param>
/// <param name="Proof">The bytes that a verifier takes.</param>
public sealed record EventProofInfo(EventProofAnswerHead Head, byte[] Proof);
