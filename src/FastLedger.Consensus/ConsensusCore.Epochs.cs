// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Blocks;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Effects;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;
using FastLedger.Consensus.Safety;
using FastLedger.Primitives;

namespace FastLedger.Consensus;

/// <content>
/// Reconfiguration: a block names the next validator set; when it is committed and its state certified, the next epoch starts
/// at view 1 on a genesis derived from both.
/// </content>
public sealed partial class ConsensusCore
{
    private readonly ByteBuffer _authorizedSet = new();
    private readonly ByteBuffer _epochChange = new();
    private readonly ByteBuffer _stateCertificate = new();
    private readonly ByteBuffer _nextSet = new();
    private readonly ValidatorSet _readSet = new();
    private Hash256 _authorizedDigest;
    private ulong _epochStartHeight;
    private ulong _epochStartTimestampNs;
    private bool _closing;

    /// <summary>
    /// Writes the record that provisioning puts first into a new journal. A journal without it is a journal whose safety data is
    /// lost.
    /// </summary>
    public static int WriteProvisioning(Span<byte> buffer, ISignatureScheme scheme, in Hash256 chain, ValidatorSet validators, ulong timestampNs)
    {
        Span<byte> set = stackalloc byte[2 + ValidatorSet.MaxCount * 33];
        var setWriter = new FrameWriter(set);
        validators.Write(ref setWriter);
        Hash256 genesis = GenesisId(scheme, chain, 1, default, default, scheme.Digest(setWriter.Written));
        var record = new FrameWriter(buffer);
        WriteEpochStarted(ref record, chain, 1, genesis, 0, timestampNs, setWriter.Written, default);
        return record.Length;
    }

    private static void WriteEpochStarted(
        ref FrameWriter record, scoped in Hash256 chain, ulong epoch, scoped in Hash256 genesis, ulong height, ulong timestampNs, scoped ReadOnlySpan<byte> validators,
        scoped ReadOnlySpan<byte> epochChange)
    {
        SafetyRecord.WritePrefix(ref record, RecordKind.EpochStarted, epoch);
        record.Hash(chain);
        record.Hash(genesis);
        record.U64(height);
        record.U64(timestampNs);
        record.Blob(validators);

        // Whoever enters an epoch must be able to bring the others along, also after a crash: the proof is in the same record.
        record.Blob(epochChange);
    }

    /// <summary>The proof, in the record that began an epoch, that the one before ended; empty for the first epoch.</summary>
    /// <param name="record">An epoch-started record of this core.</param>
    public static ReadOnlySpan<byte> EpochChangeOf(ReadOnlySpan<byte> record)
    {
        var reader = new FrameReader(record[SafetyRecord.PrefixSize..]);
        _ = reader.Bytes((2 * Hash256.Size) + 16);
        _ = reader.Blob();
        return reader.Blob();
    }

    private static Hash256 GenesisId(
        ISignatureScheme scheme, in Hash256 chain, ulong epoch, in Hash256 lastBlock, in Hash256 stateRoot, in Hash256 setDigest)
    {
        Span<byte> buffer = stackalloc byte[16 + 8 + 4 * Hash256.Size];
        var writer = new FrameWriter(buffer);
        writer.Bytes("FLC1/genesis\0\0\0\0"u8);
        writer.U64(epoch);
        writer.Hash(chain);
        writer.Hash(lastBlock);
        writer.Hash(stateRoot);
        writer.Hash(setDigest);
        return scheme.Digest(writer.Written);
    }

    private bool ApplyEpochStarted(ReadOnlySpan<byte> body, ulong epoch)
    {
        var reader = new FrameReader(body);
        Hash256 chain = reader.Hash();
        Hash256 genesis = reader.Hash();
        ulong height = reader.U64();
        ulong timestampNs = reader.U64();
        ReadOnlySpan<byte> validators = reader.Blob();
        ReadOnlySpan<byte> epochChange = reader.Blob();
        if (!reader.Complete || !_readSet.TryRead(validators)) return false;
        _epochChange.CopyFrom(epochChange);
        BeginEpoch(chain, epoch, genesis, height, timestampNs, _readSet);
        return true;
    }

    private void BeginEpoch(in Hash256 chain, ulong epoch, in Hash256 genesis, ulong height, ulong timestampNs, ValidatorSet validators)
    {
        _chain = chain;
        _validators.CopyFrom(validators);
        var header = new BlockHeader { ChainId = chain, Epoch = epoch, Height = height, TimestampNs = timestampNs };
        _ = _tree.Reset(genesis, header, _validators.Count);
        _verifier.Begin(chain, epoch, _validators, genesis);
        _views.Clear();
        _batches.Clear();
        if (_options.LeaderOrder.Length > 0) _leaders.Set(_options.LeaderOrder, _options.LeaderTermViews);
        else _leaders.Shuffle(_scheme, genesis, _validators.Count, _options.LeaderTermViews);

        Span<byte> genesisCertificate = stackalloc byte[BlockCertificate.SizeOf(_validators.Count, 0)];
        var writer = new FrameWriter(genesisCertificate);
        BlockCertificate.WriteHead(ref writer, CertificateKind.Quorum, epoch, 0, genesis, _validators.Count, 0);
        Invariant.Check(BlockCertificate.TryRead(writer.Written, _validators.Count, out BlockCertificate certificate));
        _safety.BeginEpoch(chain, epoch, _validators, certificate);
        ResetEpochState();
        _epochStartHeight = height;
        _epochStartTimestampNs = timestampNs;
    }

    private void ResetEpochState()
    {
        View = 0;
        _closing = false;
        _epochStartHeight = 0;
        _commitProof.Clear();
        _stateCertificate.Clear();
        _nextSet.Clear();
        _pendingProposal.Clear();
        _pendingView = 0;
        _wanted = default;
        _wantedView = _wantedHeight = 0;
        _wantedTurn = 0;
        _proposeAtNs = _aheadUntilNs = _voteAtNs = _finalizeAtNs = _wantedAtNs = _fetchAtNs = ulong.MaxValue;
        _fetchView = 0;
        _certifiedState = default;
        _lastExecutedHeight = 0;
        Array.Clear(_executed);
        foreach (StateVoteSet set in _states) set.Reset(0);
        Array.Clear(_suspectUntil);
        Array.Clear(_newestTimeouts);
        Array.Clear(_reported);
        _banned = 0;
        _ownBatch = default;
    }

    private void OnReconfigurationAuthorized(ReadOnlySpan<byte> nextSet)
    {
        _authorizedSet.Clear();
        _authorizedDigest = default;
        if (nextSet.IsEmpty || !_readSet.TryRead(nextSet)) return;
        _authorizedSet.CopyFrom(nextSet);
        _authorizedDigest = _scheme.Digest(nextSet);
        RetryVote();
        if (_proposeAtNs != ulong.MaxValue) TryPropose();
    }

    private bool ReconfigurationIsDue(BlockNode parent) => !_authorizedSet.IsEmpty && !parent.EpochEnding;

    /// <summary>The last block of the epoch is committed: nothing is ordered any more until its state is certified.</summary>
    private void BeginClosing()
    {
        _closing = true;
        _proposeAtNs = _aheadUntilNs = _voteAtNs = _finalizeAtNs = _wantedAtNs = _fetchAtNs = ulong.MaxValue;
        Invariant.Check(BlockImage.TryRead(_tree.Root.Image.Bytes, out BlockImage last));
        _nextSet.CopyFrom(last.NextSet);
        _pacemaker.Rearm(_now.MonotonicNs);
    }

    /// <summary>While the epoch closes, what the others may have missed is sent again.</summary>
    private void RepeatClosing()
    {
        SendSyncInfo(Everyone, wantsAnswer: true);
        if (_safety.Self >= 0 && _safety.Data.LastState.Height == CommittedHeight) SendStateVote(_safety.Data.LastState, _safety.Data.LastStateSignature);
    }

    /// <summary>
    /// The epoch ends when the state of its last block is certified and executed here as well: whoever enters the next epoch needs no batch
    /// of this one any more, and knows from its own state who the validators are.
    /// </summary>
    private void TryBeginNextEpoch()
    {
        if (_lastExecutedHeight < CommittedHeight || _certifiedState.Height != CommittedHeight || _certifiedState.BlockId != CommittedId
            || _certifiedState.NextSetDigest != _tree.Root.Header.NextSetDigest || _safety.Halted != HaltReason.None) return;
        var message = new FrameWriter(_effects.Room(MessagePrefix.Size + 12 + _commitProof.Length + _stateCertificate.Length + _nextSet.Length));
        EpochChangeMessage.Write(ref message, Epoch, _commitProof.Bytes, _stateCertificate.Bytes, _nextSet.Bytes);
        _epochChange.CopyFrom(message.Written);
        if (!_readSet.TryRead(_nextSet.Bytes)) return;

        ulong epoch = Epoch + 1, height = CommittedHeight, timestampNs = _tree.Root.Header.TimestampNs;
        StateCommitment executed = _certifiedState;
        ulong lastExecuted = _lastExecutedHeight;
        Hash256 genesis = GenesisId(_scheme, _chain, epoch, executed.BlockId, executed.StateRoot, executed.NextSetDigest);
        if (_authorizedDigest == executed.NextSetDigest)
        {
            _authorizedSet.Clear();
            _authorizedDigest = default;
        }

        // The old members learn of the change from whoever has it; the proof goes out once more before the epoch is left.
        _effects.AddCopy(EffectKind.Send, Everyone & ~(_safety.Self >= 0 ? NodeBit(_safety.Self) : 0), 0, _epochChange.Bytes);
        var record = _effects.Compose(SafetyRecord.PrefixSize + 2 * Hash256.Size + 24 + _nextSet.Length + _epochChange.Length);
        WriteEpochStarted(ref record, _chain, epoch, genesis, height, timestampNs, _nextSet.Bytes, _epochChange.Bytes);
        _effects.Persist(record.Length);
        _effects.AddCopy(EffectKind.EpochStarted, 0, epoch, _epochChange.Bytes);

        BeginEpoch(_chain, epoch, genesis, height, timestampNs, _readSet);
        _lastExecutedHeight = lastExecuted;
        EnterView(1, byTimeout: false, propose: true);
    }

    private void OnEpochChange(ReadOnlySpan<byte> message)
    {
        if (!EpochChangeMessage.TryRead(message, out EpochChangeMessage change) || change.Epoch != Epoch
            || !CommitProof.TryRead(change.Commit, _validators.Count, _scheme, out CommitProof proof) || !_verifier.Verify(proof.Certificate)
            || !StateCertificateMessage.TryRead(change.StateCertificate, _validators.Count, out StateCertificateMessage state)
            || state.Epoch != Epoch || state.Commitment.Height != proof.Header.Height || state.Commitment.BlockId != proof.BlockId
            || proof.Header.NextSetDigest.IsZero || state.Commitment.NextSetDigest != proof.Header.NextSetDigest
            || !_verifier.VerifyState(state.Commitment, state.Signers, state.Signatures)) return;
        if (CommittedHeight < proof.Header.Height)
        {
            if (_tree.Find(proof.BlockId) is { } target) _ = CommitByProof(target, change.Commit);
            else
            {
                _wantedHeight = Math.Max(_wantedHeight, proof.Header.Height);
                if (_wantedAtNs == ulong.MaxValue) RequestWanted();
            }
        }

        if (_closing && state.Commitment.Height > _certifiedState.Height) AdoptStateCertificate(state.Commitment, change.StateCertificate);
    }

    /// <summary>A message of another epoch: peers behind get the proof, peers ahead are asked for it.</summary>
    private void OnOtherEpoch(int node, MessageKind kind, ulong epoch, ReadOnlySpan<byte> message)
    {
        if (kind == MessageKind.None) return;
        PeerState peer = _peers[node];
        if (epoch < Epoch && kind == MessageKind.BlockRequest)
        {
            if (_now.MonotonicNs < peer.ServeAfterNs || !BlockRequestMessage.TryRead(message, out BlockRequestMessage request)) return;
            peer.ServeAfterNs = _now.MonotonicNs + _options.ServeIntervalNs;
            _effects.Add(EffectKind.ServeBlocks, UInt128.One << node, request.CommittedHeight, default, 0);
            return;
        }

        if (_now.MonotonicNs < peer.AnswerAfterNs) return;
        peer.AnswerAfterNs = _now.MonotonicNs + _pacemaker.TimeoutNs / 2;
        if (epoch > Epoch) SendSyncInfo(UInt128.One << node, wantsAnswer: true);
        else if (epoch + 1 == Epoch && !_epochChange.IsEmpty) _effects.AddCopy(EffectKind.Send, UInt128.One << node, 0, _epochChange.Bytes);
        else _effects.Add(EffectKind.ServeEpochChange, UInt128.One << node, epoch, default, 0);
    }
}
