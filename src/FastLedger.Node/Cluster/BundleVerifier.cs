// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Consensus.Messages;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Protocol;

namespace FastLedger.Node.Cluster;

/// <summary>
/// Checks a bundle that came from a peer: form, digest and every client's signature, all signatures in one go. What passes here passes on
/// every replica: each of the checks is a function of the bytes alone.
/// </summary>
/// <remarks>Thread: one at a time. Alloc: at construction. Blocks: no.</remarks>
internal sealed unsafe class BundleVerifier(Hash256 chainId)
{
    private const int SlotBytes = 128;
    private const int ClientPlaces = 8;
    private readonly byte[] _messages = GC.AllocateUninitializedArray<byte>(Bundle.MaxBatches * SlotBytes, pinned: true);
    private readonly SignedMessage[] _signed = new SignedMessage[Bundle.MaxBatches];
    private readonly bool[] _valid = new bool[Bundle.MaxBatches];

    /// <summary>Few clients that send often are met again; of many, a bundle has enough batches to fill the lanes.</summary>
    private readonly RecurringKeys _clients = new(ClientPlaces);

    /// <summary>Reads a message with a batch as far as it costs nothing.</summary>
    /// <param name="message">Padded header, then bundle.</param>
    /// <param name="header">The author's statement; its signature is not checked here.</param>
    /// <param name="batches">Clients' batches.</param>
    /// <returns>False when header and bundle are malformed or do not fit together.</returns>
    public static bool TryRead(ReadOnlySpan<byte> message, out BatchMessage header, out int batches)
    {
        header = default;
        batches = 0;
        if (message.Length <= StoredBatch.HeaderBytes || message.Length - StoredBatch.HeaderBytes > Bundle.MaxBytes
            || message[BatchMessage.Size..StoredBatch.HeaderBytes].ContainsAnyExcept((byte)0)
            || !BatchMessage.TryRead(message[..BatchMessage.Size], out header) || header.Kind != MessageKind.BatchHeader) return false;
        ReadOnlySpan<byte> bundle = message[StoredBatch.HeaderBytes..];
        return header.Batch.SizeBytes == (uint)bundle.Length && Bundle.TryCount(bundle, out batches, out int commands)
            && header.Batch.CommandCount == (uint)commands;
    }

    /// <summary>Copies a message into memory and checks it there, so that nobody can change it in between.</summary>
    /// <param name="message">One that <see cref="TryRead"/> let pass.</param>
    /// <param name="header">Its header.</param>
    /// <param name="batch">Memory laid out for it.</param>
    /// <returns>False when the digest is another or a signature is bad.</returns>
    public bool TryFill(ReadOnlySpan<byte> message, in BatchMessage header, StoredBatch batch)
    {
        message[StoredBatch.HeaderBytes..].CopyTo(batch.Bundle);
        batch.Name(header.Batch, message[..BatchMessage.Size]);
        return Bundle.Hash(batch.Bundle, batch.Hashes, batch.Digests) == header.Batch.Digest && SignaturesAreGood(batch);
    }

    private bool SignaturesAreGood(StoredBatch stored)
    {
        byte* messages = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_messages));
        ReadOnlySpan<byte> rest = stored.Bundle;
        Span<Hash256> digests = stored.Digests;
        int signed = 0;
        for (int i = 0; i < digests.Length; i++)
        {
            // The key stands where the rest begins; the bundle's memory never moves.
            byte* key = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(rest));
            Invariant.Check(Bundle.TryTake(ref rest, out BundledBatch batch));
            if (batch.Head.Session == 0)
            {
                if (!Bundle.IsRegistration(batch, chainId)) return false;
                continue;
            }

            SignedMessages.Batch(_messages.AsSpan(signed * SlotBytes, SignedMessages.BatchBytes), chainId, digests[i]);
            _signed[signed] = new SignedMessage(key, messages + (signed * SlotBytes), SignedMessages.BatchBytes, key + Hash256.Size);
            signed++;
        }

        return signed == 0 || _clients.VerifyBatch(_signed.AsSpan(0, signed), _valid.AsSpan(0, signed)) == signed;
    }
}
