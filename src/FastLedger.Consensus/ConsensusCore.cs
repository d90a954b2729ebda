// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Blocks;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Effects;
using FastLedger.Consensus.Messages;
using FastLedger.Consensus.Pacing;
using FastLedger.Consensus.Payloads;
using FastLedger.Consensus.Safety;
using FastLedger.Primitives;

namespace FastLedger.Consensus;

/// <summary>
/// One replica's consensus as a pure state machine: <see cref="Step"/> takes an event and the time, and returns what is to be
/// done. Chained HotStuff with the 2-chain commit rule and certified view entry (Jolteon, DiemBFT v4), finalize votes (Aptos
/// order votes), proposals by digest, execution after ordering. What may be signed is decided in <see cref="SafetyRules"/>
/// alone; everything in this class can at worst cost time.
/// </summary>
/// <remarks>
/// Thread: one. Alloc: none in steady state. Blocks: never.
/// Life: construct once, <see cref="Replay"/> every record of the journal in order, then step <see cref="ConsensusEvent.Start"/>,
/// then any events. Every handler is total: any bytes from any node yield effects, never an exception.
/// Own messages take the way over the host like everybody's, so a signature counts only once it is durable, and a cluster of
/// one runs the same code.
/// </remarks>
public sealed partial class ConsensusCore
{
    private readonly ConsensusOptions _options;
    private readonly ISignatureScheme _scheme;
    private readonly SafetyRules _safety;
    private readonly CertificateVerifier _verifier;
    private readonly BlockTree _tree;
    private readonly BatchPool _batches;
    private readonly ViewWindow _views;
    private readonly LeaderSchedule _leaders = new();
    private readonly Pacemaker _pacemaker;
    private readonly EffectBuffer _effects = new();
    private readonly ValidatorSet _validators = new();
    private readonly byte[] _composeBlock;
    private readonly byte[] _composeMessage;
    private readonly byte[] _composeCertificate;
    private readonly BlockNode[] _path;
    private readonly BlockNode[] _persistPath;
    private ClockReading _now;
    private Hash256 _chain;
    private bool _started;

    /// <param name="options">Settings.</param>
    /// <param name="scheme">Digest and signature check.</param>
    /// <param name="signer">The secret key; it goes to the safety rules and nowhere else.</param>
    /// <param name="maxValidators">Most validators of any epoch; sizes all buffers.</param>
    public ConsensusCore(ConsensusOptions options, ISignatureScheme scheme, ISigner signer, int maxValidators = ValidatorSet.MaxCount)
    {
        _options = options;
        _scheme = scheme;
        _safety = new SafetyRules(signer);
        _verifier = new CertificateVerifier(scheme);
        _tree = new BlockTree(options.TreeCapacity);
        _batches = new BatchPool(maxValidators, options.BatchWindow);
        _views = new ViewWindow(options.ViewWindow, maxValidators);
        _pacemaker = new Pacemaker(options);
        _path = new BlockNode[options.TreeCapacity];
        _persistPath = new BlockNode[options.TreeCapacity];
        _peers = new PeerState[ValidatorSet.MaxCount];
        for (int i = 0; i < _peers.Length; i++) _peers[i] = new PeerState();
        _states = new StateVoteSet[options.StateWindow];
        for (int i = 0; i < _states.Length; i++) _states[i] = new StateVoteSet(maxValidators);
        _executed = new StateCommitment[options.StateWindow];
        int block = BlockHeader.Size + BlockImage.MaxBatches * BatchReference.Size + 4 + 2 + ValidatorSet.MaxCount * 33;
        int certificate = TimeoutCertificate.MaxSize(maxValidators);
        int availability = 16 * (MessagePrefix.Size + BatchReference.Size + 32 + maxValidators * ISignatureScheme.SignatureSize);
        _composeBlock = new byte[block];
        _composeMessage = new byte[block + 2 * certificate + availability + 256];
        _composeCertificate = new byte[certificate + 512];
        Reset();
    }

    /// <summary>Present epoch; 0 before the journal named one.</summary>
    public ulong Epoch => _safety.Data.Epoch;

    /// <summary>Present view.</summary>
    public ulong View { get; private set; }

    /// <summary>Newest committed height.</summary>
    public ulong CommittedHeight => _tree.Root.Height;

    /// <summary>Newest committed block.</summary>
    public Hash256 CommittedId => _tree.Root.Id;

    /// <summary>View of the highest quorum certificate known.</summary>
    public ulong LockView => _safety.Data.Lock.View;

    /// <summary>Block of the highest quorum certificate known.</summary>
    public Hash256 LockBlock => _safety.Data.Lock.BlockId;

    /// <summary>Why the replica does not sign any more.</summary>
    public HaltReason Halted => _safety.Halted;

    /// <summary>The validators of the present epoch.</summary>
    public ValidatorSet Validators => _validators;

    /// <summary>Own place in the present epoch, or −1.</summary>
    public int Self => _safety.Self;

    /// <summary>Validator index of the leader of <paramref name="view"/> ≥ 1.</summary>
    public int LeaderOf(ulong view) => _leaders.Leader(view);

    /// <summary>Blocks in memory; never more than <see cref="ConsensusOptions.TreeCapacity"/>.</summary>
    public int BlocksHeld => _tree.Count;

    /// <summary>The last block of the epoch is committed and the next epoch has not begun.</summary>
    public bool Closing => _closing;

    /// <summary>An own batch would be numbered and signed now; false while as many as the window holds wait to be committed.</summary>
    public bool CanAuthor => _started && _safety.Self >= 0 && _safety.Halted == HaltReason.None && !_closing
        && _batches.InWindow(_safety.Data.LastBatchNumber + 1, _tree.Root.LastBatch[_safety.Self]);

    /// <summary>The batch is above the committed ones and was taken as stored.</summary>
    public bool IsStored(in BatchReference batch) => batch.Author < _validators.Count && _batches.IsStored(batch);

    /// <summary>Number of the last batch of an author in the committed blocks.</summary>
    public ulong CommittedBatch(int author) => (uint)author < (uint)_validators.Count ? _tree.Root.LastBatch[author] : 0;

    private int Quorum => _validators.Quorum;

    private UInt128 Everyone => _validators.NodeMask;

    private bool Small => _validators.Count <= _options.AllToAllLimit;

    /// <summary>Forgets everything, as a process that ends.</summary>
    public void Reset()
    {
        _safety.Clear();
        _validators.Clear();
        _views.Clear();
        _pacemaker.Clear();
        _batches.Clear();
        _effects.Clear();
        _ = _tree.Reset(default, default, 0);
        _chain = default;
        _now = default;
        _started = false;
        _journalFault = HaltReason.None;
        ResetEpochState();
        _epochChange.Clear();
        _authorizedSet.Clear();
        _authorizedDigest = default;
        foreach (PeerState peer in _peers) peer.Clear();
    }

    /// <summary>Takes one event in.</summary>
    /// <param name="input">What happened.</param>
    /// <param name="now">The clocks; the monotonic one must not go back between steps.</param>
    /// <returns>What to do, in order; valid until the next step.</returns>
    public EffectBuffer Step(in ConsensusEvent input, ClockReading now)
    {
        _effects.Clear();
        _now = now;
        if (!_started && input.Kind != ConsensusEventKind.Start) return _effects;
        switch (input.Kind)
        {
            case ConsensusEventKind.Start: OnStart(); break;
            case ConsensusEventKind.Message: OnMessage(input.Node, input.Bytes); break;
            case ConsensusEventKind.Tick: OnTick(); break;
            case ConsensusEventKind.BatchStored: OnBatchStored(input.Bytes); break;
            case ConsensusEventKind.BatchAuthored: OnBatchAuthored(input.Batch, input.WantsAck); break;
            case ConsensusEventKind.Executed: OnExecuted(input.Commitment); break;
            case ConsensusEventKind.ReconfigurationAuthorized: OnReconfigurationAuthorized(input.Bytes); break;
            case ConsensusEventKind.Connected: OnConnected(input.Node); break;
            case ConsensusEventKind.BlockWanted: OnBlockWanted(); break;
            default: Invariant.Fail("unknown event"); break;
        }

        return _effects;
    }

    private void OnMessage(int node, ReadOnlySpan<byte> message)
    {
        if ((uint)node >= ValidatorSet.MaxCount || Epoch == 0) return;
        MessageKind kind = MessagePrefix.Peek(message, out ulong epoch);
        if (epoch != Epoch)
        {
            OnOtherEpoch(node, kind, epoch, message);
            return;
        }

        int sender = _validators.IndexOfNode(node);
        switch (kind)
        {
            case MessageKind.Proposal: OnProposal(sender, message); break;
            case MessageKind.Vote or MessageKind.FinalizeVote: OnVote(sender, message); break;
            case MessageKind.Timeout: OnTimeout(sender, node, message); break;
            case MessageKind.CertificateAnnounce: OnCertificate(message); break;
            case MessageKind.TimeoutCertificateAnnounce: OnTimeoutCertificate(message); break;
            case MessageKind.SyncInfo: OnSyncInfo(node, message); break;
            case MessageKind.BlockRequest: OnBlockRequest(node, message); break;
            case MessageKind.BlockChain or MessageKind.CommittedBlocks: OnBlocks(node, message); break;
            case MessageKind.BatchAck: OnBatchAck(sender, message); break;
            case MessageKind.AvailabilityCertificate: OnAvailabilityCertificate(message); break;
            case MessageKind.StateVote: OnStateVote(sender, message); break;
            case MessageKind.StateCertificate: OnStateCertificate(message); break;
            case MessageKind.EpochChange: OnEpochChange(message); break;
            case MessageKind.Evidence: OnEvidence(message); break;
            case MessageKind.Echo: OnEcho(message); break;
        }
    }

    /// <summary>
    /// A verified quorum certificate: raises the lock, certifies its block, may commit the parent, may finalize, may end the
    /// view. Only certificates move views.
    /// </summary>
    private void AdoptQuorum(in BlockCertificate certificate)
    {
        _safety.Data.RaiseLock(certificate, _validators.Count);
        ulong view = certificate.View;
        if (view == 0) return;
        if (view >= View) EnterView(view + 1, byTimeout: false, propose: false);
        if (_views.Get(view, View) is { } slot && slot.Quorum.IsEmpty)
        {
            slot.Quorum.CopyFrom(certificate, _validators.Count);
            if (_tree.Find(slot.Quorum.BlockId) is { } node) OnCertified(node, slot.Quorum.Value);
            else WantBlock(slot.Quorum.BlockId, slot.View);
        }

        if (view + 1 == View) TryPropose();
    }

    /// <summary>A verified timeout certificate: enters the next view.</summary>
    private void AdoptTimeout(in TimeoutCertificate certificate)
    {
        AdoptQuorum(certificate.HighQc);
        if (_safety.Data.RaiseHighTc(certificate))
        {
            // Not needed for safety; without it a cluster that restarts as a whole could not find its view again.
            var record = _effects.Compose(SafetyRecord.PrefixSize + certificate.Bytes.Length);
            SafetyRecord.WritePrefix(ref record, RecordKind.TimeoutCertificate, Epoch);
            record.Bytes(certificate.Bytes);
            _effects.Persist(record.Length);
        }

        if (certificate.View >= View) EnterView(certificate.View + 1, byTimeout: true, propose: true);
    }

    private void EnterView(ulong view, bool byTimeout, bool propose)
    {
        if (_closing) return;
        Invariant.Check(view > View);
        View = view;
        _views.Advance(view);
        _pacemaker.EnterView(byTimeout, _now.MonotonicNs);
        _proposeAtNs = _aheadUntilNs = ulong.MaxValue;
        _voteAtNs = ulong.MaxValue;
        _finalizeAtNs = Small || byTimeout ? ulong.MaxValue : _now.MonotonicNs + _pacemaker.TimeoutNs / 2;
        if (propose) TryPropose();
    }

    /// <summary>A block of the tree is certified: R2 commit, R3 finalize.</summary>
    private void OnCertified(BlockNode node, in BlockCertificate certificate)
    {
        node.Certified = true;
        TryCommit(node, certificate);
        if (Small) TryFinalize(certificate);
    }

    /// <summary>R3: the block is held and certified; with few validators at once, with many only when the next block is late.</summary>
    private void TryFinalize(in BlockCertificate certificate)
    {
        if (_closing) return;
        Span<byte> signature = stackalloc byte[ISignatureScheme.SignatureSize];
        if (!_safety.TryFinalize(_effects, certificate, signature)) return;
        SendVote(MessageKind.FinalizeVote, certificate.View, certificate.BlockId, signature);
    }

    private void SendVote(MessageKind kind, ulong view, in Hash256 block, ReadOnlySpan<byte> signature)
    {
        var message = _effects.Compose(VoteMessage.Size);
        VoteMessage.Write(ref message, kind, Epoch, view, block, _safety.Self, signature);
        _effects.Send(VoteTargets(view), message.Length);
    }

    /// <summary>Few validators: everyone. Many: the leaders of this view and the next, so that one silent collector loses nothing.</summary>
    private UInt128 VoteTargets(ulong view) =>
        Small ? Everyone : NodeBit(_leaders.Leader(view)) | NodeBit(_leaders.Leader(view + 1));

    private UInt128 NodeBit(int validator) => UInt128.One << _validators.Node(validator);

    private bool IsLeader(ulong view) => _safety.Self >= 0 && _leaders.Leader(view) == _safety.Self;
}
