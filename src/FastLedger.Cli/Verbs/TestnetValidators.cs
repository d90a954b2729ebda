// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Cli.Testnet;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Domain;
using FastLedger.Load.Nodes;
using FastLedger.Node.Recovery;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Cli.Verbs;

/// <summary>Changes of the validators of a test network: keys, settings and processes beside the command.</summary>
internal static class TestnetValidators
{
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(60);

    /// <summary>Who validates, as the first node that answers knows it.</summary>
    public static async Task<ValidatorListing> ListAsync(string dir, TimeSpan deadline, CancellationToken ct)
    {
        using TestnetFolder folder = TestnetFolder.Open(dir);
        LedgerConnectionException? last = null;
        foreach (TestnetNode node in folder.Nodes)
        {
            try
            {
                return await ReplicaProbe.ListValidatorsAsync(node.EndPoint, deadline, ct).ConfigureAwait(false);
            }
            catch (LedgerConnectionException fault)
            {
                last = fault;
            }
        }

        throw new VerbException(ExitCode.Unavailable, $"No node of {dir} answers: {last?.Message}");
    }

    /// <summary>Changes the network and waits until the next epoch began.</summary>
    public static async Task<ValidatorVerb.Changed> ChangeAsync(
        Presenter presenter, string dir, string? keyFile, ValidatorAction action, int? number, bool isMachine, TimeSpan deadline, CancellationToken ct)
    {
        using TestnetFolder folder = TestnetFolder.Open(dir);
        Genesis genesis = GenesisFile.Read(folder.GenesisPath);
        using SigningKey administrator = KeyFile.Read(keyFile ?? folder.AdministratorKeyPath);
        Task<ValidatorVerb.Changed> SendAsync(ValidatorAction what, int node, Hash256 key, IPEndPoint? address) => ValidatorVerb.SendAsync(
            new ClientOptions
            {
                Endpoints = [.. folder.Nodes.Where(n => n.Process(folder.Path).Id is not null && n.Node != node).Select(n => (EndPoint)n.EndPoint)],
                Key = administrator,
                ChainId = genesis.ChainId,
                Validators = [.. genesis.Validators.Select(static validator => validator.Key)],
            },
            ValidatorVerb.CommandOf(what, node, key, address),
            ct);

        TestnetNode changed;
        ValidatorVerb.Changed result;
        switch (action)
        {
            case ValidatorAction.Add:
                changed = folder.AddNode(number ?? folder.Nodes.Max(static n => n.Node) + 1);
                Start(presenter, folder, changed);
                result = await SendAsync(action, changed.Node, KeyOf(changed), IPEndPoint.Parse(changed.PeerEndpoint)).ConfigureAwait(false);
                break;
            case ValidatorAction.Remove:
                changed = folder.Find(number!.Value);
                result = await SendAsync(action, changed.Node, default, null).ConfigureAwait(false);
                break;
            default:
                changed = folder.Find(number!.Value);
                await changed.Process(folder.Path).StopAsync(StopDeadline, ct).ConfigureAwait(false);
                changed = isMachine ? folder.EmptyNode(changed) : folder.GiveNextKey(changed);
                Start(presenter, folder, changed);
                result = await SendAsync(action, changed.Node, KeyOf(changed), null).ConfigureAwait(false);
                break;
        }

        if (!result.Ok) return result;
        IPEndPoint[] running = [.. folder.Nodes.Where(n => n.Process(folder.Path).Id is not null).Select(static n => n.EndPoint)];
        await ValidatorVerb.AwaitEpochAsync(running, result.Epoch, deadline, ct).ConfigureAwait(false);
        if (action == ValidatorAction.Remove)
        {
            await changed.Process(folder.Path).StopAsync(StopDeadline, ct).ConfigureAwait(false);
            folder.DropNode(changed);
        }
        else if (action == ValidatorAction.Replace && !isMachine)
        {
            folder.TakeNextKey(changed);
        }

        return result;
    }

    private static Hash256 KeyOf(TestnetNode node) => Hash256.TryParse(node.PublicKey, out Hash256 key) ? key : throw new InvalidDataException($"{node.PublicKey} is no key.");

    private static void Start(Presenter presenter, TestnetFolder folder, TestnetNode node)
    {
        int id = node.Process(folder.Path).Start(NodeProgram.Current());
        presenter.Say(string.Create(CultureInfo.InvariantCulture, $"Node {node.Node} started as process {id}."));
    }
}
