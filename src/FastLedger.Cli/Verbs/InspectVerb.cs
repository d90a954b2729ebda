// SPDX-License-Identifier: Apache-2.0
using System;
using System.CommandLine;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Node.Recovery;

namespace FastLedger.Cli.Verbs;

/// <summary><c>fastledger inspect journal|account|book|manifest|page|stats|verify DIR</c></summary>
internal static class InspectVerb
{
    private static readonly Argument<string> Directory = ReplicaFiles.Argument("a stopped replica");
    private static readonly Option<int> Limit = Options.Count("--limit", "Most rows to show.", 20, 1, 10_000_000);
    private static readonly Option<bool> Json = Options.Json();

    public static Command Create()
    {
        var command = new Command("inspect", "Looks into the files of a stopped replica.") { Journal(), Account(), Book(), Manifest(), Page(), Stats(), Verify() };
        HelpWithExamples.Install(
            command,
            "fastledger inspect journal /var/lib/fastledger",
            "fastledger inspect account /var/lib/fastledger 17",
            "fastledger inspect book /var/lib/fastledger 1",
            "fastledger inspect manifest /etc/fastledger/node.toml",
            "fastledger inspect verify /var/lib/fastledger --state /fast/state");
        return command;
    }

    private static Command Verify()
    {
        var command = new Command(
            "verify", "Reads every manifest, page record, index entry and journal byte, and compares roots, without executing anything. Exit code 65 when something is damaged: file and offset are named.")
        {
            Directory, ReplicaFiles.State, Json,
        };
        HelpWithExamples.Install(command, "fastledger inspect verify /var/lib/fastledger", "fastledger inspect verify /etc/fastledger/node.toml --json");
        command.SetAction((parsed, ct) => Show(parsed, presenter => FolderVerificationListing.Run(presenter, ReplicaFiles.Read(parsed, Directory)), ct));
        return command;
    }

    private static Command Manifest()
    {
        var command = new Command("manifest", "Shows the checkpoints that are kept, and what they bind.") { Directory, ReplicaFiles.State, Json };
        HelpWithExamples.Install(command, "fastledger inspect manifest /var/lib/fastledger --json");
        command.SetAction((parsed, ct) => Show(parsed, presenter => StateListing.Manifests(presenter, ReplicaFiles.ReadWithCheckpoint(parsed, Directory)), ct));
        return command;
    }

    private static Command Page()
    {
        var table = new Argument<uint>("table") { Description = "The table's number; 128 holds the results of the sessions' last commands." };
        var page = new Argument<uint>("page") { Description = "The page's number, from 0." };
        var command = new Command("page", "Shows a page of the newest checkpoint, verified.") { Directory, ReplicaFiles.State, table, page, Json };
        HelpWithExamples.Install(command, "fastledger inspect page /var/lib/fastledger 5 0      (accounts 0 to 31)");
        command.SetAction((parsed, ct) => Show(
            parsed, presenter => StateListing.Page(presenter, ReplicaFiles.ReadWithCheckpoint(parsed, Directory), parsed.GetValue(table), parsed.GetValue(page)), ct));
        return command;
    }

    private static Command Stats()
    {
        var command = new Command("stats", "Shows how much there is of pages, journal and history.") { Directory, ReplicaFiles.State, Json };
        HelpWithExamples.Install(command, "fastledger inspect stats /var/lib/fastledger");
        command.SetAction((parsed, ct) => Show(parsed, presenter => StateListing.Stats(presenter, ReplicaFiles.ReadWithCheckpoint(parsed, Directory)), ct));
        return command;
    }

    private static Task<int> Show(ParseResult parsed, Func<Presenter, int> show, CancellationToken ct)
    {
        var presenter = new Presenter(parsed, parsed.GetValue(Json));
        return CommandLine.GuardAsync(presenter, _ => Task.FromResult(show(presenter)), ct);
    }

    private static Command Journal()
    {
        var from = new Option<ulong>("--from") { Description = "Index of the first entry to show.", HelpName = "INDEX", DefaultValueFactory = static _ => 1 };
        var command = new Command("journal", "Lists the journal's entries, each one verified.") { Directory, from, Limit, Json };
        HelpWithExamples.Install(command, "fastledger inspect journal /var/lib/fastledger --from 1000 --limit 50");
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            return CommandLine.GuardAsync(presenter, _ => Task.FromResult(
                JournalListing.Run(presenter, ReplicaFiles.Read(parsed, Directory).Data, parsed.GetValue(from), parsed.GetValue(Limit))), ct);
        });
        return command;
    }

    private static Command Account()
    {
        var number = new Argument<ulong>("number") { Description = "The account's number." };
        var command = new Command("account", "Shows an account and its newest movements.") { Directory, ReplicaFiles.State, number, Limit, Json };
        HelpWithExamples.Install(command, "fastledger inspect account /var/lib/fastledger 17 --limit 100");
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            return CommandLine.GuardAsync(presenter, _ =>
            {
                using OfflineReplica replica = OfflineReplica.Load(ReplicaFiles.Read(parsed, Directory));
                return Task.FromResult(AccountListing.Run(presenter, replica, parsed.GetValue(number), parsed.GetValue(Limit)));
            }, ct);
        });
        return command;
    }

    private static Command Book()
    {
        var instrument = new Argument<uint>("instrument") { Description = "The instrument's number." };
        var command = new Command("book", "Shows the price levels of an order book, best first.") { Directory, ReplicaFiles.State, instrument, Limit, Json };
        HelpWithExamples.Install(command, "fastledger inspect book /var/lib/fastledger 1 --limit 10");
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            return CommandLine.GuardAsync(presenter, _ =>
            {
                using OfflineReplica replica = OfflineReplica.Load(ReplicaFiles.Read(parsed, Directory));
                return Task.FromResult(BookListing.Run(presenter, replica, parsed.GetValue(instrument), parsed.GetValue(Limit)));
            }, ct);
        });
        return command;
    }
}
