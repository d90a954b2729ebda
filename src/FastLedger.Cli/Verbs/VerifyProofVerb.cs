// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Domain;
using FastLedger.Node.Recovery;
using FastLedger.Primitives;
using FastLedger.Protocol.Certificates;
using FastLedger.Protocol.Proofs;

namespace FastLedger.Cli.Verbs;

/// <summary><c>fastledger verify-proof</c>: what an auditor does with a proof, without the ledger.</summary>
internal static class VerifyProofVerb
{
    private static readonly Argument<string> File = new("file") { Description = "The proof." };
    private static readonly Option<string> GenesisPath = new("--genesis") { Description = "The ledger's genesis.json: names the ledger and its validators.", HelpName = "FILE", Required = true };
    private static readonly Option<string[]> Validators = new("--validator") { Description = "Public key of a validator, when the genesis names none.", HelpName = "HEX" };
    private static readonly Option<bool> Json = Options.Json();

    public static Command Create()
    {
        var command = new Command("verify-proof", "Checks a proof offline and shows what it proves; exit code 1 when it proves nothing about this ledger.") { File, GenesisPath, Validators, Json };
        HelpWithExamples.Install(command, "fastledger verify-proof account.proof --genesis genesis.json");
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            return CommandLine.GuardAsync(presenter, _ => Task.FromResult(Run(presenter, parsed)), ct);
        });
        return command;
    }

    /// <summary>The validators that a genesis names.</summary>
    public static ValidatorKeys KeysOf(Genesis genesis) => new(genesis.ChainId, [.. genesis.Validators.Select(static validator => validator.Key)]);

    private static int Run(Presenter presenter, ParseResult parsed)
    {
        Genesis genesis = GenesisFile.Read(parsed.GetRequiredValue(GenesisPath));
        ValidatorKeys validators = genesis.Validators.Count > 0 ? KeysOf(genesis) : new ValidatorKeys(genesis.ChainId, ReadKeys(parsed.GetValue(Validators) ?? []));
        string path = parsed.GetRequiredValue(File);
        byte[] proof = System.IO.File.ReadAllBytes(path);
        if (!FactProof.Verify(proof, genesis.ChainId, validators, out ProvenFact fact))
            return presenter.Fail(ExitCode.FailedCheck, $"REFUSED: {path} proves nothing about the ledger {genesis.ChainId}.");
        SortedDictionary<string, string> fields = ProvenFactLine.Fields(fact);
        var result = new Result(
            true, path, proof.Length, fact.Kind, genesis.ChainId.ToString(), fact.Certificate.Epoch, fact.Certificate.Height, fact.Certificate.StateRoot.ToString(),
            (int)UInt128.PopCount(fact.Certificate.Signers), fact.Validators, fields);
        if (presenter.IsJson) presenter.Write(result);
        else Show(presenter, result);
        return ExitCode.Ok;
    }

    private static Hash256[] ReadKeys(string[] texts)
    {
        if (texts.Length == 0) throw new VerbException(ExitCode.Usage, "The genesis names no validators: say --validator.");
        return [.. texts.Select(static text => Hash256.TryParse(text, out Hash256 key) ? key : throw new VerbException(ExitCode.Usage, "--validator must be 64 hexadecimal digits."))];
    }

    private static void Show(Presenter presenter, Result result)
    {
        presenter.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"PROVEN: a {result.Kind.ToString().ToLowerInvariant()} at height {result.Height}, signed by {result.Signers} of the {result.Validators} validators of epoch {result.Epoch}."));
        foreach ((string name, string value) in result.Fields) presenter.WriteLine($"  {name,-16} {value}");
    }

    private sealed record Result(
        bool Ok, string File, int Bytes, FactKind Kind, string ChainId, ulong Epoch, ulong Height, string StateRoot, int Signers, int Validators, SortedDictionary<string, string> Fields);
}
