// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Encoding;

namespace FastLedger.Consensus.Messages;

/// <summary>
/// Newest quorum certificate, newest timeout certificate if it is of a higher view, proof of the newest commit if there is one
/// in this epoch (Diem, <c>SyncInfo</c>). Unsigned: the certificates speak for themselves.
/// </summary>
public readonly ref struct SyncInfoMessage
{
    public ulong Epoch { get; private init; }

    /// <summary>The sender wants the same in return.</summary>
    public bool WantsAnswer { get; private init; }

    public BlockCertificate HighQc { get; private init; }

    public bool HasHighTc { get; private init; }

    public TimeoutCertificate HighTc { get; private init; }

    /// <summary>An encoded <see cref="CommitProof"/>, or empty.</summary>
    public ReadOnlySpan<byte> Commit { get; private init; }

    public static bool TryRead(ReadOnlySpan<byte> message, int validatorCount, out SyncInfoMessage info)
    {
        var reader = new FrameReader(message);
        MessageKind kind = MessagePrefix.Read(ref reader, out ulong epoch);
        byte wantsAnswer = reader.U8();
        ReadOnlySpan<byte> highQcBytes = reader.Blob();
        ReadOnlySpan<byte> highTcBytes = reader.Blob();
        ReadOnlySpan<byte> commit = reader.Blob();
        info = default;
        if (!reader.Complete || kind != MessageKind.SyncInfo || wantsAnswer > 1
            || !BlockCertificate.TryRead(highQcBytes, validatorCount, out BlockCertificate highQc) || highQc.Kind != CertificateKind.Quorum)
        {
            return false;
        }

        TimeoutCertificate highTc = default;
        if (!highTcBytes.IsEmpty && !TimeoutCertificate.TryRead(highTcBytes, validatorCount, out highTc)) return false;
        info = new SyncInfoMessage
        {
            Epoch = epoch,
            WantsAnswer = wantsAnswer == 1,
            HighQc = highQc,
            HasHighTc = !highTcBytes.IsEmpty,
            HighTc = highTc,
            Commit = commit,
        };
        return true;
    }

    public static void Write(
        ref FrameWriter writer, ulong epoch, bool wantsAnswer, scoped ReadOnlySpan<byte> highQc, scoped ReadOnlySpan<byte> highTc, scoped ReadOnlySpan<byte> commit)
    {
        MessagePrefix.Write(ref writer, MessageKind.SyncInfo, epoch);
        writer.U8(wantsAnswer ? (byte)1 : (byte)0);
        writer.Blob(highQc);
        writer.Blob(highTc);
        writer.Blob(commit);
    }
}
