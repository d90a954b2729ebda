// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using System.IO;
using System.Threading.Tasks;
using FastLedger.Cryptography;

namespace FastLedger.Cli.Verbs;

/// <summary><c>fastledger keygen FILE</c></summary>
internal static class KeygenVerb
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "Where to put the key; must not exist." };
        var json = Options.Json();
        var command = new Command("keygen", "Makes an Ed25519 signing key for a session, in a file that only its owner can read.") { file, json };
        HelpWithExamples.Install(command, "fastledger keygen exchange.key");
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(json));
            return CommandLine.GuardAsync(presenter, _ => Task.FromResult(Run(presenter, parsed.GetRequiredValue(file))), ct);
        });
        return command;
    }

    private static int Run(Presenter presenter, string file)
    {
        if (File.Exists(file)) throw new VerbException(ExitCode.InputOutput, $"{file} exists; a key is never overwritten.");
        using SigningKey key = KeyFile.Generate(file);
        if (presenter.IsJson) presenter.Write(new Result(true, Path.GetFullPath(file), key.PublicKey.ToString()));
        else presenter.WriteLine($"{key.PublicKey}  {file}");
        return ExitCode.Ok;
    }

    private sealed record Result(bool Ok, string File, string PublicKey);
}
