// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Protocol.Certificates;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>Proofs that a third party can check without the ledger: see <see cref="Protocol.Proofs.StateProof"/> and <see cref="Protocol.Proofs.EventProof"/>.</summary>
public sealed partial class LedgerClient
{
    /// <summary>A record of a table with the proof that it is part of the state root.</summary>
    public ValueTask<StateProofInfo> GetStateProofAsync(uint table, uint record, CancellationToken cancellationToken = default) =>
        AskAsync<StateProofQuery, StateProofInfo>(new StateProofQuery { Table = table, Record = record }, DecodeStateProof, cancellationToken);

    /// <summary>The proof that an event is part of the event log (0 for none), and that the log extends an older one (0 for none).</summary>
    public ValueTask<EventProofInfo> GetEventProofAsync(ulong number, ulong oldEvents = 0, CancellationToken cancellationToken = default) =>
        AskAsync<EventProofQuery, EventProofInfo>(new EventProofQuery { Event = number, OldEvents = oldEvents }, DecodeEventProof, cancellationToken);

    // The newest certificate that came, as bytes: an answer follows the certificate that it needs. Receiving thread only.
    private readonly byte[] _certificate = new byte[ValidatorKeys.MaxCertificateBytes];
    private int _certificateBytes;

    private void KeepCertificate(in Frame frame)
    {
        _certificateBytes = frame.Body.Length <= _certificate.Length ? (int)frame.Body.Length : 0;
        if (_certificateBytes > 0) frame.Body.CopyTo(_certificate);
    }

    private byte[] CertificateOf(ulong height)
    {
        ReadOnlySpan<byte> kept = _certificate.AsSpan(0, _certificateBytes);
        return kept.Length > 0 && MemoryMarshal.Read<StateCertificateHead>(kept).Height == height ? kept.ToArray() : [];
    }

    private bool DecodeStateProof(in Frame frame, out StateProofInfo proof)
    {
        proof = null!;
        if (!frame.TryRead(out StateProofAnswerHead head) || !TryReadProof(frame, head.ProofBytes, out byte[] bytes)) return false;
        proof = new StateProofInfo(head, bytes, CertificateOf(head.Height));
        return true;
    }

    private static bool DecodeEventProof(in Frame frame, out EventProofInfo proof)
    {
        proof = null!;
        if (!frame.TryRead(out EventProofAnswerHead head) || !TryReadProof(frame, head.ProofBytes, out byte[] bytes)) return false;
        proof = new EventProofInfo(head, bytes);
        return true;
    }

    private static bool TryReadProof(in Frame frame, uint length, out byte[] proof)
    {
        proof = [];
        if (!frame.TryReadGroup<ProofPiece>(out ReadOnlySequence<byte> pieces, out _) || length > pieces.Length) return false;
        proof = pieces.Slice(0, length).ToArray();
        return true;
    }
}
