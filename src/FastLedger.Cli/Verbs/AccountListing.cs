// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.InteropServices;
using FastLedger.Domain.Accounts;
using FastLedger.Node.Recovery;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Storage;
using Spectre.Console;

namespace FastLedger.Cli.Verbs;

/// <summary>Shows an account and walks back through its history.</summary>
internal static class AccountListing
{
    public static int Run(Presenter presenter, OfflineReplica replica, ulong number, int limit)
    {
        if (number > uint.MaxValue || !replica.Ledger.Accounts.Has((uint)number)) throw new VerbException(ExitCode.FailedCheck, $"There is no account {number}.");
        ref readonly AccountRecord account = ref replica.Ledger.Accounts[(uint)number];
        List<Movement> movements = Walk(replica, number, account.LastEntry, limit, out bool isCutOff);
        ulong? prunedBelow = isCutOff ? FirstSequence(replica.History) : null;
        var result = new Result(
            true, number, account.ExternalId.ToString(CultureInfo.InvariantCulture), account.Asset, account.Flags.ToString(),
            account.Balance.ToString(CultureInfo.InvariantCulture), account.Available.ToString(CultureInfo.InvariantCulture),
            account.Floor.ToString(CultureInfo.InvariantCulture), account.DebitsPending.ToString(CultureInfo.InvariantCulture),
            account.DebitsPosted.ToString(CultureInfo.InvariantCulture), account.CreditsPending.ToString(CultureInfo.InvariantCulture),
            account.CreditsPosted.ToString(CultureInfo.InvariantCulture), movements, prunedBelow, isCutOff ? replica.History.FirstEntry : null, replica.StateRoot.ToString());
        if (presenter.IsJson) presenter.Write(result);
        else Show(presenter.Results, result);
        return ExitCode.Ok;
    }

    private static List<Movement> Walk(OfflineReplica replica, ulong account, ulong newest, int limit, out bool isCutOff)
    {
        isCutOff = false;
        var movements = new List<Movement>();
        Span<HistoryEntry> entry = stackalloc HistoryEntry[1];
        for (ulong number = newest; number != 0 && movements.Count < limit;)
        {
            isCutOff = number < replica.History.FirstEntry;
            if (isCutOff) break;
            Invariant.Check(replica.History.Read(number, MemoryMarshal.AsBytes(entry)));
            ref HistoryEntry movement = ref entry[0];
            bool debit = movement.DebitAccount == account;
            movements.Add(new Movement(
                number, movement.Sequence, movement.TimestampNs, movement.Kind, movement.DebitAccount, movement.CreditAccount,
                movement.Amount.ToString(CultureInfo.InvariantCulture), movement.Code, movement.Link));
            number = debit ? movement.DebitPrevious : movement.CreditPrevious;
        }

        return movements;
    }

    private static void Show(IAnsiConsole console, Result r)
    {
        console.MarkupLineInterpolated($"account [bold]{r.Number}[/], asset {r.Asset}, flags {r.Flags}: balance [bold]{r.Balance}[/], available {r.Available}");
        console.MarkupLineInterpolated($"debits {r.DebitsPosted} posted, {r.DebitsPending} pending; credits {r.CreditsPosted} posted, {r.CreditsPending} pending; floor {r.Floor}");
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("entry", "sequence", "kind", "debit", "credit", "amount", "code", "link");
        foreach (Movement m in r.Movements)
        {
            table.AddRow(
                Text(m.Entry), Text(m.Sequence), m.Kind.ToString(), Text(m.DebitAccount), Text(m.CreditAccount), m.Amount, Text(m.Code), Text(m.Link));
        }

        console.Write(table);
        if (r.PrunedBelowEntry is not { } entry) return;
        console.WriteLine(r.PrunedBelowSequence is { } sequence and > 0
            ? string.Create(CultureInfo.InvariantCulture, $"The account has older movements: this replica's history is pruned below sequence {sequence} (entry {entry}).")
            : string.Create(CultureInfo.InvariantCulture, $"The account has older movements: this replica's history begins with entry {entry}, which is not written yet."));
    }

    /// <summary>Ledger sequence of the first entry that is here; 0 when there is none yet.</summary>
    private static ulong FirstSequence(HistoryLog history)
    {
        Span<HistoryEntry> entry = stackalloc HistoryEntry[1];
        return history.Read(history.FirstEntry, MemoryMarshal.AsBytes(entry)) ? entry[0].Sequence : 0;
    }

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed record Movement(
        ulong Entry, ulong Sequence, long TimestampNs, HistoryKind Kind, ulong DebitAccount, ulong CreditAccount, string Amount, uint Code, ulong Link);

    // Amounts have up to 128 bits: as text, so that no reader rounds them.
    private sealed record Result(
        bool Ok, ulong Number, string ExternalId, uint Asset, string Flags, string Balance, string Available, string Floor, string DebitsPending,
        string DebitsPosted, string CreditsPending, string CreditsPosted, List<Movement> Movements, ulong? PrunedBelowSequence, ulong? PrunedBelowEntry, string StateRoot);
}
