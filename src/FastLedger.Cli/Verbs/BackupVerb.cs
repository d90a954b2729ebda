// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Threading.Tasks;
using FastLedger.Node.Checkpoints;
using FastLedger.Node.Recovery;

namespace FastLedger.Cli.Verbs;

/// <summary><c>fastledger backup DIR TARGET</c> and <c>fastledger restore BACKUP DIR</c></summary>
internal static class BackupVerb
{
    private static readonly Option<bool> Json = Options.Json();

    public static Command CreateBackup()
    {
        Argument<string> source = ReplicaFiles.Argument("a replica, running or not");
        var target = new Argument<string>("target") { Description = "Folder for the copy; must not exist." };
        var command = new Command("backup", "Copies a replica's newest checkpoint and the journal on top of it, while it runs.") { source, target, ReplicaFiles.State, Json };
        HelpWithExamples.Install(command, "fastledger backup /var/lib/fastledger /backup/monday", "fastledger backup /etc/fastledger/node.toml /backup/monday");
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            return CommandLine.GuardAsync(presenter, _ =>
            {
                string to = parsed.GetRequiredValue(target);
                ulong height = Backup.Copy(ReplicaFiles.ReadWithCheckpoint(parsed, source), to);
                if (presenter.IsJson) presenter.Write(new Result(true, to, height));
                else presenter.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Copied the checkpoint of height {height:N0} and the journal after it to {to}."));
                return Task.FromResult(ExitCode.Ok);
            }, ct);
        });
        return command;
    }

    public static Command CreateRestore()
    {
        var source = new Argument<string>("backup") { Description = "What backup made." };
        var target = new Argument<string>("dir") { Description = "Data directory to make, which must not exist, or the settings file of the replica that will have it." };
        var height = new Option<ulong>("--height") { Description = "Highest height to keep.", HelpName = "HEIGHT", DefaultValueFactory = static _ => ulong.MaxValue };
        var command = new Command("restore", "Makes a data directory of a backup, as it was at its end or at a height.") { source, target, ReplicaFiles.State, height, Json };
        HelpWithExamples.Install(
            command,
            "fastledger restore /backup/monday /var/lib/fastledger",
            "fastledger restore /backup/monday /tmp/before --height 120000");
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            return CommandLine.GuardAsync(presenter, _ =>
            {
                ReplicaFolders folders = ReplicaFiles.ReadTarget(parsed, target);
                string from = parsed.GetRequiredValue(source), to = folders.Data;
                if (!Directory.Exists(ReplicaFolders.Of(from).State)) throw new VerbException(ExitCode.InputOutput, $"{from} holds no backup: there is no checkpoint in {ReplicaFolders.Of(from).State}.");
                ulong restored = Backup.Restore(from, folders, parsed.GetValue(height));
                if (presenter.IsJson) presenter.Write(new Result(true, to, restored));
                else presenter.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Restored {to} up to height {restored:N0}."));
                return Task.FromResult(ExitCode.Ok);
            }, ct);
        });
        return command;
    }

    private sealed record Result(bool Ok, string Directory, ulong Height);
}
