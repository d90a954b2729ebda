// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Agreements;
using FastLedger.Domain.Transfers;
using FastLedger.Primitives.Commands;
using FastLedger.State;

namespace FastLedger.Domain.Outcomes;

/// <summary>Attested outcomes, and what finds them.</summary>
/// <remarks>Thread: executor only. Alloc: none after construction. Blocks: page faults on first touch.</remarks>
public sealed class OutcomeTables : IDisposable
{
    /// <summary>Records, record 0 included.</summary>
    public const uint MaxOutcomes = 1 << 20;

    /// <summary>Reserves the table.</summary>
    public OutcomeTables(Genesis genesis, UndoLog undo, ulong secret)
    {
        Outcomes = new Table<OutcomeRecord>(TableId.Outcomes, AgreementTables.Capacity(genesis, MaxOutcomes), undo);
        OutcomeByAsset = new IdIndex(undo, secret);
        Times = new ExpiryQueue(undo, (int)Outcomes.Capacity);
    }

    public Table<OutcomeRecord> Outcomes { get; }

    /// <summary>Outcomes by each of their assets.</summary>
    public IdIndex OutcomeByAsset { get; }

    /// <summary>Outcomes by the block time at which they become final by themselves.</summary>
    public ExpiryQueue Times { get; }

    /// <summary>Makes the derived structures anew from the table.</summary>
    public void Rebuild()
    {
        for (uint n = 1; n < Outcomes.Count; n++)
        {
            ref readonly OutcomeRecord outcome = ref Outcomes[n];
            for (uint i = 0; outcome.FirstAsset != 0 && i < outcome.Values; i++) OutcomeByAsset.Add(outcome.FirstAsset + i, n);
            if (outcome.State == OutcomeState.Proposed) Times.Add(n, outcome.WindowEndsNs);
            else if (outcome.State == OutcomeState.Open && outcome.ReportUntilNs != 0) Times.Add(n, outcome.ReportUntilNs);
        }
    }

    /// <summary>Frees what is derived.</summary>
    public void Dispose()
    {
        OutcomeByAsset.Dispose();
        Times.Dispose();
    }
}
