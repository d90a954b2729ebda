// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Applications.Patterns;

/// <summary>What a verifier found.</summary>
/// <param name="Status">The verdict.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="Object">Number of the object; 0 when the proof does not show one.</param>
/// <param name="Class">Number of its class; 0 when the proof does not show one.</param>
/// <param name="State">Its state.</param>
/// <param name="Version">Changes so far, the creation included.</param>
public sealed record DocumentFinding(DocumentStatus Status, string Reason, ulong Object = 0, uint Class = 0, uint State = 0, ulong Version = 0);
