// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Encoding;

namespace FastLedger.Consensus.Messages;

/// <summary>
/// A batch header (author's signature) or an acknowledgement (storer's signature): prefix, batch reference, signer, whether the
/// author asks for acknowledgements, signature.
/// </summary>
public readonly ref struct BatchMessage
{
    /// <summary>Encoded size in bytes.</summary>
    public const int Size = MessagePrefix.Size + BatchReference.Size + 2 + 1 + ISignatureScheme.SignatureSize;

    public MessageKind Kind { get; private init; }

    public ulong Epoch { get; private init; }

    public BatchReference Batch { get; private init; }

    /// <summary>Validator index of the signer; the author itself in a header.</summary>
    public ushort Signer { get; private init; }

    /// <summary>The author wants acknowledgements. Not signed: it only costs its author messages.</summary>
    public bool WantsAck { get; private init; }

    public ReadOnlySpan<byte> Signature { get; private init; }

    public static bool TryRead(ReadOnlySpan<byte> message, out BatchMessage batch)
    {
        var reader = new FrameReader(message);
        MessageKind kind = MessagePrefix.Read(ref reader, out ulong epoch);
        BatchReference reference = BatchReference.Read(ref reader);
        ushort signer = reader.U16();
        byte wantsAck = reader.U8();
        batch = new BatchMessage
        {
            Kind = kind,
            Epoch = epoch,
            Batch = reference,
            Signer = signer,
            WantsAck = wantsAck == 1,
            Signature = reader.Bytes(ISignatureScheme.SignatureSize),
        };
        return reader.Complete && wantsAck <= 1 && reference.Number is > 0 and < ulong.MaxValue
            && (kind == MessageKind.BatchHeader ? signer == reference.Author : kind == MessageKind.BatchAck && wantsAck == 0);
    }

    public static void Write(
        ref FrameWriter writer, MessageKind kind, ulong epoch, scoped in BatchReference batch, int signer, bool wantsAck, scoped ReadOnlySpan<byte> signature)
    {
        MessagePrefix.Write(ref writer, kind, epoch);
        batch.Write(ref writer);
        writer.U16(signer);
        writer.U8(wantsAck ? (byte)1 : (byte)0);
        writer.Bytes(signature);
    }
}
