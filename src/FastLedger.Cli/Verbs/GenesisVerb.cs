// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Cryptography;
using FastLedger.Domain;
using FastLedger.Node.Configuration;
using FastLedger.Node.Recovery;
using FastLedger.Primitives;

namespace FastLedger.Cli.Verbs;

/// <summary><c>fastledger genesis</c>: what the replicas of a ledger must agree on, as a file.</summary>
internal static class GenesisVerb
{
    private static readonly Option<string> Name = new("--name") { Description = "Name of the ledger; part of its chain id.", HelpName = "TEXT", DefaultValueFactory = static _ => "fastledger" };
    private static readonly Option<string[]> Validators = new("--validator")
    {
        Description = "A validator: its node number, and its public key as 64 hexadecimal digits or its key file. May be repeated.",
        HelpName = "NODE=KEY",
        DefaultValueFactory = static _ => [],
    };
    private static readonly Option<string[]> Set = new("--set")
    {
        Description = "A further value of the genesis, such as max_accounts=1000000; may be repeated.",
        HelpName = "KEY=VALUE",
        DefaultValueFactory = static _ => [],
    };
    private static readonly Option<string> Out = new("--out") { Description = "Where to put the genesis; must not exist.", HelpName = "FILE", Required = true };
    private static readonly Option<bool> Json = Options.Json();

    public static Command Create()
    {
        var command = new Command("genesis", "Writes the genesis of a ledger: what its replicas must agree on, and what verifiers must know.") { Out, Name, Validators, Set, Json };
        HelpWithExamples.Install(
            command,
            "fastledger genesis --out genesis.json --name market --validator 0=node-0.key --validator 1=node-1.key --validator 2=node-2.key --validator 3=node-3.key",
            "fastledger genesis --out genesis.json --set max_accounts=1000000");
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            return CommandLine.GuardAsync(presenter, _ => Task.FromResult(Run(presenter, parsed)), ct);
        });
        return command;
    }

    private static int Run(Presenter presenter, ParseResult parsed)
    {
        string path = parsed.GetRequiredValue(Out);
        if (File.Exists(path)) throw new VerbException(ExitCode.InputOutput, $"{path} exists; a genesis is never overwritten.");
        GenesisValidator[] validators = [.. (parsed.GetValue(Validators) ?? []).Select(ReadValidator).OrderBy(static validator => validator.Node)];
        var settings = new List<string> { "genesis.name=" + parsed.GetRequiredValue(Name) };
        settings.AddRange((parsed.GetValue(Set) ?? []).Select(static setting => "genesis." + setting));
        Genesis genesis = NodeConfiguration.Load(null, new Dictionary<string, string>(), settings).Genesis.ToGenesis() with { Validators = validators };
        if (genesis.Fault() is { } fault) throw new VerbException(ExitCode.Usage, fault + ".");
        GenesisFile.Write(path, genesis);
        string chain = genesis.ChainId.ToString();
        if (presenter.IsJson) presenter.Write(new Result(true, Path.GetFullPath(path), chain, genesis.Name, validators.Length));
        else presenter.WriteLine($"{chain}  {path}");
        return ExitCode.Ok;
    }

    private static GenesisValidator ReadValidator(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1 || !int.TryParse(text.AsSpan(0, equals), NumberStyles.None, CultureInfo.InvariantCulture, out int node))
            throw new VerbException(ExitCode.Usage, $"--validator {text} must be a node number, an equals sign and a key, such as 0=node-0.key.");
        string key = text[(equals + 1)..];
        if (Hash256.TryParse(key, out Hash256 publicKey)) return new GenesisValidator(node, publicKey.ToString());
        using SigningKey secret = KeyFile.Read(key);
        return new GenesisValidator(node, secret.PublicKey.ToString());
    }

    private sealed record Result(bool Ok, string File, string ChainId, string Name, int Validators);
}
