// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Network.Peers;

/// <summary>Counters of everything that happened at the door since the start.</summary>
/// <param name="Accepted">Connections accepted.</param>
/// <param name="Silent">Connections that have not said anything, now.</param>
/// <param name="HalfOpen">Connections in the handshake now, those that we dialled not counted.</param>
/// <param name="PushedOut">Connections closed, silent or in the handshake, because newer ones needed their place.</param>
/// <param name="Lapsed">Connections silent, or in the handshake, for too long.</param>
/// <param name="Malformed">Handshakes that were no frames of this protocol, or broke off.</param>
/// <param name="Refused">Handshakes of well-formed frames that proved nothing: another chain, an unknown peer, a bad signature …</param>
/// <param name="AcceptFaults">Accepts that failed, for example for want of file descriptors.</param>
/// <param name="Faults">Exceptions that no peer and no network can cause.</param>
public readonly record struct PeerNetworkStatistics(
    long Accepted, int Silent, int HalfOpen, long PushedOut, long Lapsed, long Malformed, long Refused, long AcceptFaults, long Faults);
