// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Consensus;
using FastLedger.Consensus.Effects;
using FastLedger.Consensus.Messages;
using FastLedger.Primitives;

namespace FastLedger.Simulation;

/// <summary>
/// Watches everything that correct replicas sign, persist and commit, and knows what must never happen. Certificates are judged
/// by what the votes allow, not by whether somebody has put them together: the votes of correct replicas plus the signatures
/// that the faulty ones can give at any time.
/// </summary>
public sealed partial class Oracle(Cluster cluster)
{
    /// <summary>Conflicts are looked for among so many newest blocks; older ones were compared when they were new.</summary>
    private const int Recent = 96;

    private readonly Dictionary<Hash256, SeenBlock> _blocks = [];
    private readonly Dictionary<ulong, ViewRecord> _views = [];
    private readonly List<SeenBlock> _certified = [];
    private readonly List<SeenBlock> _final = [];
    private readonly List<Hash256> _canonical = [];
    private readonly Dictionary<ulong, Hash256> _stateRoots = [];
    private readonly List<ValidatorSet> _epochs = [];
    private readonly List<ViewRecord> _spareViews = [];
    private readonly List<SeenBlock> _spareBlocks = [];
    private SignerHistory[] _histories = [];
    private ulong[] _logHeights = [];
    private readonly Dictionary<ulong, int> _leaders = [];
    private readonly Dictionary<ulong, ulong> _lastBatch = [];
    private ulong _newestEpoch;
    private ulong _lastGrowthNs;

    /// <summary>The first thing that went wrong.</summary>
    public Violation? Violation { get; private set; }

    /// <summary>Times that two correct replicas committed different blocks at one height.</summary>
    public int Forks { get; private set; }

    /// <summary>Newest height that any correct replica committed.</summary>
    public ulong Height => (ulong)_canonical.Count;

    /// <summary>Longest virtual time without a new block.</summary>
    public ulong LongestStallNs { get; private set; }

    /// <summary>Batches that were ordered.</summary>
    public int OrderedBatches { get; private set; }

    /// <summary>Validators that evidence blamed so far.</summary>
    public UInt128 Blamed { get; private set; }

    /// <summary>Kinds of evidence seen so far.</summary>
    public int EvidenceKinds { get; private set; }

    /// <summary>Reasons for which replicas stopped signing, one bit each.</summary>
    public int Halts { get; private set; }

    /// <summary>Newest epoch that a correct replica began.</summary>
    public ulong NewestEpoch => _newestEpoch;

    /// <summary>Safety is expected to break: record forks, but do not stop for them.</summary>
    public bool ToleratesForks { get; set; }

    public void Clear(ValidatorSet first)
    {
        foreach (ViewRecord record in _views.Values) _spareViews.Add(record);
        foreach (SeenBlock block in _blocks.Values) _spareBlocks.Add(block);
        _blocks.Clear();
        _views.Clear();
        _certified.Clear();
        _final.Clear();
        _canonical.Clear();
        _stateRoots.Clear();
        _leaders.Clear();
        _lastBatch.Clear();
        _epochs.Clear();
        _epochs.Add(first);
        _newestEpoch = 1;
        Violation = null;
        Forks = 0;
        LongestStallNs = _lastGrowthNs = 0;
        OrderedBatches = 0;
        Halts = 0;
        Blamed = 0;
        EvidenceKinds = 0;
        ToleratesForks = false;
        int instances = cluster.Replicas.Count;
        if (_histories.Length < instances)
        {
            _histories = new SignerHistory[instances];
            _logHeights = new ulong[instances];
            for (int i = 0; i < instances; i++) _histories[i] = new SignerHistory();
        }

        for (int i = 0; i < instances; i++)
        {
            _histories[i].Clear();
            _logHeights[i] = 0;
        }

        ClearForensics();
    }

    public void Report(string oracle, string detail)
    {
        Violation ??= new Violation(oracle, detail, cluster.NowNs);
    }

    /// <summary>A correct replica's message leaves its process.</summary>
    public void OnSend(SimulatedReplica replica, ReadOnlySpan<byte> message)
    {
        SignerHistory history = _histories[replica.Instance];
        if (replica.Condition == JournalCondition.Damaged && (cluster.Plan.Byzantine >> replica.Node & 1) == 0
            && (MessageKind)message[0] is (MessageKind.Proposal or MessageKind.Vote or MessageKind.FinalizeVote or MessageKind.Timeout))
        {
            Report("S8", $"replica {replica.Instance} signed on top of a damaged journal");
        }

        switch ((MessageKind)message[0])
        {
            case MessageKind.Proposal: OnProposal(replica, history, message); break;
            case MessageKind.Vote: OnVote(replica, history, message, finalize: false); break;
            case MessageKind.FinalizeVote: OnVote(replica, history, message, finalize: true); break;
            case MessageKind.Timeout: OnTimeout(replica, history, message); break;
            case MessageKind.StateVote: OnStateVote(replica, history, message); break;
            case MessageKind.BatchHeader:
                if (!replica.Faulty && BatchMessage.TryRead(message, out BatchMessage batch)
                    && history.DurableBatch(batch.Epoch) < batch.Batch.Number) Report("S7", $"replica {replica.Instance} sent batch {batch.Batch.Number} before it was durable");
                break;
        }
    }

    /// <summary>A correct replica handed a block to its executor.</summary>
    public void OnCommit(SimulatedReplica replica, ulong height, in Hash256 id, ReadOnlySpan<byte> block)
    {
        if (replica.Faulty) return;
        ref ulong log = ref _logHeights[replica.Instance];
        if (height != log + 1) Report("S11", $"replica {replica.Instance} committed height {height} after {log}");
        log = Math.Max(log, height);
        if (height <= Height)
        {
            if (_canonical[(int)height - 1] == id) return;
            Forks++;
            if (!ToleratesForks) Report("S1", $"replica {replica.Instance} committed another block at height {height}");
            return;
        }

        if (height != Height + 1) return;
        _canonical.Add(id);
        LongestStallNs = Math.Max(LongestStallNs, cluster.NowNs - _lastGrowthNs);
        _lastGrowthNs = cluster.NowNs;
        if (!ToleratesForks && !IsFinal(id)) Report("S4", $"replica {replica.Instance} committed height {height}, which no certificate can make final");
        CheckPayload(block);
    }

    /// <summary>
    /// A process came back: nothing that was durable may be missing. Commits that were only noted may be: they come again, and the same ones.
    /// </summary>
    public void OnRestart(SimulatedReplica replica)
    {
        SignerHistory history = _histories[replica.Instance];
        bool lost = replica.Archive.Height < history.DurableCommit;
        history.Restarted(replica.Condition == JournalCondition.Damaged || lost);
        if (replica.Faulty) return;
        if (lost) Report("S7", $"replica {replica.Instance} lost commits in a crash");
        for (ulong height = _logHeights[replica.Instance] + 1; height <= replica.Archive.Height; height++)
        {
            // Durable, but not announced before the crash.
            if (height <= Height && _canonical[(int)height - 1] != replica.Archive.Id(height))
            {
                Forks++;
                if (!ToleratesForks) Report("S1", $"replica {replica.Instance} recovered another block at height {height}");
            }

            if (height != Height + 1) continue;
            _canonical.Add(replica.Archive.Id(height));
            CheckPayload(replica.Archive.Block(height));
        }

        _logHeights[replica.Instance] = replica.Archive.Height;
    }

    public void OnExecuted(SimulatedReplica replica, ulong height, in Hash256 root)
    {
        if (replica.Faulty) return;
        if (_stateRoots.TryAdd(height, root)) return;
        if (_stateRoots[height] != root && !ToleratesForks) Report("S10", $"replica {replica.Instance} has another state root at height {height}");
    }

    public void OnStateCertified(SimulatedReplica replica, ulong height, ReadOnlySpan<byte> certificate)
    {
        if (replica.Faulty || ToleratesForks || !StateCertificateMessage.TryRead(certificate, replica.Core.Validators.Count, out StateCertificateMessage state)) return;
        if (_stateRoots.TryGetValue(height, out Hash256 root) && root != state.Commitment.StateRoot) Report("S10", $"a wrong state root was certified at height {height}");
    }

    public void OnEpochStarted(SimulatedReplica replica, ulong epoch)
    {
        if (replica.Faulty) return;
        _histories[replica.Instance].Epoch = epoch;
        if (epoch <= _newestEpoch) return;
        var set = new ValidatorSet();
        set.CopyFrom(replica.Core.Validators);
        _epochs.Add(set);
        _newestEpoch = epoch;
    }

    public void OnHalt(SimulatedReplica replica, HaltReason reason)
    {
        Halts |= 1 << (int)reason;
        bool allowed = replica.Faulty || ToleratesForks;
        if (!allowed) Report(reason == HaltReason.StateDiverged ? "S10" : "S8", $"correct replica {replica.Instance} halted: {reason}");
    }

    /// <summary>Locks never decrease while a process lives, and buffers stay within their bounds.</summary>
    public void AfterStep(SimulatedReplica replica)
    {
        if (replica.Faulty || !replica.Alive) return;
        SignerHistory history = _histories[replica.Instance];
        ConsensusCore core = replica.Core;
        if (core.Epoch == history.LockEpoch && core.LockView < history.LockView) Report("S6", $"replica {replica.Instance} lowered its lock to {core.LockView}");
        if ((core.Epoch != history.LockEpoch || core.LockView != history.LockView) && core.LockView > 0 && !ToleratesForks) CheckLock(replica, core);
        history.LockEpoch = core.Epoch;
        history.LockView = core.LockView;
        if (core.View != history.CheckedView && cluster.Plan.Leaders.Length == 0) CheckLeader(replica, core);
        history.CheckedView = core.View;
        if (core.BlocksHeld > cluster.Options.TreeCapacity) Report("S12", "the tree outgrew its bound");
    }

    /// <summary>The lock is a certificate that the votes allow.</summary>
    private void CheckLock(SimulatedReplica replica, ConsensusCore core)
    {
        if (!_blocks.TryGetValue(core.LockBlock, out SeenBlock? block) || block.View != core.LockView || block.Epoch != core.Epoch || !block.Certified)
        {
            Report("S4", $"replica {replica.Instance} holds a certificate of view {core.LockView} that the votes do not allow");
        }
    }

    /// <summary>All replicas of an epoch name the same leader.</summary>
    private void CheckLeader(SimulatedReplica replica, ConsensusCore core)
    {
        if (core.View == 0) return;
        ulong key = Key(core.Epoch, core.View);
        int leader = core.LeaderOf(core.View);
        if (!_leaders.TryAdd(key, leader) && _leaders[key] != leader) Report("S2", $"replica {replica.Instance} has another leader for view {core.View}");
    }

    /// <summary>The block, or one that descends from it, can be final.</summary>
    private bool IsFinal(in Hash256 id)
    {
        if (!_blocks.TryGetValue(id, out SeenBlock? block)) return false;
        for (int i = _final.Count - 1; i >= 0; i--)
        {
            if (_final[i].Epoch == block.Epoch && _final[i].View >= block.View && Extends(_final[i], block)) return true;
        }

        return false;
    }

    /// <summary>The set of <paramref name="epoch"/>.</summary>
    public ValidatorSet SetOf(ulong epoch) => _epochs[(int)Math.Min(epoch, _newestEpoch) - 1];

    /// <summary>Every author's batches are ordered once each, without a gap.</summary>
    private void CheckBatchOrder(in BlockImage block)
    {
        for (int i = 0; i < block.BatchCount; i++)
        {
            BatchReference batch = block.Batch(i);
            ulong key = Key(block.Header.Epoch, batch.Author);
            ulong last = _lastBatch.GetValueOrDefault(key);
            if (batch.Number != last + 1) Report("S11", $"batch {batch.Number} of author {batch.Author} was ordered after {last}");
            _lastBatch[key] = batch.Number;
            OrderedBatches++;
        }
    }

    private void CheckPayload(ReadOnlySpan<byte> bytes)
    {
        if (ToleratesForks || !BlockImage.TryRead(bytes, out BlockImage block)) return;
        CheckBatchOrder(block);
        for (int i = 0; i < block.BatchCount; i++)
        {
            int holders = 0;
            foreach (SimulatedReplica replica in cluster.Replicas)
            {
                if (!replica.Faulty && !replica.Archive.Batch(block.Batch(i)).IsEmpty) holders++;
            }

            ValidatorSet set = SetOf(block.Header.Epoch);
            int faulty = 0;
            foreach (SimulatedReplica replica in cluster.Replicas)
            {
                if (replica.Faulty && set.IndexOfNode(replica.Node) >= 0) faulty++;
            }

            // q voters minus the faulty ones; with fewer faulty ones than f there are more.
            if (holders < QuorumOf(set) - faulty) Report("S9", $"batch of block {block.Header.Height} is on {holders} correct disks");
        }
    }
}
