// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Consensus.Effects;
using FastLedger.Consensus.Messages;
using FastLedger.Cryptography;

namespace FastLedger.Consensus.Tests;

/// <summary>A leader that held batches back because execution was behind proposes them when execution has caught up, not when the next pause ends.</summary>
public sealed class BacklogTests
{
    private const ulong NeverNs = 1UL << 60;

    [Theory]
    [InlineData(1UL)]
    [InlineData(3UL)]
    [InlineData(20UL)]
    public void Batches_held_back_by_a_backlog_are_ordered_as_soon_as_it_shrinks(ulong backlog)
    {
        using SigningKey key = SigningKey.Generate();
        var set = new ValidatorSet();
        Assert.True(set.TryAdd(0, key.PublicKey));
        byte[] record = new byte[1024];
        int length = ConsensusCore.WriteProvisioning(record, Ed25519Scheme.Instance, TestKeys.Block(1), set, 1);
        var core = new ConsensusCore(new ConsensusOptions { IdleDelayNs = NeverNs, MaxExecutionBacklog = backlog }, Ed25519Scheme.Instance, new Ed25519Signer(key), 1);
        core.Replay(record.AsSpan(0, length));
        var committed = new Queue<StateCommitment>();
        var own = new Queue<byte[]>();
        ulong now = 1;

        void Step(ConsensusEvent input)
        {
            Carry(core.Step(input, new ClockReading(now, now)));
            while (own.TryDequeue(out byte[]? message))
            {
                now++;
                Carry(core.Step(
                    message[0] == (byte)MessageKind.BatchHeader ? ConsensusEvent.BatchStored(message) : ConsensusEvent.Message(0, message), new ClockReading(now, now)));
            }
        }

        void Carry(EffectBuffer effects)
        {
            for (int i = 0; i < effects.Count; i++)
            {
                Effect effect = effects[i];
                if (effect.Kind == EffectKind.Send) own.Enqueue(effects.Bytes(effect).ToArray());
                else if (effect.Kind == EffectKind.Commit) committed.Enqueue(new StateCommitment(effect.Number, effect.Id, effect.Id, effect.Id, default));
            }
        }

        void Author() => Step(ConsensusEvent.BatchAuthored(new BatchReference(0, 0, TestKeys.Block((int)now), 100, 1), wantsAck: false));

        Step(ConsensusEvent.Start);
        for (ulong i = 0; i < backlog; i++) Author();
        Assert.Equal(backlog, core.CommittedHeight);
        Author();
        Assert.Equal(backlog, core.CommittedHeight);
        Assert.Equal(backlog, core.CommittedBatch(0));
        Step(ConsensusEvent.Executed(committed.Dequeue()));
        Assert.Equal(backlog + 1, core.CommittedHeight);
        Assert.Equal(backlog + 1, core.CommittedBatch(0));
    }
}
