// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus;
using FastLedger.Consensus.Effects;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;
using FastLedger.Network.Peers;
using FastLedger.Storage;

namespace FastLedger.Node.Cluster;

// What the core wants done: records into the journal at once, everything visible into the outbox, own messages back to the core.
internal sealed partial class ConsensusStage
{
    private readonly MessageList _outbox = new();
    private readonly MessageList _own = new();
    private int _ownTaken;
    private UInt128 _selfMask;

    /// <summary>What is queued for a peer but in no hurry leaves after so long at the latest.</summary>
    private const ulong LongestPatienceNs = 10_000_000;

    private UInt128 _patient;
    private ulong _patientUntilNs = ulong.MaxValue;

    private void Step(in ConsensusEvent input)
    {
        Carry(_core.Step(input, Now()));
        StepOwn();
    }

    /// <summary>Hands own messages back until there are no more.</summary>
    private void StepOwn()
    {
        for (; _ownTaken < _own.Count; _ownTaken++)
        {
            ref readonly MessageList.Message item = ref _own[_ownTaken];
            ReadOnlySpan<byte> message = _own.Bytes(item);
            Carry(_core.Step(
                message[0] == (byte)MessageKind.BatchHeader ? ConsensusEvent.BatchStored(message) : ConsensusEvent.Message(_options.Cluster.Self, message), Now()));
        }

        _own.Clear();
        _ownTaken = 0;
    }

    private void Carry(EffectBuffer effects)
    {
        for (int i = 0; i < effects.Count; i++)
        {
            ref readonly Effect effect = ref effects[i];
            ReadOnlySpan<byte> bytes = effects.Bytes(effect);
            switch (effect.Kind)
            {
                case EffectKind.Persist or EffectKind.Note:
                    ulong index = Append(JournalEntryKind.Consensus, _core.CommittedHeight, 0, default, bytes);
                    if (effect.Kind == EffectKind.Persist || _isSingle) _neededIndex = index;
                    _archive.OnRecord(bytes, _journal.LastLocation);
                    break;
                case EffectKind.Send:
                    if ((effect.Targets & _selfMask) != 0) _own.Add(bytes, 0, 0, default);
                    UInt128 others = effect.Targets & ~_selfMask;
                    if (others != 0 && _network is not null) _outbox.Add(bytes, PeerTemplate.Consensus, others, bytes[0] == (byte)MessageKind.BatchHeader ? _authored : default);
                    break;
                case EffectKind.Commit:
                    EnqueueCommitted(effect.Number, effect.Id, bytes);
                    break;
                case EffectKind.FetchBatch:
                    var reader = new FrameReader(bytes);
                    Want(BatchReference.Read(ref reader), effect.Targets);
                    break;
                case EffectKind.ServeBlocks:
                    _archive.Serve(effect.Targets, effect.Number);
                    break;
                case EffectKind.ServeEpochChange:
                    _archive.ServeEpochChange(effect.Targets, effect.Number);
                    break;
                case EffectKind.StateCertified:
                    _certificates.Add(bytes, _validatorCount);
                    break;
                case EffectKind.EpochStarted:
                    BeginEpoch(bytes);
                    break;
                case EffectKind.Evidence:
                    _evidence.Add(bytes, (int)effect.Number, _core.Epoch);
                    break;
                case EffectKind.Halt:
                    _halted((HaltReason)effect.Number);
                    break;
            }
        }
    }

    /// <summary>Everything that something waits for is durable: it leaves.</summary>
    private bool Release()
    {
        if (_outbox.Count == 0) return SendPatient();
        UInt128 nodes = 0;
        for (int i = 0; i < _outbox.Count; i++)
        {
            ref readonly MessageList.Message item = ref _outbox[i];
            ReadOnlySpan<byte> message = _outbox.Bytes(item);
            UInt128 waiting = item.Template == PeerTemplate.Consensus ? item.Targets & ~PatientFor(message) : item.Targets;
            nodes |= waiting;
            _patient |= item.Targets & ~waiting;
            for (UInt128 rest = item.Targets; rest != 0; rest &= rest - 1)
            {
                int node = (int)UInt128.TrailingZeroCount(rest);
                if (item.Batch.IsNone) _ = _network!.TryQueue(node, PriorityOf(item.Template), item.Template, default, message);
                else _ = SendBatch(node, PeerTemplate.Batch, item.Batch);
            }
        }

        _outbox.Clear();

        // All of a turn leaves together, from this thread: votes do not wait for another thread's turn on the processor.
        Send(nodes);
        if (_patient != 0 && _patientUntilNs == ulong.MaxValue) _patientUntilNs = MonotonicNs() + LongestPatienceNs;
        return true;
    }

    private void Send(UInt128 nodes)
    {
        _patient &= ~nodes;
        if (_patient == 0) _patientUntilNs = ulong.MaxValue;
        for (; nodes != 0; nodes &= nodes - 1) _network!.SendQueued((int)UInt128.TrailingZeroCount(nodes));
    }

    /// <summary>Sends what waited long enough for something else to the same peer.</summary>
    private bool SendPatient()
    {
        if (_patientUntilNs == ulong.MaxValue || MonotonicNs() < _patientUntilNs) return false;
        Send(_patient);
        return true;
    }

    /// <summary>
    /// The nodes that the message need not reach at once. A state vote is what the authors of the block's batches answer their clients with;
    /// to the others it goes along with what is sent next, and spares them being woken up for it.
    /// </summary>
    private UInt128 PatientFor(ReadOnlySpan<byte> message) =>
        message[0] == (byte)MessageKind.StateVote && StateVoteMessage.TryRead(message, out StateVoteMessage vote)
            && _blockAuthors[(int)(vote.Commitment.Height % (ulong)_blockAuthors.Length)] is var (height, authors) && height == vote.Commitment.Height
            ? ~authors
            : 0;

    /// <summary>What does not fit or cannot reach the peer is lost, as on any network: the protocol asks again.</summary>
    private bool SendBatch(int node, ushort template, StoredBatch batch) =>
        _network!.TryQueue(node, PeerPriority.Bulk, template, batch.PaddedHeader, batch.Bundle);

    private static PeerPriority PriorityOf(ushort template) => template == PeerTemplate.Consensus ? PeerPriority.Consensus : PeerPriority.Control;
}
