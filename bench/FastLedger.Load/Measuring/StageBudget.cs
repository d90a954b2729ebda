// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;

namespace FastLedger.Load.Measuring;

/// <summary>What a part of a replica's work may cost per command on one core of a two-core AVX-512 server: worked out before the code was
/// written, and printed beside every measurement.</summary>
/// <param name="Stage">Key in <see cref="StageFigures.StageNs"/>.</param>
/// <param name="Work">What it covers, for the reader of a report.</param>
/// <param name="BudgetNs">Nanoseconds per command; null where none was set beforehand.</param>
public sealed record StageBudget(string Stage, string Work, double? BudgetNs)
{
    /// <summary>The stages in the order in which a command passes them, for transfers.</summary>
    public static IReadOnlyList<StageBudget> Transfers { get; } = Path(new("execute", "execute one transfer", 60));

    /// <summary>The same path for orders.</summary>
    public static IReadOnlyList<StageBudget> Orders { get; } = Path(new("execute", "execute one order (add, cancel or match)", 100));

    private static StageBudget[] Path(StageBudget execution) =>
    [
        new("ingress", "parse and check (10), hash (25), copy, signature of the batch", 35),
        new("journal", "journal: copy and checksum", 40),
        execution,
        new("history", "history entries", null),
        new("receipts", "receipts: hashes and root", null),
        new("state_root", "state root (budget: transfers, 1 M accounts, 8 k block)", 200),
        new("reply", "answers and events built", null),
        new("egress", "answers into the sockets (budget: in and out)", 60),
        new("commit", "journal written and synced, waiting for the disk included", null),
        new("history_flush", "history to its file", null),
        new("consensus", "consensus: bundles, messages, signatures", null),
    ];
}
