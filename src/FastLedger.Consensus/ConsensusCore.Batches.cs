// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Accountability;
using FastLedger.Consensus.Blocks;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Effects;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;
using FastLedger.Primitives;

namespace FastLedger.Consensus;

/// <content>
/// Payload: blocks name batches by digest. A vote needs every batch stored here, or proven to be available. Authors that make
/// voters fetch are believed only with a certificate for a while.
/// </content>
public sealed partial class ConsensusCore
{
    private const int MaxCertificatesPerProposal = 16;
    private readonly ulong[] _suspectUntil = new ulong[ValidatorSet.MaxCount];
    private ulong _fetchView;
    private ulong _fetchAtNs = ulong.MaxValue;
    private VoteSet? _acknowledgements;
    private BatchReference _ownBatch;
    private BatchReference _authored;
    private ulong _authoredEpoch;
    private readonly byte[] _authoredSignature = new byte[ISignatureScheme.SignatureSize];

    private void OnBatchAuthored(BatchReference batch, bool wantsAck)
    {
        if (_safety.Self < 0 || _closing) return;
        batch = batch with { Author = (ushort)_safety.Self, Number = _safety.Data.LastBatchNumber + 1 };
        Span<byte> signature = stackalloc byte[ISignatureScheme.SignatureSize];
        if (!_batches.InWindow(batch.Number, _tree.Root.LastBatch[batch.Author]) || !_safety.TryAuthorBatch(_effects, batch, signature)) return;
        if (wantsAck)
        {
            _acknowledgements ??= new VoteSet(ValidatorSet.MaxCount);
            _acknowledgements.Clear();
            _ownBatch = batch;
        }

        (_authored, _authoredEpoch) = (batch, Epoch);
        signature.CopyTo(_authoredSignature);

        // The own node is among the targets: the batch counts as stored when it comes back, after the sync.
        var message = _effects.Compose(BatchMessage.Size);
        BatchMessage.Write(ref message, MessageKind.BatchHeader, Epoch, batch, _safety.Self, wantsAck, signature);
        _effects.Send(Everyone, message.Length);
    }

    private void OnBatchStored(ReadOnlySpan<byte> header)
    {
        if (!BatchMessage.TryRead(header, out BatchMessage message) || message.Kind != MessageKind.BatchHeader || message.Epoch != Epoch
            || message.Batch.Author >= _validators.Count || !_batches.InWindow(message.Batch.Number, _tree.Root.LastBatch[message.Batch.Author])
            || !(IsJustAuthored(message) || _verifier.VerifyBatch(message.Batch, message.Signature))) return;
        if (_batches.Store(message.Batch, message.Signature, out BatchReference other, out ReadOnlySpan<byte> otherSignature))
        {
            Span<byte> first = stackalloc byte[BatchReference.Size], second = stackalloc byte[BatchReference.Size];
            var firstWriter = new FrameWriter(first);
            other.Write(ref firstWriter);
            var secondWriter = new FrameWriter(second);
            message.Batch.Write(ref secondWriter);
            Report(EvidenceKind.DoubleBatch, message.Batch.Author, first, otherSignature, second, message.Signature, default);
        }

        if (message.WantsAck && message.Batch.Author != _safety.Self) Acknowledge(message.Batch);
        OnBatchUsable();
    }

    /// <summary>The batch that was signed here last comes back over the host: its signature needs no check.</summary>
    private bool IsJustAuthored(in BatchMessage message) =>
        message.Batch == _authored && message.Epoch == _authoredEpoch && message.Signature.SequenceEqual(_authoredSignature);

    private void OnBatchUsable()
    {
        RetryVote();
        if (_proposeAtNs != ulong.MaxValue) TryPropose();
    }

    private void Acknowledge(in BatchReference batch)
    {
        Span<byte> signature = stackalloc byte[ISignatureScheme.SignatureSize];
        if (!_safety.TryAcknowledge(batch, signature)) return;
        var message = _effects.Compose(BatchMessage.Size);
        BatchMessage.Write(ref message, MessageKind.BatchAck, Epoch, batch, _safety.Self, wantsAck: false, signature);
        _effects.Send(NodeBit(batch.Author), message.Length);
    }

    private void OnBatchAck(int sender, ReadOnlySpan<byte> bytes)
    {
        if (!BatchMessage.TryRead(bytes, out BatchMessage ack) || ack.Kind != MessageKind.BatchAck || sender < 0 || ack.Signer != sender
            || _acknowledgements is not { } acks || ack.Batch != _ownBatch || (acks.Voters >> sender & 1) != 0
            || !_verifier.VerifyAvailability(ack.Batch, sender, ack.Signature)) return;
        int count = acks.Add(sender, ack.Batch.Digest, ack.Signature, verified: true);
        if (count == Quorum - 1 && (acks.Voters >> _safety.Self & 1) == 0)
        {
            // The author's own acknowledgement completes the quorum.
            Span<byte> own = stackalloc byte[ISignatureScheme.SignatureSize];
            if (_batches.IsStored(_ownBatch) && _safety.TryAcknowledge(_ownBatch, own)) count = acks.Add(_safety.Self, _ownBatch.Digest, own, verified: true);
        }

        if (count != Quorum) return;
        var message = _effects.Compose(MessagePrefix.Size + BatchReference.Size + 64 + Quorum * ISignatureScheme.SignatureSize);
        AvailabilityCertificateMessage.WriteHead(ref message, Epoch, _ownBatch, _validators.Count, acks.Voters);
        for (UInt128 rest = acks.Voters; rest != 0; rest &= rest - 1)
        {
            _ = acks.TryGet(SignerSet.First(rest), out _, out ReadOnlySpan<byte> signature);
            message.Bytes(signature);
        }

        _effects.Send(Everyone, message.Length);
    }

    private void OnAvailabilityCertificate(ReadOnlySpan<byte> message)
    {
        if (!AvailabilityCertificateMessage.TryRead(message, _validators.Count, out AvailabilityCertificateMessage certificate)
            || certificate.Epoch != Epoch || certificate.Batch.Author >= _validators.Count
            || !_batches.InWindow(certificate.Batch.Number, _tree.Root.LastBatch[certificate.Batch.Author])
            || _batches.IsAvailable(certificate.Batch)
            || !_verifier.VerifyAvailability(certificate.Batch, certificate.Signers, certificate.Signatures)) return;
        _batches.MarkAvailable(certificate.Batch, message);
        OnBatchUsable();
    }

    private void AdoptAvailability(ReadOnlySpan<byte> certificates)
    {
        var reader = new FrameReader(certificates);
        for (int i = 0; i < MaxCertificatesPerProposal && reader.Remaining > 0 && !reader.Failed; i++) OnAvailabilityCertificate(reader.Blob());
    }

    /// <summary>Each author's batches continue its numbers in the parent without a gap: no skipping, no repeating, no reordering.</summary>
    private bool BatchesFollow(in BlockImage block, BlockNode parent)
    {
        Span<ulong> next = stackalloc ulong[ValidatorSet.MaxCount];
        parent.LastBatch.CopyTo(next);
        for (int i = 0; i < block.BatchCount; i++)
        {
            BatchReference batch = block.Batch(i);
            if (batch.Author >= _validators.Count || batch.Number != ++next[batch.Author]) return false;
        }

        return true;
    }

    private void FindMissingBatches(BlockNode node, in BlockImage block)
    {
        ulong missing = 0;
        for (int i = 0; i < block.BatchCount; i++)
        {
            BatchReference batch = block.Batch(i);
            if (!_batches.IsStored(batch) && !_batches.IsAvailable(batch)) missing |= 1UL << i;
        }

        node.MissingBatches = missing;
    }

    /// <summary>Leaves the batches of a proposal the time that they may still be on their way, then fetches what is missing.</summary>
    private void WantMissingBatches(BlockNode node)
    {
        if (_options.FetchDelayNs == 0 || _fetchView == node.View)
        {
            if (_now.MonotonicNs >= _fetchAtNs || _options.FetchDelayNs == 0) FetchMissingBatches(node);
            else if (StillMissing(node) == 0) TryVote(node);
            return;
        }

        if (StillMissing(node) == 0)
        {
            TryVote(node);
            return;
        }

        _fetchView = node.View;
        _fetchAtNs = _now.MonotonicNs + _options.FetchDelayNs;
    }

    private ulong StillMissing(BlockNode node)
    {
        Invariant.Check(BlockImage.TryRead(node.Image.Bytes, out BlockImage block));
        FindMissingBatches(node, block);
        return node.MissingBatches;
    }

    /// <summary>
    /// A block became final before its batches were here. Its author is only blamed when it had the time that proposals leave it: others
    /// may have been faster.
    /// </summary>
    private void FetchForCommit(BlockNode node)
    {
        if (_options.FetchDelayNs == 0) FetchMissingBatches(node);
        else if (StillMissing(node) != 0) RequestMissing(node, blame: false);
    }

    private void FetchMissingBatches(BlockNode node)
    {
        if (StillMissing(node) != 0) RequestMissing(node, blame: true);
        else TryVote(node);
    }

    private void RequestMissing(BlockNode node, bool blame)
    {
        Invariant.Check(BlockImage.TryRead(node.Image.Bytes, out BlockImage block));
        for (ulong rest = node.MissingBatches; rest != 0; rest &= rest - 1)
        {
            BatchReference batch = block.Batch(System.Numerics.BitOperations.TrailingZeroCount(rest));
            if (blame) _suspectUntil[batch.Author] = CommittedHeight + _options.SuspicionBlocks;
            UInt128 targets = NodeBit(batch.Author) | NodeBit(block.Header.Proposer);
            if (_safety.Self >= 0) targets &= ~NodeBit(_safety.Self);
            var bytes = _effects.Compose(BatchReference.Size);
            batch.Write(ref bytes);
            _effects.Add(EffectKind.FetchBatch, targets, Epoch, node.Id, bytes.Length);
        }
    }

    /// <summary>How many batches the next block may take, by what execution still has to do.</summary>
    private int BatchesToPropose(BlockNode parent)
    {
        ulong backlog = CommittedHeight - Math.Min(CommittedHeight, _lastExecutedHeight);
        if (backlog >= _options.MaxExecutionBacklog) return 0;
        int limit = backlog > _options.MaxExecutionBacklog / 2 ? Math.Max(1, _options.MaxBatchesPerBlock / 2) : _options.MaxBatchesPerBlock;
        int count = 0;
        for (int author = 0; author < _validators.Count && count < limit; author++)
        {
            for (ulong number = parent.LastBatch[author] + 1; count < limit && IsProposable(author, number, out _); number++) count++;
        }

        return count;
    }

    private bool IsProposable(int author, ulong number, out BatchReference batch) =>
        _batches.TryNext(author, number, out batch) && (CommittedHeight >= _suspectUntil[author] || _batches.IsAvailable(batch));

    /// <summary>Writes references, author by author, and collects the certificates of those that need one.</summary>
    private int WriteBatches(ref FrameWriter body, BlockNode parent, int max, out ReadOnlySpan<byte> availability)
    {
        // The certificates wait at the far end of the message's memory until the message is written around them.
        int certificate = 64 + BatchReference.Size + _validators.Count * ISignatureScheme.SignatureSize;
        int room = MaxCertificatesPerProposal * certificate;
        var certificates = new FrameWriter(_composeMessage.AsSpan(_composeMessage.Length - room));
        int count = 0, withCertificate = 0;
        for (int i = 0; i < _validators.Count && count < max; i++)
        {
            int author = (int)((View + (ulong)i) % (ulong)_validators.Count);
            bool suspect = CommittedHeight < _suspectUntil[author];
            for (ulong number = parent.LastBatch[author] + 1; count < max && IsProposable(author, number, out BatchReference batch); number++)
            {
                if (suspect && withCertificate == MaxCertificatesPerProposal) break;
                batch.Write(ref body);
                count++;
                if (!suspect) continue;
                certificates.Blob(_batches.Certificate(batch));
                withCertificate++;
            }
        }

        availability = _composeMessage.AsSpan(_composeMessage.Length - room, certificates.Length);
        return count;
    }

    private bool HasPayloadAboveRoot(BlockNode node)
    {
        for (BlockNode? walk = node; walk is not null && walk != _tree.Root; walk = walk.Parent)
        {
            if (walk.Header.BatchCount > 0) return true;
        }

        return false;
    }
}
