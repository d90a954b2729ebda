// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.Batches;

/// <summary>
/// Hashes, signs and checks batches. A batch is named by its digest: BLAKE3 over the signed head (session, count, mode, numbers, group
/// dimension: 32 bytes) and the BLAKE3 hash of every command. The hashes are what exactly-once compares and what proofs are made of.
/// </summary>
/// <remarks>Thread: any. Alloc: none. Blocks: no.</remarks>
public static class BatchVerifier
{
    private const int SignedHeadOffset = Signature.Size;

    /// <summary>The commands of a batch.</summary>
    /// <param name="body">Body of a CommandBatch frame, in one piece.</param>
    public static ReadOnlySpan<Command> Commands(ReadOnlySpan<byte> body) =>
        MemoryMarshal.Cast<byte, Command>(body[ProtocolLimits.BatchCommandsOffset..]);

    /// <summary>Hashes every command, then the batch.</summary>
    /// <param name="body">Body of a CommandBatch frame, in one piece.</param>
    /// <param name="commandHashes">Receives one hash per command.</param>
    /// <returns>The batch's digest.</returns>
    [SkipLocalsInit] // the hasher's buffers are written before they are read
    public static Hash256 Hash(ReadOnlySpan<byte> body, Span<Hash256> commandHashes)
    {
        Invariant.Check(body.Length == ProtocolLimits.BatchCommandsOffset + commandHashes.Length * Command.Size);
        Blake3.HashMany(body[ProtocolLimits.BatchCommandsOffset..], Command.Size, commandHashes);
        var hasher = Blake3Hasher.Create();
        hasher.Update(body[SignedHeadOffset..ProtocolLimits.BatchCommandsOffset]);
        hasher.Update(MemoryMarshal.AsBytes(commandHashes));
        return hasher.Finish();
    }

    /// <summary>Checks what only the whole batch shows: its numbers and its signature.</summary>
    /// <param name="body">Body of a CommandBatch frame that <see cref="Sessions.ServerSession"/> let pass, in one piece.</param>
    /// <param name="chainId">The ledger.</param>
    /// <param name="publicKey">Key of the session.</param>
    /// <param name="commandHashes">Receives one hash per command.</param>
    /// <param name="digest">The batch's digest.</param>
    /// <returns><see cref="ResultCode.Ok"/>, <see cref="ResultCode.NumberNotIncreasing"/> or <see cref="ResultCode.BadSignature"/>.</returns>
    public static ResultCode Verify(
        ReadOnlySpan<byte> body, in Hash256 chainId, in Hash256 publicKey, Span<Hash256> commandHashes, out Hash256 digest)
    {
        Span<byte> message = stackalloc byte[SignedMessages.BatchBytes];
        ResultCode code = Prepare(body, in chainId, commandHashes, out digest, message);
        if (code != ResultCode.Ok) return code;
        return Ed25519.Verify(publicKey.Bytes, message, body[..Signature.Size]) ? ResultCode.Ok : ResultCode.BadSignature;
    }

    /// <summary>Everything of <see cref="Verify"/> but the signature, so that signatures of several batches can be checked together.</summary>
    /// <param name="body">Body of a CommandBatch frame that <see cref="Sessions.ServerSession"/> let pass, in one piece.</param>
    /// <param name="chainId">The ledger.</param>
    /// <param name="commandHashes">Receives one hash per command.</param>
    /// <param name="digest">The batch's digest.</param>
    /// <param name="message">Receives the <see cref="SignedMessages.BatchBytes"/> bytes that the batch's signature must be over.</param>
    /// <returns><see cref="ResultCode.Ok"/> or <see cref="ResultCode.NumberNotIncreasing"/>.</returns>
    public static ResultCode Prepare(
        ReadOnlySpan<byte> body, in Hash256 chainId, Span<Hash256> commandHashes, out Hash256 digest, Span<byte> message)
    {
        if (!NumbersIncrease(body))
        {
            digest = default;
            return ResultCode.NumberNotIncreasing;
        }

        digest = Hash(body, commandHashes);
        SignedMessages.Batch(message, in chainId, in digest);
        return ResultCode.Ok;
    }

    /// <summary>Hashes a batch and signs it in place.</summary>
    /// <param name="body">Body of a CommandBatch frame, complete but for the signature.</param>
    /// <param name="chainId">The ledger.</param>
    /// <param name="key">Key of the session.</param>
    /// <param name="commandHashes">Receives one hash per command.</param>
    /// <returns>The batch's digest.</returns>
    public static Hash256 Sign(Span<byte> body, in Hash256 chainId, SigningKey key, Span<Hash256> commandHashes)
    {
        Hash256 digest = Hash(body, commandHashes);
        Span<byte> message = stackalloc byte[SignedMessages.BatchBytes];
        SignedMessages.Batch(message, in chainId, in digest);
        key.Sign(message, body[..Signature.Size]);
        return digest;
    }

    /// <summary>Measures the batch at the front of <paramref name="bytes"/>, which may come from anybody.</summary>
    /// <param name="bytes">Bodies of CommandBatch frames, one after the other.</param>
    /// <param name="head">The batch's head.</param>
    /// <param name="bodyBytes">Bytes of the batch.</param>
    /// <returns>False when no well-formed batch stands there.</returns>
    public static bool TryMeasure(ReadOnlySpan<byte> bytes, out CommandBatchHead head, out int bodyBytes)
    {
        bodyBytes = 0;
        head = default;
        if (bytes.Length < ProtocolLimits.BatchCommandsOffset) return false;
        head = MemoryMarshal.Read<CommandBatchHead>(bytes);
        var group = MemoryMarshal.Read<GroupHead>(bytes[Unsafe.SizeOf<CommandBatchHead>()..]);
        bodyBytes = ProtocolLimits.BatchCommandsOffset + (head.Count * Command.Size);
        return head.Count is > 0 and <= ProtocolLimits.MaxBatchCommands && bodyBytes <= bytes.Length && group.NumInGroup == head.Count
            && group.BlockLength == Command.Size && group.NumGroups == 0 && group.NumVarDataFields == 0
            && head.ResultMode <= ResultMode.All && head.Reserved0 == 0 && head.FirstNumber != 0 && head.LastNumber >= head.FirstNumber;
    }

    /// <summary>The commands' numbers increase strictly from the head's first number to its last.</summary>
    private static bool NumbersIncrease(ReadOnlySpan<byte> body)
    {
        CommandBatchHead head = MemoryMarshal.Read<CommandBatchHead>(body);
        ReadOnlySpan<Command> commands = Commands(body);
        if (commands.Length == 0 || commands[0].Number != head.FirstNumber || commands[^1].Number != head.LastNumber) return false;
        ulong previous = 0;
        foreach (ref readonly Command command in commands)
        {
            if (command.Number <= previous) return false;
            previous = command.Number;
        }

        return true;
    }
}
