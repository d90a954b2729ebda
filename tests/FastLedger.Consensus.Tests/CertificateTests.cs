// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using FastLedger.Consensus.Certificates;

namespace FastLedger.Consensus.Tests;

public sealed class CertificateTests
{
    private readonly TestKeys _keys = new();

    [Fact]
    public void A_quorum_certificate_of_q_signers_verifies()
    {
        Assert.True(Verifies(_keys.Certificate(5, TestKeys.Block(1), 0b0111)));
        Assert.True(Verifies(_keys.Certificate(5, TestKeys.Block(1), 0b1111)));
        Assert.True(Verifies(_keys.Certificate(5, TestKeys.Block(1), 0b1011, CertificateKind.Finality)));
    }

    [Fact]
    public void Two_f_signers_are_too_few() => Assert.False(Verifies(_keys.Certificate(5, TestKeys.Block(1), 0b0101)));

    /// <summary>The signatures of an old certificate under a new view: relab/hotstuff 289.</summary>
    [Fact]
    public void P4_no_field_of_a_certificate_can_be_changed()
    {
        byte[] certificate = _keys.Certificate(5, TestKeys.Block(1), 0b0111);
        Assert.True(Verifies(certificate));
        for (int i = 0; i < certificate.Length; i++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                byte[] changed = (byte[])certificate.Clone();
                changed[i] ^= (byte)(1 << bit);
                Assert.False(Verifies(changed), $"byte {i}, bit {bit}");
            }
        }
    }

    [Fact]
    public void P4_no_field_of_a_timeout_certificate_can_be_changed()
    {
        byte[] high = _keys.Certificate(5, TestKeys.Block(1), 0b0111);
        byte[] certificate = _keys.TimeoutCertificate(7, [5, 4, 5], high);
        Assert.True(VerifiesTimeout(certificate));
        for (int i = 0; i < certificate.Length; i++)
        {
            byte[] changed = (byte[])certificate.Clone();
            changed[i] ^= 4;
            Assert.False(VerifiesTimeout(changed), $"byte {i}");
        }
    }

    [Fact]
    public void A_timeout_certificate_must_carry_exactly_the_highest_claim()
    {
        byte[] low = _keys.Certificate(4, TestKeys.Block(1), 0b0111);
        byte[] high = _keys.Certificate(5, TestKeys.Block(2), 0b0111);
        byte[] higher = _keys.Certificate(6, TestKeys.Block(3), 0b0111);
        Assert.True(VerifiesTimeout(_keys.TimeoutCertificate(7, [5, 4, 4], high)));
        Assert.False(VerifiesTimeout(_keys.TimeoutCertificate(7, [5, 4, 4], low)));
        Assert.False(VerifiesTimeout(_keys.TimeoutCertificate(7, [5, 4, 4], higher)));
        Assert.False(VerifiesTimeout(_keys.TimeoutCertificate(5, [5, 4, 4], high)));
        Assert.False(VerifiesTimeout(_keys.TimeoutCertificate(7, [5, 4], high)));
    }

    /// <summary>A garbage inner certificate must not pass with q good timeouts around it: era-consensus PR 144.</summary>
    [Fact]
    public void P5_the_inner_certificate_of_a_timeout_certificate_is_verified()
    {
        byte[] high = _keys.Certificate(5, TestKeys.Block(1), 0b0111);
        high[^1] ^= 1;
        Assert.False(VerifiesTimeout(_keys.TimeoutCertificate(7, [5, 4, 5], high)));
    }

    [Fact]
    public void Only_the_genesis_block_has_a_certificate_without_signers()
    {
        Assert.True(Verifies(_keys.GenesisCertificate()));
        byte[] other = _keys.GenesisCertificate();
        TestKeys.Block(9).Bytes.CopyTo(other.AsSpan(17));
        Assert.False(Verifies(other));
        byte[] later = _keys.GenesisCertificate();
        BinaryPrimitives.WriteUInt64LittleEndian(later.AsSpan(9), 4);
        Assert.False(Verifies(later));
    }

    [Fact]
    public void A_bitmap_has_one_encoding()
    {
        byte[] certificate = _keys.Certificate(5, TestKeys.Block(1), 0b0111);
        certificate[51] |= 0x80;
        Assert.False(BlockCertificate.TryRead(certificate, 4, out _));
    }

    [Fact]
    public void A_verified_certificate_is_remembered_only_byte_for_byte()
    {
        byte[] certificate = _keys.Certificate(5, TestKeys.Block(1), 0b0111);
        Assert.True(Verifies(certificate));
        certificate[^1] ^= 1;
        Assert.False(Verifies(certificate));
        certificate[^1] ^= 1;
        Assert.True(Verifies(certificate));
    }

    [Fact]
    public void Votes_that_were_checked_are_not_checked_again_in_a_certificate()
    {
        var scheme = new CountingScheme();
        var verifier = new CertificateVerifier(scheme);
        verifier.Begin(_keys.Chain, TestKeys.Epoch, _keys.Set, _keys.Genesis);
        for (int voter = 0; voter < 2; voter++)
            Assert.True(verifier.VerifyVote(CertificateKind.Quorum, 5, TestKeys.Block(1), voter, _keys.Vote(voter, 5, TestKeys.Block(1))));
        verifier.Remember(CertificateKind.Quorum, 5, TestKeys.Block(1), 2, _keys.Vote(2, 5, TestKeys.Block(1)));
        Assert.Equal(2, scheme.Checks);

        Assert.True(verifier.Verify(Read(_keys.Certificate(5, TestKeys.Block(1), 0b0111))));
        Assert.Equal(2, scheme.Checks);
        Assert.True(verifier.Verify(Read(_keys.Certificate(5, TestKeys.Block(1), 0b1110))));
        Assert.Equal(3, scheme.Checks);
    }

    [Fact]
    public void A_checked_vote_vouches_for_nothing_but_itself()
    {
        byte[] good = _keys.Certificate(5, TestKeys.Block(1), 0b0111);
        for (int voter = 0; voter < 3; voter++)
            Assert.True(_keys.Verifier.VerifyVote(CertificateKind.Quorum, 5, TestKeys.Block(1), voter, _keys.Vote(voter, 5, TestKeys.Block(1))));

        // The same signatures under another block, view or kind, and another signature.
        foreach (int at in new[] { 0, 9, 17, good.Length - 1, good.Length - (2 * ISignatureScheme.SignatureSize) })
        {
            byte[] bad = (byte[])good.Clone();
            bad[at] ^= at == 0 ? (byte)3 : (byte)8;
            Assert.False(Verifies(bad), $"byte {at}");
        }

        Assert.True(Verifies(good));
        _keys.Verifier.Begin(_keys.Chain, TestKeys.Epoch + 1, _keys.Set, _keys.Genesis);
        Assert.False(_keys.Verifier.VerifyVote(CertificateKind.Quorum, 5, TestKeys.Block(1), 0, _keys.Vote(0, 5, TestKeys.Block(1))));
    }

    /// <summary>A vote for an invented block must not poison the bucket of the real one: tari-ootle 2459.</summary>
    [Fact]
    public void P6_votes_are_counted_per_block()
    {
        var votes = new VoteSet(4);
        Assert.Equal(1, votes.Add(0, TestKeys.Block(1), _keys.Vote(0, 5, TestKeys.Block(1)), verified: false));
        Assert.Equal(1, votes.Add(3, TestKeys.Block(2), _keys.Vote(3, 5, TestKeys.Block(2)), verified: false));
        Assert.Equal(2, votes.Add(1, TestKeys.Block(1), _keys.Vote(1, 5, TestKeys.Block(1)), verified: false));
        Assert.Equal(3, votes.Add(2, TestKeys.Block(1), _keys.Vote(2, 5, TestKeys.Block(1)), verified: false));
        UInt128 signers = votes.Verify(_keys.Verifier, CertificateKind.Quorum, 5, TestKeys.Block(1), out UInt128 bad);
        Assert.Equal((UInt128)0b0111, signers);
        Assert.Equal((UInt128)0, bad);
    }

    [Fact]
    public void A_bad_signature_is_dropped_when_its_bucket_is_checked()
    {
        var votes = new VoteSet(4);
        byte[] forged = _keys.Vote(1, 5, TestKeys.Block(1));
        forged[3] ^= 1;
        _ = votes.Add(0, TestKeys.Block(1), _keys.Vote(0, 5, TestKeys.Block(1)), verified: false);
        _ = votes.Add(1, TestKeys.Block(1), forged, verified: false);
        _ = votes.Add(2, TestKeys.Block(1), _keys.Vote(2, 5, TestKeys.Block(1)), verified: false);
        UInt128 signers = votes.Verify(_keys.Verifier, CertificateKind.Quorum, 5, TestKeys.Block(1), out UInt128 bad);
        Assert.Equal((UInt128)0b0101, signers);
        Assert.Equal((UInt128)0b0010, bad);
        Assert.Equal(2, votes.CountFor(TestKeys.Block(1)));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(4, 3)]
    [InlineData(7, 5)]
    [InlineData(100, 67)]
    [InlineData(128, 86)]
    public void The_quorum_is_n_minus_f(int count, int quorum)
    {
        var set = new ValidatorSet();
        for (int i = 0; i < count; i++) Assert.True(set.TryAdd(i, TestKeys.Block(i)));
        Assert.Equal(quorum, set.Quorum);
        Assert.Equal(2 * count / 3 + 1, set.Quorum);
    }

    private static BlockCertificate Read(byte[] bytes)
    {
        Assert.True(BlockCertificate.TryRead(bytes, 4, out BlockCertificate certificate));
        return certificate;
    }

    private bool Verifies(byte[] bytes) => BlockCertificate.TryRead(bytes, 4, out BlockCertificate certificate) && _keys.Verifier.Verify(certificate);

    private bool VerifiesTimeout(byte[] bytes) => TimeoutCertificate.TryRead(bytes, 4, out TimeoutCertificate certificate) && _keys.Verifier.Verify(certificate);
}
