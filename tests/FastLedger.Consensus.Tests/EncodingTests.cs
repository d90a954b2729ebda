// SPDX-License-Identifier: Apache-2.0
using System;
using CsCheck;
using FastLedger.Consensus.Accountability;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;

namespace FastLedger.Consensus.Tests;

/// <summary>Every encoding is canonical: what decodes encodes to the same bytes, whatever the bytes were.</summary>
public sealed class EncodingTests
{
    private readonly TestKeys _keys = new();

    public static TheoryData<string> Kinds => ["proposal", "vote", "timeout", "sync", "batch", "poa", "statevote", "statecert", "epoch", "request", "chain", "committed", "echo", "evidence", "set"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Decoding_then_encoding_is_identity(string kind)
    {
        byte[] bytes = Example(kind);
        Assert.Equal(bytes, Reencode(kind, bytes));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Truncated_and_extended_bytes_are_refused(string kind)
    {
        byte[] bytes = Example(kind);
        for (int length = 0; length < bytes.Length; length++) Assert.Null(Reencode(kind, bytes[..length]));
        Assert.Null(Reencode(kind, [.. bytes, 0]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Changed_bytes_are_refused_or_mean_something_else_canonically(string kind)
    {
        byte[] bytes = Example(kind);
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte).Sample(
            (at, value) =>
            {
                byte[] changed = (byte[])bytes.Clone();
                changed[at] = value;
                byte[]? again = Reencode(kind, changed);
                return again is null || again.AsSpan().SequenceEqual(changed);
            },
            iter: 5000);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Random_bytes_never_throw(string kind) =>
        Gen.Byte.Array[0, 400].Sample(bytes => Reencode(kind, bytes) is var again && (again is null || again.AsSpan().SequenceEqual(bytes)), iter: 2000);

    [Fact]
    public void The_largest_view_is_not_well_formed()
    {
        byte[] vote = Example("vote");
        vote.AsSpan(MessagePrefix.Size, 8).Fill(0xFF);
        Assert.False(VoteMessage.TryRead(vote, out _));
        byte[] certificate = _keys.Certificate(5, TestKeys.Block(1), 0b0111);
        certificate.AsSpan(9, 8).Fill(0xFF);
        Assert.False(BlockCertificate.TryRead(certificate, 4, out _));
    }

    private byte[] Example(string kind)
    {
        var writer = new FrameWriter(new byte[16 * 1024]);
        byte[] signature = _keys.Vote(1, 6, TestKeys.Block(2));
        byte[] low = _keys.Certificate(5, TestKeys.Block(1), 0b0111);
        byte[] entry = _keys.TimeoutCertificate(7, [5, 4, 5], low);
        var batch = new BatchReference(2, 9, TestKeys.Block(4), 1000, 10);
        var commitment = new StateCommitment(4, TestKeys.Block(1), TestKeys.Block(2), TestKeys.Block(3), TestKeys.Block(4));
        switch (kind)
        {
            case "proposal":
                ProposalMessage.WriteUnsigned(ref writer, TestKeys.Epoch, Block(batch), low, entry, [1, 0, 0, 0, 9]);
                writer.Bytes(signature);
                break;
            case "vote": VoteMessage.Write(ref writer, MessageKind.Vote, TestKeys.Epoch, 6, TestKeys.Block(2), 1, signature); break;
            case "timeout": TimeoutMessage.Write(ref writer, TestKeys.Epoch, 8, 1, low, entry, signature); break;
            case "sync": SyncInfoMessage.Write(ref writer, TestKeys.Epoch, true, low, entry, [1, 2, 3]); break;
            case "batch": BatchMessage.Write(ref writer, MessageKind.BatchHeader, TestKeys.Epoch, batch, 2, true, signature); break;
            case "poa":
                AvailabilityCertificateMessage.WriteHead(ref writer, TestKeys.Epoch, batch, 4, 0b101);
                writer.Bytes(signature);
                writer.Bytes(signature);
                break;
            case "statevote": StateVoteMessage.Write(ref writer, TestKeys.Epoch, commitment, 1, signature); break;
            case "statecert":
                StateCertificateMessage.WriteHead(ref writer, TestKeys.Epoch, commitment, 4, 0b1);
                writer.Bytes(signature);
                break;
            case "epoch": EpochChangeMessage.Write(ref writer, TestKeys.Epoch, [1], [2, 2], [3, 3, 3]); break;
            case "request": new BlockRequestMessage(TestKeys.Epoch, TestKeys.Block(1), 77).Write(ref writer); break;
            case "chain": BlocksMessage.Write(ref writer, TestKeys.Epoch, default, [5, 6]); break;
            case "committed": BlocksMessage.Write(ref writer, TestKeys.Epoch, [9], [5, 6]); break;
            case "echo": EchoMessage.Write(ref writer, TestKeys.Epoch, 4, TestKeys.Block(1), signature, 5, 3, signature); break;
            case "evidence": EvidenceMessage.Write(ref writer, EvidenceKind.DoubleVote, TestKeys.Epoch, 2, [1], signature, [2], signature, default); break;
            case "set": _keys.Set.Write(ref writer); break;
        }

        return writer.Written.ToArray();
    }

    private byte[] Block(BatchReference batch)
    {
        BlockHeader header = _keys.Header(6, 4, TestKeys.Block(1), 5);
        header.BatchCount = 1;
        var writer = new FrameWriter(new byte[1024]);
        header.Write(ref writer);
        batch.Write(ref writer);
        writer.Blob(default);
        return writer.Written.ToArray();
    }

    private static byte[]? Reencode(string kind, byte[] bytes)
    {
        var writer = new FrameWriter(new byte[16 * 1024]);
        switch (kind)
        {
            case "proposal":
                if (!ProposalMessage.TryRead(bytes, 4, out ProposalMessage proposal)) return null;
                ProposalMessage.WriteUnsigned(
                    ref writer, proposal.Epoch, EncodeBlock(proposal.Block), Encode(proposal.Justify), proposal.HasEntry ? Encode(proposal.Entry) : default, proposal.Availability);
                writer.Bytes(proposal.Signature);
                break;
            case "vote":
                if (!VoteMessage.TryRead(bytes, out VoteMessage vote)) return null;
                VoteMessage.Write(ref writer, vote.Kind, vote.Epoch, vote.View, vote.BlockId, vote.Voter, vote.Signature);
                break;
            case "timeout":
                if (!TimeoutMessage.TryRead(bytes, 4, out TimeoutMessage timeout)) return null;
                TimeoutMessage.Write(ref writer, timeout.Epoch, timeout.View, timeout.Voter, Encode(timeout.HighQc), timeout.HasEntry ? Encode(timeout.Entry) : default, timeout.Signature);
                break;
            case "sync":
                if (!SyncInfoMessage.TryRead(bytes, 4, out SyncInfoMessage info)) return null;
                SyncInfoMessage.Write(ref writer, info.Epoch, info.WantsAnswer, Encode(info.HighQc), info.HasHighTc ? Encode(info.HighTc) : default, info.Commit);
                break;
            case "batch":
                if (!BatchMessage.TryRead(bytes, out BatchMessage batch)) return null;
                BatchMessage.Write(ref writer, batch.Kind, batch.Epoch, batch.Batch, batch.Signer, batch.WantsAck, batch.Signature);
                break;
            case "poa":
                if (!AvailabilityCertificateMessage.TryRead(bytes, 4, out AvailabilityCertificateMessage available)) return null;
                AvailabilityCertificateMessage.WriteHead(ref writer, available.Epoch, available.Batch, 4, available.Signers);
                writer.Bytes(available.Signatures);
                break;
            case "statevote":
                if (!StateVoteMessage.TryRead(bytes, out StateVoteMessage state)) return null;
                StateVoteMessage.Write(ref writer, state.Epoch, state.Commitment, state.Voter, state.Signature);
                break;
            case "statecert":
                if (!StateCertificateMessage.TryRead(bytes, 4, out StateCertificateMessage certificate)) return null;
                StateCertificateMessage.WriteHead(ref writer, certificate.Epoch, certificate.Commitment, 4, certificate.Signers);
                writer.Bytes(certificate.Signatures);
                break;
            case "epoch":
                if (!EpochChangeMessage.TryRead(bytes, out EpochChangeMessage change)) return null;
                EpochChangeMessage.Write(ref writer, change.Epoch, change.Commit, change.StateCertificate, change.NextSet);
                break;
            case "request":
                if (!BlockRequestMessage.TryRead(bytes, out BlockRequestMessage request)) return null;
                request.Write(ref writer);
                break;
            case "chain" or "committed":
                if (!BlocksMessage.TryRead(bytes, out BlocksMessage blocks)) return null;
                BlocksMessage.Write(ref writer, blocks.Epoch, blocks.Commit, blocks.Blocks);
                break;
            case "echo":
                if (!EchoMessage.TryRead(bytes, out EchoMessage echo)) return null;
                EchoMessage.Write(ref writer, echo.Epoch, echo.VoteView, echo.VoteBlock, echo.VoteSignature, echo.TimeoutView, echo.TimeoutHighQcView, echo.TimeoutSignature);
                break;
            case "evidence":
                if (!EvidenceMessage.TryRead(bytes, out EvidenceMessage evidence)) return null;
                EvidenceMessage.Write(
                    ref writer, evidence.Kind, evidence.Epoch, evidence.Guilty, evidence.First, evidence.FirstSignature, evidence.Second, evidence.SecondSignature, evidence.Header);
                break;
            case "set":
                var set = new ValidatorSet();
                if (!set.TryRead(bytes)) return null;
                set.Write(ref writer);
                break;
        }

        return writer.Written.ToArray();
    }

    private static byte[] EncodeBlock(in BlockImage block)
    {
        var writer = new FrameWriter(new byte[16 * 1024]);
        block.Header.Write(ref writer);
        for (int i = 0; i < block.BatchCount; i++) block.Batch(i).Write(ref writer);
        writer.Blob(block.NextSet);
        return writer.Written.ToArray();
    }

    private static byte[] Encode(in BlockCertificate certificate)
    {
        var writer = new FrameWriter(new byte[1024]);
        BlockCertificate.WriteHead(ref writer, certificate.Kind, certificate.Epoch, certificate.View, certificate.BlockId, 4, certificate.Signers);
        writer.Bytes(certificate.Signatures);
        return writer.Written.ToArray();
    }

    private static byte[] Encode(in TimeoutCertificate certificate)
    {
        var writer = new FrameWriter(new byte[2048]);
        TimeoutCertificate.WriteHead(ref writer, certificate.Epoch, certificate.View, 4, certificate.Signers);
        for (int i = 0; i < SignerSet.Count(certificate.Signers); i++) writer.U64(certificate.HighQcView(i));
        writer.Bytes(certificate.Signatures);
        writer.Bytes(Encode(certificate.HighQc));
        return writer.Written.ToArray();
    }
}
