// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.InteropServices;
using FastLedger.Domain.Accounts;
using FastLedger.Node.Recovery;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using Spectre.Console;

namespace FastLedger.Cli.Verbs;

/// <summary>Shows an account and walks back through its history.</summary>
internal static class AccountListing
{
    public static int Run(Presenter presenter, OfflineReplica replica, ulong number, int limit)
    {
        if (number > uint.MaxValue || !replica.Ledger.Accounts.Has((uint)number)) throw new VerbException(ExitCode.FailedCheck, $"There is no account {number}.");
        ref readonly AccountRecord account = ref replica.Ledger.Accounts[(uint)number];
        List<Movement> movements = Walk(replica, number, account.LastEntry, limit);
        var result = new Result(
            true, number, account.ExternalId.ToString(CultureInfo.InvariantCulture), account.Asset, account.Flags.ToString(),
            account.Balance.ToString(CultureInfo.InvariantCulture), account.Available.ToString(CultureInfo.InvariantCulture),
            account.Floor.ToString(CultureInfo.InvariantCulture), account.DebitsPending.ToString(CultureInfo.InvariantCulture),
            account.DebitsPosted.ToString(CultureInfo.InvariantCulture), account.CreditsPending.ToString(CultureInfo.InvariantCulture),
            account.CreditsPosted.ToString(CultureInfo.InvariantCulture), movements, replica.StateRoot.ToString());
        if (presenter.IsJson) presenter.Write(result);
        else Show(presenter.Results, result);
        return ExitCode.Ok;
    }

    private static List<Movement> Walk(OfflineReplica replica, ulong account, ulong newest, int limit)
    {
        var movements = new List<Movement>();
        Span<HistoryEntry> entry = stackalloc HistoryEntry[1];
        for (ulong number = newest; number != 0 && movements.Count < limit;)
        {
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
    }

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed record Movement(
        ulong Entry, ulong Sequence, long TimestampNs, HistoryKind Kind, ulong DebitAccount, ulong CreditAccount, string Amount, uint Code, ulong Link);

    // Amounts have up to 128 bits: as text, so that no reader rounds them.
    private sealed record Result(
        bool Ok, ulong Number, string ExternalId, uint Asset, string Flags, string Balance, string Available, string Floor, string DebitsPending,
        string DebitsPosted, string CreditsPending, string CreditsPosted, List<Movement> Movements, string StateRoot);
}
