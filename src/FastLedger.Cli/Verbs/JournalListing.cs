// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using FastLedger.Node.Recovery;
using FastLedger.Storage;
using Spectre.Console;

namespace FastLedger.Cli.Verbs;

/// <summary>Lists the entries of a journal.</summary>
internal static class JournalListing
{
    public static int Run(Presenter presenter, string directory, ulong from, int limit)
    {
        string journal = OfflineReplica.JournalOf(directory);
        if (!Directory.Exists(journal)) throw new DirectoryNotFoundException($"{directory} holds no journal.");
        var rows = new List<Row>();
        using var reader = new JournalReader(journal, JournalBatches.Digest);
        while (rows.Count < limit && reader.TryRead(out JournalEntry entry))
        {
            if (entry.Index < from) continue;
            rows.Add(new Row(
                entry.Index, entry.Kind, entry.Height, entry.TimestampNs, entry.Payload.Length, entry.PayloadDigest.ToString(), Path.GetFileName(entry.File), entry.Offset));
        }

        if (presenter.IsJson) presenter.Write(new Result(true, rows, reader.End));
        else Show(presenter, rows, reader.End);
        return ExitCode.Ok;
    }

    private static void Show(Presenter presenter, List<Row> rows, JournalEnd? end)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("entry", "kind", "height", "bytes", "file", "offset", "payload digest");
        foreach (Row row in rows)
        {
            table.AddRow(
                Text(row.Index), row.Kind.ToString(), Text(row.Height), Text((ulong)row.PayloadBytes), Markup.Escape(row.File), Text((ulong)row.Offset), row.PayloadDigest[..16] + "…");
        }

        presenter.Results.Write(table);
        if (end is not null) presenter.WriteLine($"The journal ends ({end.Kind}) in {end.File} at offset {end.Offset}{(end.Reason is null ? "" : ": " + end.Reason)}.");
    }

    private static string Text(ulong number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private sealed record Row(
        ulong Index, JournalEntryKind Kind, ulong Height, long TimestampNs, int PayloadBytes, string PayloadDigest, string File, long Offset);

    private sealed record Result(bool Ok, List<Row> Entries, JournalEnd? End);
}
