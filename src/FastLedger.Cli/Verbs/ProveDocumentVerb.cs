// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Applications.Patterns;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Protocol.Messages;

namespace FastLedger.Cli.Verbs;

/// <summary><c>fastledger prove-document</c>: fetches the proof that goes with a registered document.</summary>
internal static class ProveDocumentVerb
{
    private static readonly Argument<string> Document = new("file") { Description = "The document." };
    private static readonly Option<string> Endpoint = new("--endpoint") { Description = "A replica.", HelpName = "ADDRESS:PORT", DefaultValueFactory = _ => "127.0.0.1:9450" };
    private static readonly Option<int> Class = Options.Count("--class", "Class that the document is registered in; its contents must be unique.", 0, 0, int.MaxValue);
    private static readonly Option<long> Object = new("--object") { Description = "Number of the object, instead of a class.", HelpName = "N" };
    private static readonly Option<string> Output = new("--output") { Description = "Where to put the proof.", HelpName = "FILE", Required = true };
    private static readonly Option<string?> Key = new("--key") { Description = "Key of a session; a new one is made when absent.", HelpName = "FILE" };
    private static readonly Option<bool> Json = Options.Json();

    public static Command Create()
    {
        var command = new Command("prove-document", "Fetches the proof of a registered document, for verify-document.") { Document, Class, Object, Output, Endpoint, Key, Json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Class) == 0 == (result.GetValue(Object) == 0)) result.AddError("Say either --class or --object.");
        });
        HelpWithExamples.Install(command, "fastledger prove-document diploma.pdf --class 7 --output diploma.proof");
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            return CommandLine.GuardAsync(presenter, token => RunAsync(presenter, parsed, token), ct);
        });
        return command;
    }

    private static async Task<int> RunAsync(Presenter presenter, ParseResult parsed, CancellationToken ct)
    {
        if (!IPEndPoint.TryParse(parsed.GetRequiredValue(Endpoint), out IPEndPoint? endpoint)) throw new VerbException(ExitCode.Usage, "--endpoint must be an address and port such as 127.0.0.1:9450.");
        byte[] document = await File.ReadAllBytesAsync(parsed.GetRequiredValue(Document), ct).ConfigureAwait(false);
        using SigningKey key = parsed.GetValue(Key) is { } path ? KeyFile.Read(path) : SigningKey.Generate();
        LedgerClient client = await LedgerClient.ConnectAsync(new ClientOptions { Endpoints = [endpoint], Key = key }, ct).ConfigureAwait(false);
        await using (client.ConfigureAwait(false))
        {
            ulong number = (ulong)parsed.GetValue(Object);
            if (number == 0)
            {
                ObjectAnswer found = await client.FindObjectAsync((uint)parsed.GetValue(Class), Notary.Digest(document), ct).ConfigureAwait(false);
                number = found.Object;
            }

            byte[] proof = await Notary.ProveAsync(client, number, ct).ConfigureAwait(false);
            string output = parsed.GetRequiredValue(Output);
            await File.WriteAllBytesAsync(output, proof, ct).ConfigureAwait(false);
            if (presenter.IsJson) presenter.Write(new Result(true, number, output, proof.Length));
            else presenter.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Object {number}: {proof.Length} bytes of proof in {output}"));
            return ExitCode.Ok;
        }
    }

    private sealed record Result(bool Ok, ulong Object, string Output, int Bytes);
}
