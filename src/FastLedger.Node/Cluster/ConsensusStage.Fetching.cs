// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using FastLedger.Consensus;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;

namespace FastLedger.Node.Cluster;

// What is missing here is asked for until it comes; what the peers miss is served from memory, or from the journal.
internal sealed partial class ConsensusStage
{
    private const ulong AskIntervalNs = 50_000_000;

    /// <summary>An answer of a megabyte may take so long before another peer is asked.</summary>
    private const ulong AnswerTimeNs = 400_000_000;
    private const int BatchRequestBytes = BatchReference.Size + 8;
    private readonly WantedBatches _wanted = new();
    private ulong _askAtNs = ulong.MaxValue;
    private int _askTurn;

    private void Want(in BatchReference reference, UInt128 targets)
    {
        if (_network is null || _store.TryFind(reference, out _)) return;
        ulong now = MonotonicNs();
        if (_wanted.Add(reference, now + AnswerTimeNs)) AskFor(reference, targets);
        _askAtNs = Math.Min(_askAtNs, now + AskIntervalNs);
    }

    /// <summary>A final block waits for the batch. It is probably on its way, and asked for only when it does not come.</summary>
    private void Expect(in BatchReference reference)
    {
        ulong at = MonotonicNs() + AskIntervalNs;
        if (_network is null || !_wanted.Add(reference, at)) return;
        _askAtNs = Math.Min(_askAtNs, at);
    }

    private void AskFor(in BatchReference reference, UInt128 targets)
    {
        Span<byte> request = stackalloc byte[BatchRequestBytes];
        var writer = new FrameWriter(request);
        reference.Write(ref writer);
        writer.U64(_core.Epoch);
        targets &= ~_selfMask;

        // One of them is enough for a first try: a batch is a megabyte.
        for (int i = 0; i < ValidatorSet.MaxCount && targets != 0; i++)
        {
            int node = (_askTurn++ & int.MaxValue) % ValidatorSet.MaxCount;
            if ((targets >> node & 1) == 0 || !_network!.IsConnected(node)) continue;
            _outbox.Add(writer.Written, PeerTemplate.BatchRequest, UInt128.One << node, default);
            return;
        }
    }

    /// <summary>Asks for what did not come: batches, and certificates that answers wait for.</summary>
    private bool AskAgain(ulong now)
    {
        if (now < _askAtNs) return false;
        _askAtNs = ulong.MaxValue;
        for (int i = _wanted.Count - 1; i >= 0; i--)
        {
            BatchReference reference = _wanted[i];
            if (reference.Number <= _store.Executed[reference.Author])
            {
                _ = _wanted.Remove(reference);
            }
            else if (_wanted.AskAtNs(i) <= now)
            {
                _wanted.AskAtNs(i) = now + AnswerTimeNs;
                AskFor(reference, _core.Validators.NodeMask);
            }
        }

        if (AskForCertificate() || _wanted.Count > 0) _askAtNs = now + AskIntervalNs;
        return true;
    }

    /// <summary>Answers wait for a certificate that did not come in time: votes may have been lost with a connection.</summary>
    private bool AskForCertificate()
    {
        if (_network is null || _rings.Egress.IsEmpty || _waitingHeight == 0 || _certificates.Has(_waitingHeight)) return false;
        Span<byte> request = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(request, _waitingHeight);
        _outbox.Add(request, PeerTemplate.CertificateRequest, _core.Validators.NodeMask & ~_selfMask, default);
        ReadOnlySpan<byte> vote = StateVote(_waitingHeight);
        if (!vote.IsEmpty) _outbox.Add(vote, PeerTemplate.Consensus, _core.Validators.NodeMask & ~_selfMask, default);
        return true;
    }

    private void ServeBatch(int node, ReadOnlySpan<byte> message)
    {
        var reader = new FrameReader(message);
        BatchReference reference = BatchReference.Read(ref reader);
        ulong epoch = reader.U64();
        if (!reader.Complete || _network is null) return;
        if (epoch == _core.Epoch && _store.TryFind(reference, out StoredBatch batch))
        {
            if (SendBatch(node, PeerTemplate.FetchedBatch, batch)) _network.SendQueued(node);
        }
        else _archive.ServeBatch(node, epoch, reference);
    }

    /// <summary>The certificate of a height and, if there is none yet, the own vote.</summary>
    private void ServeCertificate(int node, ReadOnlySpan<byte> message)
    {
        if (message.Length != 8 || (uint)node >= ValidatorSet.MaxCount) return;
        ulong height = BinaryPrimitives.ReadUInt64LittleEndian(message);
        ReadOnlySpan<byte> answer = _certificates.Message(height);
        if (answer.IsEmpty) answer = StateVote(height);
        if (!answer.IsEmpty) _outbox.Add(answer, PeerTemplate.Consensus, UInt128.One << node, default);
    }
}
