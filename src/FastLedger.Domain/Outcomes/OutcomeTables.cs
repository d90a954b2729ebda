// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Transfers;
using FastLedger.State;

namespace FastLedger.Domain.Outcomes;

/// <summary>Attested outcomes, and what finds them.</summary>
/// <remarks>Thread: executor only. Alloc: none after construction. Blocks: page faults on first touch.</remarks>
public sealed class OutcomeTables : IDisposable
{
    /// <summary>Records, record 0 included.</summary>
    public const uint MaxOutcomes = 1 << 20;

    /// <summary>Reserves the table.</summary>
    public OutcomeTables(UndoLog undo, ulong secret)
    {
        Outcomes = new Table<OutcomeRecord>(TableId.Outcomes, MaxOutcomes, undo);
        OutcomeByAsset = new IdIndex(undo, secret);
        Times = new ExpiryQueue(undo, (int)MaxOutcomes);
    }

    public Table<OutcomeRecord> Outcomes { get; }

    /// <summary>Outcomes by each of their assets.</summary>
    public IdIndex OutcomeByAsset { get; }

    /// <summary>Outcomes by the block time at which they become final by themselves.</summary>
    public ExpiryQueue Times { get; }

    /// <summary>Frees what is derived.</summary>
    public void Dispose()
    {
        OutcomeByAsset.Dispose();
        Times.Dispose();
    }
}
