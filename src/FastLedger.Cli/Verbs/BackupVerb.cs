// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using System.Globalization;
using System.Threading.Tasks;
using FastLedger.Node.Checkpoints;

namespace FastLedger.Cli.Verbs;

/// <summary><c>fastledger backup DIR TARGET</c> and <c>fastledger restore BACKUP DIR</c></summary>
internal static class BackupVerb
{
    private static readonly Option<bool> Json = Options.Json();

    public static Command CreateBackup()
    {
        var source = new Argument<string>("dir") { Description = "Data directory of a replica, running or not." };
        var target = new Argument<string>("target") { Description = "Folder for the copy; must not exist." };
        var command = new Command("backup", "Copies a replica's newest checkpoint and the journal on top of it, while it runs.") { source, target, Json };
        HelpWithExamples.Install(command, "fastledger backup /var/lib/fastledger /backup/monday");
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            return CommandLine.GuardAsync(presenter, _ =>
            {
                string to = parsed.GetRequiredValue(target);
                ulong height = Backup.Copy(parsed.GetRequiredValue(source), to);
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
        var target = new Argument<string>("dir") { Description = "Data directory to make; must not exist." };
        var height = new Option<ulong>("--height") { Description = "Highest height to keep.", HelpName = "HEIGHT", DefaultValueFactory = static _ => ulong.MaxValue };
        var command = new Command("restore", "Makes a data directory of a backup, as it was at its end or at a height.") { source, target, height, Json };
        HelpWithExamples.Install(
            command,
            "fastledger restore /backup/monday /var/lib/fastledger",
            "fastledger restore /backup/monday /tmp/before --height 120000");
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            return CommandLine.GuardAsync(presenter, _ =>
            {
                string to = parsed.GetRequiredValue(target);
                ulong restored = Backup.Restore(parsed.GetRequiredValue(source), to, parsed.GetValue(height));
                if (presenter.IsJson) presenter.Write(new Result(true, to, restored));
                else presenter.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Restored {to} up to height {restored:N0}."));
                return Task.FromResult(ExitCode.Ok);
            }, ct);
        });
        return command;
    }

    private sealed record Result(bool Ok, string Directory, ulong Height);
}
