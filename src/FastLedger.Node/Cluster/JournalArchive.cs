// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Threading;
using FastLedger.Consensus;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;
using FastLedger.Network.Peers;
using FastLedger.Node.Recovery;
using FastLedger.Primitives;
using FastLedger.Storage;

namespace FastLedger.Node.Cluster;

/// <summary>
/// Serves peers that are behind out of the journal, on a thread of its own so that reading old segments never holds up consensus. Bounded: a
/// request that finds the queue full is dropped, and the peer asks again. A journal without files has what its ring still holds.
/// </summary>
/// <remarks>Thread: requests the consensus stage's, reading its own. Alloc: buffers, once.</remarks>
internal sealed class JournalArchive : IDisposable
{
    private const int MaxRequests = 64;
    private const int MaxAnswerBytes = 1 << 20;

    private readonly JournalWriter _journal;
    private readonly PeerNetwork? _network;
    private readonly JournalLookup _lookup;
    private readonly JournalLookup _ownLookup;
    private readonly Queue<Request> _requests = new(MaxRequests);
    private readonly BundleVerifier _verifier;
    private readonly Thread? _thread;
    private byte[] _compose = new byte[64 << 10];
    private bool _stopping;

    public JournalArchive(string directory, JournalWriter journal, BlockIndex index, PeerNetwork? network, Hash256 chainId)
    {
        Index = index;
        _journal = journal;
        _network = network;
        _lookup = new JournalLookup(directory, JournalBatches.Digest, writer: journal);
        _ownLookup = new JournalLookup(directory, JournalBatches.Digest, writer: journal);
        _verifier = new BundleVerifier(chainId);
        if (network is null) return;
        _thread = new Thread(Run) { Name = "fastledger-archive", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Where everything stands.</summary>
    public BlockIndex Index { get; }

    public void OnRecord(ReadOnlySpan<byte> record, JournalLocation location) => Index.Add(record, location);

    public void OnBatch(in BatchReference batch, JournalLocation location) => Index.Add(batch, location);

    /// <summary>Sends committed blocks above a height.</summary>
    public void Serve(UInt128 targets, ulong height) => Enqueue(new Request(RequestKind.Blocks, targets, height, default));

    /// <summary>Sends the message that ended an epoch.</summary>
    public void ServeEpochChange(UInt128 targets, ulong epoch) => Enqueue(new Request(RequestKind.EpochChange, targets, epoch, default));

    /// <summary>Sends a batch of an epoch.</summary>
    public void ServeBatch(int node, ulong epoch, in BatchReference batch) => Enqueue(new Request(RequestKind.Batch, UInt128.One << node, epoch, batch));

    /// <summary>Brings a batch that the journal holds back into memory. Consensus thread; blocks on the disk.</summary>
    public bool TryLoad(in BatchReference reference, BatchStore store, out StoredBatch batch)
    {
        batch = default;
        if (!Index.TryFind(reference, out JournalLocation location) || location.Index > _journal.DurableIndex
            || !_ownLookup.TryRead(location, out ReadOnlySpan<byte> payload)) return false;
        return TryLoad(payload, store.Fetched, _verifier, out batch);
    }

    /// <summary>Puts a journaled batch into a ring.</summary>
    internal static bool TryLoad(ReadOnlySpan<byte> payload, BatchRing ring, BundleVerifier verifier, out StoredBatch batch)
    {
        batch = default;
        if (!BundleVerifier.TryRead(payload, out BatchMessage header, out int batches)
            || !ring.TryClaim(batches, (int)header.Batch.CommandCount, 0, (int)header.Batch.SizeBytes, out ByteRing.Entry entry, out StoredBatch claimed)) return false;
        if (!verifier.TryFill(payload, header, claimed))
        {
            ByteRing.Abandon(entry);
            return false;
        }

        ByteRing.Publish(entry);

        // What peers put before it into the same ring is taken by the next turn; this one is found by its name then, too.
        batch = default;
        return ring.IsNext(claimed) && ring.TryTake(out batch);
    }

    public void Dispose()
    {
        lock (_requests)
        {
            _stopping = true;
            Monitor.Pulse(_requests);
        }

        _thread?.Join();
        _lookup.Dispose();
        _ownLookup.Dispose();
    }

    private void Enqueue(in Request request)
    {
        lock (_requests)
        {
            if (_requests.Count == MaxRequests || _thread is null) return;
            _requests.Enqueue(request);
            Monitor.Pulse(_requests);
        }
    }

    private void Run()
    {
        while (true)
        {
            Request request;
            lock (_requests)
            {
                while (_requests.Count == 0 && !_stopping) Monitor.Wait(_requests);
                if (_stopping) return;
                request = _requests.Dequeue();
            }

            try
            {
                Answer(request);
            }
            catch (StorageFaultException)
            {
                // Reading for others failed. If the device is broken, the next write stops the replica.
            }
        }
    }

    private void Answer(in Request request)
    {
        switch (request.Kind)
        {
            case RequestKind.Blocks:
                AnswerBlocks(request.Targets, request.Number);
                break;
            case RequestKind.EpochChange:
                if (!Index.TryFindEpochEnd(request.Number, out JournalLocation end) || !TryRead(end, out ReadOnlySpan<byte> record)) return;
                Send(request.Targets, PeerTemplate.Consensus, ConsensusCore.EpochChangeOf(record));
                break;
            default:
                if (Index.TryFind(request.Number, request.Batch, out JournalLocation location) && TryRead(location, out ReadOnlySpan<byte> batch))
                    Send(request.Targets, PeerTemplate.FetchedBatch, batch);
                break;
        }
    }

    /// <summary>As many blocks as fit into a message, up to one that has a commit proof.</summary>
    private void AnswerBlocks(UInt128 targets, ulong height)
    {
        ulong top = 0;
        JournalLocation proofAt = default;
        ulong epoch = 0;
        for (ulong h = height + 1; Index.TryFind(h, out _, out JournalLocation commit, out ulong at); h++)
        {
            if (epoch != 0 && at != epoch) break;
            epoch = at;
            if (!commit.IsNone) (top, proofAt) = (h, commit);
            if (h - height >= BlocksMessage.MaxBlocks && top != 0) break;
        }

        if (top == 0 || !TryRead(proofAt, out ReadOnlySpan<byte> record)) return;
        byte[] proof = BlockIndex.ProofOf(record).ToArray();
        int length = 0;
        for (ulong h = height + 1; h <= top; h++)
        {
            if (!Index.TryFind(h, out JournalLocation at, out _, out _) || !TryRead(at, out ReadOnlySpan<byte> holder)) return;
            ReadOnlySpan<byte> block = BlockIndex.BlockOf(holder);
            int needed = length + 4 + block.Length;
            if (needed + proof.Length + 64 > MaxAnswerBytes) return;
            if (_compose.Length < needed) Array.Resize(ref _compose, 2 * needed);
            var writer = new FrameWriter(_compose.AsSpan(length));
            writer.Blob(block);
            length += writer.Length;
        }

        byte[] message = new byte[MessagePrefix.Size + 8 + proof.Length + length];
        var answer = new FrameWriter(message);
        BlocksMessage.Write(ref answer, epoch, proof, _compose.AsSpan(0, length));
        Send(targets, PeerTemplate.Consensus, answer.Written);
    }

    private bool TryRead(in JournalLocation location, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        return location.Index <= _journal.DurableIndex && _lookup.TryRead(location, out payload);
    }

    private void Send(UInt128 targets, ushort template, ReadOnlySpan<byte> message)
    {
        for (; targets != 0; targets &= targets - 1) _ = _network!.TrySend((int)UInt128.TrailingZeroCount(targets), PeerPriority.Bulk, template, message);
    }

    private enum RequestKind
    {
        Blocks,
        EpochChange,
        Batch,
    }

    private readonly record struct Request(RequestKind Kind, UInt128 Targets, ulong Number, BatchReference Batch);
}
