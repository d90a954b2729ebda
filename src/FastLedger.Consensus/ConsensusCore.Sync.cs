// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Blocks;
using FastLedger.Consensus.Effects;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;
using FastLedger.Primitives;

namespace FastLedger.Consensus;

/// <content>
/// Catching up without leaving consensus: sync info for peers that are behind, missing blocks by id, committed blocks under a
/// commit proof.
/// </content>
public sealed partial class ConsensusCore
{
    private readonly PeerState[] _peers;
    private Hash256 _wanted;
    private ulong _wantedView;
    private ulong _wantedAtNs;
    private ulong _wantedHeight;
    private uint _wantedTurn;

    /// <summary>Newest certificates to a node that is behind; at most once per half timeout and node.</summary>
    private void AnswerWithSyncInfo(int node)
    {
        PeerState peer = _peers[node];
        if (_now.MonotonicNs < peer.AnswerAfterNs || (_safety.Self >= 0 && node == _validators.Node(_safety.Self))) return;
        peer.AnswerAfterNs = _now.MonotonicNs + _pacemaker.TimeoutNs / 2;
        SendSyncInfo(UInt128.One << node, wantsAnswer: false);
        int validator = _validators.IndexOfNode(node);
        if (validator >= 0) SendEcho(validator, node);
    }

    private void SendSyncInfo(UInt128 targets, bool wantsAnswer)
    {
        if (_safety.Self >= 0) targets &= ~NodeBit(_safety.Self);
        if (targets == 0) return;
        ReadOnlySpan<byte> highTc = _safety.Data.HighTcView > LockView ? _safety.Data.HighTc.Bytes : default;
        ReadOnlySpan<byte> lockBytes = _safety.Data.Lock.Bytes;
        var message = _effects.Compose(MessagePrefix.Size + 1 + 12 + lockBytes.Length + highTc.Length + _commitProof.Length);
        SyncInfoMessage.Write(ref message, Epoch, wantsAnswer, lockBytes, highTc, _commitProof.Bytes);
        _effects.Send(targets, message.Length);
    }

    /// <summary>A replica that may not sign, or is stuck, asks one peer after the other for news.</summary>
    private void AskAround()
    {
        int peer = (int)(_wantedTurn++ % (uint)_validators.Count);
        SendSyncInfo(NodeBit(peer), wantsAnswer: true);
        RequestWanted();
    }

    private void OnSyncInfo(int node, ReadOnlySpan<byte> message)
    {
        if (!SyncInfoMessage.TryRead(message, _validators.Count, out SyncInfoMessage info)) return;
        if (info.WantsAnswer) AnswerWithSyncInfo(node);
        if (_closing || !_verifier.Verify(info.HighQc)) return;
        if (info.HasHighTc && info.HighTc.View > _safety.Data.HighTcView && _verifier.Verify(info.HighTc)) AdoptTimeout(info.HighTc);
        if (info.HighQc.View >= View || !IsKnown(info.HighQc)) AdoptQuorum(info.HighQc);
        if (!info.Commit.IsEmpty) OnCommitProof(node, info.Commit);
    }

    /// <summary>A peer proves a newer commit: commit the block if it is here, else ask the peer for the blocks in between.</summary>
    private void OnCommitProof(int node, ReadOnlySpan<byte> bytes)
    {
        if (!CommitProof.TryRead(bytes, _validators.Count, _scheme, out CommitProof proof)
            || proof.Header.Height <= CommittedHeight || proof.Header.Epoch != Epoch || !_verifier.Verify(proof.Certificate)) return;
        if (_tree.Find(proof.BlockId) is { } target && CommitByProof(target, bytes)) return;
        _wantedHeight = Math.Max(_wantedHeight, proof.Header.Height);
        SendBlockRequest(UInt128.One << node, default);
        ArmWanted();
    }

    /// <summary>Commits a block of the tree under a verified proof that came from outside.</summary>
    private bool CommitByProof(BlockNode target, ReadOnlySpan<byte> proof)
    {
        if (target == _tree.Root) return true;
        if (_closing || !BlockTree.Descends(target, _tree.Root)) return false;
        int length = 0;
        for (BlockNode? walk = target; walk is not null && walk != _tree.Root; walk = walk.Parent) _path[length++] = walk;
        PersistBlock(target);
        _commitProof.CopyFrom(proof);
        PersistCommit(target);
        for (int i = length - 1; i >= 0; i--) EmitCommit(_path[i]);
        bool ends = target.EpochEnding;
        _tree.AdvanceRoot(target);
        if (ends) BeginClosing();
        return true;
    }

    /// <summary>A certified block is not here. The newest such block is asked for; its chain brings the others.</summary>
    private void WantBlock(in Hash256 id, ulong view)
    {
        if (view <= _tree.Root.View || (view <= _wantedView && !_wanted.IsZero) || !_started) return;
        _wanted = id;
        _wantedView = view;

        // The proposal is probably on its way: leave it a moment.
        _wantedAtNs = Math.Min(_wantedAtNs, _now.MonotonicNs + _options.BaseTimeoutNs / 8);
    }

    private void ArmWanted() => _wantedAtNs = _now.MonotonicNs + _options.BaseTimeoutNs / 2;

    private void RequestWanted()
    {
        _wantedAtNs = ulong.MaxValue;
        if (!_wanted.IsZero && (_wantedView <= _tree.Root.View || _tree.Find(_wanted) is not null))
        {
            _wanted = default;
            _wantedView = 0;
        }

        if (_wanted.IsZero && LockView > _tree.Root.View && _tree.Find(LockBlock) is null)
        {
            _wanted = LockBlock;
            _wantedView = LockView;
        }

        if (_wanted.IsZero && _wantedHeight <= CommittedHeight) return;
        int peer = (int)(_wantedTurn++ % (uint)_validators.Count);
        if (peer == _safety.Self) peer = (int)(_wantedTurn++ % (uint)_validators.Count);
        SendBlockRequest(NodeBit(peer), _wanted);
        ArmWanted();
    }

    private void SendBlockRequest(UInt128 targets, in Hash256 tip)
    {
        if (_safety.Self >= 0) targets &= ~NodeBit(_safety.Self);
        if (targets == 0) return;
        var message = _effects.Compose(BlockRequestMessage.Size);
        new BlockRequestMessage(Epoch, tip, CommittedHeight).Write(ref message);
        _effects.Send(targets, message.Length);
    }

    private void OnBlockRequest(int node, ReadOnlySpan<byte> message)
    {
        PeerState peer = _peers[node];
        if (!BlockRequestMessage.TryRead(message, out BlockRequestMessage request) || _now.MonotonicNs < peer.ServeAfterNs) return;
        peer.ServeAfterNs = _now.MonotonicNs + _options.ServeIntervalNs;
        if (request.CommittedHeight < CommittedHeight)
        {
            _effects.Add(EffectKind.ServeBlocks, UInt128.One << node, request.CommittedHeight, default, 0);
        }

        if (request.Tip.IsZero || _tree.Find(request.Tip) is not { } tip) return;
        int length = 0, size = 0;
        for (BlockNode? walk = tip; walk is not null && walk != _tree.Root && walk.Height > request.CommittedHeight; walk = walk.Parent)
        {
            _path[length++] = walk;
            size += 4 + walk.Image.Length;
        }

        if (length == 0) return;
        var answer = _effects.Compose(MessagePrefix.Size + 8 + size);
        MessagePrefix.Write(ref answer, MessageKind.BlockChain, Epoch);
        answer.Blob(default);
        answer.U32((uint)size);
        for (int i = length - 1; i >= 0; i--) answer.Blob(_path[i].Image.Bytes);
        _effects.Send(UInt128.One << node, answer.Length);
    }

    /// <summary>
    /// Blocks from a peer. Committed ones are trusted by one verified commit proof, an uncommitted chain by ending in a block
    /// that was asked for; the rest follows by hashes, from the newest block back.
    /// </summary>
    private void OnBlocks(int node, ReadOnlySpan<byte> message)
    {
        if (_closing || !BlocksMessage.TryRead(message, out BlocksMessage blocks)) return;
        bool committed = blocks.Kind == MessageKind.CommittedBlocks;
        Hash256 tip = _wanted;
        if (committed)
        {
            if (!CommitProof.TryRead(blocks.Commit, _validators.Count, _scheme, out CommitProof proof)
                || proof.Header.Height <= CommittedHeight || proof.Header.Epoch != Epoch || !_verifier.Verify(proof.Certificate)) return;
            tip = proof.BlockId;
        }

        if (tip.IsZero || !ChainEndsIn(blocks.Blocks, tip) || !InsertChain(blocks.Blocks)) return;
        if (committed && _tree.Find(tip) is { } target)
        {
            _ = CommitByProof(target, blocks.Commit);
            if (_wantedHeight > CommittedHeight && !_closing) SendBlockRequest(UInt128.One << node, default);
        }

        RetryPending();
        if (_tree.Find(LockBlock) is not null && LockView + 1 == View) TryPropose();
    }

    /// <summary>The blocks are linked by their hashes and the newest one has the id <paramref name="tip"/>.</summary>
    private bool ChainEndsIn(ReadOnlySpan<byte> chain, in Hash256 tip)
    {
        var reader = new FrameReader(chain);
        Hash256 last = default;
        while (reader.Remaining > 0)
        {
            ReadOnlySpan<byte> bytes = reader.Blob();
            if (reader.Failed || !BlockImage.TryRead(bytes, out BlockImage block) || (!last.IsZero && block.Header.ParentId != last)
                || block.Header.PayloadRoot != _scheme.Digest(block.Body)) return false;
            last = BlockHeader.IdOf(_scheme, block.HeaderBytes);
        }

        return reader.Complete && last == tip;
    }

    /// <summary>Adds the blocks that are not here yet.</summary>
    /// <returns>False when they do not connect to the tree.</returns>
    private bool InsertChain(ReadOnlySpan<byte> chain)
    {
        var reader = new FrameReader(chain);
        while (reader.Remaining > 0)
        {
            ReadOnlySpan<byte> bytes = reader.Blob();
            Invariant.Check(BlockImage.TryRead(bytes, out BlockImage block));
            if (block.Header.Height <= CommittedHeight) continue;
            Hash256 id = BlockHeader.IdOf(_scheme, block.HeaderBytes);
            if (_tree.Find(id) is not null) continue;
            if (_tree.Find(block.Header.ParentId) is not { } parent || InsertBlock(id, block, parent) is not { } node) return false;
            OnBlockHeld(node);
            if (_closing) return false;
        }

        return true;
    }

    /// <summary>The proposal that waited for its parent gets another chance.</summary>
    private void RetryPending()
    {
        if (_pendingProposal.IsEmpty) return;
        if (_pendingView < _views.Floor)
        {
            _pendingProposal.Clear();
            _pendingView = 0;
            return;
        }

        if (!ProposalMessage.TryRead(_pendingProposal.Bytes, _validators.Count, out ProposalMessage proposal)
            || _tree.Find(proposal.Block.Header.ParentId) is null) return;
        Hash256 id = BlockHeader.IdOf(_scheme, proposal.Block.HeaderBytes);
        BlockNode? node = Insert(id, proposal, _pendingProposal.Bytes);
        _pendingProposal.Clear();
        _pendingView = 0;
        if (node is null) return;
        OnBlockHeld(node);
        TryVote(node);
    }
}
