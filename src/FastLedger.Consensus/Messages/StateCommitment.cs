// SPDX-License-Identifier: Apache-2.0
using FastLedger.Consensus.Encoding;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Messages;

/// <summary>What execution up to a height produced; the content of state votes and state certificates.</summary>
/// <param name="Height">Height of the executed block.</param>
/// <param name="BlockId">The executed block.</param>
/// <param name="StateRoot">Root over all tables.</param>
/// <param name="ReceiptsRoot">Root over results and events.</param>
/// <param name="NextSetDigest">Digest of the validator set that the block hands over to, or zero.</param>
public readonly record struct StateCommitment(ulong Height, Hash256 BlockId, Hash256 StateRoot, Hash256 ReceiptsRoot, Hash256 NextSetDigest)
{
    /// <summary>Encoded size in bytes.</summary>
    public const int Size = 8 + 4 * Hash256.Size;

    public void Write(ref FrameWriter writer)
    {
        writer.U64(Height);
        writer.Hash(BlockId);
        writer.Hash(StateRoot);
        writer.Hash(ReceiptsRoot);
        writer.Hash(NextSetDigest);
    }

    public static StateCommitment Read(ref FrameReader reader) =>
        new(reader.U64(), reader.Hash(), reader.Hash(), reader.Hash(), reader.Hash());
}
