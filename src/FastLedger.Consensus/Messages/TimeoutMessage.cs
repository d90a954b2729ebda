// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Encoding;

namespace FastLedger.Consensus.Messages;

/// <summary>
/// A timeout: prefix, view, voter, highest quorum certificate, the timeout certificate that let the voter into the view (only
/// when the quorum certificate is not of the view before), signature over (epoch, view, highest certificate's view).
/// </summary>
public readonly ref struct TimeoutMessage
{
    public ulong Epoch { get; private init; }

    public ulong View { get; private init; }

    /// <summary>Validator index.</summary>
    public ushort Voter { get; private init; }

    public BlockCertificate HighQc { get; private init; }

    /// <summary>True when the message carries a timeout certificate.</summary>
    public bool HasEntry { get; private init; }

    /// <summary>The certificate that ended the view before.</summary>
    public TimeoutCertificate Entry { get; private init; }

    public ReadOnlySpan<byte> Signature { get; private init; }

    public static bool TryRead(ReadOnlySpan<byte> message, int validatorCount, out TimeoutMessage timeout)
    {
        var reader = new FrameReader(message);
        MessageKind kind = MessagePrefix.Read(ref reader, out ulong epoch);
        ulong view = reader.U64();
        ushort voter = reader.U16();
        ReadOnlySpan<byte> highQcBytes = reader.Blob();
        ReadOnlySpan<byte> entryBytes = reader.Blob();
        ReadOnlySpan<byte> signature = reader.Bytes(ISignatureScheme.SignatureSize);
        timeout = default;
        if (!reader.Complete || kind != MessageKind.Timeout || view is 0 or ulong.MaxValue
            || !BlockCertificate.TryRead(highQcBytes, validatorCount, out BlockCertificate highQc) || highQc.Kind != CertificateKind.Quorum)
        {
            return false;
        }

        TimeoutCertificate entry = default;
        if (!entryBytes.IsEmpty && !TimeoutCertificate.TryRead(entryBytes, validatorCount, out entry)) return false;
        timeout = new TimeoutMessage
        {
            Epoch = epoch,
            View = view,
            Voter = voter,
            HighQc = highQc,
            HasEntry = !entryBytes.IsEmpty,
            Entry = entry,
            Signature = signature,
        };
        return true;
    }

    /// <summary>Writes a timeout; <paramref name="entry"/> is empty when the message carries none.</summary>
    public static void Write(
        ref FrameWriter writer, ulong epoch, ulong view, int voter, scoped ReadOnlySpan<byte> highQc, scoped ReadOnlySpan<byte> entry,
        scoped ReadOnlySpan<byte> signature)
    {
        MessagePrefix.Write(ref writer, MessageKind.Timeout, epoch);
        writer.U64(view);
        writer.U16(voter);
        writer.Blob(highQc);
        writer.Blob(entry);
        writer.Bytes(signature);
    }
}
