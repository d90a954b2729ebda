// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Consensus.Effects;
using FastLedger.Consensus.Messages;
using FastLedger.Cryptography;

namespace FastLedger.Consensus.Tests;

/// <summary>A core that is its only validator: its own messages come back to it, committed blocks are executed when the test says so.</summary>
internal sealed class LoneCore : IDisposable
{
    private readonly SigningKey _key = SigningKey.Generate();
    private readonly Queue<StateCommitment> _committed = new();
    private readonly Queue<byte[]> _own = new();

    public LoneCore(ConsensusOptions options)
    {
        var set = new ValidatorSet();
        Assert.True(set.TryAdd(0, _key.PublicKey));
        byte[] record = new byte[1024];
        int length = ConsensusCore.WriteProvisioning(record, Ed25519Scheme.Instance, TestKeys.Block(1), set, 1);
        Core = new ConsensusCore(options, Ed25519Scheme.Instance, new Ed25519Signer(_key), 1);
        Core.Replay(record.AsSpan(0, length));
        Step(ConsensusEvent.Start);
    }

    public ConsensusCore Core { get; }

    /// <summary>Both clocks, in nanoseconds; every own message takes one.</summary>
    public ulong Now { get; set; } = 1;

    /// <summary>Steps the core until it says nothing more.</summary>
    public void Step(ConsensusEvent input)
    {
        Carry(Core.Step(input, new ClockReading(Now, Now)));
        while (_own.TryDequeue(out byte[]? message))
        {
            Now++;
            Carry(Core.Step(
                message[0] == (byte)MessageKind.BatchHeader ? ConsensusEvent.BatchStored(message) : ConsensusEvent.Message(0, message), new ClockReading(Now, Now)));
        }
    }

    /// <summary>A batch of one command.</summary>
    public void Author() => Step(ConsensusEvent.BatchAuthored(new BatchReference(0, 0, TestKeys.Block((int)Now), 100, 1), wantsAck: false));

    /// <summary>Executes the next committed block.</summary>
    public void Execute() => Step(ConsensusEvent.Executed(_committed.Dequeue()));

    public void Dispose() => _key.Dispose();

    private void Carry(EffectBuffer effects)
    {
        for (int i = 0; i < effects.Count; i++)
        {
            Effect effect = effects[i];
            if (effect.Kind == EffectKind.Send) _own.Enqueue(effects.Bytes(effect).ToArray());
            else if (effect.Kind == EffectKind.Commit) _committed.Enqueue(new StateCommitment(effect.Number, effect.Id, effect.Id, effect.Id, default));
        }
    }
}
