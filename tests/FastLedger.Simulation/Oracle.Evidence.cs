// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Consensus;
using FastLedger.Consensus.Accountability;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;
using FastLedger.Primitives;

namespace FastLedger.Simulation;

/// <content>Evidence: what correct replicas report must blame faulty keys only, and a fork must be traceable to at least f + 1 keys.</content>
public sealed partial class Oracle
{
    private readonly List<Witnessed> _witnessed = [];

    /// <summary>A correct replica reports evidence.</summary>
    public void OnEvidence(SimulatedReplica replica, ReadOnlySpan<byte> message)
    {
        if (replica.Faulty) return;
        if (!EvidenceMessage.TryRead(message, out EvidenceMessage evidence) || !evidence.Verify(MockScheme.Instance, ChainId, SetOf(evidence.Epoch)))
        {
            Report("S13", $"replica {replica.Instance} reported evidence that does not verify");
            return;
        }

        int node = SetOf(evidence.Epoch).Node(evidence.Guilty);
        if ((cluster.FaultyNodes >> node & 1) == 0) Report("S13", $"replica {replica.Instance} blamed correct node {node} for {evidence.Kind}");
        Blamed |= UInt128.One << node;
        EvidenceKinds |= 1 << (int)evidence.Kind;
    }

    /// <summary>A message that the adversary made.</summary>
    public void WitnessForged(ReadOnlySpan<byte> message)
    {
        if (!ToleratesForks) return;
        ulong epoch = MessageEpoch(message);
        switch ((MessageKind)message[0])
        {
            case MessageKind.Proposal when ProposalMessage.TryRead(message, SetOf(epoch).Count, out ProposalMessage proposal):
                Add(WitnessKind.Vote, proposal.Block.Header.Proposer, epoch, proposal.Block.Header.View,
                    BlockHeader.IdOf(MockScheme.Instance, proposal.Block.HeaderBytes), 0, proposal.Signature, proposal.Block.HeaderBytes.ToArray());
                break;
            case MessageKind.Vote or MessageKind.FinalizeVote when VoteMessage.TryRead(message, out VoteMessage vote):
                Add(vote.Kind == MessageKind.Vote ? WitnessKind.Vote : WitnessKind.Finalize, vote.Voter, epoch, vote.View, vote.BlockId, 0, vote.Signature, []);
                break;
            case MessageKind.Timeout when TimeoutMessage.TryRead(message, SetOf(epoch).Count, out TimeoutMessage timeout):
                Add(WitnessKind.Timeout, timeout.Voter, epoch, timeout.View, default, timeout.HighQc.View, timeout.Signature, []);
                break;
        }
    }

    /// <summary>Searches everything that was signed for contradictions, as an operator would after a fork.</summary>
    /// <returns>The nodes that verified evidence proves guilty.</returns>
    public UInt128 SearchGuilty()
    {
        UInt128 guilty = 0;
        Span<byte> first = stackalloc byte[64], second = stackalloc byte[64];
        for (int i = 0; i < _witnessed.Count; i++)
        {
            for (int j = 0; j < _witnessed.Count; j++)
            {
                Witnessed a = _witnessed[i], b = _witnessed[j];
                if (a.Validator != b.Validator || a.Epoch != b.Epoch) continue;
                EvidenceKind kind = Contradiction(a, b, out byte[] header);
                if (kind == EvidenceKind.None) continue;
                int firstLength = Content(a, first), secondLength = Content(b, second);
                var writer = new FrameWriter(new byte[2048]);
                EvidenceMessage.Write(ref writer, kind, a.Epoch, a.Validator, first[..firstLength], a.Signature, second[..secondLength], b.Signature, header);
                ValidatorSet set = SetOf(a.Epoch);
                if (EvidenceMessage.TryRead(writer.Written, out EvidenceMessage evidence) && evidence.Verify(MockScheme.Instance, ChainId, set)) guilty |= UInt128.One << set.Node(a.Validator);
            }
        }

        return guilty;
    }

    private static Hash256 ChainId => MockScheme.KeyOf(0xC4A1);

    private static int Content(Witnessed statement, Span<byte> buffer) =>
        statement.Kind == WitnessKind.Timeout
            ? EvidenceMessage.TimeoutContent(buffer, statement.View, statement.Claimed)
            : EvidenceMessage.BlockContent(buffer, statement.View, statement.Block);

    private EvidenceKind Contradiction(Witnessed a, Witnessed b, out byte[] header)
    {
        header = [];
        if (a.Kind == WitnessKind.Vote && b.Kind == WitnessKind.Vote) return a.View == b.View && a.Block != b.Block ? EvidenceKind.DoubleVote : EvidenceKind.None;
        if (a.Kind == WitnessKind.Finalize && b.Kind == WitnessKind.Finalize) return a.View == b.View && a.Block != b.Block ? EvidenceKind.DoubleFinalize : EvidenceKind.None;
        if (b.Kind != WitnessKind.Timeout || a.Kind == WitnessKind.Timeout || b.View < a.View) return EvidenceKind.None;
        if (a.Kind == WitnessKind.Finalize) return b.Claimed < a.View ? EvidenceKind.FinalizeHidden : EvidenceKind.None;
        foreach (Witnessed other in _witnessed)
        {
            if (other.Header.Length > 0 && other.Block == a.Block) header = other.Header;
        }

        return header.Length > 0 && _blocks.TryGetValue(a.Block, out SeenBlock? block) && b.Claimed < block.ParentView ? EvidenceKind.LockHidden : EvidenceKind.None;
    }

    private void Witness(SimulatedReplica replica, ulong epoch, ReadOnlySpan<byte> signature, ulong view, in Hash256 block, bool finalize)
    {
        if (!ToleratesForks) return;
        int validator = SetOf(epoch).IndexOfNode(replica.Node);
        if (validator >= 0) Add(finalize ? WitnessKind.Finalize : WitnessKind.Vote, validator, epoch, view, block, 0, signature, []);
    }

    private void WitnessTimeout(SimulatedReplica replica, in TimeoutMessage timeout)
    {
        if (ToleratesForks) Add(WitnessKind.Timeout, timeout.Voter, timeout.Epoch, timeout.View, default, timeout.HighQc.View, timeout.Signature, []);
    }

    private void Add(WitnessKind kind, int validator, ulong epoch, ulong view, in Hash256 block, ulong claimed, ReadOnlySpan<byte> signature, byte[] header)
    {
        foreach (Witnessed known in _witnessed)
        {
            if (known.Kind == kind && known.Validator == validator && known.Epoch == epoch && known.View == view && known.Block == block && known.Claimed == claimed
                && known.Header.Length >= header.Length) return;
        }

        _witnessed.Add(new Witnessed(kind, validator, epoch, view, block, claimed, signature.ToArray(), header));
    }

    private void ClearForensics() => _witnessed.Clear();

    private enum WitnessKind
    {
        Vote,
        Finalize,
        Timeout,
    }

    private sealed record Witnessed(WitnessKind Kind, int Validator, ulong Epoch, ulong View, Hash256 Block, ulong Claimed, byte[] Signature, byte[] Header);
}
