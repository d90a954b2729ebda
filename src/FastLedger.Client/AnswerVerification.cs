// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol;
using FastLedger.Protocol.Certificates;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>
/// Believes no single replica: an answer counts when a quorum of validators signed the receipts root of its block, the batch's receipt is part
/// of that root, and the receipt says what the answer says.
/// </summary>
/// <remarks>
/// A certificate is checked once per block and connection. Thread: the receiving one. Alloc: grows to the largest batch whose results were all
/// asked for. Blocks: no.
/// </remarks>
internal sealed class AnswerVerification(ValidatorKeys validators)
{
    /// <summary>Whom the client believes: those of the newest epoch that it was led to.</summary>
    public ValidatorKeys Validators { get; set; } = validators;

    private readonly PathNode[] _path = new PathNode[MerkleProof.MaxPathLength];
    private readonly CertificateSignature[] _signatures = new CertificateSignature[ValidatorKeys.MaxCount];
    private byte[] _receipts = [];
    private Hash256[] _leaves = [];
    private Hash256[] _scratch = [];
    private ReceiptProofHead _proof;
    private int _pathLength;
    private bool _hasProof;
    private ulong _certifiedHeight;
    private Hash256 _receiptsRoot;

    /// <summary>A new connection: nothing was proven on it yet.</summary>
    public void Reset()
    {
        _hasProof = false;
        _certifiedHeight = 0;
    }

    /// <summary>Takes a certificate.</summary>
    /// <returns>False when it is malformed or not signed by a quorum.</returns>
    public bool TryTakeCertificate(in Frame frame)
    {
        if (!frame.TryRead(out StateCertificateHead head) || !frame.TryReadGroup<CertificateSignature>(out ReadOnlySequence<byte> signatures, out int count)
            || count > _signatures.Length) return false;
        signatures.CopyTo(MemoryMarshal.AsBytes(_signatures.AsSpan(0, count)));
        if (!Validators.Verify(head, _signatures.AsSpan(0, count))) return false;
        _certifiedHeight = head.Height;
        _receiptsRoot = head.ReceiptsRoot;
        return true;
    }

    /// <summary>Takes the proof of the next answer.</summary>
    /// <returns>False when it is malformed.</returns>
    public bool TryTakeProof(in Frame frame)
    {
        if (!frame.TryRead(out _proof) || !frame.TryReadGroup<PathNode>(out ReadOnlySequence<byte> path, out _pathLength) || _pathLength > _path.Length) return false;
        path.CopyTo(MemoryMarshal.AsBytes(_path.AsSpan(0, _pathLength)));
        _hasProof = true;
        return true;
    }

    /// <summary>Is the answer to <paramref name="batch"/> proven by what came before it?</summary>
    public bool IsProven(CommandBatch batch, in BatchResultHead head, ReadOnlySpan<CommandResult> results)
    {
        if (!_hasProof) return false;
        _hasProof = false;
        BatchReceipt receipt = _proof.Receipt;
        bool matches = _proof.Height == head.Height && head.Height == _certifiedHeight && receipt.BatchDigest == batch.Digest
            && receipt.Session == head.Session && receipt.Count == head.Count && receipt.OkCount == head.OkCount && receipt.FirstSequence == head.FirstSequence;
        return matches && ValidatorKeys.Verify(_receiptsRoot, _proof, _path.AsSpan(0, _pathLength))
            && DigestFailures(results, out uint failed) == receipt.FailuresDigest && failed == receipt.Count - receipt.OkCount
            && (head.ResultMode == ResultMode.FailuresOnly ? results.Length == (int)failed : RootOf(batch, results) == receipt.ResultsRoot);
    }

    private static Hash256 DigestFailures(ReadOnlySpan<CommandResult> results, out uint failed)
    {
        failed = 0;
        var hasher = Blake3Hasher.Create();
        foreach (ref readonly CommandResult result in results)
        {
            if (result.Code == ResultCode.Ok) continue;
            hasher.Update(MemoryMarshal.AsBytes(new ReadOnlySpan<CommandResult>(in result)));
            failed++;
        }

        return failed == 0 ? default : hasher.Finish();
    }

    /// <summary>The root over (hash of the command, result) of every command.</summary>
    private Hash256 RootOf(CommandBatch batch, ReadOnlySpan<CommandResult> results)
    {
        const int ReceiptBytes = 64;
        int count = batch.Count;
        if (results.Length != count) return default;
        if (_leaves.Length < count)
        {
            int size = Math.Min(ProtocolLimits.MaxBatchCommands, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count));
            _leaves = new Hash256[size];
            _scratch = new Hash256[size];
            _receipts = new byte[size * ReceiptBytes];
        }

        Span<Hash256> leaves = _leaves.AsSpan(0, count);
        Blake3.HashMany(MemoryMarshal.AsBytes(batch.Commands), Command.Size, leaves);
        Span<byte> receipts = _receipts.AsSpan(0, count * ReceiptBytes);
        for (int i = 0; i < count; i++)
        {
            leaves[i].Bytes.CopyTo(receipts[(i * ReceiptBytes)..]);
            MemoryMarshal.Write(receipts[((i * ReceiptBytes) + Hash256.Size)..], results[i]);
        }

        Blake3.HashMany(receipts, ReceiptBytes, leaves);
        return Merkle.RootOf(leaves, _scratch);
    }
}
