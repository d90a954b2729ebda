// SPDX-License-Identifier: Apache-2.0
using System;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using FastLedger.Load.Cryptography;
using FastLedger.Load.Machine;
using FastLedger.Load.Reports;

namespace FastLedger.Cli.Verbs;

/// <summary><c>fastledger bench hash|merkle|signatures</c>: one core, in process.</summary>
internal static class CryptographyBench
{
    private static readonly Option<bool> Json = Options.Json();

    public static Command Hash()
    {
        var file = new Option<FileInfo?>("--file") { Description = "Hash this file instead, as b3sum --num-threads 1 does.", HelpName = "F" };
        var command = new Command("hash", "BLAKE3 of a 1 GiB buffer, of 128-byte records, and Merkle parents.") { file, Json };
        HelpWithExamples.Install(command, "fastledger bench hash --json", "fastledger bench hash --file data.bin");
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            return CommandLine.GuardAsync(
                presenter, _ => Task.FromResult(parsed.GetValue(file) is { } path ? HashFile(presenter, path) : Run(presenter, HashMeasurement.Run)), ct);
        });
        return command;
    }

    public static Command Merkle() => Plain("merkle", "Updates 16,384 random leaves of a table of 1,048,576 records.", MerkleMeasurement.Run);

    public static Command Signatures() => Plain("signatures", "Ed25519 verification: the batch backend and libsodium.", SignatureMeasurement.Run);

    private static Command Plain<T>(string name, string description, Func<T> measure)
    {
        var command = new Command(name, description) { Json };
        HelpWithExamples.Install(command, $"fastledger bench {name} --json");
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            return CommandLine.GuardAsync(presenter, _ => Task.FromResult(Run(presenter, measure)), ct);
        });
        return command;
    }

    private static int Run<T>(Presenter presenter, Func<T> measure)
    {
        long start = Stopwatch.GetTimestamp();
        JsonObject figures = JsonNode.Parse(LedgerJson.WriteLine(measure()))!.AsObject();
        Finish(presenter, figures, start);
        return ExitCode.Ok;
    }

    private static int HashFile(Presenter presenter, FileInfo file)
    {
        if (!file.Exists) throw new VerbException(ExitCode.InputOutput, $"{file.FullName} is not there.");
        long start = Stopwatch.GetTimestamp();
        string digest = FileDigest.Of(file.FullName).ToString();
        if (presenter.IsJson) Finish(presenter, new JsonObject { ["digest"] = digest, ["bytes"] = file.Length }, start);
        else presenter.WriteLine($"{digest}  {file}");
        return ExitCode.Ok;
    }

    private static void Finish(Presenter presenter, JsonObject figures, long start)
    {
        if (presenter.IsJson)
        {
            var result = new JsonObject
            {
                ["ok"] = true,
                ["machine"] = JsonNode.Parse(LedgerJson.WriteLine(MachineFingerprint.Read(Path.GetTempPath()))),
                ["seconds"] = Stopwatch.GetElapsedTime(start).TotalSeconds,
            };
            foreach ((string key, JsonNode? value) in figures) result[key] = value?.DeepClone();
            presenter.Write(result);
            return;
        }

        foreach ((string key, JsonNode? value) in figures)
        {
            string text = value is JsonValue number && number.TryGetValue(out double figure) ? figure.ToString("N3", CultureInfo.InvariantCulture) : $"{value}";
            presenter.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{key,-28} {text}"));
        }
    }
}
