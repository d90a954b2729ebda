// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Applications.Patterns;
using FastLedger.Applications.Running;
using FastLedger.Applications.Scenarios;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Applications.Vocabulary;

/// <summary>Many parties that do the same: voters, merchants, devices.</summary>
internal static class VoterSteps
{
    /// <summary>Voters that act at the same time.</summary>
    private const int Wave = 64;

    public static IReadOnlyList<StepDefinition> All { get; } =
    [
        new FreeStep(
            "{number} voters get {amount} each from {account}, attested in {name} by {party} and {party}",
            "Makes parties Voter1, Voter2 …, each with a key, a session and an account of its own, and mints each the amount together with a record that no second one gets; both parties sign.",
            EnrolAsync),
        new FreeStep(
            "voters {number} to {number} pay {amount} to {account} and record it in {name} from {name} as {number}",
            "Each voter, by its own session, pays and creates a record in one chain; the record carries the choice and can be found in the event log.",
            VoteAsync),
        new FreeStep("{amount} are unspent among the voters", "Checks what the voters' own accounts still hold, all together.", async a =>
        {
            Money expected = a.Money(0);
            var questions = new List<Task<AccountAnswer>>();
            for (int i = 1; a.World.HasAccount($"Voter{i}'s {expected.Asset.Code}"); i++)
                questions.Add(a.World.Observer.GetAccountAsync(a.World.Account($"Voter{i}'s {expected.Asset.Code}"), a.World.CancellationToken).AsTask());
            Int128 sum = 0;
            foreach (AccountAnswer account in await Task.WhenAll(questions).ConfigureAwait(false)) sum += (Int128)account.CreditsPosted - (Int128)account.DebitsPosted;
            var found = new Money(expected.Asset, sum);
            return found == expected ? found.ToString() : throw new ScenarioException($"{found} are unspent.");
        }),
        new FreeStep("{number} merchants issue a card of {decimal} each", "Each merchant, by its own session, creates an asset, opens a customer's account and issues the card.", MerchantsAsync),
    ];

    private static async ValueTask<string> EnrolAsync(StepArguments a)
    {
        int voters = (int)a.Number(0);
        Money ballot = a.Money(1);
        ulong issuer = a.Account(2);
        uint @class = (uint)a.Thing(Kinds.Class, 3);
        Party first = a.Party(4), second = a.Party(5);
        await InWavesAsync(1, voters, async number =>
        {
            string name = Name(number);
            await a.World.AddPartiesAsync([name]).ConfigureAwait(false);
            var open = new CommandChain();
            open.Add(new OpenAccountCommand { Asset = ballot.Asset.Number });
            ChainOutcome opened = await AccountSteps.SubmitAsync(a.World, a.World.Party(name), open).ConfigureAwait(false);
            a.World.Name($"{name}'s {ballot.Asset.Code}", (ulong)opened[0]);
        }).ConfigureAwait(false);

        // One session sends, so the chains go one by one.
        for (int number = 1; number <= voters; number++)
        {
            var mint = new CommandChain();
            mint.Endorse(Endorser.Of(second.Key));
            Hash256 evidence = a.World.Party(Name(number)).PublicKey;
            Attestation.Mint(mint, @class, Notary.Id(Notary.Canonical($"voter {number}")), 0, in evidence, issuer, a.World.Account($"{Name(number)}'s {ballot.Asset.Code}"), ballot.Amount);
            await AccountSteps.SubmitAsync(a.World, first, mint).ConfigureAwait(false);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{voters} voters");
    }

    private static async ValueTask<string> VoteAsync(StepArguments a)
    {
        int from = (int)a.Number(0), to = (int)a.Number(1);
        Money ballot = a.Money(2);
        ulong candidate = a.Account(3), choice = a.Number(6), election = a.World.Thing(Kinds.Object, a.Name(5));
        uint @class = (uint)a.Thing(Kinds.Class, 4);
        await InWavesAsync(from, to, async number =>
        {
            string name = Name(number);
            var vote = new CommandChain();
            Closing.Pay(vote, a.World.Account($"{name}'s {ballot.Asset.Code}"), candidate, ballot.Amount);
            vote.Add(new CreateObjectCommand { Class = @class, ExternalId = Notary.Id(Notary.Canonical($"voter {number}")), Value = choice, Parent0 = election });
            ChainOutcome cast = await AccountSteps.SubmitAsync(a.World, a.World.Party(name), vote).ConfigureAwait(false);
            a.World.Name(Kinds.Object, $"{a.Name(4)} {number}", (ulong)cast[1]);
        }).ConfigureAwait(false);
        return string.Create(CultureInfo.InvariantCulture, $"{to - from + 1} votes");
    }

    private static async ValueTask<string> MerchantsAsync(StepArguments a)
    {
        int merchants = (int)a.Number(0);
        await InWavesAsync(1, merchants, async number =>
        {
            string name = $"Merchant{number}";
            await a.World.AddPartiesAsync([name]).ConfigureAwait(false);
            Party merchant = a.World.Party(name);
            var create = new CommandChain();
            create.Add(new CreateAssetCommand { Scale = 2, Options = AssetOptions.ClosedLoop });
            ChainOutcome created = await AccountSteps.SubmitAsync(a.World, merchant, create).ConfigureAwait(false);
            var open = new CommandChain();
            open.Add(new OpenAccountCommand { Asset = (uint)created[0], AccountFlags = AccountFlags.Unlimited });
            open.Add(new OpenAccountCommand { Asset = (uint)created[0] });
            ChainOutcome opened = await AccountSteps.SubmitAsync(a.World, merchant, open).ConfigureAwait(false);
            var issue = new CommandChain();
            var asset = new Asset(name, (uint)created[0], 2, merchant, (ulong)opened[0]);
            Closing.Pay(issue, asset.IssuerAccount, (ulong)opened[1], Money.Parse(a.Text(1), asset).Amount);
            await AccountSteps.SubmitAsync(a.World, merchant, issue).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return string.Create(CultureInfo.InvariantCulture, $"{merchants} assets");
    }

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"Voter{number}");

    private static async ValueTask InWavesAsync(int from, int to, Func<int, Task> act)
    {
        for (int start = from; start <= to; start += Wave)
            await Task.WhenAll(Enumerable.Range(start, Math.Min(Wave, to - start + 1)).Select(act)).ConfigureAwait(false);
    }
}
