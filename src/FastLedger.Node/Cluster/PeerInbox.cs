// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Threading;
using FastLedger.Consensus;
using FastLedger.Consensus.Messages;
using FastLedger.Network.Peers;
using FastLedger.Node.Pipeline;
using FastLedger.Node.Sync;
using FastLedger.Primitives;

namespace FastLedger.Node.Cluster;

/// <summary>
/// Takes what the peers send, on their connections' threads: consensus messages go into a ring, batches are checked and put into the store.
/// </summary>
/// <remarks>
/// Thread: the connections'. Alloc: none once every peer was seen. Blocks: no. A peer whose messages find no room waits; its batches are
/// dropped instead, because votes must not wait behind them, and are fetched when a block needs them.
/// </remarks>
internal sealed class PeerInbox(BatchStore store, Hash256 chainId, int bytes, Doorbell bell, StageTimes times) : IPeerReceiver, IDisposable
{
    private readonly ByteRing _ring = new(bytes);
    private readonly BundleVerifier?[] _verifiers = new BundleVerifier?[ValidatorSet.MaxCount];
    private long _droppedBatches;

    /// <summary>What came, in order; read by the consensus thread.</summary>
    public ByteRing Ring => _ring;

    /// <summary>The validators of the present epoch: node to index, −1 for none. Replaced as a whole by the consensus thread.</summary>
    public int[] IndexOfNode { get; set; } = [];

    /// <summary>Answers peers that fetch the state.</summary>
    public StateSyncService? Sync { get; set; }

    /// <summary>The hand-overs that peers may ask for, and how they get them.</summary>
    public HandOverStore? HandOvers { get; set; }

    /// <summary>Carries answers that need no consensus.</summary>
    public PeerNetwork? Network { get; set; }

    /// <summary>Batches that found no room or were no batches.</summary>
    public long DroppedBatches => Volatile.Read(ref _droppedBatches);

    public bool TryReceive(int node, ushort template, ReadOnlySpan<byte> body)
    {
        if ((uint)node >= ValidatorSet.MaxCount) return true;
        switch (template)
        {
            case PeerTemplate.Consensus:
            case PeerTemplate.BatchRequest:
            case PeerTemplate.CertificateRequest:
                return TryAdd(node, template, body);
            case PeerTemplate.Batch:
            case PeerTemplate.FetchedBatch:
                if (!TryStore(node, template, body)) Interlocked.Increment(ref _droppedBatches);
                return true;
            case PeerTemplate.HandOverQuery:
                if (body.Length == 8 && HandOvers is { } handOvers)
                    _ = Network?.TrySend(node, PeerPriority.Control, PeerTemplate.HandOver, handOvers.Of(BinaryPrimitives.ReadUInt64LittleEndian(body)).Span);
                return true;
            default:
                if (StateSyncService.IsQuery(template)) Sync?.TryAdd(node, template, body);
                return true;
        }
    }

    public void OnConnected(int node)
    {
        // The ring has room for this as soon as the consensus thread has taken anything; the peer's first message waits behind it.
        if ((uint)node < ValidatorSet.MaxCount) _ = TryAdd(node, 0, default);
    }

    public void OnDisconnected(int node)
    {
        // Nothing is kept for a peer that is away: it asks when it comes back.
    }

    public void Dispose() => _ring.Dispose();

    private bool TryAdd(int node, ushort template, ReadOnlySpan<byte> body)
    {
        if (PeerMessage.Size + body.Length > _ring.MaxPayload) return true;
        if (!_ring.TryClaim(PeerMessage.Size + body.Length, out ByteRing.Entry entry)) return false;
        MemoryMarshal.Write(entry.Payload, new PeerMessage { Node = node, Template = template });
        body.CopyTo(entry.Payload[PeerMessage.Size..]);
        ByteRing.Publish(entry);
        bell.Ring();
        return true;
    }

    private bool TryStore(int node, ushort template, ReadOnlySpan<byte> message)
    {
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        if (!BundleVerifier.TryRead(message, out BatchMessage header, out int batches)) return false;
        int author = header.Batch.Author;
        int[] indexOfNode = IndexOfNode;
        if (author >= store.Authors || !store.IsInWindow(author, header.Batch.Number)) return false;
        if (template == PeerTemplate.Batch && (node >= indexOfNode.Length || indexOfNode[node] != author)) return false;
        BatchRing ring = template == PeerTemplate.Batch ? store.Of(author) : store.Fetched;
        if (!ring.TryClaim(batches, (int)header.Batch.CommandCount, 0, (int)header.Batch.SizeBytes, out ByteRing.Entry entry, out StoredBatch batch)) return false;
        BundleVerifier verifier = _verifiers[node] ??= new BundleVerifier(chainId);
        bool good = verifier.TryFill(message, header, batch);
        if (good) ByteRing.Publish(entry);
        else ByteRing.Abandon(entry);
        bell.Ring();
        times.Add(Stage.Ingress, start);
        return good;
    }
}

/// <summary>First bytes of an entry of the inbox; the message follows. Template 0: the peer was connected.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct PeerMessage
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 16;

    [FieldOffset(0)] public int Node;
    [FieldOffset(4)] public ushort Template;
}
