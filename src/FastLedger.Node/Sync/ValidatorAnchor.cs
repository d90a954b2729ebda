// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Consensus;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Messages;
using FastLedger.Primitives;
using FastLedger.Protocol.StateSync;

namespace FastLedger.Node.Sync;

/// <summary>
/// Believes state certificates of the validators of one epoch: that of the genesis, and, one after the other, those that the validators before
/// them named.
/// </summary>
internal sealed class ValidatorAnchor : IStateAnchor
{
    private readonly CertificateVerifier _verifier = new(Ed25519Scheme.Instance);
    private readonly ValidatorSet _validators = new();
    private readonly ValidatorSet _next = new();
    private readonly HashSet<Hash256> _earlierKeys = [];
    private readonly Hash256 _chainId;

    public ValidatorAnchor(in Hash256 chainId, ValidatorSet genesis)
    {
        _chainId = chainId;
        _validators.CopyFrom(genesis);
        _verifier.Begin(chainId, Epoch, _validators, default);
    }

    public ulong Epoch { get; private set; } = 1;

    /// <summary>Validators of <see cref="Epoch"/>.</summary>
    public ValidatorSet Validators => _validators;

    /// <summary>The message that began <see cref="Epoch"/>; empty in the first.</summary>
    public byte[] EpochChange { get; private set; } = [];

    /// <summary>Was the key a validator's in an epoch before <see cref="Epoch"/>?</summary>
    public bool WasNamedBefore(in Hash256 key) => _earlierKeys.Contains(key);

    public AnchorAnswer Check(ulong height, in Hash256 stateRoot, ReadOnlySpan<byte> certificate, ReadOnlySpan<byte> block)
    {
        if (MessagePrefix.Peek(certificate, out ulong epoch) != MessageKind.StateCertificate) return AnchorAnswer.Invalid;
        if (epoch > Epoch) return AnchorAnswer.Unknown;
        if (epoch < Epoch) return AnchorAnswer.Outdated;
        if (!StateCertificateMessage.TryRead(certificate, _validators.Count, out StateCertificateMessage message)) return AnchorAnswer.Invalid;
        StateCommitment commitment = message.Commitment;
        if (commitment.Height != height || commitment.StateRoot != stateRoot || !commitment.NextSetDigest.IsZero) return AnchorAnswer.Invalid;
        if (!IsBlock(commitment.BlockId, height, block)) return AnchorAnswer.Invalid;
        return _verifier.VerifyState(commitment, message.Signers, message.Signatures) ? AnchorAnswer.Valid : AnchorAnswer.Invalid;
    }

    public bool TryAdvance(ReadOnlySpan<byte> proof)
    {
        if (!EpochChangeMessage.TryRead(proof, out EpochChangeMessage change) || change.Epoch != Epoch
            || !CommitProof.TryRead(change.Commit, _validators.Count, Ed25519Scheme.Instance, out CommitProof commit) || commit.Header.Epoch != Epoch
            || !_verifier.Verify(commit.Certificate)
            || !StateCertificateMessage.TryRead(change.StateCertificate, _validators.Count, out StateCertificateMessage state) || state.Epoch != Epoch
            || state.Commitment.Height != commit.Header.Height || state.Commitment.BlockId != commit.BlockId
            || commit.Header.NextSetDigest.IsZero || state.Commitment.NextSetDigest != commit.Header.NextSetDigest
            || Ed25519Scheme.Instance.Digest(change.NextSet) != commit.Header.NextSetDigest
            || !_verifier.VerifyState(state.Commitment, state.Signers, state.Signatures) || !_next.TryRead(change.NextSet)) return false;
        for (int i = 0; i < _validators.Count; i++) _earlierKeys.Add(_validators.Key(i));
        _validators.CopyFrom(_next);
        EpochChange = proof.ToArray();
        Epoch++;
        _verifier.Begin(_chainId, Epoch, _validators, default);
        return true;
    }

    private bool IsBlock(in Hash256 id, ulong height, ReadOnlySpan<byte> bytes) =>
        BlockImage.TryRead(bytes, out BlockImage block) && BlockHeader.IdOf(Ed25519Scheme.Instance, block.HeaderBytes) == id
        && block.Header.Height == height && block.Header.Epoch == Epoch && block.Header.ChainId == _chainId
        && block.Header.PayloadRoot == Ed25519Scheme.Instance.Digest(block.Body);
}
