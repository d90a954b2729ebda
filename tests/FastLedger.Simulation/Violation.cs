// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Simulation;

/// <summary>Something that must never happen did.</summary>
/// <param name="Oracle">Which rule was broken: S1 … S14, "liveness" or "invariant".</param>
/// <param name="Detail">What was seen.</param>
/// <param name="TimeNs">Virtual time.</param>
public sealed record Violation(string Oracle, string Detail, ulong TimeNs);
