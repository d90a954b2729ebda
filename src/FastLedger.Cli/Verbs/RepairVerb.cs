// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using System.Globalization;
using System.Threading.Tasks;
using FastLedger.Node.Checkpoints;
using FastLedger.Node.Recovery;

namespace FastLedger.Cli.Verbs;

/// <summary><c>fastledger repair --reindex DIR</c></summary>
internal static class RepairVerb
{
    private static readonly Argument<string> Directory = ReplicaFiles.Argument("a stopped replica");
    private static readonly Option<bool> Reindex = new("--reindex") { Description = "The index of accounts, instruments, objects, classes and sessions by their ids." };
    private static readonly Option<bool> Apply = new("--apply") { Description = "Make the index anew when it differs; without it nothing is changed." };
    private static readonly Option<bool> Json = Options.Json();

    public static Command Create()
    {
        var command = new Command("repair", "Compares what a stopped replica's newest checkpoint derives from its tables with them, and makes it anew. Exit code 1 when it differs and nothing was changed.")
        {
            Directory, ReplicaFiles.State, Reindex, Apply, Json,
        };
        command.Validators.Add(static result =>
        {
            if (!result.GetValue(Reindex)) result.AddError("Say what to repair: --reindex.");
        });
        HelpWithExamples.Install(
            command,
            "fastledger repair --reindex /var/lib/fastledger",
            "fastledger repair --reindex /var/lib/fastledger --apply");
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            return CommandLine.GuardAsync(presenter, _ => Task.FromResult(Run(presenter, ReplicaFiles.ReadWithCheckpoint(parsed, Directory), parsed.GetValue(Apply))), ct);
        });
        return command;
    }

    private static int Run(Presenter presenter, ReplicaFolders folders, bool apply)
    {
        IndexFindings found = IndexRepair.Run(folders, apply, presenter.Say);
        bool isSound = found.IsSound, applied = apply && !isSound;
        if (presenter.IsJson)
        {
            presenter.Write(new Result(isSound || applied, folders.Data, found.Height, found.Ids, found.Entries, found.Missing, found.Wrong, found.Fault, isSound, applied));
        }
        else
        {
            presenter.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Checkpoint of height {found.Height:N0}: the tables hold {found.Ids:N0} ids."));
            if (isSound) presenter.WriteLine("The index holds the same.");
            else if (found.Fault is { } fault) presenter.WriteLine($"The index cannot be used: {fault}");
            else presenter.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The index differs: {found.Missing:N0} ids are missing, {found.Wrong:N0} entries are wrong."));
            if (applied) presenter.WriteLine("It was made anew from the tables.");
            else if (!isSound) presenter.WriteLine("Nothing was changed: add --apply to make it anew. A replica that starts on this directory does the same by itself.");
        }

        return isSound || applied ? ExitCode.Ok : ExitCode.FailedCheck;
    }

    private sealed record Result(
        bool Ok, string Directory, ulong Height, ulong Ids, ulong Entries, ulong Missing, ulong Wrong, string? Fault, bool WasSound, bool Applied);
}
