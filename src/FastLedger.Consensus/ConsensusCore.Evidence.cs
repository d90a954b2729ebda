// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Accountability;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Effects;
using FastLedger.Consensus.Messages;
using FastLedger.Consensus.Pacing;
using FastLedger.Primitives;

namespace FastLedger.Consensus;

/// <content>Who breaks the rules leaves two signatures that prove it. Each kind is reported once per validator and epoch.</content>
public sealed partial class ConsensusCore
{
    private readonly NewestTimeout[] _newestTimeouts = new NewestTimeout[ValidatorSet.MaxCount];
    private readonly byte[] _newestTimeoutSignatures = new byte[ValidatorSet.MaxCount * ISignatureScheme.SignatureSize];
    private readonly byte[] _reported = new byte[ValidatorSet.MaxCount];
    private UInt128 _banned;

    private bool IsBanned(int validator) => (_banned >> validator & 1) != 0;

    /// <summary>A validator that sends signatures which do not verify is not listened to for the rest of the epoch.</summary>
    private void Ban(int validator)
    {
        if (validator != _safety.Self) _banned |= UInt128.One << validator;
    }

    private void OnDoubleVote(
        CertificateKind kind, ulong view, int voter, in Hash256 earlier, ReadOnlySpan<byte> earlierSignature, in Hash256 later,
        ReadOnlySpan<byte> signature)
    {
        EvidenceKind evidence = kind == CertificateKind.Quorum ? EvidenceKind.DoubleVote : EvidenceKind.DoubleFinalize;
        if (IsReported(evidence, voter)) return;
        if (!_verifier.VerifyVote(kind, view, earlier, voter, earlierSignature) || !_verifier.VerifyVote(kind, view, later, voter, signature))
        {
            Ban(voter);
            return;
        }

        Span<byte> first = stackalloc byte[8 + Hash256.Size], second = stackalloc byte[8 + Hash256.Size];
        _ = EvidenceMessage.BlockContent(first, view, earlier);
        _ = EvidenceMessage.BlockContent(second, view, later);
        Report(evidence, voter, first, earlierSignature, second, signature, default);
    }

    private void OnDoubleTimeout(
        ulong view, int voter, ulong claimed, ReadOnlySpan<byte> claimedSignature, ulong other, ReadOnlySpan<byte> otherSignature)
    {
        Span<byte> first = stackalloc byte[16], second = stackalloc byte[16];
        _ = EvidenceMessage.TimeoutContent(first, view, claimed);
        _ = EvidenceMessage.TimeoutContent(second, view, other);
        Report(EvidenceKind.DoubleTimeout, voter, first, claimedSignature, second, otherSignature, default);
    }

    /// <summary>A verified timeout came: does it hide something that its signer voted for or finalized?</summary>
    private void CheckAgainstVotes(int voter, ulong timeoutView, ulong claimed, ReadOnlySpan<byte> signature)
    {
        if (timeoutView > _newestTimeouts[voter].View)
        {
            _newestTimeouts[voter] = new NewestTimeout(timeoutView, claimed);
            signature.CopyTo(_newestTimeoutSignatures.AsSpan(voter * ISignatureScheme.SignatureSize));
        }

        for (ulong view = Math.Max(_views.Floor, claimed + 1); view <= timeoutView; view++)
        {
            if (_views.Get(view, View) is not { } slot) continue;
            CheckPair(CertificateKind.Finality, slot, voter, timeoutView, claimed, signature);
            CheckPair(CertificateKind.Quorum, slot, voter, timeoutView, claimed, signature);
        }
    }

    /// <summary>A vote came: does its signer's newest timeout hide it?</summary>
    private void CheckAgainstTimeout(CertificateKind kind, ViewSlot slot, int voter)
    {
        NewestTimeout timeout = _newestTimeouts[voter];
        if (timeout.View < slot.View) return;
        CheckPair(kind, slot, voter, timeout.View, timeout.HighQcView,
            _newestTimeoutSignatures.AsSpan(voter * ISignatureScheme.SignatureSize, ISignatureScheme.SignatureSize));
    }

    private void CheckPair(CertificateKind kind, ViewSlot slot, int voter, ulong timeoutView, ulong claimed, ReadOnlySpan<byte> timeoutSignature)
    {
        bool quorum = kind == CertificateKind.Quorum;
        VoteSet votes = quorum ? slot.Votes : slot.FinalizeVotes;
        if (!votes.TryGet(voter, out Hash256 block, out ReadOnlySpan<byte> signature)) return;
        ReadOnlySpan<byte> header = default;
        ulong hidden = slot.View;
        if (quorum)
        {
            // EV4 needs the block's parent; a block that is not here proves nothing.
            if (_tree.Find(block) is not { Image.IsEmpty: false } node || node.View != slot.View) return;
            hidden = node.Header.ParentView;
            header = node.Image.Bytes[..BlockHeader.Size];
        }

        EvidenceKind evidence = quorum ? EvidenceKind.LockHidden : EvidenceKind.FinalizeHidden;
        if (claimed >= hidden || timeoutView < slot.View || IsReported(evidence, voter)
            || !_verifier.VerifyVote(kind, slot.View, block, voter, signature)) return;
        Span<byte> first = stackalloc byte[8 + Hash256.Size], second = stackalloc byte[16];
        _ = EvidenceMessage.BlockContent(first, slot.View, block);
        _ = EvidenceMessage.TimeoutContent(second, timeoutView, claimed);
        Report(evidence, voter, first, signature, second, timeoutSignature, header);
    }

    private bool IsReported(EvidenceKind kind, int validator) => (_reported[validator] >> (int)kind & 1) != 0;

    private void Report(
        EvidenceKind kind, int guilty, ReadOnlySpan<byte> first, ReadOnlySpan<byte> firstSignature, ReadOnlySpan<byte> second,
        ReadOnlySpan<byte> secondSignature, ReadOnlySpan<byte> header)
    {
        if (IsReported(kind, guilty)) return;
        _reported[guilty] |= (byte)(1 << (int)kind);
        int size = MessagePrefix.Size + 3 + 12 + first.Length + second.Length + header.Length + 2 * ISignatureScheme.SignatureSize;
        var message = _effects.Compose(size);
        EvidenceMessage.Write(ref message, kind, Epoch, guilty, first, firstSignature, second, secondSignature, header);
        _effects.Add(EffectKind.Evidence, 0, (ulong)guilty, default, message.Length);
        message = _effects.Compose(size);
        EvidenceMessage.Write(ref message, kind, Epoch, guilty, first, firstSignature, second, secondSignature, header);
        UInt128 targets = _safety.Self >= 0 ? Everyone & ~NodeBit(_safety.Self) : 0;
        if (targets != 0) _effects.Send(targets, message.Length);
    }

    private void OnEvidence(ReadOnlySpan<byte> message)
    {
        if (!EvidenceMessage.TryRead(message, out EvidenceMessage evidence) || evidence.Guilty >= _validators.Count
            || evidence.Kind is EvidenceKind.None or > EvidenceKind.DoubleBatch || IsReported(evidence.Kind, evidence.Guilty)
            || !evidence.Verify(_scheme, _chain, _validators)) return;
        _reported[evidence.Guilty] |= (byte)(1 << (int)evidence.Kind);
        _effects.AddCopy(EffectKind.Evidence, 0, evidence.Guilty, message);
    }

    private readonly record struct NewestTimeout(ulong View, ulong HighQcView);
}
