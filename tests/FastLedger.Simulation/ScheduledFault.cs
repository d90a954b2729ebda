// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Simulation;

/// <summary>One entry of a schedule.</summary>
public readonly record struct ScheduledFault(ulong AtNs, FaultKind Kind, int Instance, ulong First);
