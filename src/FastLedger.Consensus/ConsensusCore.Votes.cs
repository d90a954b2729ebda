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

/// <content>Collecting votes, forming certificates, committing.</content>
public sealed partial class ConsensusCore
{
    private readonly ByteBuffer _commitProof = new();
    private ulong _finalizeAtNs;

    private void OnVote(int sender, ReadOnlySpan<byte> message)
    {
        if (!VoteMessage.TryRead(message, out VoteMessage vote) || sender < 0 || vote.Voter != sender || IsBanned(sender)) return;
        if (_closing)
        {
            AnswerWithSyncInfo(_validators.Node(sender));
            return;
        }

        if (_views.Get(vote.View, View) is not { } slot) return;
        CertificateKind kind = vote.Kind == MessageKind.Vote ? CertificateKind.Quorum : CertificateKind.Finality;
        RecordVote(kind, slot, sender, vote.BlockId, vote.Signature, verified: sender == _safety.Self);
    }

    private void RecordVote(CertificateKind kind, ViewSlot slot, int voter, in Hash256 block, ReadOnlySpan<byte> signature, bool verified)
    {
        bool quorum = kind == CertificateKind.Quorum;
        VoteSet votes = quorum ? slot.Votes : slot.FinalizeVotes;
        if (votes.TryGet(voter, out Hash256 earlier, out ReadOnlySpan<byte> earlierSignature))
        {
            if (earlier != block) OnDoubleVote(kind, slot.View, voter, earlier, earlierSignature, block, signature);
            return;
        }

        int count = votes.Add(voter, block, signature, verified);
        if (voter == _safety.Self && verified) _verifier.Remember(kind, slot.View, block, voter, signature);
        CheckAgainstTimeout(kind, slot, voter);
        CertificateBuffer certificate = quorum ? slot.Quorum : slot.Finality;
        if (count >= Quorum && certificate.IsEmpty) FormCertificate(kind, slot, votes, block);
    }

    private void FormCertificate(CertificateKind kind, ViewSlot slot, VoteSet votes, Hash256 block)
    {
        UInt128 signers = votes.Verify(_verifier, kind, slot.View, block, out UInt128 bad);
        for (; bad != 0; bad &= bad - 1) Ban(SignerSet.First(bad));
        if (SignerSet.Count(signers) < Quorum) return;
        var writer = new FrameWriter(_composeCertificate);
        votes.WriteCertificate(ref writer, kind, Epoch, slot.View, block, _validators.Count, signers);
        Invariant.Check(BlockCertificate.TryRead(writer.Written, _validators.Count, out BlockCertificate certificate));

        // Announced before it is adopted: adopting may compose other certificates in the same place.
        // Where votes go to leaders only, the leader spreads the certificate at once, so a silent next leader cannot drop the block (MonadBFT's
        // backup). Where they go to everyone, everyone has made it by itself.
        if (!Small && (kind == CertificateKind.Finality || IsLeader(slot.View))) Announce(certificate.Bytes);
        if (kind == CertificateKind.Quorum) AdoptQuorum(certificate);
        else AdoptFinality(certificate);
    }

    private void Announce(ReadOnlySpan<byte> certificate)
    {
        var message = _effects.Compose(MessagePrefix.Size + certificate.Length);
        MessagePrefix.Write(ref message, MessageKind.CertificateAnnounce, Epoch);
        message.Bytes(certificate);
        _effects.Send(Everyone & ~NodeBit(_safety.Self), message.Length);
    }

    private void OnCertificate(ReadOnlySpan<byte> message)
    {
        if (_closing || !BlockCertificate.TryRead(message[MessagePrefix.Size..], _validators.Count, out BlockCertificate certificate)
            || IsKnown(certificate) || !_verifier.Verify(certificate)) return;
        if (certificate.Kind == CertificateKind.Quorum) AdoptQuorum(certificate);
        else AdoptFinality(certificate);
    }

    /// <summary>Another signer set of a certificate that is held already teaches nothing.</summary>
    private bool IsKnown(in BlockCertificate certificate)
    {
        if (certificate.View <= View && _views.Get(certificate.View, View) is { } slot)
        {
            CertificateBuffer held = certificate.Kind == CertificateKind.Quorum ? slot.Quorum : slot.Finality;
            return !held.IsEmpty && held.BlockId == certificate.BlockId;
        }

        return false;
    }

    /// <summary>A verified finality certificate commits its block at once.</summary>
    private void AdoptFinality(in BlockCertificate certificate)
    {
        if (certificate.View <= _tree.Root.View && certificate.BlockId != CommittedId)
        {
            // Below the committed block only its ancestors can be final, and those have left the tree.
            return;
        }

        if (_views.Get(certificate.View, Math.Max(View, certificate.View)) is not { } slot || !slot.Finality.IsEmpty) return;
        slot.Finality.CopyFrom(certificate, _validators.Count);
        if (_tree.Find(certificate.BlockId) is { } node) CommitFinal(node, slot.Finality.Value);
        else WantBlock(slot.Finality.BlockId, slot.View);
    }

    /// <summary>R2: a certified block commits its parent when their views are consecutive.</summary>
    private void TryCommit(BlockNode child, in BlockCertificate certificate)
    {
        BlockNode? parent = child.Parent;
        if (parent is null || parent == _tree.Root || child.View != parent.View + 1) return;
        Commit(parent, child, certificate);
    }

    private void CommitFinal(BlockNode node, in BlockCertificate certificate)
    {
        if (node != _tree.Root) Commit(node, node, certificate);
    }

    /// <summary>Commits <paramref name="target"/> and its ancestors, oldest first.</summary>
    /// <param name="target">A block of the tree above the root.</param>
    /// <param name="certified">The block that the certificate is for: the target or its child.</param>
    /// <param name="certificate">What commits the target.</param>
    private void Commit(BlockNode target, BlockNode certified, in BlockCertificate certificate)
    {
        if (_closing) return;
        if (!BlockTree.Descends(target, _tree.Root))
        {
            HaltFor(HaltReason.SafetyViolation);
            return;
        }

        // The block that ends the epoch is the last one of it: blocks above it are empty and are forgotten.
        while (target.Parent is { EpochEnding: true }) target = target.Parent;

        int length = 0;
        for (BlockNode? walk = target; walk is not null && walk != _tree.Root; walk = walk.Parent) _path[length++] = walk;
        PersistBlock(target);
        WriteCommitProof(target, certified, certificate);
        PersistCommit(target);
        for (int i = length - 1; i >= 0; i--) EmitCommit(_path[i]);

        bool ends = target.EpochEnding;
        _tree.AdvanceRoot(target);
        if (ends) BeginClosing();
    }

    private void EmitCommit(BlockNode node)
    {
        if (node.MissingBatches != 0) FetchForCommit(node);
        node.Image.Bytes.CopyTo(_effects.Room(node.Image.Length));
        _effects.Add(EffectKind.Commit, 0, node.Height, node.Id, node.Image.Length);
    }

    private void WriteCommitProof(BlockNode target, BlockNode certified, in BlockCertificate certificate)
    {
        int headers = (int)(certified.Height - target.Height) + 1;
        int size = 3 + headers * BlockHeader.Size + certificate.Bytes.Length;
        var proof = new FrameWriter(_effects.Room(size));
        CommitProof.WriteHead(ref proof, certificate.Kind, headers);
        Span<byte> room = proof.Reserve(headers * BlockHeader.Size);
        BlockNode? walk = certified;
        for (int i = headers - 1; i >= 0; i--, walk = walk.Parent)
        {
            walk!.Image.Bytes[..BlockHeader.Size].CopyTo(room[(i * BlockHeader.Size)..]);
        }

        proof.Bytes(certificate.Bytes);
        _commitProof.CopyFrom(proof.Written);
    }

    private void PersistCommit(BlockNode target)
    {
        var record = _effects.Compose(SafetyRecord.PrefixSize + Hash256.Size + BlockHeader.Size + 2 + 8 * target.LastBatch.Length + 4 + _commitProof.Length);
        SafetyRecord.WritePrefix(ref record, RecordKind.Committed, Epoch);
        record.Hash(target.Id);
        target.Header.Write(ref record);
        record.U16(target.LastBatch.Length);
        foreach (ulong number in target.LastBatch) record.U64(number);
        record.Blob(_commitProof.Bytes);
        _effects.Note(record.Length);
    }

    private void HaltFor(HaltReason reason)
    {
        if (_safety.Halted != HaltReason.None) return;
        Hash256 key = _safety.Key;
        if (reason == HaltReason.AmnesiaDetected) _safety.Retire(key);
        else _safety.Halt(reason);
        PersistHalt(reason, key);
        _effects.Add(EffectKind.Halt, 0, (ulong)reason, default, 0);
    }
}
