// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Consensus;
using FastLedger.Consensus.Effects;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;
using FastLedger.Primitives;

namespace FastLedger.Simulation;

/// <summary>
/// The host of one production core: carries its effects out in order, holds back everything behind a record until the journal
/// has synced it, and dies and comes back as told.
/// </summary>
public sealed class SimulatedReplica
{
    private readonly Cluster _cluster;
    private Pending[] _outbox = new Pending[256];
    private int _outboxHead;
    private int _outboxCount;
    private bool _syncing;
    private int _appliedOffset;
    private uint _needed;
    private ulong _wakeNs;
    private Hash256 _stateRoot;

    public SimulatedReplica(Cluster cluster, int instance, int node, ConsensusCore core)
    {
        _cluster = cluster;
        Instance = instance;
        Node = node;
        Core = core;
    }

    public int Instance { get; }

    public int Node { get; }

    public ConsensusCore Core { get; }

    public SimulatedJournal Journal { get; } = new();

    public BlockArchive Archive { get; } = new();

    /// <summary>Blocks handed to the executor whose commit is only noted: a crash may forget them.</summary>
    private readonly Queue<(ulong Height, Hash256 Id, byte[] Image)> _announced = new();

    /// <summary>The process runs.</summary>
    public bool Alive { get; private set; }

    /// <summary>Lives so far.</summary>
    public uint Incarnation { get; private set; }

    /// <summary>Until then the process is stopped (SIGSTOP, garbage collection).</summary>
    public ulong PausedUntilNs { get; set; }

    /// <summary>The wall clock's error.</summary>
    public long SkewNs { get; set; }

    /// <summary>Counts under the f faulty ones: Byzantine, a twin, or its disk broke its promise.</summary>
    public bool Faulty { get; set; }

    /// <summary>The monotonic clock runs this many times too slow.</summary>
    public ulong Slowness { get; set; } = 1;

    /// <summary>Computes wrong state roots.</summary>
    public bool ExecutesWrongly { get; set; }

    /// <summary>The process dies when this many further effects were carried out; 0 for never.</summary>
    public int CrashAfterEffects { get; set; }

    /// <summary>The next sync fails.</summary>
    public bool FailNextSync { get; set; }

    /// <summary>Blocks handed to the executor, over all lives.</summary>
    public ulong CommittedHeight { get; private set; }

    public ulong ExecutedHeight { get; private set; }

    /// <summary>The journal was found damaged at the last start.</summary>
    public JournalCondition Condition { get; private set; }

    /// <summary>A new replica: an empty disk, or a provisioned one. The frame pool is new as well.</summary>
    public void Provision(ReadOnlySpan<byte> record)
    {
        Journal.Clear();
        Archive.Clear();
        Core.Reset();
        _outboxHead = _outboxCount = 0;
        _syncing = false;
        Incarnation = 0;
        PausedUntilNs = 0;
        SkewNs = 0;
        Slowness = 1;
        Faulty = ExecutesWrongly = FailNextSync = false;
        CrashAfterEffects = 0;
        CommittedHeight = ExecutedHeight = 0;
        _stateRoot = default;
        _appliedOffset = 0;
        _needed = 0;
        _announced.Clear();
        Alive = false;
        if (record.IsEmpty) return;
        Journal.Append(record);
        Journal.BeginSync();
        Journal.EndSync();
    }

    /// <summary>The process starts on what its disk holds.</summary>
    public void Start()
    {
        Invariant.Check(!Alive);
        Alive = true;
        Incarnation++;
        Core.Reset();
        Archive.Clear();
        _appliedOffset = 0;
        _needed = 0;
        _announced.Clear();
        _wakeNs = ulong.MaxValue;
        Condition = Journal.Recover();
        int offset = 0;
        while (Journal.TryRead(ref offset, out ReadOnlySpan<byte> record))
        {
            // What recovery keeps it also syncs, so these records are durable whether or not a sync covered them before.
            Archive.Apply(record);
            _cluster.Oracle.OnDurable(this, record);
            if (record[0] < HostRecord.Batch) Core.Replay(record);
        }

        _appliedOffset = offset;
        if (Condition == JournalCondition.Damaged) Core.RefuseToSign(HaltReason.JournalDamaged);
        _cluster.Oracle.OnRestart(this);
        CommittedHeight = Archive.Height;
        ExecutedHeight = 0;
        _stateRoot = default;
        Execute(Archive.Height);
        Step(ConsensusEvent.Start);
        if (!Alive) return;
        if (ExecutedHeight > 0) ReportExecuted();
        ReplayBatches();
    }

    /// <summary>The process dies; the disk keeps what it has to keep and perhaps more.</summary>
    public void Crash(ref RandomStream random)
    {
        if (!Alive) return;
        Alive = false;
        CrashAfterEffects = 0;
        FailNextSync = false;
        PausedUntilNs = 0;
        ClearOutbox();
        Journal.Crash(ref random);
    }

    public void Step(in ConsensusEvent input)
    {
        EffectBuffer effects = Core.Step(input, new ClockReading(_cluster.NowNs / Slowness, (ulong)((long)(Cluster.EpochNs + _cluster.NowNs) + SkewNs)));
        for (int i = 0; i < effects.Count && Alive; i++)
        {
            if (CrashAfterEffects > 0 && --CrashAfterEffects == 0)
            {
                _cluster.CrashAndRestart(this);
                return;
            }

            Carry(effects, effects[i]);
        }

        if (!Alive) return;
        Flush();
        ArmTimer();
    }

    public void OnWake(ulong timeNs)
    {
        if (timeNs != _wakeNs) return;
        _wakeNs = ulong.MaxValue;
        if (Core.NextDeadlineNs <= _cluster.NowNs / Slowness) Step(ConsensusEvent.Tick);
        else ArmTimer();
    }

    public void OnSynced()
    {
        _syncing = false;
        if (FailNextSync)
        {
            // Never retried: after a failed sync nobody knows what the disk holds.
            FailNextSync = false;
            _cluster.CrashAndRestart(this);
            return;
        }

        Journal.EndSync();
        int surviving = Journal.SurvivingLength;
        while (_appliedOffset < surviving && Journal.TryRead(ref _appliedOffset, out ReadOnlySpan<byte> record))
        {
            Archive.Apply(record);
            _cluster.Oracle.OnDurable(this, record);
        }

        Flush();
    }

    /// <summary>A timer that fell into a pause fires after it.</summary>
    public void Postpone(ulong fromNs, ulong toNs)
    {
        if (_wakeNs == fromNs) _wakeNs = toNs;
    }

    /// <summary>A message of a peer, or the own one coming back.</summary>
    public void OnFrame(int from, ReadOnlySpan<byte> message)
    {
        switch (message[0])
        {
            case (byte)MessageKind.BatchHeader: StoreBatch(message); break;
            case HostRecord.BatchRequest: ServeBatch(from, message); break;
            default: Step(ConsensusEvent.Message(from, message)); break;
        }
    }

    /// <summary>A client's batch: its bytes go into the journal, then the core numbers and signs it.</summary>
    public void OnClientBatch(in Hash256 digest, bool wantsAck) =>
        Step(ConsensusEvent.BatchAuthored(new BatchReference(0, 0, digest, 1024, 8), wantsAck));

    /// <summary>Executes committed blocks whose batches are here, then tells the core.</summary>
    public void OnExecute()
    {
        ulong before = ExecutedHeight;
        Execute(CommittedHeight);
        if (ExecutedHeight > before) ReportExecuted();
    }

    private void ReportExecuted()
    {
        Hash256 id = IdOf(ExecutedHeight);
        _cluster.Oracle.OnExecuted(this, ExecutedHeight, _stateRoot);
        Step(ConsensusEvent.Executed(new StateCommitment(ExecutedHeight, id, _stateRoot, id, default)));
    }

    private void Execute(ulong upTo)
    {
        Span<byte> buffer = stackalloc byte[2 * Hash256.Size];
        while (ExecutedHeight < upTo)
        {
            ulong next = ExecutedHeight + 1;
            if (!HasBatches(next))
            {
                _cluster.ScheduleExecution(this, 5_000_000);
                return;
            }

            _stateRoot.Bytes.CopyTo(buffer);
            IdOf(next).Bytes.CopyTo(buffer[Hash256.Size..]);
            if (ExecutesWrongly && next % 7 == 3) buffer[0] ^= 1;
            _stateRoot = MockScheme.Instance.Digest(buffer);
            ExecutedHeight = next;
        }
    }

    private Hash256 IdOf(ulong height) => height <= Archive.Height ? Archive.Id(height) : Announced(height).Id;

    private ReadOnlySpan<byte> ImageOf(ulong height) => height <= Archive.Height ? Archive.Block(height) : Announced(height).Image;

    private (ulong Height, Hash256 Id, byte[] Image) Announced(ulong height)
    {
        foreach ((ulong Height, Hash256 Id, byte[] Image) block in _announced)
        {
            if (block.Height == height) return block;
        }

        Invariant.Fail("a block is executed that nobody ordered");
        return default;
    }

    private bool HasBatches(ulong height)
    {
        if (!BlockImage.TryRead(ImageOf(height), out BlockImage block)) return false;
        bool all = true;
        for (int i = 0; i < block.BatchCount; i++)
        {
            BatchReference batch = block.Batch(i);
            if (!Archive.Batch(batch).IsEmpty) continue;
            all = false;
            if (Alive) RequestBatch(batch, ~(UInt128.One << Node));
        }

        return all;
    }

    private void Carry(EffectBuffer effects, in Effect effect)
    {
        if (effect.Kind is EffectKind.Persist or EffectKind.Note)
        {
            Journal.Append(effects.Bytes(effect));
            if (effect.Kind == EffectKind.Persist) _needed = Journal.Appended;
            return;
        }

        if (_outboxCount == _outbox.Length) GrowOutbox();
        int frame = effect.Length > 0 ? _cluster.Frames.Take(effects.Bytes(effect)) : -1;
        _outbox[(_outboxHead + _outboxCount++) & (_outbox.Length - 1)] =
            new Pending(effect.Kind, effect.Targets, effect.Number, effect.Id, frame, _needed);
    }

    /// <summary>Releases what the journal covers, and begins a sync when something waits for one.</summary>
    private void Flush()
    {
        while (Alive && _outboxCount > 0 && _outbox[_outboxHead].Requires <= Journal.Synced)
        {
            Pending pending = _outbox[_outboxHead];
            _outboxHead = (_outboxHead + 1) & (_outbox.Length - 1);
            _outboxCount--;
            Release(pending);
            if (pending.Frame >= 0) _cluster.Frames.Release(pending.Frame);
        }

        if (!Alive || _syncing || !Journal.IsDirty) return;
        Journal.BeginSync();
        _syncing = true;
        _cluster.ScheduleSync(this);
    }

    private void Release(in Pending pending)
    {
        switch (pending.Kind)
        {
            case EffectKind.Send:
                _cluster.Oracle.OnSend(this, _cluster.Frames.Bytes(pending.Frame));
                _cluster.Transmit(this, pending.Frame, pending.Targets);
                break;
            case EffectKind.Commit:
                CommittedHeight = pending.Number;
                _announced.Enqueue((pending.Number, pending.Id, _cluster.Frames.Bytes(pending.Frame).ToArray()));
                while (_announced.Count > 0 && _announced.Peek().Height <= Archive.Height) _announced.Dequeue();
                _cluster.Oracle.OnCommit(this, pending.Number, pending.Id, _cluster.Frames.Bytes(pending.Frame));
                _cluster.ScheduleExecution(this, 0);
                break;
            case EffectKind.FetchBatch:
                var reader = new FrameReader(_cluster.Frames.Bytes(pending.Frame));
                RequestBatch(BatchReference.Read(ref reader), pending.Targets);
                break;
            case EffectKind.ServeBlocks:
                _cluster.Reply(this, pending.Targets, Archive.Serve(pending.Number));
                break;
            case EffectKind.ServeEpochChange:
                _cluster.Reply(this, pending.Targets, Archive.EpochChange(pending.Number));
                break;
            case EffectKind.EpochStarted:
                _cluster.Oracle.OnEpochStarted(this, pending.Number);
                break;
            case EffectKind.Evidence:
                _cluster.Oracle.OnEvidence(this, _cluster.Frames.Bytes(pending.Frame));
                break;
            case EffectKind.StateCertified:
                _cluster.Oracle.OnStateCertified(this, pending.Number, _cluster.Frames.Bytes(pending.Frame));
                break;
            case EffectKind.Halt:
                _cluster.Oracle.OnHalt(this, (HaltReason)pending.Number);
                break;
        }
    }

    private void StoreBatch(ReadOnlySpan<byte> message)
    {
        if (!BatchMessage.TryRead(message, out BatchMessage batch)) return;
        if (Archive.Batch(batch.Batch).IsEmpty) AppendHostRecord(HostRecord.Batch, message);
        Step(ConsensusEvent.BatchStored(message));
    }

    private void AppendHostRecord(byte kind, ReadOnlySpan<byte> message)
    {
        Span<byte> record = stackalloc byte[1 + message.Length];
        record[0] = kind;
        message.CopyTo(record[1..]);
        Journal.Append(record);
        _needed = Journal.Appended;
    }

    private void ReplayBatches()
    {
        int offset = 0;
        while (Alive && Journal.TryRead(ref offset, out ReadOnlySpan<byte> record))
        {
            if (record[0] == HostRecord.Batch) Step(ConsensusEvent.BatchStored(record[1..].ToArray()));
        }
    }

    private void RequestBatch(in BatchReference batch, UInt128 targets)
    {
        Span<byte> buffer = stackalloc byte[1 + BatchReference.Size];
        var writer = new FrameWriter(buffer);
        writer.U8(HostRecord.BatchRequest);
        batch.Write(ref writer);
        _cluster.Reply(this, targets, writer.Written);
    }

    private void ServeBatch(int from, ReadOnlySpan<byte> message)
    {
        var reader = new FrameReader(message[1..]);
        BatchReference batch = BatchReference.Read(ref reader);
        if (reader.Complete) _cluster.Reply(this, UInt128.One << from, Archive.Batch(batch));
    }

    private void ArmTimer()
    {
        if (Core.NextDeadlineNs == ulong.MaxValue) return;
        ulong next = Math.Max(Core.NextDeadlineNs * Slowness, _cluster.NowNs);
        if (next >= _wakeNs) return;
        _wakeNs = next;
        _cluster.ScheduleWake(this, next);
    }

    private void ClearOutbox()
    {
        for (; _outboxCount > 0; _outboxCount--, _outboxHead = (_outboxHead + 1) & (_outbox.Length - 1))
        {
            if (_outbox[_outboxHead].Frame >= 0) _cluster.Frames.Release(_outbox[_outboxHead].Frame);
        }

        _outboxHead = 0;
        _syncing = false;
    }

    private void GrowOutbox()
    {
        var larger = new Pending[2 * _outbox.Length];
        for (int i = 0; i < _outboxCount; i++) larger[i] = _outbox[(_outboxHead + i) & (_outbox.Length - 1)];
        _outbox = larger;
        _outboxHead = 0;
    }

    private readonly record struct Pending(EffectKind Kind, UInt128 Targets, ulong Number, Hash256 Id, int Frame, uint Requires);
}
