// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;

namespace FastLedger.Simulation;

/// <summary>The seeded errors. Most of them were real ones, in one code base or another.</summary>
public static class MutantCatalog
{
    private const string Core = "FastLedger.Consensus/ConsensusCore";
    private const string Rules = "FastLedger.Consensus/Safety/SafetyRules.cs";
    private const string Verifier = "FastLedger.Consensus/Certificates/CertificateVerifier.cs";
    private const string Votes = "FastLedger.Consensus/Certificates/VoteSet.cs";
    private const string Statements = "FastLedger.Consensus/Messages/Statement.cs";
    private const string Leaders = "FastLedger.Consensus/Pacing/LeaderSchedule.cs";

    /// <summary>All mutants.</summary>
    public static IReadOnlyList<Mutant> All { get; } =
    [
        new("commit_gap", "the 2-chain commits without consecutive views",
            [new(Core + ".Votes.cs", "parent == _tree.Root || child.View != parent.View + 1) return;", "parent == _tree.Root) return;")]),
        new("no_tc_max", "a vote ignores the highest certificate that a timeout certificate reports",
            [new(Rules, "justifyView < view && entryView + 1 == view && justifyView >= entryHighQcView", "justifyView < view && entryView + 1 == view && (justifyView >= entryHighQcView || true)")]),
        new("fin_noguard", "a view that was timed out is finalized",
            [new(Rules, "if (view <= Data.LastFinalizedView || view <= Data.HighestTimeoutView) return false;", "if (view <= Data.LastFinalizedView) return false;")]),
        new("lock_lost", "the lock is not journaled with votes",
            [new(Rules, "Data.Lock.View > Data.DurableLockView ? Data.Lock.Bytes : default", "default")]),
        new("low_qc_timeout", "a timeout reports a certificate below the lock",
        [
            new("FastLedger.Consensus/Safety/SafetyData.cs", "        if (certificate.View > Lock.View) Lock.CopyFrom(certificate, validatorCount);",
                "        if (certificate.View <= Lock.View) return;\n        if (Lock.View > 0) Previous.CopyFrom(Lock.Value, validatorCount);\n        Lock.CopyFrom(certificate, validatorCount);"),
            new("FastLedger.Consensus/Safety/SafetyData.cs", "    public ulong DurableLockView { get; set; }", "    public ulong DurableLockView { get; set; }\n\n    public CertificateBuffer Previous { get; } = new();"),
            new(Rules, "_signer.Sign(_key, Statement.Timeout(buffer, _chain, Data.Epoch, view, Data.Lock.View), signature);",
                "CertificateBuffer reported = enteredByQc || Data.Previous.IsEmpty || Data.Previous.Value.Epoch != Data.Epoch ? Data.Lock : Data.Previous;\n        _signer.Sign(_key, Statement.Timeout(buffer, _chain, Data.Epoch, view, reported.View), signature);"),
            new(Rules, "TimeoutMessage.Write(ref record, Data.Epoch, view, Self, Data.Lock.Bytes, entry, signature);", "TimeoutMessage.Write(ref record, Data.Epoch, view, Self, reported.Bytes, entry, signature);"),
        ]),
        new("vote_after_timeout", "a view that was timed out is voted in",
        [
            new(Rules, "if (view <= Data.LastVotedView || view <= Data.HighestTimeoutView) return false;", "if (view <= Data.LastVotedView) return false;"),
            new(Rules, "        Data.LastVotedView = Math.Max(Data.LastVotedView, view);\n", string.Empty),
        ]),
        new("vote_twice_same_view", "a second vote in a view is signed",
        [
            new(Rules, "if (view <= Data.LastVotedView || view <= Data.HighestTimeoutView) return false;", "if (view < Data.LastVotedView || view <= Data.HighestTimeoutView) return false;"),
            new(Core + ".Proposals.cs", "!node.Proposed || _closing || View <= _safety.Data.LastVotedView) return;", "!node.Proposed || _closing || View < _safety.Data.LastVotedView) return;"),
        ]),
        new("quorum_2f", "2f signatures make a certificate",
            [new("FastLedger.Consensus/ValidatorSet.cs", "public int Quorum => Count - FaultBound;", "public int Quorum => Count - FaultBound - 1;")]),
        new("duplicate_signer", "one signer counts twice",
        [
            new(Core + ".Votes.cs", "if (earlier != block) OnDoubleVote(kind, slot.View, voter, earlier, earlierSignature, block, signature);\n            return;",
                "if (earlier != block)\n            {\n                OnDoubleVote(kind, slot.View, voter, earlier, earlierSignature, block, signature);\n                return;\n            }"),
            new(Votes, "        Invariant.Check(_bucketOf[voter] == None);\n", string.Empty),
            new(Core + ".Votes.cs", "        if (SignerSet.Count(signers) < Quorum) return;\n", string.Empty),
            new(Verifier, "if (SignerSet.Count(certificate.Signers) < _validators.Quorum) return false;", "if (certificate.Signers == 0) return false;"),
        ]),
        new("qc_view_unsigned", "votes do not sign their view",
            [new(Statements, "        writer.U64(view);\n        writer.Hash(block);", "        writer.Hash(block);")]),
        new("tc_claim_unsigned", "timeouts do not sign what they claim",
            [new(Statements, "        writer.U64(highQcView);\n", string.Empty)]),
        new("tc_two_views", "a timeout certificate lets into the view after the next",
            [new(Rules, "justifyView < view && entryView + 1 == view &&", "justifyView < view && (entryView + 1 == view || entryView + 2 == view) &&")]),
        new("tc_beside_consecutive_qc", "a timeout certificate is allowed beside a certificate of the view before",
            [new(Rules, "? entryView == 0", "? true")]),
        new("inner_qc_unverified", "the certificate inside a timeout is not verified",
            [new(Core + ".Timeouts.cs", "!entered || !_verifier.Verify(timeout.HighQc)", "!entered")]),
        new("persist_after_send", "a message goes out before its record",
            [new("FastLedger.Consensus/Effects/EffectBuffer.cs", "Add(EffectKind.Send, targets, 0, default, length);",
                "SendEarly(targets, length);\n\n    private void SendEarly(UInt128 targets, int length)\n    {\n        Add(EffectKind.Send, targets, 0, default, length);\n        if (Count >= 2 && _effects[Count - 2].Kind == EffectKind.Persist) (_effects[Count - 2], _effects[Count - 1]) = (_effects[Count - 1], _effects[Count - 2]);\n    }")]),
        new("no_directory_sync", "a new journal file's directory entry is not synced",
            [new("FastLedger.Simulation/SimulatedJournal.cs", "        if (_segmentCreated) SyncDirectory();\n", string.Empty)]),
        new("truncate_damage", "damage in the middle of the journal is cut off like a torn tail",
            [new("FastLedger.Simulation/SimulatedReplica.cs", "        if (Condition == JournalCondition.Damaged) Core.RefuseToSign(HaltReason.JournalDamaged);\n", string.Empty)]),
        new("restart_by_qc_only", "the view after a restart ignores the timeout certificate",
            [new(Core + ".Recovery.cs", "ulong view = Math.Max(LockView, _safety.Data.HighTcView) + 1;", "ulong view = LockView + 1;")]),
        new("commit_reversed", "ancestors are committed newest first",
            [new(Core + ".Votes.cs", "for (int i = length - 1; i >= 0; i--) EmitCommit(_path[i]);", "for (int i = 0; i < length; i++) EmitCommit(_path[i]);")]),
        new("epoch_unsigned", "statements and certificates of another epoch count",
        [
            new(Statements, "        writer.U64(epoch);\n", string.Empty),
            new(Verifier, "if (certificate.Epoch != _epoch) return false;\n        if (certificate.View == 0)", "if (certificate.View == 0)"),
        ]),
        new("vote_without_batch", "a vote does not wait for the batches",
            [new(Core + ".Proposals.cs", "if (node.MissingBatches != 0)", "if (node.MissingBatches == ulong.MaxValue)")]),
        new("leader_from_local_state", "the leader depends on what the replica has committed",
        [
            new(Leaders, "_order[(int)((view - 1) / _termViews % (ulong)_length)];", "_order[(int)(((view - 1) / _termViews + Offset) % (ulong)_length)];\n\n    public ulong Offset { get; set; }"),
            new(Core + ".Votes.cs", "        _tree.AdvanceRoot(target);\n", "        _tree.AdvanceRoot(target);\n        _leaders.Offset = target.View;\n"),
        ]),
        new("genesis_for_any", "a certificate without signers counts as a genesis certificate",
            [new(Verifier, "if (certificate.View == 0)\n        {", "if (certificate.Signers == 0) return true;\n        if (certificate.View == 0)\n        {")]),
        new("state_vote_unpersisted", "a state vote is sent without a record",
            [new(Rules, "        commitment.Write(ref record);\n        record.Bytes(signature);\n        effects.Persist(record.Length);\n", "        commitment.Write(ref record);\n        record.Bytes(signature);\n")]),
        new("state_vote_noted", "a state vote does not wait until its record is durable",
            [new(Rules, "        commitment.Write(ref record);\n        record.Bytes(signature);\n        effects.Persist(record.Length);\n", "        commitment.Write(ref record);\n        record.Bytes(signature);\n        effects.Note(record.Length);\n")]),
        new("vote_noted", "a vote does not wait until its record is durable",
            [new(Rules, "Data.DurableLockView = Data.Lock.View;\n        effects.Persist(record.Length);\n    }\n}", "Data.DurableLockView = Data.Lock.View;\n        effects.Note(record.Length);\n    }\n}")]),
        new("batch_number_noted", "an own batch does not wait until its number is durable",
            [new(Rules, "        batch.Write(ref record);\n        record.Bytes(signature);\n        effects.Persist(record.Length);\n", "        batch.Write(ref record);\n        record.Bytes(signature);\n        effects.Note(record.Length);\n")]),
        new("timer_not_rearmed", "the timer fires once per view",
            [new("FastLedger.Consensus/Pacing/Pacemaker.cs", "DeadlineNs = nowNs + TimeoutNs / 2;", "DeadlineNs = ulong.MaxValue;")]),
        new("no_join", "f + 1 timeouts do not make a replica join",
            [new(Core + ".Timeouts.cs", "_safety.Data.HighestTimeoutView < timeout.View) _ = TimeoutView();", "_safety.Data.HighestTimeoutView < timeout.View) _ = 0;")]),
        new("no_rebroadcast", "a timeout is sent once only",
            [new(Rules, "if (view == Data.HighestTimeoutView) return true;", "if (view == Data.HighestTimeoutView) return false;")]),
        new("proposal_unpersisted", "a proposal is sent without a record",
            [new(Rules, "        Data.LastProposal.CopyFrom(record.Written[SafetyRecord.PrefixSize..]);\n        effects.Persist(record.Length);\n", "        Data.LastProposal.CopyFrom(record.Written[SafetyRecord.PrefixSize..]);\n")]),
        new("batch_gap", "a block may skip or repeat an author's batches",
            [new(Core + ".Batches.cs", "if (batch.Author >= _validators.Count || batch.Number != ++next[batch.Author]) return false;", "if (batch.Author >= _validators.Count) return false;")]),
    ];
}
