// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Proofs;

namespace FastLedger.Client;

/// <summary>Proofs as files, for people who were not there: see <see cref="FactProof"/>.</summary>
public sealed partial class LedgerClient
{
    // The newest receipt that came: an answer follows the receipt that it needs. Receiving thread only.
    private readonly PathNode[] _receiptPath = new PathNode[MerkleProof.MaxPathLength];
    private ReceiptProofHead _receipt;
    private int _receiptPathLength;

    /// <summary>Proves a record as it is now. It sends a command without effect, so that the validators sign a state that is no older than the call.</summary>
    /// <param name="table">Number of the table.</param>
    /// <param name="record">Number of the record.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A <see cref="FactProof"/>.</returns>
    /// <exception cref="LedgerRejectedException">There is no such record, or the replica has no certificate for it.</exception>
    public async ValueTask<byte[]> ProveRecordAsync(uint table, uint record, CancellationToken cancellationToken = default)
    {
        await ExecuteAsync(new TransferCommand { Opcode = Opcode.Noop }, cancellationToken).ConfigureAwait(false);
        StateProofInfo proof = await GetStateProofAsync(table, record, cancellationToken).ConfigureAwait(false);
        if (proof.Certificate.Length == 0) throw new LedgerRejectedException(ResultCode.Uncertified);
        return await WithHandOversAsync(proof.Certificate, FactProof.OfRecord(_expectedChain, proof.Certificate, proof.Proof), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Proves a command of this session and its result. A command whose number was used before is sent again: the ledger does not execute it twice but gives its
    /// first result, and the validators sign that.
    /// </summary>
    /// <param name="command">The command as it was first sent; with the number 0 it is executed now.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A <see cref="FactProof"/>, also of a refusal.</returns>
    /// <exception cref="LedgerRejectedException">The batch was refused as a whole, or the replica has no certificate for it.</exception>
    public async ValueTask<byte[]> ProveCommandAsync(Command command, CancellationToken cancellationToken = default)
    {
        using CommandBatch batch = RentBatch(1);
        batch.Add(in command);
        batch.WantsEvidence = true;
        BatchOutcome outcome = command.Number == 0
            ? await SubmitAsync(batch, ResultMode.All, cancellationToken).ConfigureAwait(false)
            : await ResubmitAsync(batch, command.Number, ResultMode.All, cancellationToken).ConfigureAwait(false);
        if (batch.Evidence is not { } evidence) throw new LedgerRejectedException(ResultCode.Uncertified);
        byte[] proof = FactProof.OfCommand(_expectedChain, evidence.Certificate, evidence.Receipt, evidence.Path, batch.Commands[0], outcome.Results[0], []);
        return await WithHandOversAsync(evidence.Certificate, proof, cancellationToken).ConfigureAwait(false);
    }

    private bool KeepReceipt(in Frame frame)
    {
        _receiptPathLength = -1;
        if (!frame.TryRead(out _receipt) || !frame.TryReadGroup<PathNode>(out ReadOnlySequence<byte> path, out int length) || length > _receiptPath.Length) return false;
        path.CopyTo(MemoryMarshal.AsBytes(_receiptPath.AsSpan(0, length)));
        _receiptPathLength = length;
        return true;
    }

    /// <summary>Gives a batch what came before its answer, when it wants it and all of it fits together.</summary>
    private void TakeEvidence(CommandBatch batch, in BatchResultHead head)
    {
        byte[] certificate = CertificateOf(head.Height);
        if (certificate.Length == 0 || _receiptPathLength < 0 || _receipt.Height != head.Height || _receipt.Receipt.BatchDigest != batch.Digest) return;
        batch.Evidence = new ResultEvidence(certificate, _receipt, _receiptPath[.._receiptPathLength]);
    }
}
