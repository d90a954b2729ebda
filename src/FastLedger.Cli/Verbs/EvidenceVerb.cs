// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Consensus;
using FastLedger.Consensus.Accountability;
using FastLedger.Domain;
using FastLedger.Node.Recovery;
using FastLedger.Primitives;
using Spectre.Console;
using File = System.IO.File;

namespace FastLedger.Cli.Verbs;

/// <summary><c>fastledger evidence PATH</c>: the proofs of misconduct that a replica kept, checked, and made ready to hand over.</summary>
internal static class EvidenceVerb
{
    private const string Pattern = "*.evidence", Folder = "evidence";

    /// <summary>The genesis names the validators of this epoch.</summary>
    private const ulong GenesisEpoch = 1;

    private const long LargestFile = 1 << 16;

    private static readonly Argument<string> Source = new("path") { Description = "Data directory of a replica, running or not; a folder of evidence; or one file of it." };
    private static readonly Option<string?> GenesisPath = new("--genesis") { Description = "The ledger's genesis.json; a data directory has its own.", HelpName = "FILE" };
    private static readonly Option<string?> Out = new("--out") { Description = "Copies what proves misconduct, and the genesis, to this folder; must not exist.", HelpName = "DIR" };
    private static readonly Option<bool> Json = Options.Json();

    public static Command Create()
    {
        var command = new Command(
            "evidence", "Shows and checks the proofs that validators broke the rules; exit code 1 when one proves nothing, 2 when one is of validators that the genesis does not name.")
        { Source, GenesisPath, Out, Json };
        HelpWithExamples.Install(
            command, "fastledger evidence /var/lib/fastledger", "fastledger evidence /var/lib/fastledger --out case-17", "fastledger evidence case-17 --genesis genesis.json --json");
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            return CommandLine.GuardAsync(presenter, _ => Task.FromResult(Run(presenter, parsed.GetRequiredValue(Source), parsed.GetValue(GenesisPath), parsed.GetValue(Out))), ct);
        });
        return command;
    }

    private static int Run(Presenter presenter, string source, string? genesisPath, string? target)
    {
        string[] files = Find(source);
        string genesisFile = genesisPath ?? Path.Combine(source, GenesisFile.Name);
        if (!File.Exists(genesisFile)) throw new VerbException(ExitCode.Usage, $"{genesisFile} is not there: say --genesis.");
        Genesis genesis = GenesisFile.Read(genesisFile);
        if (genesis.Validators.Count == 0) throw new VerbException(ExitCode.BadData, "The genesis names no validators: nobody can be proved guilty by it.");
        var validators = new ValidatorSet();
        foreach (GenesisValidator validator in genesis.Validators)
            if (!validators.TryAdd(validator.Node, validator.Key)) throw new VerbException(ExitCode.BadData, $"The genesis names the validator {validator.Node} twice, or gives it no valid key.");
        Row[] rows = [.. files.Select(file => Check(file, genesis.ChainId, validators))];
        if (target is not null) Export(rows, genesisFile, target);
        Show(presenter, source, rows, target);
        return rows.Any(static row => row.Verdict == Verdict.Refused) ? ExitCode.FailedCheck
            : rows.Any(static row => row.Verdict == Verdict.UnknownEpoch) ? ExitCode.Inconclusive : ExitCode.Ok;
    }

    private static string[] Find(string source)
    {
        if (File.Exists(source)) return [source];
        if (!Directory.Exists(source)) throw new DirectoryNotFoundException($"{source} is not there.");
        string folder = Path.Combine(source, Folder);
        string[] files = Directory.GetFiles(Directory.Exists(folder) ? folder : source, Pattern);
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    private static Row Check(string file, in Hash256 chain, ValidatorSet validators)
    {
        if (new FileInfo(file).Length > LargestFile) return new Row(file, null, 0, -1, "", Verdict.Refused);
        byte[] bytes = File.ReadAllBytes(file);
        if (!EvidenceMessage.TryRead(bytes, out EvidenceMessage evidence)) return new Row(file, null, 0, -1, "", Verdict.Refused);
        if (evidence.Epoch != GenesisEpoch) return new Row(file, evidence.Kind, evidence.Epoch, -1, "", Verdict.UnknownEpoch);
        bool proves = evidence.Verify(Ed25519Scheme.Instance, chain, validators);
        return proves
            ? new Row(file, evidence.Kind, evidence.Epoch, validators.Node(evidence.Guilty), validators.Key(evidence.Guilty).ToString(), Verdict.Proven)
            : new Row(file, evidence.Kind, evidence.Epoch, -1, "", Verdict.Refused);
    }

    private static void Export(Row[] rows, string genesisFile, string target)
    {
        if (Path.Exists(target)) throw new VerbException(ExitCode.InputOutput, $"{target} exists already.");
        Directory.CreateDirectory(target);
        File.Copy(genesisFile, Path.Combine(target, GenesisFile.Name));
        foreach (Row row in rows)
            if (row.Verdict != Verdict.Refused) File.Copy(row.File, Path.Combine(target, Path.GetFileName(row.File)));
    }

    private static void Show(Presenter presenter, string source, IReadOnlyList<Row> rows, string? target)
    {
        if (presenter.IsJson)
        {
            presenter.Write(new Result(rows.All(static row => row.Verdict == Verdict.Proven), target, rows));
            return;
        }

        if (rows.Count == 0) presenter.WriteLine($"{source} keeps no evidence.");
        else
        {
            var table = new Table { Border = TableBorder.Simple };
            table.AddColumns("verdict", "what", "epoch", "validator", "key", "file");
            foreach (Row row in rows)
            {
                table.AddRow(
                    row.Verdict.ToString(), row.Kind?.ToString() ?? "–", row.Epoch.ToString(CultureInfo.InvariantCulture), row.Validator < 0 ? "–" : row.Validator.ToString(CultureInfo.InvariantCulture),
                    row.Key.Length > 16 ? row.Key[..16] + "…" : "–", Markup.Escape(Path.GetFileName(row.File)));
            }

            presenter.Results.Write(table);
        }

        if (target is not null) presenter.WriteLine($"Copied {rows.Count(static row => row.Verdict != Verdict.Refused)} proofs and the genesis to {target}.");
    }

    private enum Verdict
    {
        /// <summary>It convicts a validator that the genesis names.</summary>
        Proven,
        /// <summary>It proves nothing about this ledger.</summary>
        Refused,
        /// <summary>It is of an epoch whose validators the genesis does not name.</summary>
        UnknownEpoch,
    }

    private sealed record Row(string File, EvidenceKind? Kind, ulong Epoch, int Validator, string Key, Verdict Verdict);

    private sealed record Result(bool Ok, string? Out, IReadOnlyList<Row> Evidence);
}
