// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading;
using FastLedger.Cryptography;
using FastLedger.Domain;
using FastLedger.Node.Configuration;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol;
using FastLedger.Protocol.Batches;
using FastLedger.Protocol.Messages;
using FastLedger.Storage;

namespace FastLedger.Node.Pipeline;

/// <summary>
/// The one thread that owns the state. Each round takes what the connections published, makes a block of the batches, journals it, executes
/// it while the disk works, and puts the answers into the egress ring under the journal index that must be durable first.
/// </summary>
/// <remarks>Thread: its own. Alloc: none in steady state. Blocks: when the journal's, the history's or the egress ring is full.</remarks>
internal sealed partial class CoreStage : IDisposable
{
    private const int MaxDeferred = 4096;
    private const int MaxRegistrations = 64;
    private const int LongestSleepMs = 1000;
    private const long LogicalBlockNs = 1_000;
    private const uint SystemSession = 0;

    private readonly NodeOptions _options;
    private readonly BlockExecution _execution;
    private readonly Ledger _ledger;
    private readonly JournalWriter _journal;
    private readonly ByteRing _ingress;
    private readonly ByteRing _egress;
    private readonly Doorbell _bell;
    private readonly StageWaiter _waiter;
    private readonly bool _hasLogicalClock;
    private readonly StageTimes _times;
    private readonly StatementReader _statements;
    private readonly TimeProvider _time;
    private readonly Func<bool> _hasWork;

    private readonly ByteRing.Entry[] _batches;
    private readonly ByteRing.Entry[] _deferred = new ByteRing.Entry[MaxDeferred];
    private readonly byte[] _blockImage;
    private readonly byte[] _registrationBody = new byte[ProtocolLimits.BatchCommandsOffset + (MaxRegistrations * Command.Size)];
    private readonly Hash256[] _registrationHashes = new Hash256[MaxRegistrations];
    private readonly CommandResult[] _registrationResults = new CommandResult[MaxRegistrations];
    private readonly ConnectionId[] _connectionOf;
    private readonly EventMode[] _eventModeOf;
    private readonly int[] _eventCountOf;
    private readonly uint[] _eventSessions;
    private int _batchCount, _deferredCount, _registrationCount;
    private ulong _lastIndex;
    private volatile bool _stopping;
    private volatile bool _aborted;

    public CoreStage(
        NodeOptions options, BlockExecution execution, JournalWriter journal, ByteRing ingress, ByteRing egress, Doorbell bell, StageTimes times, StatementReader statements,
        TimeProvider time)
    {
        _options = options;
        _execution = execution;
        _ledger = execution.Ledger;
        _journal = journal;
        _ingress = ingress;
        _egress = egress;
        _bell = bell;
        _times = times;
        _statements = statements;
        _time = time;
        _waiter = new StageWaiter(options.Pipeline.Wait, bell);
        _hasLogicalClock = options.Pipeline.Clock == BlockClock.Logical;
        _hasWork = HasWork;
        _batches = new ByteRing.Entry[options.Limits.BlockBatches];
        _blockImage = new byte[BlockHeader.Size + ((options.Limits.BlockBatches + 1) * BatchReference.Size)];
        uint sessions = _ledger.Sessions.Capacity;
        _connectionOf = new ConnectionId[sessions];
        _eventModeOf = new EventMode[sessions];
        _eventCountOf = new int[sessions];
        _eventSessions = new uint[sessions];
        _lastIndex = journal.NextIndex - 1;
    }

    /// <summary>Commands executed since the start, the resent ones included.</summary>
    public ulong Commands { get; private set; }

    /// <summary>Blocks made since the start.</summary>
    public ulong Blocks { get; private set; }

    /// <summary>Works until <see cref="Stop"/>.</summary>
    public void Run()
    {
        while (!_stopping)
            if (!Round()) _waiter.Wait(_hasWork, SleepMs());
        while (!_aborted && Round())
        {
        }
    }

    /// <summary>Lets <see cref="Run"/> return after what was published is done. Any thread.</summary>
    public void Stop()
    {
        _stopping = true;
        _bell.Ring();
    }

    /// <summary>Lets <see cref="Run"/> end at once: nobody takes its answers any more. Any thread.</summary>
    public void Abort()
    {
        _aborted = true;
        Stop();
    }

    public void Dispose() => _execution.Dispose();

    private long NowNs() => _hasLogicalClock ? _ledger.TimestampNs + LogicalBlockNs : (_time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) * 100;

    private bool HasWork() => _stopping || !_ingress.IsEmpty || _ledger.NextDueNs <= NowNs();

    private int SleepMs()
    {
        long due = _ledger.NextDueNs;
        return due == long.MaxValue ? LongestSleepMs : (int)Math.Clamp((due - NowNs()) / 1_000_000, 1, LongestSleepMs);
    }

    private bool Round()
    {
        ulong position = _ingress.Position;
        ulong start = position;
        _batchCount = 0;
        _deferredCount = 0;
        _registrationCount = 0;
        while (_batchCount < _batches.Length && _deferredCount < MaxDeferred && _registrationCount < MaxRegistrations
            && _ingress.TryRead(ref position, out ByteRing.Entry entry))
        {
            IngressKind kind = IngressHead.In(entry.Payload).Kind;
            if (kind == IngressKind.Batch) _batches[_batchCount++] = entry;
            else _deferred[_deferredCount++] = entry;
            if (kind == IngressKind.Register) _registrationCount++;
        }

        bool block = _batchCount > 0 || _registrationCount > 0 || _ledger.NextDueNs <= NowNs();
        if (block) MakeBlock();
        for (int i = 0, registration = 0; i < _deferredCount; i++) Answer(_deferred[i], ref registration);
        if (position != start) _ingress.Release(position);
        if (_deferredCount > 0 || block) _journal.Wake();
        return block || position != start;
    }

    private void MakeBlock()
    {
        ulong height = _ledger.Height + 1;
        long timestampNs = Math.Max(_ledger.TimestampNs + 1, NowNs());
        long start = Stopwatch.GetTimestamp();
        ref BlockHeader header = ref MemoryMarshal.AsRef<BlockHeader>(_blockImage.AsSpan());
        header = default;
        header.Height = height;
        header.TimestampNs = timestampNs;
        header.Parent = _execution.BlockId;
        header.ParentStateRoot = _execution.StateRoot;
        header.ParentReceiptsRoot = _execution.ReceiptsRoot;
        header.BatchCount = (uint)_batchCount + (_registrationCount > 0 ? 1u : 0u);
        Span<BatchReference> references = MemoryMarshal.Cast<byte, BatchReference>(_blockImage.AsSpan(BlockHeader.Size));
        for (int i = 0; i < _batchCount; i++)
        {
            Span<byte> payload = _batches[i].Payload;
            ref IngressHead head = ref IngressHead.In(payload);
            ulong index = _journal.Append(JournalEntryKind.Batch, height, timestampNs, head.Digest, Body(payload, head.Count));
            references[i] = new BatchReference { Digest = head.Digest, JournalIndex = index, Session = head.Session, CommandCount = (uint)head.Count };
        }

        if (_registrationCount > 0) references[_batchCount] = JournalRegistrations(height, timestampNs);
        ReadOnlySpan<byte> image = _blockImage.AsSpan(0, BlockHeader.Size + ((int)header.BatchCount * BatchReference.Size));
        Hash256 blockId = Blake3.Hash(image);
        _lastIndex = _journal.Append(JournalEntryKind.Block, height, timestampNs, default, image);
        _journal.Wake();
        _times.Add(Stage.Journal, start);

        _execution.Begin(height, timestampNs);
        if (!_execution.Events.IsEmpty) SendEvents(height, timestampNs);
        for (int i = 0; i < _batchCount; i++)
        {
            Span<byte> payload = _batches[i].Payload;
            ref IngressHead head = ref IngressHead.In(payload);
            ReadOnlySpan<byte> body = Body(payload, head.Count);
            ReadOnlySpan<CommandResult> results =
                _execution.Execute(head.Session, BatchVerifier.Commands(body), Hashes(payload, head.Count), out int failed);
            start = Stopwatch.GetTimestamp();
            Reply(head, MemoryMarshal.Read<CommandBatchHead>(body), results, failed, timestampNs);
            if (!_execution.Events.IsEmpty) SendEvents(height, timestampNs);
            _times.Add(Stage.Reply, start);
            Commands += (ulong)head.Count;
        }

        if (_registrationCount > 0)
            _execution.Execute(SystemSession, Registrations(), _registrationHashes.AsSpan(0, _registrationCount), out _).CopyTo(_registrationResults);
        _execution.End(blockId);
        Blocks++;
    }

    /// <summary>Registrations are a batch of the replicas' own, without a signature: each command carries its key's.</summary>
    private BatchReference JournalRegistrations(ulong height, long timestampNs)
    {
        Span<byte> body = _registrationBody.AsSpan(0, ProtocolLimits.BatchCommandsOffset + (_registrationCount * Command.Size));
        body.Clear();
        ref CommandBatchHead head = ref MemoryMarshal.AsRef<CommandBatchHead>(body);
        head.Count = (ushort)_registrationCount;
        head.ResultMode = ResultMode.All;
        head.FirstNumber = 1;
        head.LastNumber = (ulong)_registrationCount;
        Span<RegisterSessionCommand> commands = MemoryMarshal.Cast<byte, RegisterSessionCommand>(body[ProtocolLimits.BatchCommandsOffset..]);
        for (int i = 0, at = 0; i < _deferredCount; i++)
        {
            ref IngressHead entry = ref IngressHead.In(_deferred[i].Payload);
            if (entry.Kind != IngressKind.Register) continue;
            commands[at] = new RegisterSessionCommand
            {
                Opcode = Opcode.RegisterSession,
                Number = (ulong)at + 1,
                Key = entry.Digest,
                SignatureR = entry.Signature.R,
                SignatureS = entry.Signature.S,
            };
            at++;
        }

        Hash256 digest = BatchVerifier.Hash(body, _registrationHashes.AsSpan(0, _registrationCount));
        ulong index = _journal.Append(JournalEntryKind.Batch, height, timestampNs, digest, body);
        return new BatchReference { Digest = digest, JournalIndex = index, Session = SystemSession, CommandCount = (uint)_registrationCount };
    }

    private ReadOnlySpan<Command> Registrations() =>
        MemoryMarshal.Cast<byte, Command>(_registrationBody.AsSpan(ProtocolLimits.BatchCommandsOffset, _registrationCount * Command.Size));

    /// <summary>Where the body of a batch starts in its entry: behind the hashes, aligned to 64.</summary>
    internal static int BodyOffset(int count) => (IngressHead.Size + (count * Hash256.Size) + 63) & ~63;

    internal static Span<Hash256> Hashes(Span<byte> payload, int count) =>
        MemoryMarshal.Cast<byte, Hash256>(payload.Slice(IngressHead.Size, count * Hash256.Size));

    private static ReadOnlySpan<byte> Body(Span<byte> payload, int count) => payload[BodyOffset(count)..];

    private ByteRing.Entry ClaimEgress(int bytes)
    {
        ByteRing.Entry entry;
        while (!_egress.TryClaim(bytes, out entry))
        {
            if (_aborted) throw new OperationCanceledException("The replica was stopped by a fault.");
            _journal.Wake();
            Thread.Yield();
        }

        return entry;
    }
}
