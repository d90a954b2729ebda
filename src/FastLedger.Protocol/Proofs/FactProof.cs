// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Certificates;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.Proofs;

/// <summary>
/// A fact about the ledger with everything that shows it, as a file: what a quorum of validators signed about a block, and the path from a record to the state root,
/// or from a command and its result to the receipts root. Whoever knows the ledger's genesis needs nothing else. The format is described in <c>proofs.md</c>.
/// </summary>
/// <remarks>Verifying is total: any bytes are answered with true or false. Thread: any. Alloc: when writing. Blocks: no.</remarks>
public static class FactProof
{
    /// <summary>Version of the format.</summary>
    public const ushort Version = 1;

    /// <summary>Longest proof, without the chain of hand-overs.</summary>
    public const int MaxBytes = HeadBytes + ValidatorKeys.MaxCertificateBytes + StateProof.MaxBytes;

    private const int HeadBytes = 48;
    private const int CommandHeadBytes = BatchReceipt.Size + 8 + Command.Size + CommandResult.Size;
    private const int MaxPathLength = 32;

    private static ReadOnlySpan<byte> Magic => "FLPF"u8;

    /// <summary>Writes the proof of a record.</summary>
    /// <param name="chainId">The ledger.</param>
    /// <param name="certificate">Body of the StateCertificate message of the block that the state proof is about.</param>
    /// <param name="stateProof">See <see cref="StateProof"/>.</param>
    public static byte[] OfRecord(in Hash256 chainId, ReadOnlySpan<byte> certificate, ReadOnlySpan<byte> stateProof)
    {
        byte[] proof = Begin(FactKind.Record, chainId, certificate, stateProof.Length);
        stateProof.CopyTo(proof.AsSpan(HeadBytes + certificate.Length));
        return proof;
    }

    /// <summary>Writes the proof of a command and its result.</summary>
    /// <param name="chainId">The ledger.</param>
    /// <param name="certificate">Body of the StateCertificate message of the block that answered the command.</param>
    /// <param name="receipt">The receipt of the command's batch and its place in the block.</param>
    /// <param name="receiptPath">Siblings from the receipt to the receipts root, from the bottom to the top.</param>
    /// <param name="command">The command.</param>
    /// <param name="result">Its result.</param>
    /// <param name="resultPath">Siblings from the result to the root over the batch's results, from the bottom to the top.</param>
    public static byte[] OfCommand(
        in Hash256 chainId, ReadOnlySpan<byte> certificate, in ReceiptProofHead receipt, ReadOnlySpan<PathNode> receiptPath, in Command command, in CommandResult result,
        ReadOnlySpan<Hash256> resultPath)
    {
        byte[] proof = Begin(FactKind.Command, chainId, certificate, CommandHeadBytes + ((receiptPath.Length + resultPath.Length) * Hash256.Size));
        Span<byte> body = proof.AsSpan(HeadBytes + certificate.Length);
        MemoryMarshal.Write(body, receipt.Receipt);
        body = body[BatchReceipt.Size..];
        BinaryPrimitives.WriteUInt32LittleEndian(body, Sides(receipt.LeafIndex, receipt.LeafCount));
        BinaryPrimitives.WriteUInt16LittleEndian(body[4..], (ushort)receiptPath.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(body[6..], (ushort)resultPath.Length);
        MemoryMarshal.Write(body[8..], command);
        MemoryMarshal.Write(body[(8 + Command.Size)..], result);
        body = body[(8 + Command.Size + CommandResult.Size)..];
        MemoryMarshal.AsBytes(receiptPath).CopyTo(body);
        MemoryMarshal.AsBytes(resultPath).CopyTo(body[(receiptPath.Length * Hash256.Size)..]);
        return proof;
    }

    /// <summary>Does the proof show a fact about this ledger?</summary>
    /// <param name="proof">Any bytes. In front of the proof of a later epoch stands the chain of hand-overs that leads to it, see <see cref="HandOver"/>.</param>
    /// <param name="chainId">The ledger that the caller trusts.</param>
    /// <param name="validators">The validators that the caller trusts: those of the genesis.</param>
    /// <param name="fact">What it shows; empty when the answer is false.</param>
    public static bool Verify(ReadOnlySpan<byte> proof, scoped in Hash256 chainId, ValidatorKeys validators, out ProvenFact fact)
    {
        ArgumentNullException.ThrowIfNull(validators);
        fact = default;
        if (HandOver.IsChain(proof))
        {
            if (!HandOver.TryFollow(ref proof, validators, out ValidatorKeys? later)) return false;
            validators = later!;
        }

        if (proof.Length is < HeadBytes or > MaxBytes || !proof.StartsWith(Magic) || BinaryPrimitives.ReadUInt16LittleEndian(proof[4..]) != Version) return false;
        var kind = (FactKind)BinaryPrimitives.ReadUInt16LittleEndian(proof[6..]);
        uint certificateBytes = BinaryPrimitives.ReadUInt32LittleEndian(proof[8..]), bodyBytes = BinaryPrimitives.ReadUInt32LittleEndian(proof[12..]);
        if (proof.Length - HeadBytes != (long)certificateBytes + bodyBytes || new Hash256(proof.Slice(16, Hash256.Size)) != chainId) return false;
        if (!validators.TryVerify(proof.Slice(HeadBytes, (int)certificateBytes), out StateCertificateHead certificate)) return false;
        ReadOnlySpan<byte> body = proof[(HeadBytes + (int)certificateBytes)..];
        return kind switch
        {
            FactKind.Record => VerifyRecord(body, certificate, validators.Keys.Count, out fact),
            FactKind.Command => VerifyCommand(body, certificate, validators.Keys.Count, out fact),
            _ => false,
        };
    }

    private static bool VerifyRecord(ReadOnlySpan<byte> body, scoped in StateCertificateHead certificate, int validators, out ProvenFact fact)
    {
        fact = default;
        if (!StateProof.Verify(body, certificate.StateRoot, out uint table, out ulong number, out ReadOnlySpan<byte> record)) return false;
        fact = new ProvenFact { Kind = FactKind.Record, Certificate = certificate, Validators = validators, Table = table, Number = number, Record = record };
        return true;
    }

    [SkipLocalsInit] // written before it is read
    private static bool VerifyCommand(ReadOnlySpan<byte> body, scoped in StateCertificateHead certificate, int validators, out ProvenFact fact)
    {
        fact = default;
        if (body.Length < CommandHeadBytes) return false;
        ReadOnlySpan<byte> receiptBytes = body[..BatchReceipt.Size], rest = body[BatchReceipt.Size..];
        uint sides = BinaryPrimitives.ReadUInt32LittleEndian(rest);
        int receiptLength = BinaryPrimitives.ReadUInt16LittleEndian(rest[4..]), resultLength = BinaryPrimitives.ReadUInt16LittleEndian(rest[6..]);
        ReadOnlySpan<byte> commandBytes = rest.Slice(8, Command.Size), resultBytes = rest.Slice(8 + Command.Size, CommandResult.Size);
        rest = rest[(8 + Command.Size + CommandResult.Size)..];
        if (receiptLength > MaxPathLength || resultLength > MaxPathLength || rest.Length != (receiptLength + resultLength) * Hash256.Size || (ulong)sides >> receiptLength != 0) return false;
        Span<Hash256> path = stackalloc Hash256[2 * MaxPathLength];
        rest.CopyTo(MemoryMarshal.AsBytes(path));

        // How many receipts the block has is signed by nobody, so the path tells only on which side each sibling stands.
        Hash256 hash = Merkle.Leaf(receiptBytes);
        for (int i = 0; i < receiptLength; i++) hash = (sides >> i & 1) != 0 ? Merkle.Node(path[i], hash) : Merkle.Node(hash, path[i]);
        if (hash != certificate.ReceiptsRoot) return false;

        BatchReceipt receipt = MemoryMarshal.Read<BatchReceipt>(receiptBytes);
        CommandResult result = MemoryMarshal.Read<CommandResult>(resultBytes);
        Span<byte> leaf = stackalloc byte[Hash256.Size + CommandResult.Size];
        Merkle.Leaf(commandBytes).Bytes.CopyTo(leaf);
        resultBytes.CopyTo(leaf[Hash256.Size..]);
        if (!MerkleProof.VerifyInclusion(receipt.ResultsRoot, receipt.Count, result.Index, Merkle.Leaf(leaf), path.Slice(receiptLength, resultLength))) return false;
        fact = new ProvenFact { Kind = FactKind.Command, Certificate = certificate, Validators = validators, Receipt = receipt, Command = MemoryMarshal.Read<Command>(commandBytes), Result = result };
        return true;
    }

    private static byte[] Begin(FactKind kind, in Hash256 chainId, ReadOnlySpan<byte> certificate, int bodyBytes)
    {
        byte[] proof = new byte[HeadBytes + certificate.Length + bodyBytes];
        Magic.CopyTo(proof);
        BinaryPrimitives.WriteUInt16LittleEndian(proof.AsSpan(4), Version);
        BinaryPrimitives.WriteUInt16LittleEndian(proof.AsSpan(6), (ushort)kind);
        BinaryPrimitives.WriteInt32LittleEndian(proof.AsSpan(8), certificate.Length);
        BinaryPrimitives.WriteInt32LittleEndian(proof.AsSpan(12), bodyBytes);
        chainId.Bytes.CopyTo(proof.AsSpan(16));
        certificate.CopyTo(proof.AsSpan(HeadBytes));
        return proof;
    }

    /// <summary>Bit i: the i-th sibling on the way up stands on the left.</summary>
    private static uint Sides(uint index, uint count)
    {
        uint sides = 0;
        for (int length = 0; count > 1; index /= 2, count = (count + 1) / 2)
            if ((index ^ 1) < count) sides |= (index & 1) << length++;
        return sides;
    }
}
