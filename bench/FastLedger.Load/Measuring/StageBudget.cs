// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;

namespace FastLedger.Load.Measuring;

/// <summary>What one stage of a replica may cost per command on one core of a two-core AVX-512 server: worked out before the code was
/// written, and printed beside every measurement.</summary>
/// <param name="Stage">Key in <see cref="StageFigures.StageNs"/>.</param>
/// <param name="Work">What it covers, for the reader of a report.</param>
/// <param name="BudgetNs">Nanoseconds per command; null where none was set beforehand.</param>
public sealed record StageBudget(string Stage, string Work, double? BudgetNs)
{
    public const string Parse = "parse", Hash = "hash", Verify = "verify", Execute = "execute", Root = "root", Journal = "journal", Socket = "socket";

    /// <summary>The stages in the order in which a command passes them, for transfers.</summary>
    public static IReadOnlyList<StageBudget> Transfers { get; } = Path(new(Execute, "execute one transfer", 60));

    /// <summary>The same path for orders.</summary>
    public static IReadOnlyList<StageBudget> Orders { get; } = Path(new(Execute, "execute one order (add, cancel or match)", 100));

    private static StageBudget[] Path(StageBudget execution) =>
    [
        new(Parse, "parse and check one command in a batch", 10),
        new(Hash, "hash one command (BLAKE3, batch of 8 k)", 25),
        new(Verify, "verify the batch's signature", null),
        execution,
        new(Root, "state root, per transfer (1 M accounts, 8 k block)", 200),
        new(Journal, "journal, per command (copy, checksum), without the sync", 40),
        new(Socket, "socket in and out", 60),
    ];
}
