// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.Certificates;

/// <summary>
/// The validators of one epoch of one ledger, for whoever checks what they signed: clients and auditors. It needs nothing but the keys.
/// </summary>
/// <remarks>Thread: one at a time. Alloc: at construction. Blocks: no.</remarks>
public sealed class ValidatorKeys
{
    /// <summary>Most validators of an epoch.</summary>
    public const int MaxCount = 128;

    /// <summary>Bytes of the longest certificate.</summary>
    public const int MaxCertificateBytes = 160 + GroupHead.Size + (MaxCount * 64);

    private readonly Hash256 _chainId;
    private readonly ulong _epoch;
    private readonly int[] _nodes = [];
    private readonly Hash256[] _keys;
    private readonly SignedMessage[] _messages;
    private readonly bool[] _valid;
    private readonly RecurringKeys _recurring;

    /// <param name="chainId">The ledger.</param>
    /// <param name="keys">Public keys in the order of the validator set: by ascending node number in the first epoch.</param>
    /// <param name="epoch">Which epoch they validate.</param>
    public ValidatorKeys(in Hash256 chainId, IReadOnlyList<Hash256> keys, ulong epoch = 1)
    {
        ArgumentOutOfRangeException.ThrowIfZero(keys.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keys.Count, MaxCount);
        _chainId = chainId;
        _epoch = epoch;
        _keys = [.. keys];
        _messages = new SignedMessage[keys.Count];
        _valid = new bool[keys.Count];
        _recurring = new RecurringKeys(2 * keys.Count);
    }

    /// <summary>Which epoch they validate.</summary>
    public ulong Epoch => _epoch;

    /// <summary>The ledger.</summary>
    public Hash256 ChainId => _chainId;

    /// <summary>Their keys, in the order of the set.</summary>
    public IReadOnlyList<Hash256> Keys => _keys;

    /// <summary>Their node numbers, in the order of the set; empty when only the keys are known.</summary>
    public IReadOnlyList<int> Nodes
    {
        get => _nodes;
        init => _nodes = [.. value];
    }

    /// <summary>Signatures that a certificate needs: all but the third that may be faulty.</summary>
    public int Quorum => _keys.Length - ((_keys.Length - 1) / 3);

    /// <summary>Did a quorum of these validators sign it?</summary>
    /// <param name="head">What was signed, and by whom.</param>
    /// <param name="signatures">One per signer, in the order of the set.</param>
    public unsafe bool Verify(in StateCertificateHead head, ReadOnlySpan<CertificateSignature> signatures)
    {
        UInt128 signers = head.Signers;
        int count = (int)UInt128.PopCount(signers);
        if (head.Epoch != _epoch || count < Quorum || count != signatures.Length || (_keys.Length < MaxCount && signers >> _keys.Length != 0)) return false;
        byte* message = stackalloc byte[SignedMessages.StateBytes];
        SignedMessages.State(new Span<byte>(message, SignedMessages.StateBytes), _chainId, head);
        fixed (Hash256* keys = _keys)
        fixed (CertificateSignature* signed = signatures)
        {
            for (int i = 0; signers != 0; i++, signers &= signers - 1)
                _messages[i] = new SignedMessage((byte*)(keys + (int)UInt128.TrailingZeroCount(signers)), message, SignedMessages.StateBytes, (byte*)(signed + i));
            return _recurring.VerifyBatch(_messages.AsSpan(0, count), _valid.AsSpan(0, count)) == count;
        }
    }

    /// <summary>Reads a certificate from the body of a StateCertificate message, and checks it.</summary>
    /// <param name="certificate">Any bytes.</param>
    /// <param name="head">What was signed.</param>
    /// <returns>False when it is malformed or not signed by a quorum.</returns>
    public bool TryVerify(ReadOnlySpan<byte> certificate, out StateCertificateHead head)
    {
        head = default;
        int signaturesAt = Unsafe.SizeOf<StateCertificateHead>() + GroupHead.Size, size = Unsafe.SizeOf<CertificateSignature>();
        if (certificate.Length < signaturesAt || (certificate.Length - signaturesAt) % size != 0) return false;
        ReadOnlySpan<CertificateSignature> signatures = MemoryMarshal.Cast<byte, CertificateSignature>(certificate[signaturesAt..]);
        var expected = new GroupHead { BlockLength = (ushort)size, NumInGroup = (ushort)signatures.Length };
        if (!certificate[Unsafe.SizeOf<StateCertificateHead>()..signaturesAt].SequenceEqual(MemoryMarshal.AsBytes(new ReadOnlySpan<GroupHead>(in expected)))) return false;
        StateCertificateHead read = MemoryMarshal.Read<StateCertificateHead>(certificate);
        if (!Verify(read, signatures)) return false;
        head = read;
        return true;
    }

    /// <summary>Is this the receipt of a block with this receipts root?</summary>
    /// <param name="receiptsRoot">From a certificate that was verified.</param>
    /// <param name="proof">The receipt and its place.</param>
    /// <param name="path">Siblings from the bottom to the top.</param>
    public static bool Verify(in Hash256 receiptsRoot, in ReceiptProofHead proof, ReadOnlySpan<PathNode> path)
    {
        Hash256 leaf = Merkle.Leaf(MemoryMarshal.AsBytes(new ReadOnlySpan<BatchReceipt>(in proof.Receipt)));
        return MerkleProof.VerifyInclusion(
            receiptsRoot, proof.LeafCount, proof.LeafIndex, leaf, MemoryMarshal.Cast<PathNode, Hash256>(path));
    }
}
