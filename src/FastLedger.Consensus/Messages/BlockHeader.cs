// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Encoding;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Messages;

/// <summary>Everything that a block's id covers. Plain fields: headers are filled in place in pooled nodes.</summary>
public struct BlockHeader
{
    /// <summary>Version of the encoding.</summary>
    public const byte Version = 1;

    /// <summary>Encoded size in bytes.</summary>
    public const int Size = 1 + 32 + 8 + 8 + 8 + 32 + 8 + 32 + 32 + 2 + 8 + 32 + 2 + 8 + 32 + 32;

    /// <summary>The ledger this block belongs to.</summary>
    public Hash256 ChainId { get; set; }

    public ulong Epoch { get; set; }

    public ulong View { get; set; }

    /// <summary>One above the parent's; dense over all epochs.</summary>
    public ulong Height { get; set; }

    public Hash256 ParentId { get; set; }

    public ulong ParentView { get; set; }

    /// <summary>Digest of the justifying certificate's content, not of its signer set: two replicas may hold different valid sets.</summary>
    public Hash256 JustifyDigest { get; set; }

    /// <summary>Digest of the timeout certificate's content, or zero when the parent is of the view before.</summary>
    public Hash256 TimeoutDigest { get; set; }

    /// <summary>Validator index of the proposer.</summary>
    public ushort Proposer { get; set; }

    /// <summary>The proposer's clock, in nanoseconds since 1970; strictly above the parent's.</summary>
    public ulong TimestampNs { get; set; }

    /// <summary>Digest of the body.</summary>
    public Hash256 PayloadRoot { get; set; }

    /// <summary>Batches in the body.</summary>
    public ushort BatchCount { get; set; }

    /// <summary>Newest height whose state a quorum has certified, as the proposer knew it; zero for none.</summary>
    public ulong ExecutedHeight { get; set; }

    /// <summary>State root at <see cref="ExecutedHeight"/>; zero for none.</summary>
    public Hash256 ExecutedStateRoot { get; set; }

    /// <summary>Digest of the next validator set when this block ends its epoch; else zero.</summary>
    public Hash256 NextSetDigest { get; set; }

    public readonly void Write(ref FrameWriter writer)
    {
        writer.U8(Version);
        writer.Hash(ChainId);
        writer.U64(Epoch);
        writer.U64(View);
        writer.U64(Height);
        writer.Hash(ParentId);
        writer.U64(ParentView);
        writer.Hash(JustifyDigest);
        writer.Hash(TimeoutDigest);
        writer.U16(Proposer);
        writer.U64(TimestampNs);
        writer.Hash(PayloadRoot);
        writer.U16(BatchCount);
        writer.U64(ExecutedHeight);
        writer.Hash(ExecutedStateRoot);
        writer.Hash(NextSetDigest);
    }

    /// <summary>Reads a header; the form is checked, the meaning is not.</summary>
    /// <returns>False when the version is unknown, a view is not usable, or an optional pair is half present.</returns>
    public static bool TryRead(ref FrameReader reader, out BlockHeader header)
    {
        byte version = reader.U8();
        header = new BlockHeader
        {
            ChainId = reader.Hash(),
            Epoch = reader.U64(),
            View = reader.U64(),
            Height = reader.U64(),
            ParentId = reader.Hash(),
            ParentView = reader.U64(),
            JustifyDigest = reader.Hash(),
            TimeoutDigest = reader.Hash(),
            Proposer = reader.U16(),
            TimestampNs = reader.U64(),
            PayloadRoot = reader.Hash(),
            BatchCount = reader.U16(),
            ExecutedHeight = reader.U64(),
            ExecutedStateRoot = reader.Hash(),
            NextSetDigest = reader.Hash(),
        };
        return !reader.Failed && version == Version && header.View is > 0 and < ulong.MaxValue && header.ParentView < header.View
            && header.Height is > 0 and < ulong.MaxValue && (header.ExecutedHeight == 0) == header.ExecutedStateRoot.IsZero;
    }

    /// <summary>The block's id: digest of a tag and the encoded header.</summary>
    public static Hash256 IdOf(ISignatureScheme scheme, ReadOnlySpan<byte> encodedHeader)
    {
        Span<byte> buffer = stackalloc byte[16 + Size];
        "FLC1/block\0\0\0\0\0\0"u8.CopyTo(buffer);
        encodedHeader.CopyTo(buffer[16..]);
        return scheme.Digest(buffer[..(16 + encodedHeader.Length)]);
    }
}
