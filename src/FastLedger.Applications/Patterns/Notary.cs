// SPDX-License-Identifier: Apache-2.0
using System;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Proofs;

namespace FastLedger.Applications.Patterns;

/// <summary>Notarising: a document's digest stands in an object; whoever has the document and a proof can check it without the ledger.</summary>
public static class Notary
{
    /// <summary>The digest under which a document is registered.</summary>
    public static Hash256 Digest(ReadOnlySpan<byte> document) => Blake3.Hash(document);

    /// <summary>The external id that stands for a text: the first half of its digest. Equal texts cannot be registered twice in a class.</summary>
    public static UInt128 Id(ReadOnlySpan<byte> text)
    {
        Hash256 digest = Blake3.Hash(text);
        return System.Runtime.InteropServices.MemoryMarshal.Read<UInt128>(digest.Bytes);
    }

    /// <summary>
    /// The form of a text in which spelling variants that nobody sees are equal: Unicode normal form C, one space between words, none at
    /// the ends.
    /// </summary>
    public static byte[] Canonical(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] words = text.Normalize(NormalizationForm.FormC).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return Encoding.UTF8.GetBytes(string.Join(' ', words));
    }

    /// <summary>Registers a document. The value of the command's result is the object's number.</summary>
    /// <param name="chain">Where the command goes.</param>
    /// <param name="class">Class of the object.</param>
    /// <param name="document">Digest of the document.</param>
    /// <param name="owner">Policy of the owner; 0 for the session's.</param>
    /// <param name="externalId">Name that no second object of the class gets; 0 for none.</param>
    public static int Register(CommandChain chain, uint @class, in Hash256 document, uint owner = 0, UInt128 externalId = default)
    {
        ArgumentNullException.ThrowIfNull(chain);
        return chain.Add(new CreateObjectCommand { Class = @class, Owner = owner, Content = document, ExternalId = externalId });
    }

    /// <summary>Fetches the proof that goes with a registered document; see <see cref="DocumentProof"/>.</summary>
    /// <param name="client">Any session. It sends a command without effect, so that the validators sign a state that holds the object.</param>
    /// <param name="thing">Number of the object.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="LedgerRejectedException">There is no such object.</exception>
    public static async ValueTask<byte[]> ProveAsync(LedgerClient client, ulong thing, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        await client.ExecuteAsync(new TransferCommand { Opcode = Opcode.Noop }, cancellationToken).ConfigureAwait(false);
        StateProofInfo proof = await client.GetStateProofAsync(ObjectView.Table, (uint)thing, cancellationToken).ConfigureAwait(false);
        byte[] written = DocumentProof.Write(client.ChainId, proof.Proof, proof.Certificate);
        return await client.WithHandOversAsync(proof.Certificate, written, cancellationToken).ConfigureAwait(false);
    }
}
