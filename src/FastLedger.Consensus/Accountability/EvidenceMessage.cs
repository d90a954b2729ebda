// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Accountability;

/// <summary>
/// Self-contained proof that a validator broke the rules: which pair, whose key, the two statements' fields and signatures.
/// Anyone with the epoch's validator set can verify it.
/// </summary>
public readonly ref struct EvidenceMessage
{
    public EvidenceKind Kind { get; private init; }

    public ulong Epoch { get; private init; }

    /// <summary>Validator index of the guilty key.</summary>
    public ushort Guilty { get; private init; }

    /// <summary>Content of the first statement, without tag, chain and epoch.</summary>
    public ReadOnlySpan<byte> First { get; private init; }

    public ReadOnlySpan<byte> FirstSignature { get; private init; }

    /// <summary>Content of the second statement.</summary>
    public ReadOnlySpan<byte> Second { get; private init; }

    public ReadOnlySpan<byte> SecondSignature { get; private init; }

    /// <summary>The voted block's header, in evidence of a hidden lock; else empty.</summary>
    public ReadOnlySpan<byte> Header { get; private init; }

    public static bool TryRead(ReadOnlySpan<byte> message, out EvidenceMessage evidence)
    {
        var reader = new FrameReader(message);
        MessageKind kind = MessagePrefix.Read(ref reader, out ulong epoch);
        evidence = new EvidenceMessage
        {
            Kind = (EvidenceKind)reader.U8(),
            Epoch = epoch,
            Guilty = reader.U16(),
            First = reader.Blob(),
            FirstSignature = reader.Bytes(ISignatureScheme.SignatureSize),
            Second = reader.Blob(),
            SecondSignature = reader.Bytes(ISignatureScheme.SignatureSize),
            Header = reader.Blob(),
        };
        return reader.Complete && kind == MessageKind.Evidence;
    }

    public static void Write(
        ref FrameWriter writer, EvidenceKind kind, ulong epoch, int guilty, scoped ReadOnlySpan<byte> first, scoped ReadOnlySpan<byte> firstSignature,
        scoped ReadOnlySpan<byte> second, scoped ReadOnlySpan<byte> secondSignature, scoped ReadOnlySpan<byte> header)
    {
        MessagePrefix.Write(ref writer, MessageKind.Evidence, epoch);
        writer.U8((byte)kind);
        writer.U16(guilty);
        writer.Blob(first);
        writer.Bytes(firstSignature);
        writer.Blob(second);
        writer.Bytes(secondSignature);
        writer.Blob(header);
    }

    /// <summary>Content of a vote or finalize vote: view, block id.</summary>
    public static int BlockContent(Span<byte> buffer, ulong view, in Hash256 block)
    {
        var writer = new FrameWriter(buffer);
        writer.U64(view);
        writer.Hash(block);
        return writer.Length;
    }

    /// <summary>Content of a timeout: view, claimed view.</summary>
    public static int TimeoutContent(Span<byte> buffer, ulong view, ulong highQcView)
    {
        var writer = new FrameWriter(buffer);
        writer.U64(view);
        writer.U64(highQcView);
        return writer.Length;
    }

    /// <summary>True when both signatures are the guilty key's and the statements contradict each other as the kind says.</summary>
    public bool Verify(ISignatureScheme scheme, in Hash256 chain, ValidatorSet validators)
    {
        if (Guilty >= validators.Count) return false;
        Span<byte> firstBuffer = stackalloc byte[Statement.MaxSize];
        Span<byte> secondBuffer = stackalloc byte[Statement.MaxSize];
        var first = new FrameReader(First);
        var second = new FrameReader(Second);
        ReadOnlySpan<byte> firstStatement = firstBuffer[..0], secondStatement = secondBuffer[..0];
        bool contradict = false;
        switch (Kind)
        {
            case EvidenceKind.DoubleVote or EvidenceKind.DoubleFinalize:
                {
                    ulong view = first.U64(), otherView = second.U64();
                    Hash256 block = first.Hash(), otherBlock = second.Hash();
                    contradict = view == otherView && block != otherBlock;
                    firstStatement = Kind == EvidenceKind.DoubleVote
                        ? Statement.Vote(firstBuffer, chain, Epoch, view, block) : Statement.Finalize(firstBuffer, chain, Epoch, view, block);
                    secondStatement = Kind == EvidenceKind.DoubleVote
                        ? Statement.Vote(secondBuffer, chain, Epoch, view, otherBlock) : Statement.Finalize(secondBuffer, chain, Epoch, view, otherBlock);
                    break;
                }

            case EvidenceKind.FinalizeHidden or EvidenceKind.LockHidden:
                {
                    ulong view = first.U64();
                    Hash256 block = first.Hash();
                    ulong timeoutView = second.U64(), claimed = second.U64();
                    ulong hidden = view;
                    if (Kind == EvidenceKind.LockHidden)
                    {
                        var headerReader = new FrameReader(Header);
                        if (!BlockHeader.TryRead(ref headerReader, out BlockHeader header) || !headerReader.Complete
                            || BlockHeader.IdOf(scheme, Header) != block || header.View != view) return false;
                        hidden = header.ParentView;
                    }

                    contradict = timeoutView >= view && claimed < hidden;
                    firstStatement = Kind == EvidenceKind.LockHidden
                        ? Statement.Vote(firstBuffer, chain, Epoch, view, block) : Statement.Finalize(firstBuffer, chain, Epoch, view, block);
                    secondStatement = Statement.Timeout(secondBuffer, chain, Epoch, timeoutView, claimed);
                    break;
                }

            case EvidenceKind.DoubleTimeout:
                {
                    ulong view = first.U64(), claimed = first.U64(), otherView = second.U64(), otherClaimed = second.U64();
                    contradict = view == otherView && claimed != otherClaimed;
                    firstStatement = Statement.Timeout(firstBuffer, chain, Epoch, view, claimed);
                    secondStatement = Statement.Timeout(secondBuffer, chain, Epoch, otherView, otherClaimed);
                    break;
                }

            case EvidenceKind.DoubleState:
                {
                    StateCommitment commitment = StateCommitment.Read(ref first), other = StateCommitment.Read(ref second);
                    contradict = commitment.Height == other.Height && commitment != other;
                    firstStatement = Statement.State(firstBuffer, chain, Epoch, commitment);
                    secondStatement = Statement.State(secondBuffer, chain, Epoch, other);
                    break;
                }

            case EvidenceKind.DoubleBatch:
                {
                    BatchReference batch = BatchReference.Read(ref first), other = BatchReference.Read(ref second);
                    contradict = batch.Number == other.Number && batch != other && batch.Author == Guilty && other.Author == Guilty;
                    firstStatement = Statement.Batch(firstBuffer, chain, Epoch, batch);
                    secondStatement = Statement.Batch(secondBuffer, chain, Epoch, other);
                    break;
                }
        }

        return contradict && first.Complete && second.Complete && (Kind == EvidenceKind.LockHidden || Header.IsEmpty)
            && scheme.Verify(validators.Key(Guilty), firstStatement, FirstSignature)
            && scheme.Verify(validators.Key(Guilty), secondStatement, SecondSignature);
    }
}
