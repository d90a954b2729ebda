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
using FastLedger.Protocol.Certificates;
using Spectre.Console;
using File = System.IO.File;

namespace FastLedger.Cli.Verbs;

/// <summary><c>fastledger evidence PATH</c>: the proofs of misconduct that a replica kept, checked, and made ready to hand over.</summary>
internal static class EvidenceVerb
{
    private const string Pattern = "*.evidence", Folder = "evidence", HandOverPattern = "*.handover", HandOverFolder = "handovers";

    private const long LargestFile = 1 << 16;

    private static readonly Argument<string> Source = new("path") { Description = "Data directory of a replica, running or not; a folder of evidence; or one file of it." };
    private static readonly Option<string?> GenesisPath = new("--genesis") { Description = "The ledger's genesis.json; a data directory has its own.", HelpName = "FILE" };
    private static readonly Option<string?> Out = new("--out") { Description = "Copies what proves misconduct, the genesis and the hand-overs to this folder; must not exist.", HelpName = "DIR" };
    private static readonly Option<bool> Json = Options.Json();

    public static Command Create()
    {
        var command = new Command(
            "evidence", "Shows and checks the proofs that validators broke the rules; exit code 1 when one proves nothing, 2 when one is of an epoch whose validators neither the genesis nor the hand-overs beside it name.")
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
        string[] handOvers = FindHandOvers(source);
        Dictionary<ulong, ValidatorSet> epochs = Follow(genesis, handOvers);
        Row[] rows = [.. files.Select(file => Check(file, genesis.ChainId, epochs))];
        if (target is not null) Export(rows, genesisFile, handOvers, target);
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

    private static string[] FindHandOvers(string source)
    {
        string folder = Path.Combine(source, HandOverFolder);
        if (!Directory.Exists(folder)) return [];
        string[] files = Directory.GetFiles(folder, HandOverPattern);
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    /// <summary>The validators of the first epoch, and of every later one to which the hand-overs lead without a gap.</summary>
    private static Dictionary<ulong, ValidatorSet> Follow(Genesis genesis, IEnumerable<string> handOvers)
    {
        ValidatorKeys keys = VerifyProofVerb.KeysOf(genesis);
        var epochs = new Dictionary<ulong, ValidatorSet> { [keys.Epoch] = SetOf(genesis.Validators.Select(static validator => (validator.Node, validator.Key))) };
        foreach (string file in handOvers)
        {
            if (!HandOver.TryFollow(File.ReadAllBytes(file), keys, out ValidatorKeys? next)) break;
            keys = next!;
            epochs[keys.Epoch] = SetOf(keys.Nodes.Zip(keys.Keys));
        }

        return epochs;
    }

    private static ValidatorSet SetOf(IEnumerable<(int Node, Hash256 Key)> validators)
    {
        var set = new ValidatorSet();
        foreach ((int node, Hash256 key) in validators)
            if (!set.TryAdd(node, key)) throw new VerbException(ExitCode.BadData, $"The validator {node} is named twice, or has no valid key.");
        return set;
    }

    private static Row Check(string file, in Hash256 chain, Dictionary<ulong, ValidatorSet> epochs)
    {
        if (new FileInfo(file).Length > LargestFile) return new Row(file, null, 0, -1, "", Verdict.Refused);
        byte[] bytes = File.ReadAllBytes(file);
        if (!EvidenceMessage.TryRead(bytes, out EvidenceMessage evidence)) return new Row(file, null, 0, -1, "", Verdict.Refused);
        if (!epochs.TryGetValue(evidence.Epoch, out ValidatorSet? validators)) return new Row(file, evidence.Kind, evidence.Epoch, -1, "", Verdict.UnknownEpoch);
        bool proves = evidence.Verify(Ed25519Scheme.Instance, chain, validators);
        return proves
            ? new Row(file, evidence.Kind, evidence.Epoch, validators.Node(evidence.Guilty), validators.Key(evidence.Guilty).ToString(), Verdict.Proven)
            : new Row(file, evidence.Kind, evidence.Epoch, -1, "", Verdict.Refused);
    }

    private static void Export(Row[] rows, string genesisFile, string[] handOvers, string target)
    {
        if (Path.Exists(target)) throw new VerbException(ExitCode.InputOutput, $"{target} exists already.");
        Directory.CreateDirectory(target);
        File.Copy(genesisFile, Path.Combine(target, GenesisFile.Name));
        if (handOvers.Length > 0) Directory.CreateDirectory(Path.Combine(target, HandOverFolder));
        foreach (string handOver in handOvers) File.Copy(handOver, Path.Combine(target, HandOverFolder, Path.GetFileName(handOver)));
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
        /// <summary>It convicts a validator of its epoch.</summary>
        Proven,
        /// <summary>It proves nothing about this ledger.</summary>
        Refused,
        /// <summary>It is of an epoch whose validators are not known.</summary>
        UnknownEpoch,
    }

    private sealed record Row(string File, EvidenceKind? Kind, ulong Epoch, int Validator, string Key, Verdict Verdict);

    private sealed record Result(bool Ok, string? Out, IReadOnlyList<Row> Evidence);
}
