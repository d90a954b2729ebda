// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Consensus;

/// <summary>The two clocks of a replica at the moment of an event. Time is an argument: the core reads no clock.</summary>
/// <param name="MonotonicNs">Never goes back while the process lives; drives timeouts.</param>
/// <param name="WallNs">Nanoseconds since 1970, may jump; only stamps and checks blocks.</param>
public readonly record struct ClockReading(ulong MonotonicNs, ulong WallNs);
