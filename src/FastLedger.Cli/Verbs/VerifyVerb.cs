// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using System.Globalization;
using System.Threading.Tasks;
using FastLedger.Node.Recovery;
using FastLedger.Storage;

namespace FastLedger.Cli.Verbs;

/// <summary><c>fastledger verify DIR</c></summary>
internal static class VerifyVerb
{
    private static readonly Argument<string> Directory = ReplicaFiles.Argument("a stopped replica");
    private static readonly Option<bool> Json = Options.Json();

    public static Command Create()
    {
        var command = new Command("verify", "Checks a stopped replica's files: every byte of the journal, every signature, every block executed again, every root compared.") { Directory, ReplicaFiles.State, Json };
        HelpWithExamples.Install(command, "fastledger verify /var/lib/fastledger");
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            return CommandLine.GuardAsync(presenter, _ => Task.FromResult(Run(presenter, ReplicaFiles.Read(parsed, Directory))), ct);
        });
        return command;
    }

    private static int Run(Presenter presenter, ReplicaFolders folders)
    {
        using OfflineReplica replica = OfflineReplica.Load(folders);
        JournalEnd end = replica.End ?? throw new VerbException(ExitCode.Internal, "The journal was not read to its end.");
        var result = new Result(
            true, folders.Data, replica.Ledger.Height, replica.Ledger.Counters.Sequence, replica.StateRoot.ToString(), replica.Commands, end.Kind, end.File, end.Offset, end.Reason);
        if (presenter.IsJson)
        {
            presenter.Write(result);
            return ExitCode.Ok;
        }

        presenter.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Sound: {result.Commands:N0} commands in {result.Height - replica.FromHeight:N0} blocks, state root {result.StateRoot}"));
        if (replica.FromHeight > 0)
            presenter.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The journal begins after the checkpoint of height {replica.FromHeight:N0}, whose pages lead to the root it names."));
        presenter.WriteLine(end.Kind switch
        {
            JournalEndKind.Sealed => "The journal was closed in good order.",
            JournalEndKind.Clean => $"The journal ends between two groups in {end.File} at offset {end.Offset}: the replica was killed or still runs.",
            _ => $"The journal ends with a torn group in {end.File} at offset {end.Offset} ({end.Reason}); it was never answered and will be cut off.",
        });
        return ExitCode.Ok;
    }

    private sealed record Result(
        bool Ok, string Directory, ulong Height, ulong Sequence, string StateRoot, ulong Commands, JournalEndKind End, string EndFile, long EndOffset, string? EndReason);
}
