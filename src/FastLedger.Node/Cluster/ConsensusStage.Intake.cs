// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Consensus;
using FastLedger.Consensus.Effects;
using FastLedger.Consensus.Messages;
using FastLedger.Cryptography;
using FastLedger.Node.Pipeline;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol;
using FastLedger.Protocol.Batches;
using FastLedger.Protocol.Messages;
using FastLedger.Storage;

namespace FastLedger.Node.Cluster;

// What comes in: clients' batches become bundles of this replica, peers' bundles are journaled, messages are handed to the core.
internal sealed partial class ConsensusStage
{
    private const int MaxRegistrations = 64;
    private const int MaxDigestedHeader = StoredBatch.HeaderBytes + Hash256.Size;

    private readonly ByteRing.Entry[] _gathered = new ByteRing.Entry[Bundle.MaxBatches];
    private readonly ByteRing.Entry[] _registrations = new ByteRing.Entry[MaxRegistrations];
    private StoredBatch _authored;

    private bool _ownRingIsFull;

    private bool CanTakeClients() => !_ownRingIsFull && !_rings.Batches.IsEmpty && _core.CanAuthor;

    private bool TakeClients()
    {
        bool any = TurnClientsAway();
        while (CanTakeClients() && TryAuthor()) any = true;
        return any;
    }

    /// <summary>Makes a bundle of what clients sent, journals it and has it numbered and signed.</summary>
    private bool TryAuthor()
    {
        ulong position = _rings.Batches.Position;
        int batches = 0, registrations = 0, commands = 0, bytes = 0;
        int most = Math.Min(Bundle.MaxBatches - 1, _options.Limits.BlockBatches);
        while (batches + (registrations > 0 ? 1 : 0) < most && registrations < MaxRegistrations)
        {
            ulong next = position;
            if (!_rings.Batches.TryRead(ref next, out ByteRing.Entry entry)) break;
            ref IngressHead head = ref IngressHead.In(entry.Payload);
            int size = head.Kind == IngressKind.Batch ? SizeOf(head.Count) : registrations == 0 ? SizeOf(1) : Command.Size;
            if (bytes > 0 && bytes + size > Bundle.MaxBytes) break;
            if (head.Kind == IngressKind.Batch) _gathered[batches++] = entry;
            else _registrations[registrations++] = entry;
            commands += head.Kind == IngressKind.Batch ? head.Count : 1;
            bytes += size;
            position = next;
        }

        int total = batches + (registrations > 0 ? 1 : 0);
        if (total == 0) return false;
        BatchRing own = _store.Of(_core.Self);
        if (!own.TryClaim(total, commands, batches + registrations, bytes, out ByteRing.Entry claimed, out StoredBatch stored))
        {
            // Room comes with the next executed block.
            _ownRingIsFull = own.Count > 0;
            return false;
        }

        Hash256 digest = Fill(stored, _gathered.AsSpan(0, batches), _registrations.AsSpan(0, registrations));
        EffectBuffer effects = _core.Step(ConsensusEvent.BatchAuthored(new BatchReference(0, 0, digest, (uint)bytes, (uint)commands), wantsAck: false), Now());
        if (!TryFindHeader(effects, out ReadOnlySpan<byte> header) || !BatchMessage.TryRead(header, out BatchMessage message))
        {
            ByteRing.Abandon(claimed);
            return false;
        }

        stored.Name(message.Batch, header);
        ByteRing.Publish(claimed);
        Invariant.Check(own.TryTake(out _authored) && _authored.Reference == message.Batch);
        Journal(_authored);
        Carry(effects);
        _authored = default;
        StepOwn();
        _rings.Batches.Release(position);
        return true;
    }

    private static int SizeOf(int commands) => Hash256.Size + ProtocolLimits.BatchCommandsOffset + (commands * Command.Size);

    private Hash256 Fill(StoredBatch stored, ReadOnlySpan<ByteRing.Entry> batches, ReadOnlySpan<ByteRing.Entry> registrations)
    {
        Span<byte> bundle = stored.Bundle;
        Span<Hash256> hashes = stored.Hashes;
        Span<Hash256> digests = stored.Digests;
        Span<ConnectionId> connections = stored.Connections;
        var hasher = Blake3Hasher.Create();
        for (int i = 0; i < batches.Length; i++)
        {
            Span<byte> payload = batches[i].Payload;
            ref IngressHead head = ref IngressHead.In(payload);
            ReadOnlySpan<byte> body = IngressHead.Body(payload, head.Count);
            head.Key.Bytes.CopyTo(bundle);
            body.CopyTo(bundle[Hash256.Size..]);
            bundle = bundle[(Hash256.Size + body.Length)..];
            IngressHead.Hashes(payload, head.Count).CopyTo(hashes);
            hashes = hashes[head.Count..];
            digests[i] = head.Digest;
            connections[i] = head.Connection;
            Bundle.Add(ref hasher, head.Key, body, head.Digest);
        }

        if (registrations.IsEmpty) return hasher.Finish();
        bundle[..Hash256.Size].Clear();
        WriteRegistrations(bundle[Hash256.Size..], registrations);
        digests[^1] = BatchVerifier.Hash(bundle[Hash256.Size..], hashes);
        for (int i = 0; i < registrations.Length; i++) connections[batches.Length + i] = IngressHead.In(registrations[i].Payload).Connection;
        Bundle.Add(ref hasher, default, bundle[Hash256.Size..], digests[^1]);
        return hasher.Finish();
    }

    /// <summary>Registrations are a batch of the replicas' own, without a signature: each command carries its key's.</summary>
    private static void WriteRegistrations(Span<byte> body, ReadOnlySpan<ByteRing.Entry> registrations)
    {
        body.Clear();
        MemoryMarshal.Write(body, new CommandBatchHead
        {
            Count = (ushort)registrations.Length,
            ResultMode = ResultMode.All,
            FirstNumber = 1,
            LastNumber = (ulong)registrations.Length,
        });
        MemoryMarshal.Write(
            body[Unsafe.SizeOf<CommandBatchHead>()..], new GroupHead { BlockLength = Command.Size, NumInGroup = (ushort)registrations.Length });
        Span<RegisterSessionCommand> commands = MemoryMarshal.Cast<byte, RegisterSessionCommand>(body[ProtocolLimits.BatchCommandsOffset..]);
        for (int i = 0; i < registrations.Length; i++)
        {
            ref IngressHead entry = ref IngressHead.In(registrations[i].Payload);
            commands[i] = new RegisterSessionCommand
            {
                Opcode = Opcode.RegisterSession,
                Number = (ulong)i + 1,
                Key = entry.Digest,
                SignatureR = entry.Signature.R,
                SignatureS = entry.Signature.S,
            };
        }
    }

    private static bool TryFindHeader(EffectBuffer effects, out ReadOnlySpan<byte> header)
    {
        for (int i = 0; i < effects.Count; i++)
        {
            if (effects[i].Kind != EffectKind.Send) continue;
            header = effects.Bytes(effects[i]);
            if (header.Length == BatchMessage.Size && header[0] == (byte)MessageKind.BatchHeader) return true;
        }

        header = default;
        return false;
    }

    /// <summary>The bundle with its author's header in front. The digest of the entry covers both.</summary>
    private void Journal(StoredBatch batch)
    {
        _neededIndex = Append(JournalEntryKind.Batch, _core.CommittedHeight, 0, DigestOf(batch.PaddedHeader, batch.Reference.Digest), batch.PaddedHeader, batch.Bundle);
        _archive.OnBatch(batch.Reference, _journal.LastLocation);
    }

    /// <summary>Digest of a journaled batch.</summary>
    internal static Hash256 DigestOf(ReadOnlySpan<byte> paddedHeader, in Hash256 bundleDigest)
    {
        Span<byte> image = stackalloc byte[MaxDigestedHeader];
        paddedHeader.CopyTo(image);
        bundleDigest.Bytes.CopyTo(image[StoredBatch.HeaderBytes..]);
        return Blake3.Hash(image);
    }

    private bool StoreHasNew()
    {
        for (int author = 0; author < _store.Authors; author++)
            if (author != _core.Self && _store.Of(author).HasNew) return true;
        return _store.Fetched.HasNew;
    }

    /// <summary>Bundles that the peers' connections put into the store.</summary>
    private bool TakeBatches()
    {
        bool any = false;
        for (int author = 0; author < _store.Authors; author++)
            if (author != _core.Self) any |= TakeBatches(_store.Of(author));
        return any | TakeBatches(_store.Fetched);
    }

    private bool TakeBatches(BatchRing ring)
    {
        bool any = false;
        while (ring.TryTake(out StoredBatch batch))
        {
            any = true;
            BatchReference reference = batch.Reference;
            bool isNeeded = _wanted.Remove(reference);
            if (!_store.IsInWindow(reference.Author, reference.Number) || _store.HoldsOther(ring, batch))
            {
                ring.Drop();
                continue;
            }

            // The core checks the author's signature. A block that is final already needs its batch whether or not it is still in the core's window.
            EffectBuffer effects = _core.Step(ConsensusEvent.BatchStored(batch.Header), Now());
            if (!isNeeded && !_core.IsStored(reference))
            {
                ring.Drop();
                Carry(effects);
            }
            else
            {
                Journal(batch);
                Carry(effects);
            }

            StepOwn();
        }

        return any;
    }

    private bool TakeMessages()
    {
        ulong position = _inbox.Ring.Position;
        int count = 0;
        while (count < MaxMessagesPerTurn && _inbox.Ring.TryRead(ref position, out ByteRing.Entry entry))
        {
            PeerMessage head = MemoryMarshal.Read<PeerMessage>(entry.Payload);
            ReadOnlySpan<byte> message = entry.Payload[PeerMessage.Size..];
            switch (head.Template)
            {
                case PeerTemplate.Consensus:
                    if (IsForCore(message)) Step(ConsensusEvent.Message(head.Node, message));
                    break;
                case PeerTemplate.BatchRequest:
                    ServeBatch(head.Node, message);
                    break;
                case PeerTemplate.CertificateRequest:
                    ServeCertificate(head.Node, message);
                    break;
                case PeerTemplate.BlocksBegin:
                    OnBlocksBegin(head.Node, message);
                    break;
                default:
                    OnPeerConnected(head.Node);
                    break;
            }

            count++;
            _inbox.Ring.Release(position);
        }

        return count > 0;
    }

    /// <summary>
    /// Batch headers come with their batches only. Blocks to catch up with are left out while many wait to be executed: the core asks again.
    /// </summary>
    private bool IsForCore(ReadOnlySpan<byte> message) =>
        !message.IsEmpty && message[0] != (byte)MessageKind.BatchHeader
        && (message[0] != (byte)MessageKind.CommittedBlocks || _committed.UsedBytes < CommittedBytes / 4);

    /// <summary>What was sent to the peer before may be lost: own batches that are not executed yet, and state votes, go once more.</summary>
    private void OnPeerConnected(int node)
    {
        if (_network is null) return;
        Step(ConsensusEvent.Connected(node));
        ulong oldest = _lastVotedHeight > (ulong)_stateVotes.Length ? _lastVotedHeight - (ulong)_stateVotes.Length + 1 : 1;
        for (ulong height = oldest; height <= _lastVotedHeight; height++)
        {
            ReadOnlySpan<byte> vote = StateVote(height);
            if (!vote.IsEmpty && !_certificates.Has(height)) _outbox.Add(vote, PeerTemplate.Consensus, UInt128.One << node, default);
        }

        if (_core.Self < 0) return;
        BatchRing own = _store.Of(_core.Self);
        for (int i = 0; i < own.Count; i++)
            if (own.TryGet(i, out StoredBatch batch)) _outbox.Add(batch.Header, PeerTemplate.Consensus, UInt128.One << node, batch);
    }

    private bool PassTime()
    {
        bool any = false;
        if (BlockIsWanted())
        {
            Step(ConsensusEvent.BlockWanted);
            any = true;
        }

        ulong now = MonotonicNs();
        if (_core.NextDeadlineNs <= now)
        {
            Step(ConsensusEvent.Tick);
            any = true;
        }

        return any | AskAgain(now);
    }

    /// <summary>A cluster of one makes no empty blocks by itself; others do all the time.</summary>
    private bool BlockIsWanted() => _isSingle && _core.Self >= 0 && _core.CommittedHeight == _executedHeight && _execution.NextDueNs <= BlockTimeNs();

    private ulong NextDeadlineNs() => Math.Min(Math.Min(_putOffUntilNs, _patientUntilNs), Math.Min(_core.NextDeadlineNs, _askAtNs));
}
