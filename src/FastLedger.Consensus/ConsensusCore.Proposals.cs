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

/// <content>Proposing, checking proposals, voting.</content>
public sealed partial class ConsensusCore
{
    private readonly ByteBuffer _pendingProposal = new();
    private ulong _pendingView;
    private ulong _proposeAtNs;
    private ulong _aheadUntilNs;
    private ulong _voteAtNs;

    /// <summary>Once per view, if this replica leads it: a block on top of the highest certified one.</summary>
    private void TryPropose()
    {
        if (_closing || !_started || !IsLeader(View) || View <= _safety.Data.LastProposedView || View <= _safety.Data.LastVotedView
            || View <= _safety.Data.HighestTimeoutView) return;
        bool byQuorum = LockView + 1 == View;
        if (!byQuorum && _safety.Data.HighTcView + 1 != View) return;
        if (_tree.Find(LockBlock) is not { } parent)
        {
            WantBlock(LockBlock, LockView);
            return;
        }

        int batches = parent.EpochEnding ? 0 : BatchesToPropose(parent);
        bool urgent = batches > 0 || parent.EpochEnding || (!Small && HasPayloadAboveRoot(parent)) || ReconfigurationIsDue(parent);
        if (!urgent && _options.IdleDelayNs > 0)
        {
            // Nothing to order: an empty block keeps the view alive, but not before the pause is over.
            if (_proposeAtNs == ulong.MaxValue) _proposeAtNs = _now.MonotonicNs + _options.IdleDelayNs;
            if (_proposeAtNs > _now.MonotonicNs) return;
        }

        if (batches > 0 && IsAhead(parent)) return;
        Propose(parent, byQuorum, batches);
    }

    /// <summary>Execution has enough to do: the block waits for more batches until a block is executed, or the time is over.</summary>
    private bool IsAhead(BlockNode parent)
    {
        if (_options.BlocksAhead == 0 || parent.Height < _lastExecutedHeight + _options.BlocksAhead) return false;
        if (_aheadUntilNs == ulong.MaxValue) _aheadUntilNs = _now.MonotonicNs + _options.AheadDelayNs;
        if (_aheadUntilNs <= _now.MonotonicNs) return false;
        _proposeAtNs = _aheadUntilNs;
        return true;
    }

    private void OnBlockWanted()
    {
        if (_closing) return;
        _proposeAtNs = Math.Min(_proposeAtNs, _now.MonotonicNs);
        TryPropose();
        if (_proposeAtNs <= _now.MonotonicNs) _proposeAtNs = ulong.MaxValue;
    }

    private void Propose(BlockNode parent, bool byQuorum, int maxBatches)
    {
        TimeoutCertificate entry = default;
        if (!byQuorum) Invariant.Check(TimeoutCertificate.TryRead(_safety.Data.HighTc.Bytes, _validators.Count, out entry));
        bool reconfigures = ReconfigurationIsDue(parent);
        PersistBlock(parent);

        // The body is written behind the place of the header, which needs the body's digest.
        var body = new FrameWriter(_composeBlock.AsSpan(BlockHeader.Size));
        int batches = WriteBatches(ref body, parent, maxBatches, out ReadOnlySpan<byte> availability);
        body.Blob(reconfigures ? _authorizedSet.Bytes : default);
        var header = new BlockHeader
        {
            ChainId = _chain,
            Epoch = Epoch,
            View = View,
            Height = parent.Height + 1,
            ParentId = parent.Id,
            ParentView = parent.View,
            JustifyDigest = BlockCertificate.ContentDigest(_scheme, Epoch, LockView, LockBlock),
            TimeoutDigest = byQuorum ? default : entry.ContentDigest(_scheme),
            Proposer = (ushort)_safety.Self,
            TimestampNs = Math.Max(_now.WallNs, parent.Header.TimestampNs + _options.TimestampStepNs),
            PayloadRoot = _scheme.Digest(body.Written),
            BatchCount = (ushort)batches,
            ExecutedHeight = _certifiedState.Height,
            ExecutedStateRoot = _certifiedState.StateRoot,
            NextSetDigest = reconfigures ? _authorizedDigest : default,
        };
        var head = new FrameWriter(_composeBlock);
        header.Write(ref head);
        ReadOnlySpan<byte> block = _composeBlock.AsSpan(0, BlockHeader.Size + body.Length);
        Hash256 id = BlockHeader.IdOf(_scheme, block[..BlockHeader.Size]);

        var message = new FrameWriter(_composeMessage);
        ProposalMessage.WriteUnsigned(
            ref message, Epoch, block, _safety.Data.Lock.Bytes, byQuorum ? default : _safety.Data.HighTc.Bytes, availability);
        if (!_safety.TryPropose(_effects, View, id, LockView, byQuorum ? 0 : entry.View, byQuorum ? 0 : entry.HighQc.View, message.Written)) return;
        _effects.AddCopy(EffectKind.Send, Everyone, 0, _safety.Data.LastProposal.Bytes);
    }

    private void OnProposal(int sender, ReadOnlySpan<byte> message)
    {
        if (!ProposalMessage.TryRead(message, _validators.Count, out ProposalMessage proposal)) return;
        BlockHeader header = proposal.Block.Header;
        if (header.Proposer != sender || sender < 0 || header.ChainId != _chain || header.View < _views.Floor
            || _leaders.Leader(header.View) != sender || IsBanned(sender)) return;
        if (_closing)
        {
            AnswerWithSyncInfo(_validators.Node(sender));
            return;
        }

        Hash256 id = BlockHeader.IdOf(_scheme, proposal.Block.HeaderBytes);
        if (_views.Get(header.View, View) is { } known && known.Proposal == id && _tree.Find(id) is { } present)
        {
            TryVote(present);
            return;
        }

        if (!IsWellFormed(proposal, header) || !IsVerified(proposal, header, id, sender)) return;
        if (proposal.HasEntry) AdoptTimeout(proposal.Entry);
        AdoptQuorum(proposal.Justify);
        AdoptAvailability(proposal.Availability);

        // The certificates have moved the window to the proposal's view at least.
        if (_views.Get(header.View, View) is not { } slot) return;
        if (!slot.Proposal.IsZero && slot.Proposal != id)
        {
            // A second block of one leader for one view: both signatures are votes. The first one stands, this one gets no vote.
            RecordVote(CertificateKind.Quorum, slot, sender, id, proposal.Signature, verified: true);
            return;
        }

        slot.Proposal = id;
        if (header.View >= View) _finalizeAtNs = ulong.MaxValue;
        BlockNode? node = Insert(id, proposal, message);
        RecordVote(CertificateKind.Quorum, slot, sender, id, proposal.Signature, verified: true);
        if (node is null) return;
        OnBlockHeld(node);
        TryVote(node);
    }

    /// <summary>Digests and entry evidence fit together; nothing here needs a signature check or the tree.</summary>
    private bool IsWellFormed(in ProposalMessage proposal, in BlockHeader header)
    {
        BlockCertificate justify = proposal.Justify;
        return header.ParentId == justify.BlockId && header.ParentView == justify.View
            && SafetyRules.EntryIsProven(
                header.View, justify.View, proposal.HasEntry ? proposal.Entry.View : 0, proposal.HasEntry ? proposal.Entry.HighQc.View : 0)
            && header.JustifyDigest == BlockCertificate.ContentDigest(_scheme, justify.Epoch, justify.View, justify.BlockId)
            && header.TimeoutDigest == (proposal.HasEntry ? proposal.Entry.ContentDigest(_scheme) : default)
            && header.PayloadRoot == _scheme.Digest(proposal.Block.Body);
    }

    private bool IsVerified(in ProposalMessage proposal, in BlockHeader header, in Hash256 id, int sender) =>
        _verifier.Verify(proposal.Justify)
        && (!proposal.HasEntry || proposal.Entry.Bytes.SequenceEqual(_safety.Data.HighTc.Bytes) || _verifier.Verify(proposal.Entry))
        && _verifier.VerifyVote(CertificateKind.Quorum, header.View, id, sender, proposal.Signature);

    /// <summary>Puts a proposal's block into the tree; without its parent it waits, the newest such proposal only.</summary>
    private BlockNode? Insert(in Hash256 id, in ProposalMessage proposal, ReadOnlySpan<byte> message)
    {
        BlockNode? node = _tree.Find(id);
        if (node is null)
        {
            BlockHeader header = proposal.Block.Header;
            if (_tree.Find(header.ParentId) is not { } parent)
            {
                if (header.View > _pendingView)
                {
                    _pendingView = header.View;
                    _pendingProposal.CopyFrom(message);
                }

                WantBlock(header.ParentId, header.ParentView);
                return null;
            }

            node = InsertBlock(id, proposal.Block, parent);
            if (node is null) return null;
        }

        node.Proposed = true;
        node.EntryView = proposal.HasEntry ? proposal.Entry.View : 0;
        node.EntryHighQcView = proposal.HasEntry ? proposal.Entry.HighQc.View : 0;
        return node;
    }

    /// <summary>Checks what a block promises about its parent, then adds it.</summary>
    private BlockNode? InsertBlock(in Hash256 id, in BlockImage block, BlockNode parent)
    {
        BlockHeader header = block.Header;
        if (header.Height != parent.Height + 1 || header.ParentView != parent.View || header.Epoch != Epoch || header.ChainId != _chain
            || header.TimestampNs <= parent.Header.TimestampNs || !BatchesFollow(block, parent)
            || (parent.EpochEnding && (header.BatchCount > 0 || !header.NextSetDigest.IsZero))) return null;
        if (!block.NextSet.IsEmpty && _scheme.Digest(block.NextSet) != header.NextSetDigest) return null;
        BlockNode? node = _tree.Add(id, block, parent, _tree.Find(LockBlock), View);
        if (node is not null) FindMissingBatches(node, block);
        return node;
    }

    /// <summary>A block came into the tree: certificates that waited for it take effect, and so does a child that waited.</summary>
    private void OnBlockHeld(BlockNode node)
    {
        if (_views.Get(node.View, View) is { } slot)
        {
            if (!slot.Quorum.IsEmpty && slot.Quorum.BlockId == node.Id) OnCertified(node, slot.Quorum.Value);
            if (!slot.Finality.IsEmpty && slot.Finality.BlockId == node.Id) CommitFinal(node, slot.Finality.Value);
        }

        if (LockBlock == node.Id) node.Certified = true;
    }

    /// <summary>R1: every condition that needs more than the safety data; then the safety rules decide.</summary>
    private void TryVote(BlockNode node)
    {
        if (node.View != View || !node.Proposed || _closing || View <= _safety.Data.LastVotedView) return;
        BlockHeader header = node.Header;
        if (node.MissingBatches != 0)
        {
            WantMissingBatches(node);
            return;
        }

        if (header.TimestampNs > _now.WallNs)
        {
            // A certificate then proves that f + 1 correct clocks saw the timestamp pass.
            ulong wait = header.TimestampNs - _now.WallNs;
            if (wait <= _options.MaxSkewNs) _voteAtNs = _now.MonotonicNs + wait;
            return;
        }

        if (!ExecutionAgrees(header) || (!header.NextSetDigest.IsZero && header.NextSetDigest != _authorizedDigest)) return;

        // The lock is at or above the parent by now; the vote's record makes that durable with the vote.
        Invariant.Check(LockView >= header.ParentView);
        Span<byte> signature = stackalloc byte[ISignatureScheme.SignatureSize];
        if (!_safety.TryVote(_effects, node.View, node.Id, header.ParentView, node.EntryView, node.EntryHighQcView, signature)) return;
        PersistBlock(node);
        SendVote(MessageKind.Vote, node.View, node.Id, signature);
    }

    /// <summary>Something that a vote in the present view waited for may have come.</summary>
    private void RetryVote()
    {
        if (_views.Get(View, View) is { } slot && !slot.Proposal.IsZero && _tree.Find(slot.Proposal) is { } node) TryVote(node);
    }

    /// <summary>Journals a block and, before it, its uncommitted ancestors: replay adds a block only on top of its parent.</summary>
    private void PersistBlock(BlockNode node)
    {
        int length = 0;
        for (BlockNode? walk = node; walk is { Persisted: false }; walk = walk.Parent) _persistPath[length++] = walk;
        while (length > 0)
        {
            BlockNode next = _persistPath[--length];
            next.Persisted = true;
            PersistImage(next);
        }
    }
}
