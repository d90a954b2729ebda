// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;
using FastLedger.Client;
using FastLedger.Load.Driving;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Load.Workloads;

/// <summary>Commands that do nothing: what is left is the price of ordering, of receipts and of certificates.</summary>
public sealed class NoopWorkload : IWorkload
{
    public string Name => "noops";

    public long Accounts => 0;

    public ResultMode ResultMode => ResultMode.FailuresOnly;

    public long Refused { get; private set; }

    public long Trades => 0;

    public void SetUp(LedgerClient client, IProgress<double>? progress, CancellationToken ct)
    {
        // Nothing is needed.
    }

    public void Fill(CommandBatch batch, int count)
    {
        ArgumentNullException.ThrowIfNull(batch);
        for (int i = 0; i < count; i++) batch.Add(new Command { Opcode = Opcode.Noop });
    }

    public void Answered(CommandBatch batch, in BatchOutcome outcome) => Refused += outcome.Failed;

    public void OnOrderEvents(ReadOnlySpan<OrderEvent> events)
    {
    }
}
