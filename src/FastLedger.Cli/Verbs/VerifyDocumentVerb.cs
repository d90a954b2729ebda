// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Applications.Patterns;
using FastLedger.Domain;
using FastLedger.Node.Recovery;
using FastLedger.Primitives;

namespace FastLedger.Cli.Verbs;

/// <summary><c>fastledger verify-document</c>: what a third party does with a document and its proof, without the ledger.</summary>
internal static class VerifyDocumentVerb
{
    private static readonly Argument<string> Document = new("file") { Description = "The document." };
    private static readonly Option<string> Proof = new("--proof") { Description = "The proof that came with it.", HelpName = "FILE", Required = true };
    private static readonly Option<string> GenesisPath = new("--genesis") { Description = "The ledger's genesis.json: names the ledger and its validators.", HelpName = "FILE", Required = true };
    private static readonly Option<string?> StateRoot = new("--state-root") { Description = "Trust this state root instead of the validators' signatures.", HelpName = "HEX" };
    private static readonly Option<string[]> Validators = new("--validator") { Description = "Public key of a validator, when the genesis names none.", HelpName = "HEX" };
    private static readonly Option<int> Class = Options.Count("--class", "Class that the document must be registered in; 0 for any.", 0, 0, int.MaxValue);
    private static readonly Option<bool> Json = Options.Json();

    public static Command Create()
    {
        var command = new Command("verify-document", "Checks a document by its proof, offline: valid (exit code 0), revoked (3), unknown (2), forged (1).")
        {
            Document, Proof, GenesisPath, Class, StateRoot, Validators, Json,
        };
        HelpWithExamples.Install(command, "fastledger verify-document diploma.pdf --proof diploma.proof --genesis genesis.json --class 7");
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            return CommandLine.GuardAsync(presenter, _ => Task.FromResult(Run(presenter, parsed)), ct);
        });
        return command;
    }

    private static int Run(Presenter presenter, ParseResult parsed)
    {
        Genesis genesis = GenesisFile.Read(parsed.GetRequiredValue(GenesisPath));
        Hash256 document = Notary.Digest(File.ReadAllBytes(parsed.GetRequiredValue(Document)));
        byte[] proof = File.ReadAllBytes(parsed.GetRequiredValue(Proof));
        DocumentFinding finding = AnchorOf(parsed, genesis) is { } anchor
            ? DocumentProof.Judge(in document, proof, genesis.ChainId, anchor, (uint)parsed.GetValue(Class))
            : new DocumentFinding(DocumentStatus.Unknown, "The genesis names no validators: say --validator or --state-root.");
        if (presenter.IsJson) presenter.Write(new Result(finding.Status == DocumentStatus.Valid, finding.Status, finding.Reason, finding.Object, finding.Class, finding.State, finding.Version, document.ToString()));
        else Show(presenter, finding);
        return finding.Status switch
        {
            DocumentStatus.Valid => ExitCode.Ok,
            DocumentStatus.Revoked => ExitCode.Revoked,
            DocumentStatus.Unknown => ExitCode.Inconclusive,
            _ => ExitCode.FailedCheck,
        };
    }

    private static StateAnchor? AnchorOf(ParseResult parsed, Genesis genesis)
    {
        if (parsed.GetValue(StateRoot) is { } root) return StateAnchor.Of(Parse("--state-root", root));
        IReadOnlyList<Hash256> keys = genesis.Validators.Count > 0
            ? [.. genesis.Validators.Select(v => v.Key)]
            : [.. (parsed.GetValue(Validators) ?? []).Select(k => Parse("--validator", k))];
        return keys.Count > 0 ? StateAnchor.Of(genesis.ChainId, keys) : null;
    }

    private static Hash256 Parse(string option, string text) =>
        Hash256.TryParse(text, out Hash256 value) ? value : throw new VerbException(ExitCode.Usage, $"{option} must be 64 hexadecimal digits.");

    private static void Show(Presenter presenter, DocumentFinding finding)
    {
        presenter.WriteLine($"{finding.Status.ToString().ToUpperInvariant()}: {finding.Reason}");
        if (finding.Object == 0) return;
        presenter.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Object {finding.Object} of class {finding.Class}, state {finding.State}, version {finding.Version}."));
    }

    private sealed record Result(bool Ok, DocumentStatus Status, string Reason, ulong Object, uint Class, uint State, ulong Version, string Digest);
}
