// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Node.Cluster;

/// <summary>What replicas say to each other about consensus and batches. Numbers are part of the wire protocol: they are never reused.</summary>
internal static class PeerTemplate
{
    /// <summary>A message of the consensus core, as it encodes it.</summary>
    public const ushort Consensus = 150;

    /// <summary>An author's batch: its signed header, padded, then the bundle.</summary>
    public const ushort Batch = 151;

    /// <summary>The same, from whoever was asked for it.</summary>
    public const ushort FetchedBatch = 152;

    /// <summary>Asks for a batch: an encoded reference and the epoch.</summary>
    public const ushort BatchRequest = 153;

    /// <summary>Asks for the certificate of a height.</summary>
    public const ushort CertificateRequest = 154;

    /// <summary>Asks how an epoch handed over to the next: its number.</summary>
    public const ushort HandOverQuery = 184;

    /// <summary>The hand-over, which proves itself; empty when it is not here.</summary>
    public const ushort HandOver = 185;
}
