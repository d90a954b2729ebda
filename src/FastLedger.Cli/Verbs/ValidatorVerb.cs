// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Domain.Validators;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Peers;
using Spectre.Console;
using Command = System.CommandLine.Command;

namespace FastLedger.Cli.Verbs;

/// <summary><c>fastledger validator</c>: who validates, and changing it while the cluster runs.</summary>
internal static class ValidatorVerb
{
    private static readonly TimeSpan AskDeadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private static readonly Argument<int> Node = new("node") { Description = "Number of the validator, 0 … 127." };
    private static readonly Argument<int?> NewNode = new("node") { Description = "Number of the new validator, 0 … 127. With --dir it may be left out.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> Endpoint = new("--endpoint") { Description = "A replica of the cluster.", HelpName = "ADDRESS:PORT" };
    private static readonly Option<string?> Dir = new("--dir", "-d") { Description = "Folder of a test network: makes keys and settings, and starts and stops the node as well.", HelpName = "DIR" };
    private static readonly Option<string?> Key = new("--key") { Description = "The administrator's key. With --dir: administrator.key of the folder.", HelpName = "FILE" };
    private static readonly Option<string?> PublicKey = new("--validator-key") { Description = "The validator's key: its public key as 64 hexadecimal digits, or its key file.", HelpName = "KEY" };
    private static readonly Option<string?> Address = new("--address") { Description = "Where its peers reach it.", HelpName = "ADDRESS:PORT" };
    private static readonly Option<double> Timeout = Options.Positive(new Option<double>("--timeout")
    {
        Description = "Seconds until the change must count.",
        HelpName = "N",
        DefaultValueFactory = static _ => 60,
    });
    private static readonly Option<bool> Json = Options.Json();

    public static Command Create()
    {
        var command = new Command("validator", "Shows who validates, and changes it while the cluster runs: the next epoch begins with the change.")
        {
            Verb("list", "Shows who validates now and next, as a replica knows it.", [Endpoint, Dir, Json], ListAsync, "fastledger validator list --endpoint 127.0.0.1:9450", "fastledger validator list --dir /tmp/net"),
            Verb("add", "A node becomes a validator. Start it with cluster.follow = true; it catches up and votes from the next epoch on.", [NewNode, PublicKey, Address, Endpoint, Dir, Key, Timeout, Json],
                (p, parsed, ct) => ChangeAsync(p, parsed, ValidatorAction.Add, ct),
                "fastledger validator add 4 --validator-key node-4.key --address 10.0.0.5:9460 --endpoint 10.0.0.1:9450 --key administrator.key", "fastledger validator add --dir /tmp/net"),
            Verb("remove", "A validator leaves. It votes no more and says that it is an observer.", [Node, Endpoint, Dir, Key, Timeout, Json],
                (p, parsed, ct) => ChangeAsync(p, parsed, ValidatorAction.Remove, ct),
                "fastledger validator remove 2 --endpoint 10.0.0.1:9450 --key administrator.key", "fastledger validator remove 2 --dir /tmp/net"),
            Verb("replace", "Another machine, with another key and an empty disk, takes a validator's place.", [Node, PublicKey, Address, Endpoint, Dir, Key, Timeout, Json],
                (p, parsed, ct) => ChangeAsync(p, parsed, ValidatorAction.Replace, ct, isMachine: true),
                "fastledger validator replace 2 --validator-key new.key --address 10.0.0.9:9460 --endpoint 10.0.0.1:9450 --key administrator.key", "fastledger validator replace 2 --dir /tmp/net"),
            Verb("rotate", "A validator gets another key. Its settings must name it as cluster.next_key_file before.", [Node, PublicKey, Endpoint, Dir, Key, Timeout, Json],
                (p, parsed, ct) => ChangeAsync(p, parsed, ValidatorAction.Replace, ct),
                "fastledger validator rotate 2 --validator-key next.key --endpoint 10.0.0.1:9450 --key administrator.key", "fastledger validator rotate 2 --dir /tmp/net"),
        };
        HelpWithExamples.Install(command, "fastledger validator list --endpoint 127.0.0.1:9450", "fastledger validator add --dir /tmp/net");
        return command;
    }

    private static Command Verb(string name, string description, Symbol[] symbols, Func<Presenter, ParseResult, CancellationToken, Task<int>> run, params string[] examples)
    {
        Command command = Subverb.Of(Json, name, description, symbols, run, examples);
        command.Validators.Add(static result =>
        {
            if (result.GetValue(Endpoint) is null == result.GetValue(Dir) is null) result.AddError("Say either --endpoint or --dir.");
        });
        return command;
    }

    private static async Task<int> ListAsync(Presenter presenter, ParseResult parsed, CancellationToken ct)
    {
        ValidatorListing listing = parsed.GetValue(Endpoint) is { } text
            ? await ReplicaProbe.ListValidatorsAsync(StatusVerb.Parse(text), AskDeadline, ct).ConfigureAwait(false)
            : await TestnetValidators.ListAsync(parsed.GetRequiredValue(Dir)!, AskDeadline, ct).ConfigureAwait(false);
        Line[] lines = [.. listing.Nodes.Select(LineOf)];
        if (presenter.IsJson)
        {
            presenter.Write(new Listing(true, listing.Epoch, listing.IsChanging, lines));
            return ExitCode.Ok;
        }

        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("node", "state", "change", "address", "key", "next key");
        foreach (Line line in lines)
            table.AddRow(line.Node.ToString(CultureInfo.InvariantCulture), line.State, line.Change, Markup.Escape(line.Address ?? "–"), line.PublicKey ?? "–", line.NextPublicKey ?? "–");
        presenter.Results.Write(table);
        presenter.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Epoch {listing.Epoch}{(listing.IsChanging ? "; a change waits for its end" : "")}"));
        return ExitCode.Ok;
    }

    private static async Task<int> ChangeAsync(Presenter presenter, ParseResult parsed, ValidatorAction action, CancellationToken ct, bool isMachine = false)
    {
        TimeSpan deadline = TimeSpan.FromSeconds(parsed.GetValue(Timeout));
        int? node = action == ValidatorAction.Add ? parsed.GetValue(NewNode) : parsed.GetValue(Node);
        if (node is < 0 or >= ValidatorTable.MaxCount) throw new VerbException(ExitCode.Usage, "The node must be 0 … 127.");
        Changed changed;
        if (parsed.GetValue(Dir) is { } dir)
        {
            if (parsed.CommandResult.GetValue(PublicKey) is not null || parsed.CommandResult.GetValue(Address) is not null) throw new VerbException(ExitCode.Usage, "With --dir keys and addresses are made; leave --validator-key and --address out.");
            changed = await TestnetValidators.ChangeAsync(presenter, dir, parsed.GetValue(Key), action, node, isMachine, deadline, ct).ConfigureAwait(false);
        }
        else
        {
            using SigningKey administrator = KeyFile.Read(parsed.GetValue(Key) ?? throw new VerbException(ExitCode.Usage, "Say --key: the administrator's key signs the change."));
            ChangeValidatorsCommand command = CommandOf(parsed, action, node ?? throw new VerbException(ExitCode.Usage, "Say which node."), isMachine);
            IPEndPoint endpoint = StatusVerb.Parse(parsed.GetRequiredValue(Endpoint)!);
            changed = await SendAsync(new ClientOptions { Endpoints = [endpoint], Key = administrator }, command, ct).ConfigureAwait(false);
            if (changed.Ok) await AwaitEpochAsync([endpoint], changed.Epoch, deadline, ct).ConfigureAwait(false);
        }

        if (presenter.IsJson) presenter.Write(changed);
        else if (changed.Ok) presenter.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Epoch {changed.Epoch} began with the change of node {changed.Node}."));
        return changed.Ok ? ExitCode.Ok : presenter.IsJson ? ExitCode.FailedCheck : presenter.Fail(ExitCode.FailedCheck, $"Refused: {changed.Code} ({(uint)changed.Code}).");
    }

    /// <summary>Sends a change.</summary>
    public static async Task<Changed> SendAsync(ClientOptions options, ChangeValidatorsCommand command, CancellationToken ct)
    {
        LedgerClient client = await LedgerClient.ConnectAsync(options, ct).ConfigureAwait(false);
        await using (client.ConfigureAwait(false))
        {
            CommandResult result = await client.ExecuteAsync(command, ct).ConfigureAwait(false);
            return new Changed(result.Code == ResultCode.Ok, command.Action, (int)command.Node, result.Code, result.Code == ResultCode.Ok ? (ulong)result.Value : 0);
        }
    }

    /// <summary>Waits until replicas are in an epoch.</summary>
    public static async Task AwaitEpochAsync(IReadOnlyList<IPEndPoint> endpoints, ulong epoch, TimeSpan deadline, CancellationToken ct)
    {
        long until = Environment.TickCount64 + (long)deadline.TotalMilliseconds;
        foreach (IPEndPoint endpoint in endpoints)
        {
            ReplicaLine line = await ReplicaLine.AskAsync(endpoint, AskDeadline, ct).ConfigureAwait(false);
            while (line.Epoch is not { } at || at < epoch)
            {
                if (Environment.TickCount64 > until)
                    throw new VerbException(ExitCode.Unavailable, string.Create(CultureInfo.InvariantCulture, $"{endpoint} is not in epoch {epoch} after {deadline.TotalSeconds:0} s: {line.Error ?? $"it is in epoch {line.Epoch}"}"));
                await Task.Delay(PollInterval, ct).ConfigureAwait(false);
                line = await ReplicaLine.AskAsync(endpoint, AskDeadline, ct).ConfigureAwait(false);
            }
        }
    }

    /// <summary>A change, with the address as it goes over the wire.</summary>
    public static ChangeValidatorsCommand CommandOf(ValidatorAction action, int node, in Hash256 key, IPEndPoint? address)
    {
        PeerEndpoint peer = address is null ? default : PeerEndpoint.Of(address);
        return new ChangeValidatorsCommand { Action = action, Node = (uint)node, Key = key, Address = peer.Address, Port = peer.Port };
    }

    private static ChangeValidatorsCommand CommandOf(ParseResult parsed, ValidatorAction action, int node, bool isMachine)
    {
        if (action == ValidatorAction.Remove) return CommandOf(action, node, default, null);
        string text = parsed.GetValue(PublicKey) ?? throw new VerbException(ExitCode.Usage, "Say --validator-key.");
        if (!Hash256.TryParse(text, out Hash256 key))
        {
            using SigningKey secret = KeyFile.Read(text);
            key = secret.PublicKey;
        }

        bool hasAddress = action == ValidatorAction.Add || isMachine;
        string? address = hasAddress ? parsed.GetValue(Address) : null;
        if (action == ValidatorAction.Add && address is null) throw new VerbException(ExitCode.Usage, "Say --address.");
        return CommandOf(action, node, key, address is null ? null : StatusVerb.Parse(address));
    }

    private static Line LineOf(ValidatorEntry entry) => new(
        entry.Node, ((ValidatorState)entry.State).ToString().ToLowerInvariant(), ((ValidatorChange)entry.Change).ToString().ToLowerInvariant(), AddressOf(entry),
        entry.Key.IsZero ? null : entry.Key.ToString(), entry.NextKey.IsZero ? null : entry.NextKey.ToString());

    private static string? AddressOf(in ValidatorEntry entry)
    {
        if (entry.Port == 0) return null;
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128LittleEndian(bytes, entry.Address);
        var address = new IPAddress(bytes);
        return new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, entry.Port).ToString();
    }

    /// <summary>What became of a change.</summary>
    internal sealed record Changed(bool Ok, ValidatorAction Action, int Node, ResultCode Code, ulong Epoch);

    private sealed record Listing(bool Ok, ulong Epoch, bool IsChanging, IReadOnlyList<Line> Validators);

    private sealed record Line(int Node, string State, string Change, string? Address, string? PublicKey, string? NextPublicKey);
}
