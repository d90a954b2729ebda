// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using FastLedger.Applications.Patterns;
using FastLedger.Applications.Running;
using FastLedger.Applications.Scenarios;
using FastLedger.Primitives.Commands;

namespace FastLedger.Applications.Vocabulary;

/// <summary>Who must agree: policies of several keys, proposals, and what bounds an account.</summary>
internal static class PolicySteps
{
    public static IReadOnlyList<StepDefinition> All { get; } =
    [
        new ActionStep("founds the policy {name}: any {number} of {parties}[, for {span}]", "Creates and activates a policy of several keys, each of weight 1.", d =>
            Found(d, d.Name(0), (uint)d.Number(1), d.Has(3) ? d.Seconds(3) : 0, [.. d.Parties(2).Select(p => (p, (ushort)1, PolicyRoles.None))])),
        new ActionStep("founds the policy {name} with a threshold of {number}:", "The table below has a row per member: party, weight, roles (Role1 … Role4, or None).", d =>
            Found(d, d.Name(0), (uint)d.Number(1), 0, [.. d.Step.Rows.Select(r => (d.World.Party(r[0]), ushort.Parse(r[1], CultureInfo.InvariantCulture), r.Count > 2 ? Enum.Parse<PolicyRoles>(r[2]) : PolicyRoles.None))])),
        new ActionStep("replaces {party} by {party} in the policy {name}", "Rotates a key: the new one takes the old one's weight and roles.", d =>
            d.Send(new SetPolicyMemberCommand { Policy = (uint)d.Thing(Kinds.Policy, 2), Weight = 1, Key = d.Party(0).PublicKey, NewKey = d.Party(1).PublicKey })),
        new ActionStep("removes {party} from the policy {name}", "Takes a member out.", d =>
            d.Send(new SetPolicyMemberCommand { Policy = (uint)d.Thing(Kinds.Policy, 1), Weight = 0, Key = d.Party(0).PublicKey })),
        new ActionStep("puts {account} under the policy {policy}", "From now on that policy may debit the account.", d => Assign(d, PolicyTarget.Account, d.Account(0))),
        new ActionStep("puts the asset {asset} under the policy {policy}", "From now on that policy issues the asset.", d => Assign(d, PolicyTarget.Asset, d.Asset(0).Number)),
        new ActionStep("puts the split {name} under the policy {policy}", "From now on that policy changes the shares.", d => Assign(d, PolicyTarget.Split, d.Thing(Kinds.Split, 0))),
        new ActionStep("signed by {policies}", "First line of a chain: these parties sign the chain too.", d =>
        {
            foreach (string name in d.Texts(0)) d.Chain.Endorse(Endorser.Of(d.World.Party(name).Key));
        }),
        new ActionStep("proposes {name}[ for at most {span}]:", "The lines below wait for approvals; the proposer approves them.", Propose),
        new ActionStep("approves {name}", "Agrees to exactly these commands.", d => d.Send(new ProposalCommand
        {
            Opcode = Opcode.Approve,
            Proposal = d.Thing(Kinds.Proposal, 0),
            Digest = d.World.Proposals[d.Name(0)].Digest,
        })),
        new ActionStep("withdraws the approval of {name}", "Takes an approval back.", d =>
            d.Send(new ProposalCommand { Opcode = Opcode.WithdrawApproval, Proposal = d.Thing(Kinds.Proposal, 0) })),
        new ActionStep("enacts {name}", "Carries the proposed commands out with the approvals collected.", Enact),
        new ActionStep("makes {account} a member of group {number}[ that may pay group {number}]", "The asset's issuer sorts accounts into groups 0 … 63; without a group to pay the account may pay everybody.", d =>
            d.Send(new SetAccountGroupsCommand { Account = d.Account(0), Groups = 1UL << (int)d.Number(1), PayTo = d.Has(2) ? 1UL << (int)d.Number(2) : 0 })),
        new ActionStep("limits {account} to {amount} per {span}[, guarded by {policy}]", "Bounds what the account may spend in a period; the guard decides about changes from then on.", d =>
            d.Send(new SetSpendingLimitCommand { Account = d.Account(0), Limit = d.Money(1).Amount, PeriodSeconds = d.Seconds(2), GuardPolicy = d.PolicyOrNone(3) })),
    ];

    private static void Found(Deed d, string name, uint threshold, uint seconds, IReadOnlyList<(Party Party, ushort Weight, PolicyRoles Roles)> members)
    {
        int place = d.Chain.Add(new CreatePolicyCommand
        {
            Flags = seconds == 0 ? CommandFlags.None : CommandFlags.RelativeTime,
            Threshold = threshold,
            ExpiresAtNs = seconds * 1_000_000_000L,
        });
        d.NameAt(place, Kinds.Policy, name);
        foreach ((Party party, ushort weight, PolicyRoles roles) in members)
            d.Send(new SetPolicyMemberCommand { Key = party.PublicKey, Weight = weight, Roles = roles });
        d.Send(default(ActivatePolicyCommand));
    }

    private static void Assign(Deed d, PolicyTarget target, ulong record) =>
        d.Send(new AssignPolicyCommand { Target = target, Record = record, Policy = d.Policy(1) });

    private static void Propose(Deed d)
    {
        string name = d.Name(0);
        var chain = new CommandChain();
        var followUps = new List<Action<CommandResult>?>();
        foreach (string line in d.Step.Lines)
        {
            (ActionStep definition, IReadOnlyList<string?> values) = StepCatalog.FindAction(line);
            definition.Build(new Deed(d.World, d.Sender, chain, followUps, values, d.Step));
        }

        var proposal = new Proposal(chain, followUps);
        d.World.Proposals[name] = proposal;
        d.SendNamed(
            new ProposalCommand
            {
                Flags = d.Has(1) ? CommandFlags.RelativeTime : CommandFlags.None,
                Digest = proposal.Digest,
                ExpiresAtNs = d.Has(1) ? d.Seconds(1) * 1_000_000_000L : 0,
            },
            Kinds.Proposal,
            name);
    }

    private static void Enact(Deed d)
    {
        Proposal proposal = d.World.Proposals.TryGetValue(d.Name(0), out Proposal? found) ? found : throw new ScenarioException($"The scenario has no proposal {d.Name(0)}.");
        d.Send(new ProposalCommand { Opcode = Opcode.Enact, Proposal = d.Thing(Kinds.Proposal, 0) });
        for (int i = 0; i < proposal.Chain.Commands.Count; i++)
        {
            int place = d.Chain.Add(new PlainCommand { Command = proposal.Chain.Commands[i] });
            if (i < proposal.FollowUps.Count && proposal.FollowUps[i] is { } then) d.ThenAt(place, then);
        }
    }
}
