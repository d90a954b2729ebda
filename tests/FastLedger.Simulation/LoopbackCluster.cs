// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus;
using FastLedger.Consensus.Effects;
using FastLedger.Consensus.Messages;
using FastLedger.Primitives;

namespace FastLedger.Simulation;

/// <summary>
/// Cores that hand their messages to each other at once: no network, no disk, no oracle. Measures what the core itself costs.
/// </summary>
public sealed class LoopbackCluster
{
    private readonly ConsensusCore[] _cores;
    private readonly FramePool _frames = new();
    private readonly (int To, int From, int Frame)[] _queue = new (int, int, int)[1 << 16];
    private int _head;
    private int _tail;
    private ulong _nowNs = 1;

    /// <param name="nodes">Validators.</param>
    /// <param name="scheme">Digest and signatures.</param>
    /// <param name="signerOf">The signer of a node.</param>
    /// <param name="keyOf">The key of a node.</param>
    public LoopbackCluster(int nodes, ISignatureScheme scheme, Func<int, ISigner> signerOf, Func<int, Hash256> keyOf)
    {
        _cores = new ConsensusCore[nodes];
        var set = new ValidatorSet();
        for (int i = 0; i < nodes; i++) Invariant.Check(set.TryAdd(i, keyOf(i)));
        Span<byte> record = stackalloc byte[8192];
        int length = ConsensusCore.WriteProvisioning(record, scheme, MockScheme.KeyOf(1), set, 1);
        ConsensusOptions options = PlanGenerator.CoreOptions with { IdleDelayNs = 0, TreeCapacity = 64, ViewWindow = 32 };
        for (int i = 0; i < nodes; i++)
        {
            _cores[i] = new ConsensusCore(options, scheme, signerOf(i), nodes);
            _cores[i].Replay(record[..length]);
        }

        for (int i = 0; i < nodes; i++) Carry(i, _cores[i].Step(ConsensusEvent.Start, Now));
    }

    /// <summary>A cluster with the fast mock scheme.</summary>
    public static LoopbackCluster WithMock(int nodes) =>
        new(nodes, MockScheme.Instance, node => new MockSigner(node), node => MockSigner.KeyOf(node, 0));

    /// <summary>View of the first core.</summary>
    public ulong View => _cores[0].View;

    /// <summary>Committed height of the first core.</summary>
    public ulong Height => _cores[0].CommittedHeight;

    /// <summary>Steps that the cores made.</summary>
    public ulong Steps { get; private set; }

    private ClockReading Now => new(_nowNs, _nowNs);

    /// <summary>Runs until the first core is in <paramref name="view"/>.</summary>
    public void RunToView(ulong view)
    {
        while (_cores[0].View < view)
        {
            Invariant.Check(_head != _tail);
            (int to, int from, int frame) = _queue[_head];
            _head = (_head + 1) & (_queue.Length - 1);
            _nowNs++;
            Carry(to, _cores[to].Step(ConsensusEvent.Message(from, _frames.Bytes(frame)), Now));
            _frames.Release(frame);
        }
    }

    private void Carry(int node, EffectBuffer effects)
    {
        Steps++;
        ulong committed = 0;
        Hash256 id = default;
        for (int i = 0; i < effects.Count; i++)
        {
            ref readonly Effect effect = ref effects[i];
            switch (effect.Kind)
            {
                case EffectKind.Send: Send(node, effects, effect); break;
                case EffectKind.Commit:
                    committed = effect.Number;
                    id = effect.Id;
                    break;
            }
        }

        if (committed > 0) Carry(node, _cores[node].Step(ConsensusEvent.Executed(new StateCommitment(committed, id, id, id, default)), Now));
    }

    private void Send(int node, EffectBuffer effects, in Effect effect)
    {
        int frame = _frames.Take(effects.Bytes(effect));
        for (int to = 0; to < _cores.Length; to++)
        {
            if ((effect.Targets >> to & 1) == 0) continue;
            _frames.Retain(frame);
            _queue[_tail] = (to, node, frame);
            _tail = (_tail + 1) & (_queue.Length - 1);
            Invariant.Check(_head != _tail);
        }

        _frames.Release(frame);
    }
}
