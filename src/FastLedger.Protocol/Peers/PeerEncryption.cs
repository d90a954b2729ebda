// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Protocol.Peers;

/// <summary>How connections between replicas are protected against reading and tampering on the way.</summary>
public enum PeerEncryption : byte
{
    /// <summary>Not: both ends prove who they are, and every message that matters is signed or hashed by itself.</summary>
    Off = 0,
    /// <summary>TLS 1.3; the proofs cover the certificate, so nobody stands in between.</summary>
    Tls = 1,
}
