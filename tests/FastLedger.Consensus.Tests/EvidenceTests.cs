// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Accountability;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Tests;

public sealed class EvidenceTests
{
    private readonly TestKeys _keys = new();

    [Fact]
    public void Two_votes_of_one_view_are_evidence_and_of_two_views_are_not()
    {
        Assert.True(Verify(EvidenceKind.DoubleVote, Content(5, TestKeys.Block(1)), _keys.Vote(2, 5, TestKeys.Block(1)), Content(5, TestKeys.Block(2)), _keys.Vote(2, 5, TestKeys.Block(2))));
        Assert.False(Verify(EvidenceKind.DoubleVote, Content(5, TestKeys.Block(1)), _keys.Vote(2, 5, TestKeys.Block(1)), Content(6, TestKeys.Block(2)), _keys.Vote(2, 6, TestKeys.Block(2))));
        Assert.False(Verify(EvidenceKind.DoubleVote, Content(5, TestKeys.Block(1)), _keys.Vote(2, 5, TestKeys.Block(1)), Content(5, TestKeys.Block(2)), _keys.Vote(1, 5, TestKeys.Block(2))));
    }

    [Fact]
    public void Two_finalize_votes_of_one_view_are_evidence() =>
        Assert.True(Verify(
            EvidenceKind.DoubleFinalize, Content(5, TestKeys.Block(1)), _keys.Vote(2, 5, TestKeys.Block(1), finalize: true),
            Content(5, TestKeys.Block(2)), _keys.Vote(2, 5, TestKeys.Block(2), finalize: true)));

    [Fact]
    public void A_timeout_that_hides_a_finalized_view_is_evidence()
    {
        byte[] final = _keys.Vote(2, 5, TestKeys.Block(1), finalize: true);
        Assert.True(Verify(EvidenceKind.FinalizeHidden, Content(5, TestKeys.Block(1)), final, Timeout(6, 4), _keys.Timeout(2, 6, 4)));
        Assert.False(Verify(EvidenceKind.FinalizeHidden, Content(5, TestKeys.Block(1)), final, Timeout(6, 5), _keys.Timeout(2, 6, 5)));
        Assert.False(Verify(EvidenceKind.FinalizeHidden, Content(5, TestKeys.Block(1)), final, Timeout(4, 3), _keys.Timeout(2, 4, 3)));
    }

    [Fact]
    public void A_timeout_that_hides_the_parent_of_a_voted_block_is_evidence()
    {
        byte[] header = TestKeys.Encode(_keys.Header(5, 3, TestKeys.Block(1), 4));
        Hash256 id = BlockHeader.IdOf(TestKeys.Scheme, header);
        Assert.True(Verify(EvidenceKind.LockHidden, Content(5, id), _keys.Vote(2, 5, id), Timeout(5, 3), _keys.Timeout(2, 5, 3), header));
        Assert.False(Verify(EvidenceKind.LockHidden, Content(5, id), _keys.Vote(2, 5, id), Timeout(5, 4), _keys.Timeout(2, 5, 4), header));
        byte[] other = TestKeys.Encode(_keys.Header(5, 4, TestKeys.Block(1), 4));
        Assert.False(Verify(EvidenceKind.LockHidden, Content(5, id), _keys.Vote(2, 5, id), Timeout(5, 3), _keys.Timeout(2, 5, 3), other));
    }

    [Fact]
    public void Two_timeouts_of_one_view_with_different_claims_are_evidence() =>
        Assert.True(Verify(EvidenceKind.DoubleTimeout, Timeout(6, 4), _keys.Timeout(2, 6, 4), Timeout(6, 5), _keys.Timeout(2, 6, 5)));

    [Fact]
    public void Two_roots_of_one_height_are_evidence()
    {
        var one = new StateCommitment(7, TestKeys.Block(1), TestKeys.Block(2), default, default);
        StateCommitment two = one with { StateRoot = TestKeys.Block(3) };
        Assert.True(Verify(EvidenceKind.DoubleState, State(one, out byte[] first), first, State(two, out byte[] second), second));
    }

    [Fact]
    public void Two_batches_with_one_number_are_evidence_against_their_author_only()
    {
        var one = new BatchReference(2, 7, TestKeys.Block(1), 1, 1);
        BatchReference two = one with { Digest = TestKeys.Block(2) };
        Assert.True(Verify(EvidenceKind.DoubleBatch, Batch(one, out byte[] first), first, Batch(two, out byte[] second), second));
        BatchReference foreign = one with { Author = 1 };
        Assert.False(Verify(EvidenceKind.DoubleBatch, Batch(foreign, out byte[] third), third, Batch(two, out second), second));
    }

    private bool Verify(EvidenceKind kind, byte[] first, byte[] firstSignature, byte[] second, byte[] secondSignature, byte[]? header = null)
    {
        var writer = new FrameWriter(new byte[2048]);
        EvidenceMessage.Write(ref writer, kind, TestKeys.Epoch, 2, first, firstSignature, second, secondSignature, header);
        Assert.True(EvidenceMessage.TryRead(writer.Written, out EvidenceMessage evidence));
        return evidence.Verify(TestKeys.Scheme, _keys.Chain, _keys.Set);
    }

    private static byte[] Content(ulong view, Hash256 block)
    {
        byte[] buffer = new byte[40];
        Assert.Equal(40, EvidenceMessage.BlockContent(buffer, view, block));
        return buffer;
    }

    private static byte[] Timeout(ulong view, ulong claimed)
    {
        byte[] buffer = new byte[16];
        Assert.Equal(16, EvidenceMessage.TimeoutContent(buffer, view, claimed));
        return buffer;
    }

    private byte[] State(StateCommitment commitment, out byte[] signature)
    {
        Span<byte> buffer = stackalloc byte[Statement.MaxSize];
        signature = _keys.Sign(2, Statement.State(buffer, _keys.Chain, TestKeys.Epoch, commitment));
        var writer = new FrameWriter(new byte[StateCommitment.Size]);
        commitment.Write(ref writer);
        return writer.Written.ToArray();
    }

    private byte[] Batch(BatchReference batch, out byte[] signature)
    {
        Span<byte> buffer = stackalloc byte[Statement.MaxSize];
        signature = _keys.Sign(2, Statement.Batch(buffer, _keys.Chain, TestKeys.Epoch, batch));
        var writer = new FrameWriter(new byte[BatchReference.Size]);
        batch.Write(ref writer);
        return writer.Written.ToArray();
    }
}
