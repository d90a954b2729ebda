// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Consensus;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;
using FastLedger.Consensus.Safety;
using FastLedger.Primitives;

namespace FastLedger.Simulation;

/// <content>Signed messages: durable before sent, never contradicting, never certifying what conflicts.</content>
public sealed partial class Oracle
{
    /// <summary>A record survived: the sync that covers it has ended and the directory knows the file.</summary>
    public void OnDurable(SimulatedReplica replica, ReadOnlySpan<byte> record)
    {
        SignerHistory history = _histories[replica.Instance];
        var reader = new FrameReader(record);
        RecordKind kind = SafetyRecord.ReadPrefix(ref reader, out _, out ulong epoch);
        if (kind == RecordKind.EpochStarted && epoch > history.DurableEpoch) history.BeginDurableEpoch(epoch);
        if (kind == RecordKind.Committed)
        {
            var committed = new FrameReader(record[(SafetyRecord.PrefixSize + Hash256.Size)..]);
            if (BlockHeader.TryRead(ref committed, out BlockHeader header)) history.DurableCommit = Math.Max(history.DurableCommit, header.Height);
        }

        if (epoch != history.DurableEpoch) return;
        switch (kind)
        {
            case RecordKind.Voted or RecordKind.Finalized:
                ulong view = reader.U64();
                _ = reader.Bytes(Hash256.Size + ISignatureScheme.SignatureSize);
                ReadOnlySpan<byte> lockBytes = reader.Blob();
                if (kind == RecordKind.Voted) history.DurableVote = Math.Max(history.DurableVote, view);
                else history.DurableFinal = Math.Max(history.DurableFinal, view);
                if (!lockBytes.IsEmpty) history.DurableLock = Math.Max(history.DurableLock, BlockCertificate.ViewOf(lockBytes));
                break;
            case RecordKind.TimedOut:
                _ = reader.Bytes(MessagePrefix.Size);
                history.DurableTimeout = Math.Max(history.DurableTimeout, reader.U64());
                _ = reader.U16();
                history.DurableLock = Math.Max(history.DurableLock, BlockCertificate.ViewOf(reader.Blob()));
                break;
            case RecordKind.Proposed:
                _ = reader.Bytes(MessagePrefix.Size);
                if (!BlockImage.TryRead(reader.Blob(), out BlockImage block)) break;
                history.DurableProposal = Math.Max(history.DurableProposal, block.Header.View);
                history.DurableLock = Math.Max(history.DurableLock, block.Header.ParentView);
                break;
            case RecordKind.StateVoted: history.DurableState = Math.Max(history.DurableState, reader.U64()); break;
            case RecordKind.BatchAuthored: history.RaiseDurableBatch(epoch, BatchReference.Read(ref reader).Number); break;
            case RecordKind.TimeoutCertificate:
                if (TimeoutCertificate.TryRead(reader.Bytes(reader.Remaining), SetOf(epoch).Count, out TimeoutCertificate certificate))
                {
                    history.DurableLock = Math.Max(history.DurableLock, certificate.HighQc.View);
                }

                break;
        }
    }

    /// <summary>A block that anybody proposed, so that certificates can be traced to their ancestors.</summary>
    public void LearnBlock(ReadOnlySpan<byte> proposal)
    {
        var reader = new FrameReader(proposal[MessagePrefix.Size..]);
        if (!BlockImage.TryRead(reader.Blob(), out BlockImage block)) return;
        Hash256 id = BlockHeader.IdOf(MockScheme.Instance, block.HeaderBytes);
        if (_blocks.ContainsKey(id)) return;
        SeenBlock seen;
        if (_spareBlocks.Count > 0)
        {
            seen = _spareBlocks[^1];
            _spareBlocks.RemoveAt(_spareBlocks.Count - 1);
        }
        else
        {
            seen = new SeenBlock();
        }

        seen.Id = id;
        seen.ParentId = block.Header.ParentId;
        seen.Epoch = block.Header.Epoch;
        seen.View = block.Header.View;
        seen.ParentView = block.Header.ParentView;
        seen.HasEntry = !block.Header.TimeoutDigest.IsZero;
        seen.Certified = seen.Final = false;
        seen.Parent = _blocks.GetValueOrDefault(block.Header.ParentId);
        _blocks[id] = seen;
    }

    private void OnProposal(SimulatedReplica replica, SignerHistory history, ReadOnlySpan<byte> message)
    {
        LearnBlock(message);
        var reader = new FrameReader(message[MessagePrefix.Size..]);
        if (!BlockImage.TryRead(reader.Blob(), out BlockImage block)) return;
        BlockHeader header = block.Header;
        Hash256 id = BlockHeader.IdOf(MockScheme.Instance, block.HeaderBytes);
        if (!replica.Faulty)
        {
            CheckSigner(replica, history, header.Epoch);
            if (IsMissing(history, header.Epoch, history.DurableProposal, header.View, header.ParentView))
            {
                Report("S7", $"replica {replica.Instance} sent the proposal of view {header.View} before it was durable");
            }
        }

        CountVote(replica, history, header.Epoch, header.View, id, finalize: false);
        Witness(replica, header.Epoch, message[^ISignatureScheme.SignatureSize..], header.View, id, finalize: false);
    }

    private void OnVote(SimulatedReplica replica, SignerHistory history, ReadOnlySpan<byte> message, bool finalize)
    {
        if (!VoteMessage.TryRead(message, out VoteMessage vote)) return;
        if (!replica.Faulty)
        {
            CheckSigner(replica, history, vote.Epoch);
            ulong durable = finalize ? history.DurableFinal : history.DurableVote;
            ulong needed = finalize ? vote.View : _blocks.TryGetValue(vote.BlockId, out SeenBlock? block) ? block.ParentView : 0;
            if (IsMissing(history, vote.Epoch, durable, vote.View, needed))
            {
                Report("S7", $"replica {replica.Instance} sent its {vote.Kind} of view {vote.View} before vote and lock were durable");
            }
        }

        CountVote(replica, history, vote.Epoch, vote.View, vote.BlockId, finalize);
        Witness(replica, vote.Epoch, vote.Signature, vote.View, vote.BlockId, finalize);
    }

    private void OnTimeout(SimulatedReplica replica, SignerHistory history, ReadOnlySpan<byte> message)
    {
        if (!TimeoutMessage.TryRead(message, SetOf(MessageEpoch(message)).Count, out TimeoutMessage timeout)) return;
        WitnessTimeout(replica, timeout);
        if (replica.Faulty) return;
        CheckSigner(replica, history, timeout.Epoch);
        ulong claimed = timeout.HighQc.View;
        if (IsMissing(history, timeout.Epoch, history.DurableTimeout, timeout.View, claimed))
        {
            Report("S7", $"replica {replica.Instance} sent its timeout of view {timeout.View} before it was durable");
        }

        if (!history.Timeout(Key(timeout.Epoch, timeout.View), claimed)) Report("S3", $"EV5: replica {replica.Instance} timed out view {timeout.View} twice");
        if (timeout.Epoch != history.SignedEpoch) history.BeginSignedEpoch(timeout.Epoch);
        if (history.HighestFinal <= timeout.View && claimed < history.HighestFinal) Report("S3", $"EV3: replica {replica.Instance} hid finalized view {history.HighestFinal}");
        if (claimed < history.HighestVoteParent) Report("S3", $"EV4: replica {replica.Instance} hid the lock of view {history.HighestVoteParent}");
        history.HighestTimeout = Math.Max(history.HighestTimeout, timeout.View);
    }

    private void OnStateVote(SimulatedReplica replica, SignerHistory history, ReadOnlySpan<byte> message)
    {
        if (replica.Faulty || !StateVoteMessage.TryRead(message, out StateVoteMessage vote)) return;
        if (IsMissing(history, vote.Epoch, history.DurableState, vote.Commitment.Height, 0))
        {
            Report("S7", $"replica {replica.Instance} sent its state vote of height {vote.Commitment.Height} before it was durable");
        }

        if (!history.State(Key(vote.Epoch, vote.Commitment.Height), vote.Commitment)) Report("S3", $"EV6: replica {replica.Instance} signed two states");
    }

    /// <summary>
    /// The record, or the lock that belongs to it, is not on the disk. When a later epoch's start is, everything before it is too.
    /// </summary>
    private static bool IsMissing(SignerHistory history, ulong epoch, ulong durable, ulong sent, ulong lockView) =>
        history.DurableEpoch < epoch || (history.DurableEpoch == epoch && (durable < sent || history.DurableLock < lockView));

    private void CheckSigner(SimulatedReplica replica, SignerHistory history, ulong epoch)
    {
        if (epoch < history.Epoch) Report("S14", $"replica {replica.Instance} signed in epoch {epoch} after epoch {history.Epoch} began");
        if (history.MustNotSign) Report("S8", $"replica {replica.Instance} signed although its journal lost records");
    }

    /// <summary>Files a vote and asks what it makes possible.</summary>
    private void CountVote(SimulatedReplica replica, SignerHistory history, ulong epoch, ulong view, in Hash256 block, bool finalize)
    {
        if (!replica.Faulty)
        {
            bool consistent = finalize ? history.Final(Key(epoch, view), block) : history.Vote(Key(epoch, view), block);
            if (!consistent) Report("S3", $"{(finalize ? "EV2" : "EV1")}: replica {replica.Instance} signed two blocks of view {view}");
            if (epoch != history.SignedEpoch) history.BeginSignedEpoch(epoch);
            if (finalize)
            {
                if (view <= history.HighestTimeout) Report("S3", $"replica {replica.Instance} finalized view {view} after timing out {history.HighestTimeout}");
                history.HighestFinal = Math.Max(history.HighestFinal, view);
            }
            else
            {
                if (view <= history.HighestTimeout) Report("S3", $"replica {replica.Instance} voted in view {view} after timing out {history.HighestTimeout}");
                if (_blocks.TryGetValue(block, out SeenBlock? voted))
                {
                    history.HighestVoteParent = Math.Max(history.HighestVoteParent, voted.ParentView);
                    if (voted.HasEntry == (voted.ParentView + 1 == view)) Report("S3", $"replica {replica.Instance} voted in view {view} for a block with the wrong entry evidence");
                }
            }
        }

        ulong key = Key(epoch, view);
        if (!_views.TryGetValue(key, out ViewRecord? record))
        {
            if (_spareViews.Count > 0)
            {
                record = _spareViews[^1];
                _spareViews.RemoveAt(_spareViews.Count - 1);
            }
            else
            {
                record = new ViewRecord();
            }

            record.Clear();
            _views[key] = record;
        }

        UInt128 signers = record.Add(block, replica.Node, finalize) | cluster.FaultyNodes;
        ValidatorSet set = SetOf(epoch);
        if (SignerSet.Count(signers & set.NodeMask) < QuorumOf(set) || !_blocks.TryGetValue(block, out SeenBlock? seen)) return;
        if (finalize)
        {
            if (!seen.Certified) Report("S4", $"view {view} can be finalized without being certified");
            BecomeFinal(seen);
        }
        else
        {
            BecomeCertified(seen);
        }
    }

    private void BecomeCertified(SeenBlock block)
    {
        if (block.Certified) return;
        block.Certified = true;
        block.Parent ??= _blocks.GetValueOrDefault(block.ParentId);
        for (int i = Math.Max(0, _certified.Count - Recent); i < _certified.Count; i++)
        {
            SeenBlock other = _certified[i];
            if (other.Epoch == block.Epoch && other.View == block.View) ReportConflict("S2", $"two blocks of view {block.View} can be certified");
        }

        _certified.Add(block);
        for (int i = Math.Max(0, _final.Count - Recent); i < _final.Count; i++)
        {
            SeenBlock final = _final[i];
            if (final.Epoch == block.Epoch && final.View < block.View && !Extends(block, final))
            {
                ReportConflict("S5", $"view {block.View} can be certified beside final view {final.View}");
            }
        }

        if (block.Parent is { Certified: true } parent && parent.View + 1 == block.View) BecomeFinal(parent);
    }

    private void BecomeFinal(SeenBlock block)
    {
        if (block.Final) return;
        block.Final = true;
        _final.Add(block);
        for (int i = Math.Max(0, _certified.Count - Recent); i < _certified.Count; i++)
        {
            SeenBlock other = _certified[i];
            if (other.Epoch == block.Epoch && other.View > block.View && !Extends(other, block))
            {
                ReportConflict("S5", $"view {other.View} can be certified beside final view {block.View}");
            }
        }
    }

    private void ReportConflict(string oracle, string detail)
    {
        if (!ToleratesForks) Report(oracle, detail);
    }

    /// <summary>Computed here, not asked of the code under test.</summary>
    private static int QuorumOf(ValidatorSet set) => set.Count - (set.Count - 1) / 3;

    private static bool Extends(SeenBlock block, SeenBlock ancestor)
    {
        SeenBlock? walk = block;
        while (walk is not null && walk.View > ancestor.View) walk = walk.Parent;
        return walk == ancestor;
    }

    private static ulong MessageEpoch(ReadOnlySpan<byte> message)
    {
        _ = MessagePrefix.Peek(message, out ulong epoch);
        return epoch;
    }

    private static ulong Key(ulong epoch, ulong view) => epoch << 40 | view;
}
