// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Encoding;

namespace FastLedger.Consensus.Messages;

/// <summary>
/// Self-contained proof that an epoch ended: commit proof of its last block, state certificate of that block (which signs the
/// digest of the next set), and the next set itself. The prefix carries the epoch that ended.
/// </summary>
public readonly ref struct EpochChangeMessage
{
    /// <summary>The epoch that ended.</summary>
    public ulong Epoch { get; private init; }

    /// <summary>An encoded <see cref="CommitProof"/>.</summary>
    public ReadOnlySpan<byte> Commit { get; private init; }

    /// <summary>A <see cref="StateCertificateMessage"/>.</summary>
    public ReadOnlySpan<byte> StateCertificate { get; private init; }

    /// <summary>An encoded <see cref="ValidatorSet"/>.</summary>
    public ReadOnlySpan<byte> NextSet { get; private init; }

    public static bool TryRead(ReadOnlySpan<byte> message, out EpochChangeMessage change)
    {
        var reader = new FrameReader(message);
        MessageKind kind = MessagePrefix.Read(ref reader, out ulong epoch);
        change = new EpochChangeMessage { Epoch = epoch, Commit = reader.Blob(), StateCertificate = reader.Blob(), NextSet = reader.Blob() };
        return reader.Complete && kind == MessageKind.EpochChange;
    }

    public static void Write(
        ref FrameWriter writer, ulong epoch, scoped ReadOnlySpan<byte> commit, scoped ReadOnlySpan<byte> stateCertificate, scoped ReadOnlySpan<byte> nextSet)
    {
        MessagePrefix.Write(ref writer, MessageKind.EpochChange, epoch);
        writer.Blob(commit);
        writer.Blob(stateCertificate);
        writer.Blob(nextSet);
    }
}
