// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Accountability;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Effects;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;

namespace FastLedger.Consensus;

/// <content>Execution comes after ordering: replicas sign what execution produced, q equal signatures certify it.</content>
public sealed partial class ConsensusCore
{
    private readonly StateVoteSet[] _states;
    private readonly StateCommitment[] _executed;
    private StateCommitment _certifiedState;
    private ulong _lastExecutedHeight;

    private void OnExecuted(StateCommitment commitment)
    {
        if (commitment.Height <= _lastExecutedHeight) return;
        _lastExecutedHeight = commitment.Height;
        bool endsEpoch = _closing && commitment.BlockId == CommittedId;
        commitment = commitment with { NextSetDigest = endsEpoch ? _tree.Root.Header.NextSetDigest : default };
        _executed[(int)(commitment.Height % (ulong)_executed.Length)] = commitment;

        // A height of an earlier epoch has its certificate already.
        if (commitment.Height <= _epochStartHeight) return;
        Span<byte> signature = stackalloc byte[ISignatureScheme.SignatureSize];
        if (_safety.TryStateVote(_effects, commitment, signature)) SendStateVote(commitment, signature);
        if (_certifiedState.Height == commitment.Height) CompareWithCertified(_certifiedState);
        RetryVote();

        // The leader may have held batches back because execution was behind, or to let more of them share the block.
        if (_proposeAtNs != ulong.MaxValue) TryPropose();
        if (_closing) TryBeginNextEpoch();
    }

    private void SendStateVote(in StateCommitment commitment, ReadOnlySpan<byte> signature)
    {
        var message = _effects.Compose(StateVoteMessage.Size);
        StateVoteMessage.Write(ref message, Epoch, commitment, _safety.Self, signature);
        _effects.Send(Small || _closing ? Everyone : StateCollectors(commitment.Height), message.Length);
    }

    /// <summary>Where many validators send their state votes; two collectors, so that one silent one loses nothing.</summary>
    private UInt128 StateCollectors(ulong height) => NodeBit(_leaders.Leader(height)) | NodeBit(_leaders.Leader(height + 1));

    private void OnStateVote(int sender, ReadOnlySpan<byte> message)
    {
        if (!StateVoteMessage.TryRead(message, out StateVoteMessage vote) || sender < 0 || vote.Voter != sender || IsBanned(sender)) return;
        StateCommitment commitment = vote.Commitment;
        StateVoteSet set = _states[(int)(commitment.Height % (ulong)_states.Length)];

        // Only heights near the own ones: a vote far ahead must not push out what is being collected.
        if (commitment.Height == 0 || commitment.Height > CommittedHeight + (ulong)(_states.Length / 2) || commitment.Height < set.Height) return;
        if (commitment.Height > set.Height) set.Reset(commitment.Height);
        if (set.TryGet(sender, out StateCommitment earlier, out ReadOnlySpan<byte> earlierSignature))
        {
            if (earlier != commitment) OnDoubleState(sender, earlier, earlierSignature, commitment, vote.Signature);
            return;
        }

        UInt128 same = set.Add(sender, commitment, vote.Signature);
        if (!set.Certified && SignerSet.Count(same) >= Quorum) FormStateCertificate(set, commitment, same);
    }

    private void FormStateCertificate(StateVoteSet set, in StateCommitment commitment, UInt128 signers)
    {
        for (UInt128 rest = signers; rest != 0; rest &= rest - 1)
        {
            int voter = SignerSet.First(rest);
            if (voter == _safety.Self || _verifier.VerifyState(commitment, voter, set.SignatureOf(voter))) continue;
            set.Remove(voter);
            signers &= ~(UInt128.One << voter);
            Ban(voter);
        }

        if (SignerSet.Count(signers) < Quorum) return;
        set.Certified = true;
        var writer = new FrameWriter(_composeCertificate);
        set.WriteCertificate(ref writer, Epoch, commitment, _validators.Count, signers);
        if (!Small) _effects.AddCopy(EffectKind.Send, Everyone & ~(_safety.Self >= 0 ? NodeBit(_safety.Self) : 0), 0, writer.Written);
        AdoptStateCertificate(commitment, writer.Written);
    }

    private void OnStateCertificate(ReadOnlySpan<byte> message)
    {
        if (!StateCertificateMessage.TryRead(message, _validators.Count, out StateCertificateMessage certificate)
            || !IsWanted(certificate.Commitment.Height)
            || !_verifier.VerifyState(certificate.Commitment, certificate.Signers, certificate.Signatures)) return;
        AdoptStateCertificate(certificate.Commitment, message);
    }

    /// <summary>A newer height than the newest certified one, or an older one of the window whose certificate is not known yet.</summary>
    private bool IsWanted(ulong height)
    {
        StateVoteSet set = _states[(int)(height % (ulong)_states.Length)];
        return height > _certifiedState.Height || (height > _epochStartHeight && (set.Height < height || (set.Height == height && !set.Certified)));
    }

    private void AdoptStateCertificate(in StateCommitment commitment, ReadOnlySpan<byte> message)
    {
        // Every height's certificate is given out: it alone proves what that block answered. Only the newest one is kept.
        _effects.AddCopy(EffectKind.StateCertified, 0, commitment.Height, message);
        StateVoteSet set = _states[(int)(commitment.Height % (ulong)_states.Length)];
        if (set.Height < commitment.Height) set.Reset(commitment.Height);
        if (set.Height == commitment.Height) set.Certified = true;
        if (commitment.Height <= _certifiedState.Height)
        {
            CompareWithCertified(commitment);
            return;
        }

        _certifiedState = commitment;
        _stateCertificate.CopyFrom(message);
        CompareWithCertified(commitment);
        if (_closing) TryBeginNextEpoch();
    }

    /// <summary>A replica whose execution disagrees with q others is broken: it must not sign again.</summary>
    private void CompareWithCertified(in StateCommitment certified)
    {
        StateCommitment own = _executed[(int)(certified.Height % (ulong)_executed.Length)];
        if (own.Height == certified.Height && (own.StateRoot != certified.StateRoot || own.ReceiptsRoot != certified.ReceiptsRoot))
        {
            HaltFor(HaltReason.StateDiverged);
        }
    }

    /// <summary>The block's state root is this replica's own; a height not executed yet is waited for, never guessed.</summary>
    private bool ExecutionAgrees(in BlockHeader header)
    {
        if (header.ExecutedHeight == 0) return true;
        if (header.ExecutedHeight > _lastExecutedHeight) return false;
        StateCommitment own = _executed[(int)(header.ExecutedHeight % (ulong)_executed.Length)];
        return own.Height != header.ExecutedHeight || own.StateRoot == header.ExecutedStateRoot;
    }

    private void OnDoubleState(
        int voter, in StateCommitment earlier, ReadOnlySpan<byte> earlierSignature, in StateCommitment later, ReadOnlySpan<byte> signature)
    {
        if (!_verifier.VerifyState(earlier, voter, earlierSignature) || !_verifier.VerifyState(later, voter, signature)) return;
        Span<byte> first = stackalloc byte[StateCommitment.Size], second = stackalloc byte[StateCommitment.Size];
        var firstWriter = new FrameWriter(first);
        earlier.Write(ref firstWriter);
        var secondWriter = new FrameWriter(second);
        later.Write(ref secondWriter);
        Report(EvidenceKind.DoubleState, voter, first, earlierSignature, second, signature, default);
    }
}
