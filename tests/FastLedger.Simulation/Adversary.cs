// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Messages;
using FastLedger.Primitives;

namespace FastLedger.Simulation;

/// <summary>
/// The Byzantine replicas, acting as one. It reads every message of the network, signs anything with the keys it owns, makes
/// certificates out of correct votes and its own, and gives them to whom it likes, when it likes. Each Byzantine replica also
/// runs a production core, whose messages it drops, bends or lets through.
/// </summary>
public sealed partial class Adversary(Cluster cluster)
{
    private const int Window = 32;
    private const int MaxNodes = 32;
    private readonly AdversaryKnowledge[] _views = CreateViews();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly byte[] _part = new byte[16 * 1024];
    private readonly byte[][] _old = new byte[64][];
    private int _oldCount;
    private ScenarioPlan _plan = new();
    private RandomStream _random;
    private ulong _epoch;
    private ulong _batchNumber;

    private bool Has(AdversaryTraits trait) => (_plan.Traits & trait) != 0;

    private ValidatorSet Set => cluster.Oracle.SetOf(_epoch);

    public void Begin(ScenarioPlan plan, RandomStream random)
    {
        _plan = plan;
        _random = random;
        _epoch = 1;
        _oldCount = 0;
        _batchNumber = 0;
        foreach (AdversaryKnowledge view in _views) view.Clear(0);
    }

    /// <summary>Reads a message that somebody sends.</summary>
    public void Observe(SimulatedReplica sender, ReadOnlySpan<byte> message)
    {
        if (_plan.Byzantine == 0 || _plan.Twins || cluster.Nodes > MaxNodes || Has(AdversaryTraits.Dead)) return;
        if (MessagePrefix.Peek(message, out ulong epoch) == MessageKind.None || epoch < _epoch) return;
        if (epoch > _epoch)
        {
            _epoch = epoch;
            foreach (AdversaryKnowledge known in _views) known.Clear(0);
        }

        switch ((MessageKind)message[0])
        {
            case MessageKind.Proposal when ProposalMessage.TryRead(message, Set.Count, out ProposalMessage proposal): ObserveProposal(sender, proposal); break;
            case MessageKind.Vote or MessageKind.FinalizeVote when VoteMessage.TryRead(message, out VoteMessage vote):
                if (Find(vote.View, vote.BlockId) is { } block) AddVote(block, sender.Node, vote.Signature, vote.Kind == MessageKind.FinalizeVote);
                break;
            case MessageKind.Timeout when TimeoutMessage.TryRead(message, Set.Count, out TimeoutMessage timeout): ObserveTimeout(sender, timeout); break;
            case MessageKind.CertificateAnnounce when BlockCertificate.TryRead(message[MessagePrefix.Size..], Set.Count, out BlockCertificate certificate):
                LearnCertificate(certificate);
                break;
            case MessageKind.TimeoutCertificateAnnounce when TimeoutCertificate.TryRead(message[MessagePrefix.Size..], Set.Count, out TimeoutCertificate entry):
                LearnEntry(entry);
                break;
        }

        if (Has(AdversaryTraits.Replay) && _random.Chance(50)) _old[_oldCount++ % _old.Length] = message.ToArray();
    }

    /// <summary>A Byzantine core wants to send: may it, and to whom?</summary>
    public bool Permits(SimulatedReplica sender, int frame, ref UInt128 targets)
    {
        if (Has(AdversaryTraits.Dead)) return false;
        var kind = (MessageKind)cluster.Frames.Bytes(frame)[0];
        UInt128 self = UInt128.One << sender.Node;
        switch (kind)
        {
            case MessageKind.Proposal when Has(AdversaryTraits.Silent) || (Has(AdversaryTraits.Equivocate | AdversaryTraits.StaleQc | AdversaryTraits.BadEntry) && _random.Chance(700)):
                return false;
            case MessageKind.CertificateAnnounce or MessageKind.TimeoutCertificateAnnounce when Has(AdversaryTraits.Withhold):
                return false;
            case MessageKind.Timeout when Has(AdversaryTraits.LowTimeout | AdversaryTraits.GarbageQc) && _random.Chance(700):
                return false;
            case MessageKind.StateVote when Has(AdversaryTraits.WrongState):
                BendStateVote(sender, frame, targets);
                return false;
            case MessageKind.BlockChain or MessageKind.CommittedBlocks when Has(AdversaryTraits.LyingSync):
                BendBytes(sender, frame, targets);
                return false;
        }

        if (Has(AdversaryTraits.Mutate) && _random.Chance(200))
        {
            BendBytes(sender, frame, targets);
            return false;
        }

        if (Has(AdversaryTraits.Selective)) targets &= RandomSubset() | self;
        return true;
    }

    /// <summary>A client's batch reached a Byzantine replica.</summary>
    /// <returns>True when the adversary keeps it to itself.</returns>
    public bool TakesOverBatch() => Has(AdversaryTraits.WithholdBatch | AdversaryTraits.DuplicateBatch);

    /// <summary>Does something, then comes back a little later.</summary>
    public void Act()
    {
        if (Has(AdversaryTraits.Dead)) return;
        int actions = 1 + _random.Below(3);
        for (int i = 0; i < actions; i++) ActOnce(Actor());
        cluster.WakeAdversary(_random.Between(500_000, 8_000_000));
    }

    private void ActOnce(SimulatedReplica actor)
    {
        int validator = Set.IndexOfNode(actor.Node);
        if (validator < 0) return;
        ulong present = Math.Max(cluster.HighestView, 1);
        switch (_random.Below(12))
        {
            case 0 or 1: SpreadCertificate(actor, present, finality: false); break;
            case 2: SpreadCertificate(actor, present, finality: true); break;
            case 3 or 4:
                if (Has(AdversaryTraits.LowTimeout | AdversaryTraits.Withhold | AdversaryTraits.BadEntry | AdversaryTraits.ForgedCertificate)) SpreadEntry(actor, present);
                break;
            case 5 or 6 or 7:
                if (Has(AdversaryTraits.Equivocate | AdversaryTraits.StaleQc | AdversaryTraits.BadEntry | AdversaryTraits.WithholdBatch | AdversaryTraits.DuplicateBatch)) Propose(present);
                break;
            case 8:
                if (Has(AdversaryTraits.DoubleVote)) VoteForAll(actor, validator, present, finalize: false);
                if (Has(AdversaryTraits.DoubleFinalize)) VoteForAll(actor, validator, present, finalize: true);
                break;
            case 9:
                if (Has(AdversaryTraits.LowTimeout | AdversaryTraits.GarbageQc)) SendTimeout(actor, validator, present);
                break;
            case 10:
                if (Has(AdversaryTraits.GarbageVote)) SendVote(actor, validator, present, MockScheme.KeyOf(_random.Next()), _random.Chance(300));
                if (Has(AdversaryTraits.FarFuture)) SendVote(actor, validator, present + 5 + _random.Next() % 1000, MockScheme.KeyOf(_random.Next()), _random.Chance(300));
                break;
            case 11:
                if (Has(AdversaryTraits.Replay)) ReplayOld(actor);
                break;
        }
    }

    private SimulatedReplica Actor()
    {
        while (true)
        {
            SimulatedReplica replica = cluster.Replicas[_random.Below(cluster.Replicas.Count)];
            if ((_plan.Byzantine >> replica.Node & 1) != 0) return replica;
        }
    }

    private UInt128 RandomSubset()
    {
        UInt128 mask = 0;
        for (int i = 0; i < cluster.Replicas.Count; i++)
        {
            if (_random.Chance(500)) mask |= UInt128.One << cluster.Replicas[i].Node;
        }

        return mask;
    }

    private AdversaryKnowledge? At(ulong view)
    {
        AdversaryKnowledge known = _views[(int)(view % Window)];
        return known.View == view ? known : null;
    }

    private AdversaryKnowledge? Claim(ulong view)
    {
        AdversaryKnowledge known = _views[(int)(view % Window)];
        if (known.View > view) return null;
        if (known.View < view) known.Clear(view);
        return known;
    }

    private KnownBlock? Find(ulong view, in Hash256 id)
    {
        if (At(view) is not { } known) return null;
        foreach (KnownBlock block in known.Blocks)
        {
            if (block.Id == id) return block;
        }

        return null;
    }

    private void ObserveProposal(SimulatedReplica sender, in ProposalMessage proposal)
    {
        Hash256 id = BlockHeader.IdOf(MockScheme.Instance, proposal.Block.HeaderBytes);
        KnownBlock? block = Find(proposal.Block.Header.View, id) ?? AddBlock(proposal.Block, id);
        if (block is not null) AddVote(block, sender.Node, proposal.Signature, finalize: false);
        LearnCertificate(proposal.Justify);
        if (proposal.HasEntry) LearnEntry(proposal.Entry);
    }

    private KnownBlock? AddBlock(in BlockImage image, in Hash256 id)
    {
        if (Claim(image.Header.View) is not { } known || known.Blocks.Count >= 6) return null;
        var block = new KnownBlock(id, image.Bytes.ToArray());
        known.Blocks.Add(block);
        return block;
    }

    private static void AddVote(KnownBlock block, int node, ReadOnlySpan<byte> signature, bool finalize)
    {
        signature.CopyTo((finalize ? block.FinalSignatures : block.VoteSignatures).AsSpan(node * ISignatureScheme.SignatureSize));
        if (finalize) block.Finals |= UInt128.One << node;
        else block.Votes |= UInt128.One << node;
    }

    private void ObserveTimeout(SimulatedReplica sender, in TimeoutMessage timeout)
    {
        LearnCertificate(timeout.HighQc);
        if (timeout.HasEntry) LearnEntry(timeout.Entry);
        if (Claim(timeout.View) is not { } known) return;
        known.Timeouts |= UInt128.One << sender.Node;
        known.Claims[sender.Node] = timeout.HighQc.View;
        timeout.Signature.CopyTo(known.TimeoutSignatures.AsSpan(sender.Node * ISignatureScheme.SignatureSize));
    }

    private void LearnCertificate(in BlockCertificate certificate)
    {
        if (certificate.Kind == CertificateKind.Quorum && Find(certificate.View, certificate.BlockId) is { Quorum.Length: 0 } block) block.Quorum = certificate.Bytes.ToArray();
    }

    private void LearnEntry(in TimeoutCertificate entry)
    {
        if (Claim(entry.View) is { TimeoutCertificate.Length: 0 } known) known.TimeoutCertificate = entry.Bytes.ToArray();
        LearnCertificate(entry.HighQc);
    }

    private static AdversaryKnowledge[] CreateViews()
    {
        var views = new AdversaryKnowledge[Window];
        for (int i = 0; i < Window; i++) views[i] = new AdversaryKnowledge();
        return views;
    }
}
