// SPDX-License-Identifier: Apache-2.0
using FastLedger.Consensus.Encoding;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Messages;

/// <summary>Names a batch in a block. Per author the numbers are dense, so no leader can skip or reorder one author's batches.</summary>
/// <param name="Author">Validator index of the author.</param>
/// <param name="Number">1, 2, 3 … per author and epoch.</param>
/// <param name="Digest">Digest of the batch's bytes.</param>
/// <param name="SizeBytes">Length of the batch's bytes.</param>
/// <param name="CommandCount">Commands in the batch.</param>
public readonly record struct BatchReference(ushort Author, ulong Number, Hash256 Digest, uint SizeBytes, uint CommandCount)
{
    /// <summary>Encoded size in bytes.</summary>
    public const int Size = 2 + 8 + Hash256.Size + 4 + 4;

    public void Write(ref FrameWriter writer)
    {
        writer.U16(Author);
        writer.U64(Number);
        writer.Hash(Digest);
        writer.U32(SizeBytes);
        writer.U32(CommandCount);
    }

    public static BatchReference Read(ref FrameReader reader) =>
        new(reader.U16(), reader.U64(), reader.Hash(), reader.U32(), reader.U32());
}
