// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;
using FastLedger.Client;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Load.Driving;

/// <summary>Commands for a <see cref="LoadDriver"/> to send.</summary>
/// <remarks>Thread: the driver's, but for <see cref="OnOrderEvents"/>. Alloc: none after set-up.</remarks>
public interface IWorkload
{
    /// <summary>Name in results.</summary>
    string Name { get; }

    /// <summary>Accounts the workload uses.</summary>
    long Accounts { get; }

    /// <summary>Which results the workload needs to see.</summary>
    ResultMode ResultMode { get; }

    /// <summary>Commands that were refused since set-up.</summary>
    long Refused { get; }

    /// <summary>Trades seen since set-up.</summary>
    long Trades { get; }

    /// <summary>Makes assets, accounts and whatever else the commands need.</summary>
    /// <param name="client">An established session.</param>
    /// <param name="progress">Told the share done, 0 … 1.</param>
    /// <param name="ct">Ends the set-up.</param>
    void SetUp(LedgerClient client, IProgress<double>? progress, CancellationToken ct);

    /// <summary>Adds exactly <paramref name="count"/> commands to an empty batch.</summary>
    void Fill(CommandBatch batch, int count);

    /// <summary>Takes the answer to a batch; called in the order of sending.</summary>
    void Answered(CommandBatch batch, in BatchOutcome outcome);

    /// <summary>Takes events of resting orders, on the client's receive thread.</summary>
    void OnOrderEvents(ReadOnlySpan<OrderEvent> events);
}
