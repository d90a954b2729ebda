// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using FastLedger.Consensus;
using FastLedger.Consensus.Effects;
using FastLedger.Network.Peers;
using FastLedger.Node.Checkpoints;
using FastLedger.Node.Configuration;
using FastLedger.Node.Edge;
using FastLedger.Node.Pipeline;
using FastLedger.Primitives;
using FastLedger.Storage;

namespace FastLedger.Node.Cluster;

/// <summary>
/// The one thread that owns consensus and the journal. Each turn it takes in what came (clients' batches, peers' messages and batches, results
/// of execution, time), steps the core, appends what must not be forgotten, writes and syncs all of it at once, and only then lets anything
/// out: messages to peers, answers to clients. So nothing leaves that a crash could make unsaid.
/// </summary>
/// <remarks>
/// Own messages are handed back to the core within the turn: whatever they bring about leaves behind the same sync, so a signature counts
/// towards anything visible only when it is durable. A cluster of one therefore orders a batch with a single write and sync. Execution is
/// told of a final block before the sync: what it computes is in memory only, and leaves behind a sync like everything else.
/// Thread: its own. Alloc: none in steady state. Blocks: on the disk.
/// </remarks>
internal sealed partial class ConsensusStage : IDisposable
{
    private const int LongestSleepMs = 1000;
    private const int MaxMessagesPerTurn = 4096;
    private const int MaxLastTurns = 256;

    /// <summary>More than this is written at once: by the time it must be durable it is on its way to the disk.</summary>
    private const int MostPutOff = 1 << 16;
    private const ulong LongestPutOffNs = 5_000_000;

    /// <summary>How long what is written already may wait for a sync that something else needs.</summary>
    private const ulong LongestAheadNs = 20_000_000;

    private readonly NodeOptions _options;
    private readonly ConsensusCore _core;
    private readonly JournalWriter _journal;
    private readonly StageRings _rings;
    private readonly BatchStore _store;
    private readonly PeerInbox _inbox;
    private readonly PeerNetwork? _network;
    private readonly ConnectionTable _connections;
    private readonly ExecutionStage _execution;
    private readonly CertificateRing _certificates = new();
    private readonly JournalArchive _archive;
    private readonly EvidenceFolder _evidence;
    private readonly StageTimes _times;
    private readonly StageWaiter _waiter;
    private readonly Func<bool> _hasWork;
    private readonly Action<HaltReason> _halted;
    private readonly TimeProvider _time;
    private readonly Checkpointer? _checkpoints;
    private readonly bool _isSingle;
    private readonly bool _hasLogicalClock;
    private readonly long _commitEarlyBytes;
    private long _appendedBytes;
    private bool _isAhead;
    private ulong _putOffUntilNs = ulong.MaxValue;
    private ulong _committedIndex;
    private ulong _neededIndex;
    private volatile bool _stopping;
    private volatile bool _aborted;

    public ConsensusStage(
        NodeOptions options, ConsensusCore core, JournalWriter journal, StageRings rings, BatchStore store, PeerInbox inbox, PeerNetwork? network,
        ConnectionTable connections, ExecutionStage execution, JournalArchive archive, EvidenceFolder evidence, StageTimes times, Action<HaltReason> halted, Checkpointer? checkpoints = null,
        TimeProvider? time = null)
    {
        _options = options;
        _core = core;
        _journal = journal;
        _rings = rings;
        _store = store;
        _inbox = inbox;
        _network = network;
        _connections = connections;
        _execution = execution;
        _archive = archive;
        _evidence = evidence;
        _times = times;
        _halted = halted;
        _time = time ?? TimeProvider.System;
        _checkpoints = checkpoints;
        _isSingle = network is null;
        _hasLogicalClock = options.Pipeline.Clock == BlockClock.Logical;
        _commitEarlyBytes = options.Journal.RingBytes / 4;
        _waiter = new StageWaiter(options.Pipeline.Wait, rings.ConsensusBell);
        _hasWork = HasWork;
        _committedIndex = _neededIndex = journal.NextIndex - 1;
    }

    /// <summary>Works until <see cref="Stop"/>, then seals the journal.</summary>
    public void Run()
    {
        if (_options.Pipeline.ConsensusProcessor >= 0) ThreadAffinity.Bind(_options.Pipeline.ConsensusProcessor); // if it cannot be, the system places the thread
        Begin();
        while (!_stopping)
            if (!Turn()) _waiter.Wait(_hasWork, SleepMs());
        // Alone, until nothing is left; in a cluster, whose others go on talking, until what was accepted had its chance.
        for (int turn = 0; !_aborted && (_isSingle || turn < MaxLastTurns) && Turn(); turn++)
        {
        }

        if (_aborted) return;
        Send(_patient);
        _journal.Seal();
    }

    /// <summary>Lets <see cref="Run"/> end after what was accepted is answered, as far as it can be. Any thread.</summary>
    public void Stop()
    {
        _stopping = true;
        _rings.ConsensusBell.Ring();
    }

    /// <summary>Lets <see cref="Run"/> end at once and leave the journal as a crash would. Any thread.</summary>
    public void Abort()
    {
        _aborted = true;
        Stop();
    }

    public void Dispose() => _committed.Dispose();

    internal static ulong MonotonicNs() => (ulong)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    private ClockReading Now() => new(MonotonicNs(), _hasLogicalClock ? 0 : (ulong)WallNs());

    private long BlockTimeNs() => _hasLogicalClock ? _execution.TimestampNs + NodeOptions.LogicalBlockNs : WallNs();

    private long WallNs() => (_time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) * 100;

    /// <summary>One round of the loop.</summary>
    /// <returns>False when there was nothing to do.</returns>
    private bool Turn()
    {
        long start = Stopwatch.GetTimestamp();
        bool any = TakeMessages();
        any |= TakeBatches();
        any |= TakeExecuted();
        _execution.Copies?.Certify(_certificates, _archive);
        any |= TakeClients();
        any |= PassTime();
        any |= FeedExecution();
        if (_waitForExecution) AwaitExecution();
        _times.Add(Stage.Consensus, start);
        if (!MayPutOff()) any |= Commit();
        if (_neededIndex <= _committedIndex)
        {
            any |= Release();
            any |= Deliver();
        }
        else
        {
            any |= SendPatient();
        }

        FreeExecuted();
        PublishStatus();
        return any;
    }

    /// <summary>
    /// Nothing that leaves in this turn waits for what is not durable yet: a little of it waits for the next sync that somebody needs. A
    /// peer's small batch is so in the sync of the vote for it, and a commit in that of the state vote.
    /// </summary>
    private bool MayPutOff()
    {
        bool isNeeded = _neededIndex > _committedIndex && (_isSingle || _outbox.Count > 0 || DeliverIsDue());
        if (isNeeded || _stopping || _journal.NextIndex - 1 == _committedIndex || (_appendedBytes > MostPutOff && !TryWriteAhead()))
        {
            _putOffUntilNs = ulong.MaxValue;
            return false;
        }

        ulong now = MonotonicNs();
        if (_putOffUntilNs == ulong.MaxValue) _putOffUntilNs = now + (_isAhead ? LongestAheadNs : LongestPutOffNs);
        if (now < _putOffUntilNs) return true;
        _putOffUntilNs = ulong.MaxValue;
        return false;
    }

    /// <summary>Much that is put off is written meanwhile: a sync less for each batch of a peer, and the one for the vote finds it done.</summary>
    private bool TryWriteAhead()
    {
        long start = Stopwatch.GetTimestamp();
        if (!_journal.TryWriteAhead()) return false;
        _times.Add(Stage.Commit, start);
        _appendedBytes = 0;
        _isAhead = true;
        return true;
    }

    /// <summary>Makes everything appended durable.</summary>
    private bool Commit()
    {
        ulong last = _journal.NextIndex - 1;
        if (last == _committedIndex) return false;
        long start = Stopwatch.GetTimestamp();
        _journal.CommitGroup();
        _times.Add(Stage.Commit, start);
        _committedIndex = last;
        _appendedBytes = 0;
        _isAhead = false;
        return true;
    }

    /// <summary>Appends an entry; the ring is emptied before it could be full, because nobody else does.</summary>
    private ulong Append(JournalEntryKind kind, ulong height, long timestampNs, in Hash256 digest, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b = default)
    {
        _appendedBytes += a.Length + b.Length + (2 * JournalEntryHeader.Size);
        if (_appendedBytes > _commitEarlyBytes) Commit();
        long start = Stopwatch.GetTimestamp();
        ulong index = _journal.Append(kind, height, timestampNs, digest, a, b);
        _times.Add(Stage.Journal, start);
        return index;
    }

    private bool HasWork() => _stopping || !_inbox.Ring.IsEmpty || !_rings.Executed.IsEmpty || CanTakeClients() || (IsObserver && !_rings.Batches.IsEmpty) || StoreHasNew()
        || DeliverIsDue() || NextDeadlineNs() <= MonotonicNs() || BlockIsWanted();

    private int SleepMs()
    {
        ulong next = NextDeadlineNs(), now = MonotonicNs();
        int sleep = next <= now ? 1 : (int)Math.Min((ulong)LongestSleepMs, ((next - now) / 1_000_000) + 1);
        if (!_isSingle || _execution.NextDueNs == long.MaxValue) return sleep;
        return (int)Math.Clamp((_execution.NextDueNs - BlockTimeNs()) / 1_000_000, 1, sleep);
    }
}
