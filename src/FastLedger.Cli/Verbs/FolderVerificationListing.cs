// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using FastLedger.Node.Checkpoints;
using FastLedger.Node.Recovery;

namespace FastLedger.Cli.Verbs;

/// <summary>Shows what reading everything of a stopped replica found.</summary>
internal static class FolderVerificationListing
{
    public static int Run(Presenter presenter, ReplicaFolders folders)
    {
        FolderFindings found = FolderVerification.Run(folders, presenter.Say);
        if (presenter.IsJson)
        {
            presenter.Write(new Result(found.IsSound, found.Checkpoints, found.JournalEntries, found.JournalBytes, found.FirstHistoryEntry, found.HistoryEntries, found.Damage));
        }
        else
        {
            foreach (CheckpointFinding checkpoint in found.Checkpoints)
                presenter.WriteLine(Line($"Checkpoint of height {checkpoint.Height:N0}: {(checkpoint.IsSound ? "sound" : "damaged")}, {checkpoint.Pages:N0} pages, state root {checkpoint.StateRoot}"));
            if (found.Checkpoints.Count == 0) presenter.WriteLine("There is no checkpoint that can be read: a start executes the whole journal.");
            presenter.WriteLine(Line($"Journal: {found.JournalEntries:N0} entries, {found.JournalBytes:N0} bytes"));
            if (found.FirstHistoryEntry > 0) presenter.WriteLine(Line($"History: entries {found.FirstHistoryEntry:N0} to {found.HistoryEntries:N0}"));
            foreach (string damage in found.Damage) presenter.WriteLine(damage);
            presenter.WriteLine(found.IsSound ? "Sound." : "Damaged.");
        }

        return found.IsSound ? ExitCode.Ok : ExitCode.BadData;
    }

    private static string Line(FormattableString line) => line.ToString(CultureInfo.InvariantCulture);

    private sealed record Result(
        bool Ok, IReadOnlyList<CheckpointFinding> Checkpoints, ulong JournalEntries, ulong JournalBytes, ulong FirstHistoryEntry,
        ulong HistoryEntries, IReadOnlyList<string> Damage);
}
