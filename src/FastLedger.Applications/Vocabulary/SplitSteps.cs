// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FastLedger.Applications.Patterns;

namespace FastLedger.Applications.Vocabulary;

/// <summary>Paying to many.</summary>
internal static partial class SplitSteps
{
    public static IReadOnlyList<StepDefinition> All { get; } =
    [
        new ActionStep("agrees the split {name} in {asset}[, under {policy},] among {shares}", "Creates and activates a split: accounts with their parts per million.", d =>
            d.NameAt(RevenueShare.Agree(d.Chain, d.Asset(1).Number, d.PolicyOrNone(2), Shares(d, 3)), Kinds.Split, d.Name(0))),
        new ActionStep("changes the split {name} to {shares}", "Sets new shares; all who must agree sign.", d => RevenueShare.Change(d.Chain, (uint)d.Thing(Kinds.Split, 0), Shares(d, 1))),
        new ActionStep("pays {amount} to the split {name}[ from {account}]", "Pays every share by the largest remainder; equal remainders go to the first ones.", d =>
            RevenueShare.Pay(d.Chain, TransferSteps.Source(d, 2, d.Money(0)), (uint)d.Thing(Kinds.Split, 1), d.Money(0).Amount)),
        new ActionStep("distributes {amount} to the holders of {asset} as {name}[ from {account}]", "Pays in proportion to what is held as of this command; no second distribution gets the name.", d =>
            d.NameAt(
                RevenueShare.Distribute(d.Chain, TransferSteps.Source(d, 3, d.Money(0)), d.Asset(1).Number, d.Money(0).Amount, Notary.Id(Encoding.UTF8.GetBytes($"{d.Asset(1).Number} {d.Name(2)}"))),
                Kinds.Distribution,
                d.Name(2))),
        new ActionStep("names {account} to be paid for {account}", "What is distributed to the second account goes to the first.", d =>
            d.Send(new Primitives.Commands.SetPayoutAccountCommand { PayoutAccount = d.Account(0), Account = d.Account(1) })),
    ];

    private static List<(ulong Account, uint Weight)> Shares(Deed d, int place)
    {
        var shares = new List<(ulong, uint)>();
        foreach (Match share in Share().Matches(d.Text(place)))
            shares.Add((d.World.Account(share.Groups[1].Value), uint.Parse(share.Groups[2].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture)));
        return shares;
    }

    [GeneratedRegex(@"([A-Z][A-Za-z0-9-]*'s [A-Z][A-Za-z0-9]*|""[^""]*"") at ([0-9,]*[0-9])")]
    private static partial Regex Share();
}
