// SPDX-License-Identifier: Apache-2.0
using System;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Domain;
using FastLedger.Node.Recovery;
using FastLedger.Protocol.Proofs;
using LedgerCommand = FastLedger.Primitives.Commands.Command;

namespace FastLedger.Cli.Verbs;

/// <summary><c>fastledger proof</c>: fetches proofs, for <c>verify-proof</c>.</summary>
internal static class ProofVerb
{
    private static readonly Option<string> Endpoint = new("--endpoint") { Description = "A replica.", HelpName = "ADDRESS:PORT", DefaultValueFactory = static _ => "127.0.0.1:9450" };
    private static readonly Option<string> Out = new("--out") { Description = "Where to put the proof.", HelpName = "FILE", Required = true };
    private static readonly Option<string?> Key = new("--key") { Description = "Key of a session; a new one is made when absent.", HelpName = "FILE" };
    private static readonly Option<string> OwnKey = new("--key") { Description = "Key of the session that sent the command.", HelpName = "FILE", Required = true };
    private static readonly Option<string?> GenesisPath = new("--genesis") { Description = "The ledger's genesis.json: answers are then checked as they come.", HelpName = "FILE" };
    private static readonly Option<bool> Json = Options.Json();

    private static readonly Argument<uint> Account = new("account") { Description = "Number of the account." };
    private static readonly Argument<ulong> Order = new("order") { Description = "Id of the order." };
    private static readonly Argument<uint> Table = new("table") { Description = "Number of the table." };
    private static readonly Argument<uint> Record = new("record") { Description = "Number of the record." };
    private static readonly Argument<string> CommandFile = new("file") { Description = "The command as it was sent: 128 bytes, or 256 hexadecimal digits." };

    public static Command Create()
    {
        var command = new Command("proof", "Fetches proofs that anybody can check without the ledger, with verify-proof.")
        {
            Verb("account", "Proves what an account holds now.", [Account], Key, (client, parsed, ct) => client.ProveRecordAsync(AccountView.Table, parsed.GetValue(Account), ct),
                "fastledger proof account 17 --endpoint 127.0.0.1:9450 --out account.proof"),
            Verb("order", "Proves an order that rests in its book now.", [Order], Key, ProveOrderAsync, "fastledger proof order 268435457 --out order.proof"),
            Verb("record", "Proves any record of the state as it is now.", [Table, Record], Key,
                (client, parsed, ct) => client.ProveRecordAsync(parsed.GetValue(Table), parsed.GetValue(Record), ct), "fastledger proof record 4 1 --out asset.proof"),
            Verb("command", "Proves a command and its result. The command is sent again; what was executed already is not executed twice.", [CommandFile], OwnKey,
                (client, parsed, ct) => client.ProveCommandAsync(ReadCommand(parsed.GetRequiredValue(CommandFile)), ct), "fastledger proof command transfer.bin --key exchange.key --out transfer.proof"),
        };
        HelpWithExamples.Install(command, "fastledger proof account 17 --out account.proof");
        return command;
    }

    private static Command Verb(
        string name, string description, Argument[] arguments, Option key, Func<LedgerClient, ParseResult, CancellationToken, ValueTask<byte[]>> prove, string example)
    {
        var command = new Command(name, description);
        foreach (Argument argument in arguments) command.Arguments.Add(argument);
        foreach (Option option in new[] { Out, Endpoint, key, GenesisPath, Json }) command.Options.Add(option);
        HelpWithExamples.Install(command, example);
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            string? keyFile = key == OwnKey ? parsed.GetRequiredValue(OwnKey) : parsed.GetValue(Key);
            return CommandLine.GuardAsync(presenter, token => RunAsync(presenter, parsed, keyFile, prove, token), ct);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        Presenter presenter, ParseResult parsed, string? keyFile, Func<LedgerClient, ParseResult, CancellationToken, ValueTask<byte[]>> prove, CancellationToken ct)
    {
        Genesis? genesis = parsed.GetValue(GenesisPath) is { } path ? GenesisFile.Read(path) : null;
        using SigningKey key = keyFile is null ? SigningKey.Generate() : KeyFile.Read(keyFile);
        var options = new ClientOptions
        {
            Endpoints = [StatusVerb.Parse(parsed.GetRequiredValue(Endpoint))],
            Key = key,
            ChainId = genesis?.ChainId ?? default,
            Validators = [.. genesis?.Validators.Select(static validator => validator.Key) ?? []],
        };
        LedgerClient client = await LedgerClient.ConnectAsync(options, ct).ConfigureAwait(false);
        await using (client.ConfigureAwait(false))
        {
            byte[] proof = await prove(client, parsed, ct).ConfigureAwait(false);
            string file = parsed.GetRequiredValue(Out);
            await File.WriteAllBytesAsync(file, proof, ct).ConfigureAwait(false);
            if (presenter.IsJson) presenter.Write(new Result(true, file, proof.Length, client.ChainId.ToString()));
            else presenter.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{proof.Length} bytes of proof in {file}"));
            return ExitCode.Ok;
        }
    }

    private static async ValueTask<byte[]> ProveOrderAsync(LedgerClient client, ParseResult parsed, CancellationToken ct)
    {
        ulong order = parsed.GetValue(Order);
        await client.GetOrderAsync(order, ct).ConfigureAwait(false); // records are used again: there must be this order
        return await client.ProveRecordAsync(OrderView.Table, RecordId.Number(order), ct).ConfigureAwait(false);
    }

    private static LedgerCommand ReadCommand(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        if (bytes.Length != LedgerCommand.Size)
        {
            try
            {
                bytes = Convert.FromHexString(System.Text.Encoding.ASCII.GetString(bytes).Trim());
            }
            catch (FormatException)
            {
                bytes = [];
            }
        }

        return bytes.Length == LedgerCommand.Size
            ? MemoryMarshal.Read<LedgerCommand>(bytes)
            : throw new VerbException(ExitCode.BadData, $"{path} is no command: neither 128 bytes nor 256 hexadecimal digits.");
    }

    private sealed record Result(bool Ok, string File, int Bytes, string ChainId);
}
