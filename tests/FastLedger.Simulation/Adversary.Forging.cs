// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;
using FastLedger.Primitives;

namespace FastLedger.Simulation;

/// <content>Messages that the adversary makes itself.</content>
public sealed partial class Adversary
{
    private static Hash256 ChainId => MockScheme.KeyOf(0xC4A1);

    private void Sign(int validator, ReadOnlySpan<byte> statement, Span<byte> signature) => MockScheme.Sign(Set.Key(validator), statement, signature);

    /// <summary>A certificate of correct votes and own ones; empty when they do not suffice.</summary>
    private byte[] MakeCertificate(KnownBlock block, ulong view, bool finality)
    {
        ValidatorSet set = Set;
        int quorum = set.Count - (set.Count - 1) / 3;
        if (!finality && block.Quorum.Length > 0) return block.Quorum;
        UInt128 seen = finality ? block.Finals : block.Votes;
        UInt128 signers = 0;
        int count = 0;
        for (int pass = 0; pass < 2; pass++)
        {
            for (int i = 0; i < set.Count && count < quorum; i++)
            {
                int node = set.Node(i);
                bool own = (_plan.Byzantine >> node & 1) != 0;
                if (own != (pass == 0) || (!own && (seen >> node & 1) == 0)) continue;
                signers |= UInt128.One << i;
                count++;
            }
        }

        if (count < quorum) return [];
        var writer = new FrameWriter(_part);
        BlockCertificate.WriteHead(ref writer, finality ? CertificateKind.Finality : CertificateKind.Quorum, _epoch, view, block.Id, set.Count, signers);
        Span<byte> buffer = stackalloc byte[Statement.MaxSize];
        for (UInt128 rest = signers; rest != 0; rest &= rest - 1)
        {
            int validator = SignerSet.First(rest), node = set.Node(validator);
            Span<byte> room = writer.Reserve(ISignatureScheme.SignatureSize);
            if ((_plan.Byzantine >> node & 1) != 0)
            {
                Sign(validator, finality ? Statement.Finalize(buffer, ChainId, _epoch, view, block.Id) : Statement.Vote(buffer, ChainId, _epoch, view, block.Id), room);
                continue;
            }

            (finality ? block.FinalSignatures : block.VoteSignatures).AsSpan(node * ISignatureScheme.SignatureSize, ISignatureScheme.SignatureSize).CopyTo(room);
        }

        byte[] made = writer.Written.ToArray();
        if (!finality) block.Quorum = made;
        return made;
    }

    /// <summary>The lowest or any certificate with a view in [from, below).</summary>
    private byte[] PickCertificate(ulong from, ulong below, bool lowest)
    {
        byte[] picked = [];
        if (from == 0)
        {
            picked = GenesisCertificate();
            if (lowest || _random.Chance(200)) return picked;
        }

        ulong start = below > Window ? Math.Max(from, below - Window + 1) : Math.Max(from, 1);
        for (ulong view = start; view < below; view++)
        {
            if (At(view) is not { } known) continue;
            foreach (KnownBlock block in known.Blocks)
            {
                byte[] certificate = MakeCertificate(block, view, finality: false);
                if (certificate.Length == 0) continue;
                if (lowest) return certificate;
                if (picked.Length == 0 || _random.Chance(600)) picked = certificate;
            }
        }

        return picked;
    }

    private byte[] GenesisCertificate()
    {
        // The genesis block is only known by the certificate that some replica holds for it.
        foreach (AdversaryKnowledge known in _views)
        {
            foreach (KnownBlock block in known.Blocks)
            {
                if (!BlockImage.TryRead(block.Image, out BlockImage image) || image.Header.ParentView != 0) continue;
                var writer = new FrameWriter(_part);
                BlockCertificate.WriteHead(ref writer, CertificateKind.Quorum, _epoch, 0, image.Header.ParentId, Set.Count, 0);
                return writer.Written.ToArray();
            }
        }

        return [];
    }

    private void SpreadCertificate(SimulatedReplica actor, ulong present, bool finality)
    {
        ulong view = present > 6 ? present - (ulong)_random.Below(6) : 1 + (ulong)_random.Below((int)present);
        if (At(view) is not { } known || known.Blocks.Count == 0) return;
        KnownBlock block = known.Blocks[_random.Below(known.Blocks.Count)];
        byte[] certificate = MakeCertificate(block, view, finality);
        if (Has(AdversaryTraits.ForgedCertificate) && _random.Chance(500)) certificate = Forge(certificate, block, view, finality);
        if (certificate.Length > 0) Announce(actor, MessageKind.CertificateAnnounce, certificate);
    }

    /// <summary>A certificate that is not one: another view, epoch or block, or too few signers.</summary>
    private byte[] Forge(byte[] certificate, KnownBlock block, ulong view, bool finality)
    {
        if (certificate.Length == 0)
        {
            // Too few signers: what there is, or the own signature many times over.
            var writer = new FrameWriter(_part);
            ulong claimed = view + (ulong)_random.Below(3);
            UInt128 signers = 0;
            if (_random.Chance(500))
            {
                for (int i = 0; i < Set.Count; i++)
                {
                    if (((block.Votes | _plan.Byzantine) >> Set.Node(i) & 1) != 0) signers |= UInt128.One << i;
                }
            }

            BlockCertificate.WriteHead(ref writer, finality ? CertificateKind.Finality : CertificateKind.Quorum, _epoch, claimed, block.Id, Set.Count, signers);
            Span<byte> buffer = stackalloc byte[Statement.MaxSize];
            for (UInt128 rest = signers; rest != 0; rest &= rest - 1)
            {
                int validator = SignerSet.First(rest), node = Set.Node(validator);
                Span<byte> room = writer.Reserve(ISignatureScheme.SignatureSize);
                if ((_plan.Byzantine >> node & 1) != 0) Sign(validator, Statement.Vote(buffer, ChainId, _epoch, claimed, block.Id), room);
                else block.VoteSignatures.AsSpan(node * ISignatureScheme.SignatureSize, ISignatureScheme.SignatureSize).CopyTo(room);
            }

            return writer.Written.ToArray();
        }

        byte[] forged = (byte[])certificate.Clone();
        switch (_random.Below(4))
        {
            case 0: System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(forged.AsSpan(9), view + 1 + (ulong)_random.Below(3)); break;
            case 1: System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(forged.AsSpan(1), _epoch + 1); break;
            case 2: MockScheme.KeyOf(_random.Next()).Bytes.CopyTo(forged.AsSpan(17)); break;
            case 3: forged[0] = (byte)(3 - forged[0]); break;
        }

        return forged;
    }

    /// <summary>A timeout certificate out of the claims that suit the adversary.</summary>
    private void SpreadEntry(SimulatedReplica actor, ulong present)
    {
        ulong view = present - Math.Min(present - 1, (ulong)_random.Below(3));
        if (At(view) is not { } known) return;
        byte[] entry = MakeEntry(known, view);
        if (entry.Length == 0) return;
        known.TimeoutCertificate = entry;
        Announce(actor, MessageKind.TimeoutCertificateAnnounce, entry);
    }

    private byte[] MakeEntry(AdversaryKnowledge known, ulong view, bool forges = false)
    {
        ValidatorSet set = Set;
        int quorum = set.Count - (set.Count - 1) / 3;
        byte[] low = PickCertificate(0, view, lowest: forges || Has(AdversaryTraits.LowTimeout));
        if (low.Length == 0) return [];
        ulong lowView = BlockCertificate.ViewOf(low), highest = lowView;
        UInt128 signers = 0;
        int count = 0;
        for (int i = 0; i < set.Count && count < quorum; i++)
        {
            if ((_plan.Byzantine >> set.Node(i) & 1) == 0) continue;
            signers |= UInt128.One << i;
            count++;
        }

        // Correct timeouts with the lowest claims first.
        while (count < quorum)
        {
            int best = -1;
            for (int i = 0; i < set.Count; i++)
            {
                int node = set.Node(i);
                if ((signers >> i & 1) != 0 || (known.Timeouts >> node & 1) == 0) continue;
                if (best < 0 || known.Claims[node] < known.Claims[set.Node(best)]) best = i;
            }

            if (best < 0) return [];
            signers |= UInt128.One << best;
            highest = Math.Max(highest, known.Claims[set.Node(best)]);
            count++;
        }

        bool forge = forges || (Has(AdversaryTraits.ForgedCertificate) && _random.Chance(500));
        byte[] high = forge || highest == lowView ? low : PickCertificate(highest, highest + 1, lowest: true);
        if (high.Length == 0) return [];
        var writer = new FrameWriter(_buffer);
        TimeoutCertificate.WriteHead(ref writer, _epoch, view, set.Count, signers);
        for (UInt128 rest = signers; rest != 0; rest &= rest - 1)
        {
            int node = set.Node(SignerSet.First(rest));
            ulong claim = (_plan.Byzantine >> node & 1) != 0 ? lowView : known.Claims[node];
            writer.U64(forge ? lowView : claim);
        }

        Span<byte> buffer = stackalloc byte[Statement.MaxSize];
        for (UInt128 rest = signers; rest != 0; rest &= rest - 1)
        {
            int validator = SignerSet.First(rest), node = set.Node(validator);
            Span<byte> room = writer.Reserve(ISignatureScheme.SignatureSize);
            if ((_plan.Byzantine >> node & 1) != 0) Sign(validator, Statement.Timeout(buffer, ChainId, _epoch, view, lowView), room);
            else known.TimeoutSignatures.AsSpan(node * ISignatureScheme.SignatureSize, ISignatureScheme.SignatureSize).CopyTo(room);
        }

        writer.Bytes(high);
        return writer.Written.ToArray();
    }

    /// <summary>One or two blocks for a view that a Byzantine replica leads.</summary>
    private void Propose(ulong present)
    {
        ulong view = present + (ulong)_random.Below(2);
        ConsensusCore core = cluster.Replicas[0].Core;
        if (core.Epoch != _epoch) return;
        int leader = core.LeaderOf(view);
        if ((_plan.Byzantine >> Set.Node(leader) & 1) == 0) return;
        SimulatedReplica? actor = null;
        foreach (SimulatedReplica replica in cluster.Replicas)
        {
            if (replica.Node == Set.Node(leader)) actor = replica;
        }

        if (actor is null) return;
        byte[] entry = [];
        byte[] justify = PickCertificate(view - 1, view, lowest: true);
        bool bad = Has(AdversaryTraits.BadEntry) && _random.Chance(700);
        if (justify.Length == 0 || (Has(AdversaryTraits.StaleQc) && _random.Chance(500)) || bad)
        {
            ulong entryView = bad && view > 2 && _random.Chance(300) ? view - 2 : view - 1;
            if (At(entryView) is { TimeoutCertificate.Length: > 0 } known) entry = known.TimeoutCertificate;
            else if (At(entryView) is { } other) entry = MakeEntry(other, entryView);
            if (entry.Length > 0 && TimeoutCertificate.TryRead(entry, Set.Count, out TimeoutCertificate read))
            {
                ulong lowest = bad && _random.Chance(700) ? 0 : read.HighQc.View;
                byte[] stale = PickCertificate(lowest, bad && _random.Chance(300) ? view : view - 1, lowest: Has(AdversaryTraits.StaleQc) && _random.Chance(500));
                if (stale.Length > 0) justify = stale;
                else if (read.HighQc.View < view - 1) justify = read.HighQc.Bytes.ToArray();
            }
        }

        // What is known claims what was signed. One of its own claims less, and lets a block in beside one that is final.
        if (Has(AdversaryTraits.ForgedCertificate) && _random.Chance(400) && At(view - 1) is { } hidden && MakeEntry(hidden, view - 1, forges: true) is { Length: > 0 } lower
            && TimeoutCertificate.TryRead(lower, Set.Count, out TimeoutCertificate forged))
        {
            entry = lower;
            justify = forged.HighQc.Bytes.ToArray();
        }

        if (justify.Length == 0) return;
        if (BlockCertificate.ViewOf(justify) + 1 == view && !bad) entry = [];
        int blocks = Has(AdversaryTraits.Equivocate) ? 2 : 1;
        UInt128 first = Has(AdversaryTraits.Equivocate | AdversaryTraits.Selective) ? RandomSubset() : UInt128.MaxValue;
        for (int i = 0; i < blocks; i++) SendProposal(actor, leader, view, justify, entry, i == 0 ? first : _random.Chance(700) ? ~first : RandomSubset());
    }

    private void SendProposal(SimulatedReplica actor, int leader, ulong view, byte[] justify, byte[] entry, UInt128 targets)
    {
        if (!BlockCertificate.TryRead(justify, Set.Count, out BlockCertificate parentCertificate)) return;
        BlockHeader parent = default;
        ulong timestamp = Cluster.EpochNs;
        if (parentCertificate.View > 0)
        {
            if (Find(parentCertificate.View, parentCertificate.BlockId) is not { } known || !BlockImage.TryRead(known.Image, out BlockImage parentImage)) return;
            parent = parentImage.Header;
            timestamp = parent.TimestampNs;
        }
        else if (_epoch > 1)
        {
            return;
        }

        var body = new FrameWriter(_part.AsSpan(BlockHeader.Size));
        int batches = WriteBatches(ref body, leader, parentCertificate.View, parentCertificate.BlockId, actor);
        body.Blob(default);
        var header = new BlockHeader
        {
            ChainId = ChainId,
            Epoch = _epoch,
            View = view,
            Height = parent.Height + 1,
            ParentId = parentCertificate.BlockId,
            ParentView = parentCertificate.View,
            JustifyDigest = BlockCertificate.ContentDigest(MockScheme.Instance, _epoch, parentCertificate.View, parentCertificate.BlockId),
            TimeoutDigest = entry.Length > 0 && TimeoutCertificate.TryRead(entry, Set.Count, out TimeoutCertificate read) ? read.ContentDigest(MockScheme.Instance) : default,
            Proposer = (ushort)leader,
            TimestampNs = timestamp + 1 + (ulong)_random.Below(1000),
            PayloadRoot = MockScheme.Instance.Digest(body.Written),
            BatchCount = (ushort)batches,
        };
        var head = new FrameWriter(_part);
        header.Write(ref head);
        ReadOnlySpan<byte> block = _part.AsSpan(0, BlockHeader.Size + body.Length);
        Hash256 id = BlockHeader.IdOf(MockScheme.Instance, block[..BlockHeader.Size]);
        var message = new FrameWriter(_buffer);
        ProposalMessage.WriteUnsigned(ref message, _epoch, block, justify, entry, default);
        Span<byte> buffer = stackalloc byte[Statement.MaxSize];
        Sign(leader, Statement.Vote(buffer, ChainId, _epoch, view, id), message.Reserve(ISignatureScheme.SignatureSize));
        cluster.Oracle.LearnBlock(message.Written);
        cluster.Oracle.WitnessForged(message.Written);
        if (Find(view, id) is null && BlockImage.TryRead(block, out BlockImage image)) _ = AddBlock(image, id);
        cluster.Reply(actor, targets, message.Written);
    }

    /// <summary>Batches that nobody, or not everybody, was given; or numbers that do not follow.</summary>
    private int WriteBatches(ref FrameWriter body, int leader, ulong parentView, Hash256 parent, SimulatedReplica actor)
    {
        if (!Has(AdversaryTraits.WithholdBatch | AdversaryTraits.DuplicateBatch) || !_random.Chance(600)) return 0;
        ulong last = 0;
        while (parentView > 0 && Find(parentView, parent) is { } known && BlockImage.TryRead(known.Image, out BlockImage image))
        {
            for (int i = 0; i < image.BatchCount; i++)
            {
                if (image.Batch(i).Author == leader) last = Math.Max(last, image.Batch(i).Number);
            }

            parentView = image.Header.ParentView;
            parent = image.Header.ParentId;
        }

        // A batch at or below the committed ones is refused everywhere for being too old; one that skips a number only by the rule itself.
        ulong number = last + 1;
        if (Has(AdversaryTraits.DuplicateBatch) && _random.Chance(750)) number = _random.Chance(500) ? Math.Max(1, last) : last + 2;
        var batch = new BatchReference((ushort)leader, number, MockScheme.KeyOf(0xBAD0000 + _batchNumber++), 512, 4);
        batch.Write(ref body);
        if (_random.Chance(500))
        {
            Span<byte> frame = stackalloc byte[BatchMessage.Size];
            Span<byte> buffer = stackalloc byte[Statement.MaxSize], signature = stackalloc byte[ISignatureScheme.SignatureSize];
            Sign(leader, Statement.Batch(buffer, ChainId, _epoch, batch), signature);
            var writer = new FrameWriter(frame);
            BatchMessage.Write(ref writer, MessageKind.BatchHeader, _epoch, batch, leader, wantsAck: false, signature);
            cluster.Reply(actor, RandomSubset(), writer.Written);
        }

        return 1;
    }

    private void VoteForAll(SimulatedReplica actor, int validator, ulong present, bool finalize)
    {
        for (ulong view = present > 3 ? present - 3 : 1; view <= present + 1; view++)
        {
            if (At(view) is not { } known) continue;
            foreach (KnownBlock block in known.Blocks) SendVote(actor, validator, view, block.Id, finalize);
        }
    }

    private void SendVote(SimulatedReplica actor, int validator, ulong view, in Hash256 block, bool finalize)
    {
        Span<byte> buffer = stackalloc byte[Statement.MaxSize], signature = stackalloc byte[ISignatureScheme.SignatureSize];
        Sign(validator, finalize ? Statement.Finalize(buffer, ChainId, _epoch, view, block) : Statement.Vote(buffer, ChainId, _epoch, view, block), signature);
        if (_random.Chance(50)) signature[_random.Below(64)] ^= 1;
        Span<byte> frame = stackalloc byte[VoteMessage.Size];
        var writer = new FrameWriter(frame);
        VoteMessage.Write(ref writer, finalize ? MessageKind.FinalizeVote : MessageKind.Vote, _epoch, view, block, validator, signature);
        cluster.Oracle.WitnessForged(writer.Written);
        cluster.Reply(actor, Has(AdversaryTraits.Selective) ? RandomSubset() : UInt128.MaxValue, writer.Written);
    }

    private void SendTimeout(SimulatedReplica actor, int validator, ulong present)
    {
        ulong view = Math.Max(1, present - (ulong)_random.Below(2));
        byte[] entry = At(view - 1)?.TimeoutCertificate ?? [];
        byte[] low = entry.Length > 0 ? PickCertificate(0, view, lowest: Has(AdversaryTraits.LowTimeout)) : PickCertificate(view - 1, view, lowest: true);
        if (low.Length == 0) return;
        if (Has(AdversaryTraits.GarbageQc) && _random.Chance(500) && BlockCertificate.ViewOf(low) > 0)
        {
            low = (byte[])low.Clone();
            if (_random.Chance(500)) MockScheme.KeyOf(_random.Next()).Bytes.CopyTo(low.AsSpan(17));
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(low.AsSpan(9), view - 1);
        }

        if (BlockCertificate.ViewOf(low) + 1 == view) entry = [];
        Span<byte> buffer = stackalloc byte[Statement.MaxSize], signature = stackalloc byte[ISignatureScheme.SignatureSize];
        Sign(validator, Statement.Timeout(buffer, ChainId, _epoch, view, BlockCertificate.ViewOf(low)), signature);
        var writer = new FrameWriter(_buffer);
        TimeoutMessage.Write(ref writer, _epoch, view, validator, low, entry, signature);
        cluster.Oracle.WitnessForged(writer.Written);
        cluster.Reply(actor, RandomSubset(), writer.Written);
    }

    private void ReplayOld(SimulatedReplica actor)
    {
        if (_oldCount == 0) return;
        byte[] old = (byte[])_old[_random.Below(Math.Min(_oldCount, _old.Length))].Clone();
        if (_random.Chance(500)) System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(old.AsSpan(2), _epoch);
        if (_random.Chance(300) && old[0] == (byte)MessageKind.CertificateAnnounce) System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(old.AsSpan(MessagePrefix.Size + 1), _epoch);
        cluster.Reply(actor, RandomSubset(), old);
    }

    private void Announce(SimulatedReplica actor, MessageKind kind, ReadOnlySpan<byte> certificate)
    {
        var writer = new FrameWriter(_buffer.AsSpan(32 * 1024));
        MessagePrefix.Write(ref writer, kind, _epoch);
        writer.Bytes(certificate);
        cluster.Reply(actor, RandomSubset(), writer.Written);
    }

    private void BendStateVote(SimulatedReplica sender, int frame, UInt128 targets)
    {
        if (!StateVoteMessage.TryRead(cluster.Frames.Bytes(frame), out StateVoteMessage vote)) return;
        StateCommitment wrong = vote.Commitment with { StateRoot = MockScheme.KeyOf(_random.Next()) };
        Span<byte> buffer = stackalloc byte[Statement.MaxSize], signature = stackalloc byte[ISignatureScheme.SignatureSize];
        Sign(vote.Voter, Statement.State(buffer, ChainId, vote.Epoch, wrong), signature);
        Span<byte> bent = stackalloc byte[StateVoteMessage.Size];
        var writer = new FrameWriter(bent);
        StateVoteMessage.Write(ref writer, vote.Epoch, wrong, vote.Voter, signature);
        cluster.Reply(sender, targets & RandomSubset(), writer.Written);
    }

    private void BendBytes(SimulatedReplica sender, int frame, UInt128 targets)
    {
        byte[] bent = cluster.Frames.Bytes(frame).ToArray();
        int changes = 1 + _random.Below(3);
        for (int i = 0; i < changes; i++) bent[_random.Below(bent.Length)] ^= (byte)(1 << _random.Below(8));
        cluster.Reply(sender, targets, bent);
    }
}
