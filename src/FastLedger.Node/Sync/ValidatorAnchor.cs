// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Messages;
using FastLedger.Primitives;
using FastLedger.Protocol.StateSync;

namespace FastLedger.Node.Sync;

/// <summary>Believes state certificates of the validators of one epoch; those of other epochs cannot be judged.</summary>
internal sealed class ValidatorAnchor : IStateAnchor
{
    private readonly CertificateVerifier _verifier = new(Ed25519Scheme.Instance);
    private readonly ValidatorSet _validators;
    private readonly ulong _epoch;

    public ValidatorAnchor(in Hash256 chainId, ulong epoch, ValidatorSet validators)
    {
        _epoch = epoch;
        _validators = validators;
        _verifier.Begin(chainId, epoch, validators, default);
    }

    public AnchorAnswer Check(ulong height, in Hash256 stateRoot, ReadOnlySpan<byte> certificate)
    {
        if (!StateCertificateMessage.TryRead(certificate, _validators.Count, out StateCertificateMessage message)) return AnchorAnswer.Invalid;
        if (message.Commitment.Height != height || message.Commitment.StateRoot != stateRoot) return AnchorAnswer.Invalid;
        if (message.Epoch != _epoch) return AnchorAnswer.Unknown;
        return _verifier.VerifyState(message.Commitment, message.Signers, message.Signatures) ? AnchorAnswer.Valid : AnchorAnswer.Invalid;
    }
}
