// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol;
using FastLedger.Protocol.Batches;
using FastLedger.Protocol.Messages;

namespace FastLedger.Node.Cluster;

/// <summary>
/// The bytes that an author disseminates under one number: clients' batches one after the other, each behind the key of its session. The
/// key lets every replica check the signature before it has executed the session's registration; execution compares the two.
/// </summary>
/// <remarks>
/// <code>
/// | key (32) | body of a CommandBatch (96 + 128 · n) | key (32) | body … |
/// </code>
/// The digest is BLAKE3 over key, signature and digest of each batch, so it binds every byte. Thread: any. Alloc: none.
/// </remarks>
internal static class Bundle
{
    /// <summary>Clients' batches in one bundle.</summary>
    public const int MaxBatches = 256;

    /// <summary>Longest bundle: a full batch, or many small ones.</summary>
    public const int MaxBytes = Hash256.Size + ProtocolLimits.MaxBatchBodyBytes;

    /// <summary>The batch at the front of <paramref name="bundle"/>, which may come from anybody.</summary>
    /// <param name="bundle">The bundle; advanced behind the batch.</param>
    /// <param name="batch">The batch.</param>
    /// <returns>False when no well-formed batch stands there.</returns>
    public static bool TryTake(ref ReadOnlySpan<byte> bundle, out BundledBatch batch)
    {
        batch = default;
        if (bundle.Length < Hash256.Size || !BatchVerifier.TryMeasure(bundle[Hash256.Size..], out CommandBatchHead head, out int bodyBytes)) return false;
        batch = new BundledBatch(MemoryMarshal.Read<Hash256>(bundle), head, bundle.Slice(Hash256.Size, bodyBytes));
        bundle = bundle[(Hash256.Size + bodyBytes)..];
        return true;
    }

    /// <summary>Counts what a bundle holds.</summary>
    /// <returns>False when the bytes are no bundle.</returns>
    public static bool TryCount(ReadOnlySpan<byte> bundle, out int batches, out int commands)
    {
        batches = commands = 0;
        while (!bundle.IsEmpty)
        {
            if (batches == MaxBatches || !TryTake(ref bundle, out BundledBatch batch)) return false;
            batches++;
            commands += batch.Head.Count;
        }

        return batches > 0;
    }

    /// <summary>Hashes all commands and digests all batches of a well-formed bundle.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="commandHashes">Receives one hash per command.</param>
    /// <param name="digests">Receives one digest per batch.</param>
    /// <returns>The bundle's digest.</returns>
    public static Hash256 Hash(ReadOnlySpan<byte> bundle, Span<Hash256> commandHashes, Span<Hash256> digests)
    {
        var hasher = Blake3Hasher.Create();
        for (int i = 0, at = 0; !bundle.IsEmpty; i++)
        {
            Invariant.Check(TryTake(ref bundle, out BundledBatch batch));
            digests[i] = BatchVerifier.Hash(batch.Body, commandHashes.Slice(at, batch.Head.Count));
            at += batch.Head.Count;
            Add(ref hasher, batch.Key, batch.Body, digests[i]);
        }

        return hasher.Finish();
    }

    /// <summary>Takes one batch into the digest of a bundle.</summary>
    public static void Add(ref Blake3Hasher hasher, in Hash256 key, ReadOnlySpan<byte> body, in Hash256 digest)
    {
        hasher.Update(key.Bytes);
        hasher.Update(body[..Signature.Size]);
        hasher.Update(digest.Bytes);
    }

    /// <summary>The replicas' own batch may only register keys, each of which signed for itself.</summary>
    public static bool IsRegistration(in BundledBatch batch, in Hash256 chainId)
    {
        if (!batch.Key.IsZero || batch.Body[..Signature.Size].ContainsAnyExcept((byte)0)) return false;
        Span<byte> message = stackalloc byte[SignedMessages.RegisterBytes];
        foreach (ref readonly Command command in batch.Commands)
        {
            if (command.Opcode != Opcode.RegisterSession) return false;
            ref readonly RegisterSessionCommand registration = ref Command.As<RegisterSessionCommand>(in command);
            SignedMessages.Register(message, in chainId, in registration.Key);
            var signature = new Signature { R = registration.SignatureR, S = registration.SignatureS };
            if (!Ed25519.Verify(registration.Key.Bytes, message, signature.Bytes)) return false;
        }

        return true;
    }
}

/// <summary>One client's batch in a bundle.</summary>
internal readonly ref struct BundledBatch(Hash256 key, CommandBatchHead head, ReadOnlySpan<byte> body)
{
    /// <summary>Key that the batch's signature is of; zero for the replicas' own batch.</summary>
    public readonly Hash256 Key = key;

    public readonly CommandBatchHead Head = head;

    /// <summary>Body of the CommandBatch frame.</summary>
    public readonly ReadOnlySpan<byte> Body = body;

    public ReadOnlySpan<Command> Commands => BatchVerifier.Commands(Body);
}
