// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus;
using FastLedger.Primitives;

namespace FastLedger.Simulation;

/// <summary>A block that the adversary saw.</summary>
internal sealed class KnownBlock(Hash256 id, byte[] image)
{
    public Hash256 Id { get; } = id;

    public byte[] Image { get; } = image;

    public UInt128 Votes { get; set; }

    public byte[] VoteSignatures { get; } = new byte[32 * ISignatureScheme.SignatureSize];

    public UInt128 Finals { get; set; }

    public byte[] FinalSignatures { get; } = new byte[32 * ISignatureScheme.SignatureSize];

    /// <summary>The quorum certificate, once seen or made.</summary>
    public byte[] Quorum { get; set; } = [];
}
