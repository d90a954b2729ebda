// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Effects;
using FastLedger.Consensus.Messages;
using FastLedger.Consensus.Safety;

namespace FastLedger.Consensus.Tests;

public sealed class SafetyRulesTests
{
    private readonly TestKeys _keys = new();
    private readonly EffectBuffer _effects = new();
    private readonly byte[] _signature = new byte[64];

    [Fact]
    public void A_view_is_voted_in_once()
    {
        SafetyRules rules = Rules();
        Assert.True(rules.TryVote(_effects, 1, TestKeys.Block(1), 0, 0, 0, _signature));
        Assert.False(rules.TryVote(_effects, 1, TestKeys.Block(2), 0, 0, 0, new byte[64]));
        Assert.True(_keys.Verifier.VerifyVote(CertificateKind.Quorum, 1, TestKeys.Block(1), 0, _signature));
    }

    /// <summary>Diem 4390 and 4843: the safety module advanced, the answer was lost, the module refused to answer again.</summary>
    [Fact]
    public void P11_the_same_vote_asked_for_again_gives_the_same_signature_and_no_record()
    {
        SafetyRules rules = Rules();
        Assert.True(rules.TryVote(_effects, 1, TestKeys.Block(1), 0, 0, 0, _signature));
        _effects.Clear();
        byte[] again = new byte[64];
        Assert.True(rules.TryVote(_effects, 1, TestKeys.Block(1), 0, 0, 0, again));
        Assert.Equal(_signature, again);
        Assert.Equal(0, _effects.Count);
    }

    [Fact]
    public void A_view_that_was_timed_out_is_neither_voted_in_nor_finalized()
    {
        SafetyRules rules = Rules();
        Assert.True(rules.TryTimeout(_effects, 1));
        Assert.False(rules.TryVote(_effects, 1, TestKeys.Block(1), 0, 0, 0, _signature));
        Assert.False(rules.TryFinalize(_effects, Read(_keys.Certificate(1, TestKeys.Block(1), 0b0111)), _signature));
    }

    /// <summary>Aptos' first order votes and ava-labs/Simplex 280: the guard belongs to every path that signs.</summary>
    [Fact]
    public void P8_a_repeated_finalize_vote_is_guarded_as_well()
    {
        SafetyRules rules = Rules();
        BlockCertificate certificate = Read(_keys.Certificate(1, TestKeys.Block(1), 0b0111));
        Assert.True(rules.TryFinalize(_effects, certificate, _signature));
        Assert.True(rules.TryFinalize(_effects, certificate, _signature));
        rules.Data.RaiseLock(Read(_keys.Certificate(2, TestKeys.Block(2), 0b0111)), 4);
        Assert.True(rules.TryTimeout(_effects, 3));
        Assert.False(rules.TryFinalize(_effects, certificate, _signature));
    }

    [Fact]
    public void A_vote_needs_the_view_to_be_entered_by_a_certificate()
    {
        SafetyRules rules = Rules();
        rules.Data.RaiseLock(Read(_keys.Certificate(3, TestKeys.Block(3), 0b0111)), 4);
        Assert.False(rules.TryVote(_effects, 6, TestKeys.Block(6), 3, 0, 0, _signature));
        Assert.False(rules.TryVote(_effects, 6, TestKeys.Block(6), 3, 5, 4, _signature));
        Assert.False(rules.TryVote(_effects, 6, TestKeys.Block(6), 3, 4, 3, _signature));
        Assert.False(rules.TryVote(_effects, 4, TestKeys.Block(4), 3, 3, 3, _signature));
        Assert.True(rules.TryVote(_effects, 6, TestKeys.Block(6), 3, 5, 3, _signature));
    }

    [Fact]
    public void A_timeout_reports_the_lock_and_closes_the_view()
    {
        SafetyRules rules = Rules();
        rules.Data.RaiseLock(Read(_keys.Certificate(3, TestKeys.Block(3), 0b0111)), 4);
        Assert.True(rules.TryTimeout(_effects, 4));
        Assert.True(TimeoutMessage.TryRead(rules.Data.LastTimeout.Bytes, 4, out TimeoutMessage timeout));
        Assert.Equal(3UL, timeout.HighQc.View);
        Assert.False(timeout.HasEntry);
        Assert.True(_keys.Verifier.VerifyTimeout(4, 3, 0, timeout.Signature));
        Assert.False(rules.TryTimeout(_effects, 3));
    }

    /// <summary>Telcoin 964, Aptos 18298, bsc 2598: a guard that is not durable before the message leaves guards nothing.</summary>
    [Fact]
    public void P9_every_signature_comes_with_a_record_that_restores_it()
    {
        SafetyRules rules = Rules();
        rules.Data.RaiseLock(Read(_keys.Certificate(3, TestKeys.Block(3), 0b0111)), 4);
        Assert.True(rules.TryVote(_effects, 4, TestKeys.Block(4), 3, 0, 0, _signature));
        Assert.True(rules.TryFinalize(_effects, Read(_keys.Certificate(4, TestKeys.Block(4), 0b0111)), _signature));
        Assert.True(rules.TryStateVote(_effects, new StateCommitment(9, TestKeys.Block(1), TestKeys.Block(2), TestKeys.Block(3), default), _signature));
        Assert.True(rules.TryAuthorBatch(_effects, new BatchReference(0, 1, TestKeys.Block(1), 1, 1), _signature));
        Assert.True(rules.TryTimeout(_effects, 5));
        Assert.Equal(5, _effects.Count);

        SafetyRules restored = Rules();
        for (int i = 0; i < _effects.Count; i++)
        {
            Assert.Equal(EffectKind.Persist, _effects[i].Kind);
            Assert.True(restored.Data.Apply(_effects.Bytes(_effects[i]), 4));
        }

        Assert.Equal(rules.Data.LastVotedView, restored.Data.LastVotedView);
        Assert.Equal(rules.Data.LastVoteBlock, restored.Data.LastVoteBlock);
        Assert.Equal(rules.Data.HighestTimeoutView, restored.Data.HighestTimeoutView);
        Assert.Equal(rules.Data.LastFinalizedView, restored.Data.LastFinalizedView);
        Assert.Equal(rules.Data.Lock.View, restored.Data.Lock.View);
        Assert.Equal(rules.Data.LastState, restored.Data.LastState);
        Assert.Equal(rules.Data.LastBatchNumber, restored.Data.LastBatchNumber);
        Assert.True(restored.Data.LastTimeout.Bytes.SequenceEqual(rules.Data.LastTimeout.Bytes));
        Assert.False(restored.TryVote(_effects, 5, TestKeys.Block(5), 4, 0, 0, _signature));
    }

    /// <summary>A record of a newer program may mean something this one does not know.</summary>
    [Fact]
    public void P26_a_record_of_a_newer_version_is_refused()
    {
        SafetyRules rules = Rules();
        Assert.True(rules.TryVote(_effects, 1, TestKeys.Block(1), 0, 0, 0, _signature));
        byte[] record = _effects.Bytes(_effects[0]).ToArray();
        record[1]++;
        Assert.False(Rules().Data.Apply(record, 4));
    }

    [Fact]
    public void Nothing_is_signed_after_a_halt_or_without_a_place_in_the_set()
    {
        SafetyRules rules = Rules();
        rules.Halt(HaltReason.StateDiverged);
        Assert.False(rules.TryVote(_effects, 1, TestKeys.Block(1), 0, 0, 0, _signature));
        Assert.False(rules.TryTimeout(_effects, 1));

        var observer = new SafetyRules(new Ed25519Signer(Cryptography.SigningKey.Generate()));
        observer.BeginEpoch(_keys.Chain, TestKeys.Epoch, _keys.Set, Read(_keys.GenesisCertificate()));
        Assert.Equal(-1, observer.Self);
        Assert.False(observer.TryVote(_effects, 1, TestKeys.Block(1), 0, 0, 0, _signature));
    }

    [Fact]
    public void State_votes_have_increasing_heights_and_batches_dense_numbers()
    {
        SafetyRules rules = Rules();
        Assert.True(rules.TryStateVote(_effects, new StateCommitment(5, TestKeys.Block(1), TestKeys.Block(2), default, default), _signature));
        Assert.False(rules.TryStateVote(_effects, new StateCommitment(5, TestKeys.Block(1), TestKeys.Block(3), default, default), _signature));
        Assert.True(rules.TryAuthorBatch(_effects, new BatchReference(0, 1, TestKeys.Block(1), 1, 1), _signature));
        Assert.False(rules.TryAuthorBatch(_effects, new BatchReference(0, 1, TestKeys.Block(2), 1, 1), _signature));
        Assert.False(rules.TryAuthorBatch(_effects, new BatchReference(0, 3, TestKeys.Block(2), 1, 1), _signature));
    }

    private SafetyRules Rules()
    {
        var rules = new SafetyRules(new Ed25519Signer(_keys.Keys[0]));
        rules.BeginEpoch(_keys.Chain, TestKeys.Epoch, _keys.Set, Read(_keys.GenesisCertificate()));
        return rules;
    }

    private static BlockCertificate Read(byte[] bytes)
    {
        Assert.True(BlockCertificate.TryRead(bytes, 4, out BlockCertificate certificate));
        return certificate;
    }
}
