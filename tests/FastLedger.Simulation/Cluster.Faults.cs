// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus;
using FastLedger.Consensus.Encoding;
using FastLedger.Primitives;

namespace FastLedger.Simulation;

/// <content>Beginning, breaking and healing.</content>
public sealed partial class Cluster
{
    private readonly ulong[] _heightAtHeal = new ulong[2 * ValidatorSet.MaxCount];
    private readonly ValidatorSet _currentSet = new();
    private readonly int[] _rotations = new int[ValidatorSet.MaxCount];
    private byte[] _authorized = [];

    private static Hash256 ChainId => MockScheme.KeyOf(0xC4A1);

    private void Begin(ScenarioPlan plan)
    {
        _plan = plan;
        var seed = new RandomStream(plan.Seed);
        _network = seed.Fork();
        _disk = seed.Fork();
        _queue.Clear();
        Frames.Clear();
        Array.Clear(_cut);
        _healed = false;
        _batchNumber = 0;
        Array.Clear(_rotations);
        _authorized = [];
        NowNs = HighestView = Delivered = 0;
        TraceHash = 0;
        FaultyNodes = plan.Byzantine;
        if (_leaderOrder.Length > 0) plan.Leaders.CopyTo(_leaderOrder, 0);

        _active.Clear();
        int instances = plan.Nodes + (plan.Twins ? (int)UInt128.PopCount(plan.Byzantine) : plan.SpareNodes);
        for (int i = 0; i < instances; i++) _active.Add(_all[i]);
        _currentSet.Clear();
        for (int node = 0; node < plan.Nodes; node++) Invariant.Check(_currentSet.TryAdd(node, MockSigner.KeyOf(node, 0)));
        var first = new ValidatorSet();
        first.CopyFrom(_currentSet);
        int length = ConsensusCore.WriteProvisioning(_scratch, MockScheme.Instance, ChainId, _currentSet, EpochNs);
        foreach (SimulatedReplica replica in _active)
        {
            replica.Provision(_scratch.AsSpan(0, length));
            replica.Slowness = replica.Instance == plan.SlowTimerInstance ? 20UL : 1UL;
            replica.Faulty = (plan.Byzantine >> replica.Node & 1) != 0;
        }

        Oracle.Clear(first);
        Oracle.ToleratesForks = plan.ExpectsForks;
        _adversary.Begin(plan, seed.Fork());
        foreach (SimulatedReplica replica in _active)
        {
            if (replica.Faulty && (plan.Traits & AdversaryTraits.Dead) != 0 && !plan.Twins) continue;
            _queue.Push(_network.Between(0, plan.MaxDelayNs), SimulatedEventKind.Restart, replica.Instance);
        }

        for (int i = 0; i < plan.Faults.Count; i++) _queue.Push(plan.Faults[i].AtNs, SimulatedEventKind.Fault, 0, frame: i);
        for (int i = 0; i < plan.Batches; i++) _queue.Push(plan.HealAtNs / (ulong)plan.Batches * (ulong)i + 1_000_000, SimulatedEventKind.Batch, 0);
        if (plan.Byzantine != 0 && !plan.Twins) _queue.Push(2_000_000, SimulatedEventKind.Adversary, 0);
    }

    private void Apply(in ScheduledFault fault)
    {
        if (_healed && fault.Kind is not FaultKind.Reconfigure) return;
        SimulatedReplica replica = _active[fault.Instance];
        Trace?.Invoke($"{NowNs / 1000,9} µs  fault {fault.Kind} {fault.Instance} {fault.First}");
        switch (fault.Kind)
        {
            case FaultKind.Crash:
                if (replica.Alive) CrashAndRestart(replica);
                break;
            case FaultKind.CrashAtEffect: replica.CrashAfterEffects = replica.Alive ? (int)fault.First + 1 : 0; break;
            case FaultKind.CrashAll:
                foreach (SimulatedReplica each in _active)
                {
                    if (each.Alive) CrashAndRestart(each);
                }

                break;
            case FaultKind.Pause: replica.PausedUntilNs = NowNs + fault.First; break;
            case FaultKind.ClockJump: replica.SkewNs += (long)fault.First; break;
            case FaultKind.FailSync: replica.FailNextSync = replica.Alive; break;
            case FaultKind.Cut:
                for (int sender = 0; sender < 8; sender++) _cut[sender] = (byte)(fault.First >> (8 * sender));
                break;
            case FaultKind.Mend: Array.Clear(_cut); break;
            case FaultKind.Reconfigure: Reconfigure(fault.First); break;
            case FaultKind.WrongState:
                if (TrySpendFault(replica)) replica.ExecutesWrongly = true;
                break;
            case FaultKind.BitRot:
                if (!replica.Alive || !TrySpendFault(replica)) break;
                int synced = replica.Journal.SurvivingLength;
                CrashAndRestart(replica);
                replica.Journal.Rot(ref _disk, synced);
                break;
            case FaultKind.RollBack:
                if (!replica.Alive || !TrySpendFault(replica)) break;
                CrashAndRestart(replica);
                replica.Journal.RollBack(ref _disk);
                break;
            case FaultKind.LoseDisk:
                if (!replica.Alive || !TrySpendFault(replica)) break;
                CrashAndRestart(replica);
                replica.Journal.Clear();
                break;
            case FaultKind.Stop:
                replica.Crash(ref _disk);
                _queue.Push(NowNs + fault.First, SimulatedEventKind.Restart, replica.Instance);
                break;
            case FaultKind.Kill:
                if (replica.Alive && TrySpendFault(replica)) replica.Crash(ref _disk);
                break;
        }
    }

    /// <summary>Marks a replica faulty, if fewer than f are so far.</summary>
    private bool TrySpendFault(SimulatedReplica replica)
    {
        if (replica.Faulty || (int)UInt128.PopCount(FaultyNodes) >= (_plan.Nodes - 1) / 3 || _currentSet.Count != _plan.Nodes) return false;
        replica.Faulty = true;
        FaultyNodes |= UInt128.One << replica.Node;
        return true;
    }

    private void Heal()
    {
        _healed = true;
        Array.Clear(_cut);
        foreach (SimulatedReplica replica in _active)
        {
            _heightAtHeal[replica.Instance] = Oracle.Height;
            replica.CrashAfterEffects = 0;
            replica.FailNextSync = false;
            replica.PausedUntilNs = Math.Min(replica.PausedUntilNs, NowNs);
        }

        Trace?.Invoke($"{NowNs / 1000,9} µs  healed at height {Oracle.Height}, view {HighestView}");
    }

    /// <summary>Every correct validator has committed what healing promises.</summary>
    private bool IsRecovered()
    {
        foreach (SimulatedReplica replica in _active)
        {
            if (replica.Faulty || replica.Node >= _plan.Nodes || (_currentSet.IndexOfNode(replica.Node) < 0)) continue;
            if (!replica.Alive || replica.CommittedHeight < _heightAtHeal[replica.Instance] + (ulong)_plan.BlocksAfterHeal) return false;
        }

        return true;
    }

    private string Stall()
    {
        string text = $"height {Oracle.Height}, wanted {_heightAtHeal[0] + (ulong)_plan.BlocksAfterHeal}:";
        foreach (SimulatedReplica replica in _active)
        {
            text += $" [{replica.Instance}{(replica.Faulty ? "!" : string.Empty)}{(replica.Alive ? string.Empty : " dead")} epoch {replica.Core.Epoch} view {replica.Core.View}"
                + $" committed {replica.CommittedHeight} executed {replica.ExecutedHeight} lock {replica.Core.LockView}{(replica.Core.Closing ? " closing" : string.Empty)} {replica.Core.Halted}]";
        }

        return text;
    }

    private void HandInBatch()
    {
        _batchNumber++;
        SimulatedReplica replica = _active[(int)(_batchNumber % (ulong)_plan.Nodes)];
        if (!replica.Alive || NowNs < replica.PausedUntilNs || (replica.Faulty && !_plan.Twins && (_plan.Byzantine >> replica.Node & 1) != 0 && _adversary.TakesOverBatch())) return;
        replica.OnClientBatch(MockScheme.KeyOf(0xBA7C4000 + _batchNumber), _plan.WantAcks);
        Oracle.AfterStep(replica);
    }

    /// <summary>Adds, removes, replaces a validator or rotates a key, by the low bits of <paramref name="choice"/>; all replicas are told.</summary>
    private void Reconfigure(ulong choice)
    {
        var next = new ValidatorSet();
        int removed = (choice & 3) is 1 or 2 ? (int)(choice >> 8) % _currentSet.Count : -1;
        int rotated = (choice & 3) == 3 ? (int)(choice >> 8) % _currentSet.Count : -1;
        for (int i = 0; i < _currentSet.Count; i++)
        {
            if (i == removed && _currentSet.Count > 4) continue;
            int node = _currentSet.Node(i);
            if (i == rotated && _rotations[node] < 7) _rotations[node]++;
            _ = next.TryAdd(node, MockSigner.KeyOf(node, _rotations[node]));
        }

        if (rotated < 0 && (choice & 3) != 1)
        {
            for (int node = 0; node < _active.Count; node++)
            {
                if (next.IndexOfNode(node) < 0 && next.TryAdd(node, MockSigner.KeyOf(node, _rotations[node]))) break;
            }
        }

        int faulty = (int)UInt128.PopCount(FaultyNodes & next.NodeMask);
        if (SameSet(next, _currentSet) || faulty > (next.Count - 1) / 3) return;
        _currentSet.CopyFrom(next);
        Span<byte> encoded = stackalloc byte[next.EncodedSize];
        var writer = new FrameWriter(encoded);
        next.Write(ref writer);
        _authorized = encoded.ToArray();
        foreach (SimulatedReplica replica in _active)
        {
            if (replica.Alive) replica.Step(ConsensusEvent.ReconfigurationAuthorized(_authorized));
        }
    }

    /// <summary>Starts a process; the operator's standing permission is told again unless it has been used.</summary>
    private void StartReplica(SimulatedReplica replica)
    {
        replica.Start();
        if (!replica.Alive || _authorized.Length == 0) return;
        var set = new ValidatorSet();
        Invariant.Check(set.TryRead(_authorized));
        if (!SameSet(set, replica.Core.Validators)) replica.Step(ConsensusEvent.ReconfigurationAuthorized(_authorized));
    }

    private static bool SameSet(ValidatorSet left, ValidatorSet right)
    {
        if (left.Count != right.Count) return false;
        for (int i = 0; i < left.Count; i++)
        {
            if (left.Node(i) != right.Node(i) || left.Key(i) != right.Key(i)) return false;
        }

        return true;
    }
}
