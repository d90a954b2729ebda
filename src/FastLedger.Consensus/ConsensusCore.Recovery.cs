// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Blocks;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Effects;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;
using FastLedger.Consensus.Pacing;
using FastLedger.Consensus.Safety;
using FastLedger.Primitives;

namespace FastLedger.Consensus;

/// <content>From the journal back to a running replica, and the guard against a journal that forgot.</content>
public sealed partial class ConsensusCore
{
    private HaltReason _journalFault;
    private readonly ByteBuffer _looseBlock = new();
    private Hash256 _looseId;

    /// <summary>Redoes one record of the journal. Records come in the order in which they were written.</summary>
    /// <remarks>No effects: what was committed is the host's to execute again out of its own records.</remarks>
    public void Replay(ReadOnlySpan<byte> record)
    {
        Invariant.Check(!_started);
        var reader = new FrameReader(record);
        RecordKind kind = SafetyRecord.ReadPrefix(ref reader, out byte version, out ulong epoch);
        if (version > SafetyRecord.Version)
        {
            _journalFault = HaltReason.JournalTooNew;
            return;
        }

        ReadOnlySpan<byte> body = reader.Bytes(reader.Remaining);
        bool applied = kind switch
        {
            RecordKind.EpochStarted => ApplyEpochStarted(body, epoch),
            RecordKind.Halted => ApplyHalted(body),
            _ when epoch != Epoch => true,
            RecordKind.Block => ApplyBlock(body),
            RecordKind.Committed => ApplyCommitted(body),
            RecordKind.Proposed => _safety.Data.Apply(record, _validators.Count) && ApplyProposal(body),
            _ => _safety.Data.Apply(record, _validators.Count),
        };
        if (!applied) _journalFault = HaltReason.JournalDamaged;
    }

    /// <summary>The journal is known to have lost records from its middle: the replica follows but does not sign.</summary>
    public void RefuseToSign(HaltReason reason) => _journalFault = reason;

    /// <summary>
    /// Writes records that together restore the present state, so that older ones may be dropped. The first effect is the epoch's
    /// start; all are <see cref="EffectKind.Persist"/> or <see cref="EffectKind.Note"/>.
    /// </summary>
    public EffectBuffer WriteSnapshot()
    {
        _effects.Clear();
        Span<byte> set = stackalloc byte[2 + ValidatorSet.MaxCount * 33];
        var setWriter = new FrameWriter(set);
        _validators.Write(ref setWriter);
        SafetyData data = _safety.Data;
        bool atGenesis = _tree.Root.View == 0;
        var record = _effects.Compose(SafetyRecord.PrefixSize + 2 * Hash256.Size + 24 + setWriter.Length + _epochChange.Length);
        WriteEpochStarted(ref record, _chain, Epoch, _verifier.GenesisId, _epochStartHeight, _epochStartTimestampNs, setWriter.Written, _epochChange.Bytes);
        _effects.Persist(record.Length);
        if (!atGenesis)
        {
            PersistImage(_tree.Root);
            PersistCommit(_tree.Root);
        }

        PersistDescendants(_tree.Root);
        if (!data.HighTc.IsEmpty) PersistRaw(RecordKind.TimeoutCertificate, data.HighTc.Bytes);
        if (!data.LastProposal.IsEmpty) PersistRaw(RecordKind.Proposed, data.LastProposal.Bytes);
        PersistLastVote(RecordKind.Voted, data.LastVoteView, data.LastVoteBlock, data.LastVoteSignature);
        PersistLastVote(RecordKind.Finalized, data.LastFinalizedView, data.LastFinalizedBlock, data.LastFinalizeSignature);
        if (!data.LastTimeout.IsEmpty) PersistRaw(RecordKind.TimedOut, data.LastTimeout.Bytes);
        if (data.LastState.Height > 0)
        {
            record = _effects.Compose(SafetyRecord.PrefixSize + StateCommitment.Size + ISignatureScheme.SignatureSize);
            SafetyRecord.WritePrefix(ref record, RecordKind.StateVoted, Epoch);
            data.LastState.Write(ref record);
            record.Bytes(data.LastStateSignature);
            _effects.Persist(record.Length);
        }

        foreach (Hash256 key in _safety.Retired) PersistHalt(HaltReason.AmnesiaDetected, key);
        if (data.LastBatchNumber > 0)
        {
            record = _effects.Compose(SafetyRecord.PrefixSize + BatchReference.Size);
            SafetyRecord.WritePrefix(ref record, RecordKind.BatchAuthored, Epoch);
            new BatchReference((ushort)Math.Max(0, _safety.Self), data.LastBatchNumber, default, 0, 0).Write(ref record);
            _effects.Persist(record.Length);
        }

        return _effects;
    }

    private void PersistDescendants(BlockNode root)
    {
        // Parents before children: replay adds a block only on top of its parent.
        for (ulong height = root.Height + 1; ; height++)
        {
            bool any = false;
            for (int i = 0; i < _tree.Count; i++)
            {
                BlockNode node = _tree.At(i);
                if (node.Height != height || !node.Persisted) continue;
                PersistImage(node);
                any = true;
            }

            if (!any) return;
        }
    }

    private void PersistImage(BlockNode node) => PersistRaw(RecordKind.Block, node.Image.Bytes);

    private void PersistRaw(RecordKind kind, ReadOnlySpan<byte> body)
    {
        var record = _effects.Compose(SafetyRecord.PrefixSize + body.Length);
        SafetyRecord.WritePrefix(ref record, kind, Epoch);
        record.Bytes(body);
        _effects.Persist(record.Length);
    }

    private void PersistLastVote(RecordKind kind, ulong view, in Hash256 block, ReadOnlySpan<byte> signature)
    {
        if (view == 0) return;
        var record = _effects.Compose(SafetyRecord.PrefixSize + 8 + Hash256.Size + ISignatureScheme.SignatureSize + 4 + _safety.Data.Lock.Length);
        SafetyRecord.WritePrefix(ref record, kind, Epoch);
        record.U64(view);
        record.Hash(block);
        record.Bytes(signature);
        record.Blob(_safety.Data.Lock.Bytes);
        _effects.Persist(record.Length);
    }

    private bool ApplyHalted(ReadOnlySpan<byte> body)
    {
        if (body.Length == 1 + Hash256.Size && (HaltReason)body[0] == HaltReason.AmnesiaDetected)
        {
            _safety.Retire(new Hash256(body[1..]));
            return true;
        }

        if (body.Length != 1) return false;
        _journalFault = (HaltReason)body[0];
        return true;
    }

    private void PersistHalt(HaltReason reason, in Hash256 key)
    {
        var record = _effects.Compose(SafetyRecord.PrefixSize + 1 + Hash256.Size);
        WriteHalted(ref record, Epoch, reason, key);
        _effects.Persist(record.Length);
    }

    private static void WriteHalted(ref FrameWriter record, ulong epoch, HaltReason reason, in Hash256 key)
    {
        SafetyRecord.WritePrefix(ref record, RecordKind.Halted, epoch);
        record.U8((byte)reason);
        if (reason == HaltReason.AmnesiaDetected) record.Hash(key);
    }

    private bool ApplyBlock(ReadOnlySpan<byte> body)
    {
        if (!BlockImage.TryRead(body, out BlockImage block)) return false;
        Hash256 id = BlockHeader.IdOf(_scheme, block.HeaderBytes);
        if (_tree.Find(id) is { } present)
        {
            present.Persisted = true;
            return true;
        }

        // A parent that was never voted for is not in the journal; block sync brings the chain again. Of a snapshot's root no parent is known.
        if (_tree.Find(block.Header.ParentId) is { } parent)
        {
            if (InsertBlock(id, block, parent) is { } node) node.Persisted = true;
            return true;
        }

        _looseBlock.CopyFrom(body);
        _looseId = id;
        return true;
    }

    private bool ApplyProposal(ReadOnlySpan<byte> body) =>
        ProposalMessage.TryRead(body, _validators.Count, out ProposalMessage proposal) && ApplyBlock(proposal.Block.Bytes);

    private bool ApplyCommitted(ReadOnlySpan<byte> body)
    {
        var reader = new FrameReader(body);
        Hash256 id = reader.Hash();
        if (!BlockHeader.TryRead(ref reader, out BlockHeader header)) return false;
        int authors = reader.U16();
        ReadOnlySpan<byte> numbers = reader.Bytes(8 * authors);
        ReadOnlySpan<byte> proof = reader.Blob();
        if (!reader.Complete || authors != _validators.Count) return false;
        if (_tree.Find(id) is { } node && BlockTree.Descends(node, _tree.Root))
        {
            _tree.AdvanceRoot(node);
        }
        else
        {
            BlockNode root = _tree.Reset(id, header, authors);
            var numberReader = new FrameReader(numbers);
            for (int i = 0; i < authors; i++) root.LastBatch[i] = numberReader.U64();
            if (_looseId == id) root.Image.CopyFrom(_looseBlock.Bytes);
        }

        _commitProof.CopyFrom(proof);
        return true;
    }

    private void OnStart()
    {
        if (_started) return;
        _started = true;
        if (Epoch == 0)
        {
            _safety.Halt(HaltReason.SafetyDataMissing);
            _effects.Add(EffectKind.Halt, 0, (ulong)HaltReason.SafetyDataMissing, default, 0);
            return;
        }

        if (_journalFault != HaltReason.None)
        {
            _safety.Halt(_journalFault);
            _effects.Add(EffectKind.Halt, 0, (ulong)_journalFault, default, 0);
        }

        if (Halted == HaltReason.AmnesiaDetected && _journalFault == HaltReason.None)
        {
            _effects.Add(EffectKind.Halt, 0, (ulong)HaltReason.AmnesiaDetected, default, 0);
        }

        // Both certificates count: a view that was entered by a timeout certificate must be found again after a restart.
        ulong view = Math.Max(LockView, _safety.Data.HighTcView) + 1;
        if (!_tree.Root.Header.NextSetDigest.IsZero && _tree.Root.View > 0)
        {
            View = view;
            BeginClosing();
        }
        else
        {
            EnterView(view, byTimeout: _safety.Data.HighTcView > LockView, propose: false);
        }

        SendSyncInfo(Everyone, wantsAnswer: true);
        if (!_closing) Resend(Everyone);
        TryPropose();
    }

    /// <summary>A peer can be reached: it gets the newest certificates and what was said in this view, and is asked for its own.</summary>
    private void OnConnected(int node)
    {
        int validator = _validators.IndexOfNode(node);
        if (validator < 0 || validator == _safety.Self) return;
        UInt128 target = UInt128.One << node;
        SendSyncInfo(target, wantsAnswer: true);
        if (!_closing) Resend(target);
    }

    /// <summary>Says again what was said in the present view; the signatures are the stored ones.</summary>
    private void Resend(UInt128 targets)
    {
        SafetyData data = _safety.Data;
        if (_safety.Self < 0 || Halted != HaltReason.None) return;
        if (data.LastProposedView == View && data.HighestTimeoutView < View) _effects.AddCopy(EffectKind.Send, targets, 0, data.LastProposal.Bytes);
        if (data.LastVoteView == View && data.HighestTimeoutView < View) ResendVote(targets, MessageKind.Vote, View, data.LastVoteBlock, data.LastVoteSignature);
        if (data.LastFinalizedView + 1 >= View && data.LastFinalizedView > data.HighestTimeoutView)
        {
            ResendVote(targets, MessageKind.FinalizeVote, data.LastFinalizedView, data.LastFinalizedBlock, data.LastFinalizeSignature);
        }

        if (data.HighestTimeoutView == View) _effects.AddCopy(EffectKind.Send, targets, 0, data.LastTimeout.Bytes);
    }

    private void ResendVote(UInt128 targets, MessageKind kind, ulong view, in Hash256 block, ReadOnlySpan<byte> signature)
    {
        var message = _effects.Compose(VoteMessage.Size);
        VoteMessage.Write(ref message, kind, Epoch, view, block, _safety.Self, signature);
        _effects.Send(targets, message.Length);
    }

    private void SendEcho(int validator, int node)
    {
        ulong voteView = 0;
        Hash256 block = default;
        ReadOnlySpan<byte> voteSignature = default;
        for (ulong view = View + ViewWindow.Ahead; view >= _views.Floor && voteView == 0; view--)
        {
            if (_views.Get(view, View) is { } slot && slot.Votes.TryGet(validator, out block, out voteSignature)) voteView = view;
        }

        NewestTimeout timeout = _newestTimeouts[validator];
        if (voteView == 0 && timeout.View == 0) return;
        ReadOnlySpan<byte> timeoutSignature = timeout.View == 0
            ? default : _newestTimeoutSignatures.AsSpan(validator * ISignatureScheme.SignatureSize, ISignatureScheme.SignatureSize);
        var message = _effects.Compose(EchoMessage.Size);
        EchoMessage.Write(ref message, Epoch, voteView, block, voteSignature, timeout.View, timeout.HighQcView, timeoutSignature);
        _effects.Send(UInt128.One << node, message.Length);
    }

    /// <summary>A peer shows what it holds of this replica. Its own signature under something newer than its memory means: amnesia.</summary>
    private void OnEcho(ReadOnlySpan<byte> message)
    {
        if (_safety.Self < 0 || !EchoMessage.TryRead(message, out EchoMessage echo)) return;
        bool forgotVote = echo.VoteView > _safety.Data.LastVotedView
            && _verifier.VerifyVote(CertificateKind.Quorum, echo.VoteView, echo.VoteBlock, _safety.Self, echo.VoteSignature);
        bool forgotTimeout = echo.TimeoutView > _safety.Data.HighestTimeoutView
            && _verifier.VerifyTimeout(echo.TimeoutView, echo.TimeoutHighQcView, _safety.Self, echo.TimeoutSignature);
        if (forgotVote || forgotTimeout) HaltFor(HaltReason.AmnesiaDetected);
    }
}
