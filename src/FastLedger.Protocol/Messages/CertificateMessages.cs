// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Protocol.Messages;

/// <summary>
/// Fixed block of a certificate over what a block's execution produced. The group of signatures follows: one per signer, by ascending place in
/// the validator set. A server sends it once per block and connection, before the first result of that block.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 160)]
public struct StateCertificateHead : IMessage
{
    /// <summary>Which validator set signed.</summary>
    [FieldOffset(0)] public ulong Epoch;
    /// <summary>The executed block.</summary>
    [FieldOffset(8)] public ulong Height;
    /// <summary>The block that consensus ordered at this height.</summary>
    [FieldOffset(16)] public Hash256 BlockId;
    /// <summary>Root over all tables after the block.</summary>
    [FieldOffset(48)] public Hash256 StateRoot;
    /// <summary>Root over the block's <see cref="BatchReceipt"/>s.</summary>
    [FieldOffset(80)] public Hash256 ReceiptsRoot;
    /// <summary>Digest of the validator set that the block hands over to, or zero.</summary>
    [FieldOffset(112)] public Hash256 NextSetDigest;
    /// <summary>Bit i: validator i of the set signed.</summary>
    [FieldOffset(144)] public UInt128 Signers;

    static TemplateId IMessage.TemplateId => TemplateId.StateCertificate;
}

/// <summary>One signature of a certificate.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct CertificateSignature
{
    [FieldOffset(0)] public Signature Signature;
}

/// <summary>
/// Fixed block of the proof that the next <see cref="BatchResultHead"/> is part of a certified block. The group of sibling hashes follows, from
/// the bottom to the top of the tree over the block's receipts.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 208)]
public struct ReceiptProofHead : IMessage
{
    /// <summary>The block.</summary>
    [FieldOffset(0)] public ulong Height;
    /// <summary>Place of the batch's receipt among the block's.</summary>
    [FieldOffset(8)] public uint LeafIndex;
    /// <summary>Receipts in the block.</summary>
    [FieldOffset(12)] public uint LeafCount;
    /// <summary>What the leaf is the hash of.</summary>
    [FieldOffset(16)] public BatchReceipt Receipt;

    static TemplateId IMessage.TemplateId => TemplateId.ReceiptProof;
}

/// <summary>A hash of a path.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct PathNode
{
    [FieldOffset(0)] public Hash256 Hash;
}
