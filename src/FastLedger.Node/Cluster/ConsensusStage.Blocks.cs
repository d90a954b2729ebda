// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using FastLedger.Consensus;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Messages;
using FastLedger.Node.Pipeline;
using FastLedger.Primitives;
using FastLedger.Storage;

namespace FastLedger.Node.Cluster;

// Final blocks wait for their batches, are executed in order, and come back with their roots.
internal sealed partial class ConsensusStage
{
    private const int CommittedBytes = 16 << 20;
    private const int CommittedHead = 64;

    /// <summary>Commands whose execution is waited for before the sync, so that the state vote is in it too.</summary>
    private const int FewCommands = 512;

    /// <summary>Blocks behind the one that waits whose batches are asked for.</summary>
    private const int MaxLookAhead = 64;

    private static readonly long WaitTicks = Stopwatch.Frequency / 10_000; // 100 µs

    private readonly ByteRing _committed = new(CommittedBytes);
    private readonly StoredBatch[] _blockBatches = new StoredBatch[BlockImage.MaxBatches];
    private bool _mayFree;
    private readonly BatchReference[] _blockReferences = new BatchReference[BlockImage.MaxBatches];
    private readonly ByteBuffer[] _stateVotes = CreateVotes();

    /// <summary>Of the newest blocks, who authored their batches, as a mask of nodes: their clients wait for answers.</summary>
    private readonly (ulong Height, UInt128 Nodes)[] _blockAuthors = new (ulong, UInt128)[64];

    private ulong _executedHeight;
    private ulong _fedHeight;
    private ulong _lastVotedHeight;
    private bool _waitForExecution;
    private int _fedCommands;

    private static ByteBuffer[] CreateVotes()
    {
        var votes = new ByteBuffer[32];
        for (int i = 0; i < votes.Length; i++) votes[i] = new ByteBuffer();
        return votes;
    }

    /// <summary>A block is final. It waits here until its batches are in memory and execution has room.</summary>
    private void EnqueueCommitted(ulong height, in Hash256 id, ReadOnlySpan<byte> image)
    {
        Invariant.Check(_committed.TryClaim(CommittedHead + image.Length, out ByteRing.Entry entry));
        MemoryMarshal.Write(entry.Payload, height);
        id.Bytes.CopyTo(entry.Payload[8..]);
        image.CopyTo(entry.Payload[CommittedHead..]);
        ByteRing.Publish(entry);
    }

    /// <summary>Hands final blocks to execution, as far as their batches are here.</summary>
    private bool FeedExecution()
    {
        bool any = false;
        ulong position = _committed.Position;
        while (_committed.TryRead(ref position, out ByteRing.Entry entry))
        {
            ulong height = MemoryMarshal.Read<ulong>(entry.Payload);
            var id = new Hash256(entry.Payload.Slice(8, Hash256.Size));
            if (height > _fedHeight)
            {
                Invariant.Check(height == _fedHeight + 1);
                Invariant.Check(BlockImage.TryRead(entry.Payload[CommittedHead..], out BlockImage block));
                if (!TryFeed(height, id, block))
                {
                    LookAhead(position);
                    break;
                }

                _fedHeight = height;
                any = true;
            }

            _committed.Release(position);
        }

        if (any && !TryExecuteHere()) _rings.ExecutionBell.Ring();
        return any;
    }

    /// <summary>
    /// A small block whose turn it is costs less than to wake another thread for it and to be woken again: it is executed here, when execution
    /// is idle. A larger one, or one of several, is executed while this thread goes on.
    /// </summary>
    private bool TryExecuteHere()
    {
        if (_fedCommands > ExecutionStage.MostCommandsHere || _fedHeight != _executedHeight + 1 || !_execution.TryExecuteHere()) return false;
        _waitForExecution = false;
        return TakeExecuted();
    }

    private bool TryFeed(ulong height, in Hash256 id, in BlockImage block)
    {
        bool complete = true;
        int commands = 0;
        UInt128 authors = 0;
        for (int i = 0; i < block.BatchCount; i++)
        {
            BatchReference reference = block.Batch(i);
            _blockReferences[i] = reference;
            if (reference.Author < _core.Validators.Count) authors |= UInt128.One << _core.Validators.Node(reference.Author);
            commands += (int)reference.CommandCount;
            if (_store.TryFind(reference, out _blockBatches[i]) || _archive.TryLoad(reference, _store, out _blockBatches[i])) continue;
            complete = false;
            Expect(reference);
        }

        int size = OrderedBlock.Size + (block.BatchCount * Unsafe.SizeOf<StoredBatch>());
        if (!complete) MakeRoom();
        if (!complete || !_rings.Ordered.TryClaim(size, out ByteRing.Entry entry)) return false;
        MemoryMarshal.Write(entry.Payload, new OrderedBlock
        {
            Height = height,
            TimestampNs = (long)block.Header.TimestampNs,
            BlockId = id,
            Batches = (ushort)block.BatchCount,
            EndsEpoch = block.NextSet.IsEmpty ? (ushort)0 : (ushort)1,
            Self = _core.Self,
            JournalIndex = _journal.NextIndex - 1,
            Epoch = block.Header.Epoch,
        });
        MemoryMarshal.AsBytes(_blockBatches.AsSpan(0, block.BatchCount)).CopyTo(entry.Payload[OrderedBlock.Size..]);
        ByteRing.Publish(entry);
        RememberBatches(height, block.BatchCount);
        _blockAuthors[(int)(height % (ulong)_blockAuthors.Length)] = (height, authors);
        _fedCommands = commands;
        _waitForExecution = _isSingle && commands <= FewCommands && height == _executedHeight + 1;
        return true;
    }

    /// <summary>
    /// Fetched batches came in another order than they are executed in, and leave no room for the one that is next. They are in the journal:
    /// they are forgotten here, and read again when it is their turn.
    /// </summary>
    private void MakeRoom()
    {
        if (_executedHeight == _fedHeight && _store.Fetched.UsedBytes > _options.Cluster.StoreBytesPerAuthor / 2 && !_store.Fetched.HasNew) _store.Fetched.Clear();
    }

    /// <summary>
    /// Execution waits for a batch. When more final blocks wait behind it, this replica is behind, and asks for what all of them need at once:
    /// as much as fits into memory.
    /// </summary>
    private void LookAhead(ulong position)
    {
        long room = _options.Cluster.StoreBytesPerAuthor / 2;
        for (int i = 0; i < MaxLookAhead && room > 0 && _committed.TryRead(ref position, out ByteRing.Entry entry); i++)
        {
            Invariant.Check(BlockImage.TryRead(entry.Payload[CommittedHead..], out BlockImage block));
            for (int j = 0; j < block.BatchCount && room > 0; j++)
            {
                BatchReference reference = block.Batch(j);
                room -= reference.SizeBytes + (reference.CommandCount * Hash256.Size);
                if (!_store.TryFind(reference, out _)) Want(reference, _core.Validators.NodeMask);
            }
        }
    }

    /// <summary>
    /// A small block is executed faster than the disk syncs: waiting a moment puts the state vote behind the same sync. Whatever comes later
    /// takes the next one.
    /// </summary>
    private void AwaitExecution()
    {
        _waitForExecution = false;
        if (_executedHeight == _fedHeight) return;
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetTimestamp() - start < WaitTicks;)
        {
            if (TakeExecuted() && _executedHeight == _fedHeight) return;
            Thread.Yield();
        }
    }

    /// <summary>Takes results of execution: they are journaled, and the core votes for them.</summary>
    private bool TakeExecuted()
    {
        bool any = false;
        ulong position = _rings.Executed.Position;
        while (_rings.Executed.TryRead(ref position, out ByteRing.Entry entry))
        {
            ExecutedBlock block = MemoryMarshal.Read<ExecutedBlock>(entry.Payload);
            _rings.Executed.Release(position);
            Invariant.Check(block.Height == _executedHeight + 1);
            (_executedHeight, _executedRoot, _executedTimestampNs) = (block.Height, block.StateRoot, block.TimestampNs);
            ulong index = Append(JournalEntryKind.Block, block.Height, block.TimestampNs, default, MemoryMarshal.AsBytes(new ReadOnlySpan<ExecutedBlock>(in block)));
            if (_isSingle) _neededIndex = index;
            ForgetBatches(block.Height);
            if (_checkpoints is not null && _checkpoints.Wants(block.Height)) AnchorCheckpoint(block.Height);
            Authorize();
            StepExecuted(block);
            any = true;
        }

        if (any)
        {
            _mayFree = true;
            FreeExecuted();
        }

        return any;
    }

    /// <summary>Frees the memory of executed batches, unless one waits in the outbox: what is free may hold another batch the next moment.</summary>
    private void FreeExecuted()
    {
        if (!_mayFree || _outbox.HasBatches) return;
        _mayFree = false;
        _store.Release();
        _ownRingIsFull = false;
    }

    private void StepExecuted(in ExecutedBlock block)
    {
        var effects = _core.Step(
            ConsensusEvent.Executed(new StateCommitment(block.Height, block.BlockId, block.StateRoot, block.ReceiptsRoot, default)), Now());
        for (int i = 0; i < effects.Count; i++)
        {
            if (effects[i].Kind != Consensus.Effects.EffectKind.Send) continue;
            ReadOnlySpan<byte> message = effects.Bytes(effects[i]);
            if (message[0] != (byte)MessageKind.StateVote) continue;
            _lastVotedHeight = block.Height;
            _stateVotes[block.Height % (ulong)_stateVotes.Length].CopyFrom(message);
        }

        Carry(effects);
        StepOwn();
    }

    /// <summary>The own state vote of a height, as it was sent; empty when it is not remembered.</summary>
    private ReadOnlySpan<byte> StateVote(ulong height)
    {
        ReadOnlySpan<byte> vote = _stateVotes[height % (ulong)_stateVotes.Length].Bytes;
        return StateVoteMessage.TryRead(vote, out StateVoteMessage message) && message.Commitment.Height == height ? vote : default;
    }

    /// <summary>Which numbers execution frees when it has done a block: bounded by the ring of blocks handed to it.</summary>
    private readonly ByteRing _numbers = new(1 << 18);

    private void RememberBatches(ulong height, int count)
    {
        Invariant.Check(_numbers.TryClaim(16 + (count * 16), out ByteRing.Entry entry));
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(entry.Payload);
        words[0] = height;
        words[1] = (ulong)count;
        for (int i = 0; i < count; i++)
        {
            words[2 + (2 * i)] = _blockReferences[i].Author;
            words[3 + (2 * i)] = _blockReferences[i].Number;
        }

        ByteRing.Publish(entry);
    }

    private void ForgetBatches(ulong height)
    {
        ulong position = _numbers.Position;
        Invariant.Check(_numbers.TryRead(ref position, out ByteRing.Entry entry));
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(entry.Payload);
        Invariant.Check(words[0] == height);
        for (int i = 0; i < (int)words[1]; i++) _store.OnExecuted((int)words[2 + (2 * i)], words[3 + (2 * i)]);
        _numbers.Release(position);
    }
}
