// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Network;

/// <summary>Counters of a <see cref="Reception"/> since its start.</summary>
/// <param name="Accepted">Connections accepted.</param>
/// <param name="Silent">Connections that have not said anything, now.</param>
/// <param name="PushedOut">Silent connections closed because newer ones needed their place.</param>
/// <param name="Lapsed">Connections that were silent for too long.</param>
/// <param name="Malformed">Connections that began with junk, or ended without a byte.</param>
/// <param name="AcceptFaults">Accepts that failed, for example for want of file descriptors.</param>
public readonly record struct ReceptionStatistics(long Accepted, int Silent, long PushedOut, long Lapsed, long Malformed, long AcceptFaults);
