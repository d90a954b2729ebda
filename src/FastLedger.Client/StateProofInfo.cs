// SPDX-License-Identifier: Apache-2.0
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>A proof about a record.</summary>
/// <param name="Head">What it is about, and the root that it leads to.</param>
/// <param name="Proof">The bytes that a verifier takes.</param>
/// <param name="Certificate">What the validators signed about the state root: the body of a StateCertificate message, see
/// <see cref="Protocol.Certificates.ValidatorKeys.TryVerify"/>. Empty when the replica has executed no block since it started.</param>
public sealed record StateProofInfo(StateProofAnswerHead Head, byte[] Proof, byte[] Certificate);
