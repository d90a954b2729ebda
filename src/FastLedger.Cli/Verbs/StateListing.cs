// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using FastLedger.Node.Checkpoints;
using FastLedger.Node.Recovery;
using FastLedger.State;
using FastLedger.Storage;
using Spectre.Console;

namespace FastLedger.Cli.Verbs;

/// <summary>Shows manifests, pages and sizes of a data directory.</summary>
internal static class StateListing
{
    /// <summary>Every manifest with its tables.</summary>
    public static int Manifests(Presenter presenter, ReplicaFolders folders)
    {
        ManifestRow[] rows = [.. CheckpointFolder.ReadManifests(folders).Select(static manifest => new ManifestRow(
            manifest.Height, manifest.BlockId.ToString(), manifest.StateRoot.ToString(), CheckpointFolder.FirstIndexOf(manifest), manifest.JournalAnchor.Segment,
            CheckpointFolder.HistoryEntriesOf(manifest), manifest.StoreToken.ToString(),
            [.. manifest.Tables.Select(static table => new TableRow(Name(table.Id), table.RecordSize, table.Count, table.Root.ToString()))]))];
        if (presenter.IsJson)
        {
            presenter.Write(new ManifestResult(true, rows));
            return ExitCode.Ok;
        }

        foreach (ManifestRow row in rows)
        {
            presenter.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Height {row.Height:N0}, state root {row.StateRoot}"));
            presenter.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  journal from entry {row.FirstEntry:N0} in segment {row.JournalSegment}, history up to entry {row.HistoryEntries:N0}, {row.Pages}"));
            var table = new Spectre.Console.Table { Border = TableBorder.Simple };
            table.AddColumns("table", "record", "records", "root");
            foreach (TableRow part in row.Tables.Where(static part => part.Records > 1))
                table.AddRow(part.Table, Text(part.RecordBytes), Text(part.Records - 1), part.Root[..16] + "…");
            presenter.Results.Write(table);
        }

        return ExitCode.Ok;
    }

    /// <summary>One page of the newest checkpoint.</summary>
    public static int Page(Presenter presenter, ReplicaFolders folders, uint table, uint page)
    {
        Manifest newest = CheckpointFolder.ReadManifests(folders)[0];
        byte[]? found = null;
        ulong written = 0;
        CheckpointFolder.ReadPages(folders, newest, (key, height, bytes) =>
        {
            if (key.Table != table || key.Page != page) return;
            found = bytes.ToArray();
            written = height;
        });
        if (found is null) throw new VerbException(ExitCode.FailedCheck, $"The checkpoint of height {newest.Height} has no page {page} of table {table}.");
        if (presenter.IsJson)
        {
            presenter.Write(new PageResult(true, newest.Height, table, page, written, Convert.ToHexStringLower(found)));
            return ExitCode.Ok;
        }

        int record = (int)(newest.Tables.FirstOrDefault(t => t.Id == table).RecordSize is var size and > 0 ? size : 64);
        presenter.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Page {page} of {Name(table)}, as of height {written:N0}, checksum good"));
        for (int at = 0; at < found.Length; at += 32)
        {
            string number = at % record == 0 ? string.Create(CultureInfo.InvariantCulture, $"{((long)page * found.Length / record) + (at / record),12}") : new string(' ', 12);
            presenter.WriteLine($"{number}  {Convert.ToHexStringLower(found.AsSpan(at, 32))}");
        }

        return ExitCode.Ok;
    }

    /// <summary>How much there is of everything.</summary>
    public static int Stats(Presenter presenter, ReplicaFolders folders)
    {
        Manifest newest = CheckpointFolder.ReadManifests(folders)[0];
        var pages = new SortedDictionary<uint, long>();
        CheckpointFolder.ReadPages(folders, newest, (key, _, _) => pages[key.Table] = pages.GetValueOrDefault(key.Table) + 1);
        var result = new StatsResult(
            true,
            newest.Height,
            Bytes(folders.State),
            Bytes(folders.Journal),
            Bytes(folders.History),
            HistoryStart.Read(folders.History),
            CheckpointFolder.HistoryEntriesOf(newest),
            [.. pages.Select(static part => new RegionRow(Name(part.Key), part.Value))]);
        if (presenter.IsJson)
        {
            presenter.Write(result);
            return ExitCode.Ok;
        }

        presenter.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Height {result.Height:N0}: {result.StateBytes / 1e6:N1} MB of checkpoints, {result.JournalBytes / 1e6:N1} MB of journal, {result.HistoryBytes / 1e6:N1} MB of history, entries {result.FirstHistoryEntry:N0} to {result.HistoryEntries:N0}"));
        var table = new Spectre.Console.Table { Border = TableBorder.Simple };
        table.AddColumns("pages of", "pages", "MB");
        foreach (RegionRow row in result.Pages) table.AddRow(row.Table, Text((ulong)row.Pages), (row.Pages * PageStore.PageBytes / 1e6).ToString("N1", CultureInfo.InvariantCulture));
        presenter.Results.Write(table);
        return ExitCode.Ok;
    }

    private static long Bytes(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(static file => new FileInfo(file).Length) : 0;

    private static string Name(uint table) =>
        table == 128 ? "results of the sessions' last commands" : Enum.IsDefined((TableId)table) ? ((TableId)table).ToString() : table.ToString(CultureInfo.InvariantCulture);

    private static string Text(ulong number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private sealed record TableRow(string Table, uint RecordBytes, ulong Records, string Root);

    private sealed record ManifestRow(
        ulong Height, string BlockId, string StateRoot, ulong FirstEntry, ulong JournalSegment, ulong HistoryEntries, string Pages, TableRow[] Tables);

    private sealed record ManifestResult(bool Ok, ManifestRow[] Manifests);

    private sealed record PageResult(bool Ok, ulong Height, uint Table, uint Page, ulong WrittenAtHeight, string Bytes);

    private sealed record RegionRow(string Table, long Pages);

    private sealed record StatsResult(bool Ok, ulong Height, long StateBytes, long JournalBytes, long HistoryBytes, ulong FirstHistoryEntry, ulong HistoryEntries, RegionRow[] Pages);
}
