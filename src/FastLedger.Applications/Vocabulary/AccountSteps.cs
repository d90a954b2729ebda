// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Applications.Patterns;
using FastLedger.Applications.Running;
using FastLedger.Applications.Scenarios;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Applications.Vocabulary;

/// <summary>Parties, assets, accounts.</summary>
internal static class AccountSteps
{
    public static IReadOnlyList<StepDefinition> All { get; } =
    [
        new FreeStep("the parties {parties}", "Makes parties, each with a key and a session of its own.", async a =>
        {
            await a.World.AddPartiesAsync(a.Texts(0)).ConfigureAwait(false);
            return "";
        }),
        new FreeStep("{party} issues {asset} with {number} decimals[, at most {decimal}][, in a {closed} loop]",
            "Creates an asset. Units come from the issuer's own account, whose balance is minus what is in circulation and never falls below minus the bound. In a closed loop holders pay only accounts of group 0 and the issuer.",
            IssueAsync),
        new FreeStep("{parties} hold[s] accounts in {assets}", "Opens an account for each party and asset, called \"Alice's USD\".", OpenAsync),
        new FreeStep("{party} has {amount}", "Opens the account if need be and lets the issuer pay the amount into it.", EndowAsync),
        new ActionStep("opens {name} in {asset}[ under the policy {policy}]", "Opens another account, called by its name in quotes.", d =>
        {
            string name = d.Text(0);
            d.Send(
                new OpenAccountCommand { Asset = d.Asset(1).Number, Policy = d.PolicyOrNone(2) },
                r => d.World.Name(name, (ulong)r.Value));
        }),
        new ActionStep("sets the floor of {account} to {amount}", "Changes an account's credit line.", d =>
            d.Send(new ChangeAccountCommand { Opcode = Opcode.SetFloor, Account = d.Account(0), Floor = d.SignedMoney(1).Minor })),
        new ActionStep("freezes {account}", "Forbids debits and credits.", d =>
            d.Send(new ChangeAccountCommand { Opcode = Opcode.FreezeAccount, Account = d.Account(0) })),
        new ActionStep("unfreezes {account}", "Ends a freeze.", d =>
            d.Send(new ChangeAccountCommand { Opcode = Opcode.UnfreezeAccount, Account = d.Account(0) })),
        new FreeStep("{account} holds {amount}[ with {amount} reserved]",
            "Checks the posted balance; reserved is what pending transfers and orders may still take, 0 unless it is said.",
            CheckAsync),
    ];

    private static async ValueTask<string> IssueAsync(StepArguments a)
    {
        Party issuer = a.Party(0);
        int scale = (int)a.Number(2);
        var create = new CommandChain();
        create.Add(new CreateAssetCommand { Scale = (uint)scale, Options = a.Has(4) ? AssetOptions.ClosedLoop : AssetOptions.None });
        ChainOutcome created = await SubmitAsync(a.World, issuer, create).ConfigureAwait(false);
        var asset = new Asset(a.Text(1), (uint)created[0], scale, issuer, 0);
        var open = new CommandChain();
        open.Add(a.Has(3)
            ? new OpenAccountCommand { Asset = asset.Number, Floor = -Money.Parse(a.Text(3), asset).Minor }
            : new OpenAccountCommand { Asset = asset.Number, AccountFlags = AccountFlags.Unlimited });
        ChainOutcome opened = await SubmitAsync(a.World, issuer, open).ConfigureAwait(false);
        a.World.Name(asset with { IssuerAccount = (ulong)opened[0] });
        a.World.Name($"{issuer.Name}'s {asset.Code}", (ulong)opened[0]);
        return "";
    }

    private static async ValueTask<string> OpenAsync(StepArguments a)
    {
        foreach (Party party in a.Parties(0))
            await OpenAsync(a.World, party, [.. a.Texts(1).Select(a.World.Asset)]).ConfigureAwait(false);
        return "";
    }

    private static async ValueTask<string> EndowAsync(StepArguments a)
    {
        Party party = a.Party(0);
        Money money = a.Money(1);
        string name = $"{party.Name}'s {money.Asset.Code}";
        if (!a.World.HasAccount(name)) await OpenAsync(a.World, party, [money.Asset]).ConfigureAwait(false);
        var pay = new CommandChain();
        pay.Add(new TransferCommand { DebitAccount = money.Asset.IssuerAccount, CreditAccount = a.World.Account(name), Amount = money.Amount });
        await SubmitAsync(a.World, money.Asset.Issuer, pay).ConfigureAwait(false);
        return "";
    }

    private static async ValueTask OpenAsync(World world, Party party, IReadOnlyList<Asset> assets)
    {
        var chain = new CommandChain();
        foreach (Asset asset in assets) chain.Add(new OpenAccountCommand { Asset = asset.Number });
        ChainOutcome outcome = await SubmitAsync(world, party, chain).ConfigureAwait(false);
        for (int i = 0; i < assets.Count; i++) world.Name($"{party.Name}'s {assets[i].Code}", (ulong)outcome[i]);
    }

    /// <summary>Sends what a sentence needs before anything else; it must take effect.</summary>
    internal static async ValueTask<ChainOutcome> SubmitAsync(World world, Party party, CommandChain chain)
    {
        ChainOutcome outcome = await chain.SubmitAsync(party.Client, world.CancellationToken).ConfigureAwait(false);
        world.Saw(outcome.LastSequence);
        return outcome.Code == ResultCode.Ok ? outcome : throw new ScenarioException($"refused: {outcome.Code}");
    }

    private static async ValueTask<string> CheckAsync(StepArguments a)
    {
        Money expected = a.SignedMoney(1);
        Int128 reserved = a.Has(2) ? a.Money(2).Minor : 0;
        AccountAnswer account = await a.World.Observer.GetAccountAsync(a.Account(0), a.World.CancellationToken).ConfigureAwait(false);
        if (account.Asset != expected.Asset.Number) throw new ScenarioException($"The account holds another asset than {expected.Asset.Code}.");
        var found = new Money(expected.Asset, (Int128)account.CreditsPosted - (Int128)account.DebitsPosted);
        var foundReserved = new Money(expected.Asset, (Int128)account.DebitsPending);
        return found == expected && foundReserved.Minor == reserved
            ? found.ToString()
            : throw new ScenarioException($"It holds {found} with {foundReserved} reserved.");
    }
}
