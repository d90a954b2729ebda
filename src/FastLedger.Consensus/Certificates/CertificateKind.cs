// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Consensus.Certificates;

/// <summary>What the signers of a <see cref="BlockCertificate"/> said.</summary>
public enum CertificateKind : byte
{
    /// <summary>A quorum certificate: q votes. It justifies a child and, with a child of the next view, commits.</summary>
    Quorum = 1,
    /// <summary>A finality certificate: q finalize votes. It commits by itself.</summary>
    Finality = 2,
}
