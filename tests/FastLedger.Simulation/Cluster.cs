// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Consensus;

namespace FastLedger.Simulation;

/// <summary>
/// A whole cluster in one thread and in virtual time. Everything that happens is an event; events at one time happen in the
/// order in which they were scheduled. Objects are reused from scenario to scenario.
/// </summary>
public sealed partial class Cluster
{
    /// <summary>Wall clock at virtual time zero.</summary>
    public const ulong EpochNs = 1_700_000_000_000_000_000;

    private readonly List<SimulatedReplica> _all = [];
    private readonly List<SimulatedReplica> _active = [];
    private readonly EventQueue _queue = new();
    private readonly byte[] _leaderOrder;
    private readonly Adversary _adversary;
    private readonly byte[] _scratch = new byte[8192];
    private readonly UInt128[] _cut = new UInt128[2 * ValidatorSet.MaxCount];
    private ScenarioPlan _plan = new();
    private RandomStream _network;
    private RandomStream _disk;
    private bool _healed;
    private ulong _batchNumber;

    /// <param name="nodes">Validators of the first epoch.</param>
    /// <param name="extra">Further instances: twins, or nodes that join later.</param>
    /// <param name="plannedLeaders">Views whose leader the plan may choose; 0 for the shuffled order.</param>
    /// <param name="options">Settings of the cores.</param>
    public Cluster(int nodes, int extra, int plannedLeaders, ConsensusOptions options)
    {
        Nodes = nodes;
        _leaderOrder = new byte[plannedLeaders];
        Options = options with { LeaderOrder = _leaderOrder };
        for (int i = 0; i < nodes + extra; i++)
        {
            // A twin runs on the node of the replica it doubles; a spare node is its own.
            int node = plannedLeaders > 0 && i >= nodes ? nodes - 1 - (i - nodes) : i;
            var core = new ConsensusCore(Options, MockScheme.Instance, new MockSigner(node), Math.Min(nodes + extra, ValidatorSet.MaxCount));
            _all.Add(new SimulatedReplica(this, i, node, core));
        }

        Oracle = new Oracle(this);
        _adversary = new Adversary(this);
    }

    public int Nodes { get; }

    public ConsensusOptions Options { get; }

    public FramePool Frames { get; } = new();

    public Oracle Oracle { get; }

    /// <summary>The instances of the present scenario.</summary>
    public IReadOnlyList<SimulatedReplica> Replicas => _active;

    public ScenarioPlan Plan => _plan;

    public ulong NowNs { get; private set; }

    /// <summary>Nodes that count under the f faulty ones.</summary>
    public UInt128 FaultyNodes { get; private set; }

    /// <summary>Highest view that a correct replica reached.</summary>
    public ulong HighestView { get; private set; }

    /// <summary>Messages delivered.</summary>
    public ulong Delivered { get; private set; }

    /// <summary>Mix of every event and message, in order.</summary>
    public ulong TraceHash { get; private set; }

    /// <summary>Receives a line per event when set.</summary>
    public Action<string>? Trace { get; set; }

    /// <summary>Runs a plan to its end.</summary>
    /// <returns>The first violation, or null.</returns>
    public Violation? Run(ScenarioPlan plan)
    {
        Begin(plan);
        ulong limit = plan.HealAtNs + plan.RecoveryNs;
        while (Oracle.Violation is null)
        {
            if (!_healed && (NowNs >= plan.HealAtNs || HighestView >= plan.HealAtView)) Heal();
            if (_healed && (plan.ExpectsForks || IsRecovered())) return Oracle.Violation;
            if (_queue.Count == 0 || NowNs > limit + (_healed ? 0 : plan.RecoveryNs))
            {
                Oracle.Report("liveness", Stall());
                break;
            }

            SimulatedEvent next = _queue.Pop();
            NowNs = next.TimeNs;
            Handle(next);
        }

        return Oracle.Violation;
    }

    public void ScheduleWake(SimulatedReplica replica, ulong atNs) =>
        _queue.Push(atNs, SimulatedEventKind.Wake, replica.Instance, incarnation: replica.Incarnation);

    public void ScheduleSync(SimulatedReplica replica) =>
        _queue.Push(NowNs + _disk.Between(_plan.SyncNs / 2, _plan.SyncNs), SimulatedEventKind.Synced, replica.Instance, incarnation: replica.Incarnation);

    public void ScheduleExecution(SimulatedReplica replica, ulong afterNs) =>
        _queue.Push(NowNs + afterNs + 50_000, SimulatedEventKind.Executed, replica.Instance, incarnation: replica.Incarnation);

    public void WakeAdversary(ulong afterNs) => _queue.Push(NowNs + afterNs, SimulatedEventKind.Adversary, 0);

    /// <summary>A crash at a boundary between two effects.</summary>
    public void CrashAndRestart(SimulatedReplica replica)
    {
        Trace?.Invoke($"{NowNs / 1000,9} µs  replica {replica.Instance} dies");
        replica.Crash(ref _disk);
        _queue.Push(NowNs + _disk.Between(1_000_000, 100_000_000), SimulatedEventKind.Restart, replica.Instance);
    }

    /// <summary>A message on its way to nodes.</summary>
    public void Transmit(SimulatedReplica sender, int frame, UInt128 targets)
    {
        TraceHash = MockScheme.Mix(TraceHash, Digest(Frames.Bytes(frame)));
        _adversary.Observe(sender, Frames.Bytes(frame));
        if (sender.Faulty && (_plan.Byzantine >> sender.Node & 1) != 0 && !_plan.Twins && !_adversary.Permits(sender, frame, ref targets)) return;
        Route(sender, frame, targets);
    }

    /// <summary>A message that the host or the adversary composed.</summary>
    public void Reply(SimulatedReplica sender, UInt128 targets, ReadOnlySpan<byte> message)
    {
        if (message.IsEmpty) return;
        int frame = Frames.Take(message);
        TraceHash = MockScheme.Mix(TraceHash, Digest(message));
        Route(sender, frame, targets);
        Frames.Release(frame);
    }

    private void Route(SimulatedReplica sender, int frame, UInt128 targets)
    {
        foreach (SimulatedReplica receiver in _active)
        {
            if ((targets >> receiver.Node & 1) == 0) continue;
            if (receiver == sender)
            {
                Push(receiver, sender.Node, frame, 1_000);
                continue;
            }

            if (receiver.Node == sender.Node || !Passes(sender, receiver, frame)) continue;
            Push(receiver, sender.Node, frame, Delay());
            if (!_healed && _network.Chance(_plan.DuplicatePerMille)) Push(receiver, sender.Node, frame, Delay());
        }
    }

    private void Push(SimulatedReplica receiver, int from, int frame, ulong delayNs)
    {
        Frames.Retain(frame);
        _queue.Push(NowNs + delayNs, SimulatedEventKind.Deliver, receiver.Instance, from, frame);
    }

    private bool Passes(SimulatedReplica sender, SimulatedReplica receiver, int frame)
    {
        if (_healed) return true;
        if (_plan.Sides.Count > 0)
        {
            ulong view = MessageViews.ViewOf(Frames.Bytes(frame), sender.Core.View);
            if (view <= (ulong)_plan.Sides.Count && view > 0)
            {
                byte[] sides = _plan.Sides[(int)view - 1];
                return sides[sender.Instance] == sides[receiver.Instance];
            }

            return true;
        }

        if ((_cut[sender.Instance] >> receiver.Instance & 1) != 0) return false;
        int loss = _plan.LossPerMille + _plan.KindLossPerMille[Frames.Bytes(frame)[0] & 31];
        return loss == 0 || !_network.Chance(loss);
    }

    private ulong Delay()
    {
        ulong delay = _network.Between(_plan.MinDelayNs, _plan.MaxDelayNs);
        return !_healed && _plan.SlowPerMille > 0 && _network.Chance(_plan.SlowPerMille) ? 10 * delay : delay;
    }

    private void Handle(in SimulatedEvent next)
    {
        TraceHash = MockScheme.Mix(TraceHash, next.TimeNs ^ ((ulong)next.Kind << 56) ^ ((ulong)(ushort)next.Instance << 40));
        switch (next.Kind)
        {
            case SimulatedEventKind.Fault: Apply(_plan.Faults[next.Frame]); return;
            case SimulatedEventKind.Adversary:
                _adversary.Act();
                return;
            case SimulatedEventKind.Batch: HandInBatch(); return;
        }

        SimulatedReplica replica = _active[next.Instance];
        if (next.Kind == SimulatedEventKind.Restart)
        {
            Trace?.Invoke($"{NowNs / 1000,9} µs  replica {replica.Instance} starts");
            if (!replica.Alive) StartReplica(replica);
            Oracle.AfterStep(replica);
            return;
        }

        bool deliver = next.Kind == SimulatedEventKind.Deliver;
        if (!replica.Alive || (!deliver && next.Incarnation != replica.Incarnation))
        {
            if (deliver) Frames.Release(next.Frame);
            return;
        }

        if (NowNs < replica.PausedUntilNs)
        {
            _queue.Push(replica.PausedUntilNs, next.Kind, next.Instance, next.From, next.Frame, next.Incarnation);
            if (next.Kind == SimulatedEventKind.Wake) replica.Postpone(next.TimeNs, replica.PausedUntilNs);
            return;
        }

        switch (next.Kind)
        {
            case SimulatedEventKind.Deliver:
                Delivered++;
                ReadOnlySpan<byte> message = Frames.Bytes(next.Frame);
                if (Trace is not null) Trace(TraceLine.Of(NowNs, next.From, replica.Instance, message));
                replica.OnFrame(next.From, message);
                Frames.Release(next.Frame);
                break;
            case SimulatedEventKind.Wake: replica.OnWake(next.TimeNs); break;
            case SimulatedEventKind.Synced: replica.OnSynced(); break;
            case SimulatedEventKind.Executed: replica.OnExecute(); break;
        }

        Oracle.AfterStep(replica);
        if (!replica.Faulty && replica.Alive && replica.Core.View > HighestView) HighestView = replica.Core.View;
    }

    private static ulong Digest(ReadOnlySpan<byte> bytes)
    {
        ulong sum = (ulong)bytes.Length;
        for (; bytes.Length >= 8; bytes = bytes[8..]) sum = MockScheme.Mix(sum, System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte value in bytes) sum = MockScheme.Mix(sum, value);
        return sum;
    }
}
