// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using FastLedger.Domain.Distributions;
using FastLedger.Domain.Tests.Agreements;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Distributions;

public sealed class DistributionTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private static int Rounds => int.TryParse(Environment.GetEnvironmentVariable("FASTLEDGER_DISTRIBUTIONS"), out int rounds) ? rounds : 150;

    [Fact]
    public void A_tenth_of_the_income_reaches_the_holders_of_the_record_date_to_the_cent()
    {
        using var ledger = new AgreementLedger(5);
        (uint units, uint euro, ulong[] holders, ulong[] wallets, ulong club, ulong shares) = Athlete(ledger, [700, 200, 100]);
        CommandResult opened = ledger.Run(0, new DistributeCommand { DebitAccount = club, HeldAsset = units, Amount = 12_345_678, ExternalId = 2026 });
        Assert.Equal(ResultCode.Ok, opened.Code);
        Assert.Equal(0, ledger.Base.Ledger.NextDueNs);

        // Who buys after the record date gets nothing.
        ulong late = ledger.Account(4, units), lateWallet = ledger.Account(4, euro);
        ledger.Ok(4, new SetPayoutAccountCommand { Account = late, PayoutAccount = lateWallet });
        Assert.Equal(ResultCode.Ok, ledger.Pay(1, holders[0], late, 700).Code);
        ledger.Pass(3);
        Assert.Equal([8_641_975, 2_469_135, 1_234_568], wallets.Select(ledger.Balance));
        Assert.Equal((0, 0), (ledger.Balance(lateWallet), (long)ledger.Base.Record(club).DebitsPending));
        DistributionRecord record = ledger.Tables.Distributions.Distributions[(uint)opened.Value];
        Assert.Equal((DistributionPhase.Done, record.Amount, 3ul), (record.Phase, record.Paid, record.Holders));
        CommandResult again = ledger.Run(0, new DistributeCommand { DebitAccount = club, HeldAsset = units, Amount = 1, ExternalId = 2026 });
        Assert.Equal((ResultCode.ExternalIdExists, opened.Value), (again.Code, again.Value));
        Assert.Equal(long.MaxValue, ledger.Base.Ledger.NextDueNs);
        Assert.NotEqual(0ul, shares);
    }

    [Fact]
    public void Without_holders_or_accounts_to_pay_to_the_money_stays()
    {
        using var ledger = new AgreementLedger(5);
        (uint units, uint euro, ulong[] holders, ulong[] wallets, ulong club, _) = Athlete(ledger, [700, 200, 100]);
        uint nobody = ledger.Asset(0);
        ledger.Ok(0, new DistributeCommand { DebitAccount = club, HeldAsset = nobody, Amount = 100 });
        ledger.Pass(2);
        Assert.Equal((20_000_000, 0), (ledger.Balance(club), (long)ledger.Base.Record(club).DebitsPending));

        ulong escrow = ledger.Account(0, euro);
        ledger.Base.Change(1, Opcode.FreezeAccount, wallets[1]);
        ledger.Ok(0, new DistributeCommand { DebitAccount = club, HeldAsset = units, Amount = 1000, UnclaimedAccount = escrow });
        ledger.Pass(3);
        Assert.Equal((700, 0, 100, 200), (ledger.Balance(wallets[0]), ledger.Balance(wallets[1]), ledger.Balance(wallets[2]), ledger.Balance(escrow)));
        ledger.Base.AssertSumsAreZero();
        Assert.Equal(3, holders.Length);
    }

    [Theory]
    [InlineData(1u << 16)]
    [InlineData(7u)]
    public void Random_distributions_equal_big_integer_arithmetic_whatever_moves_meanwhile(uint workPerBlock)
    {
        const int seed = 99;
        output.WriteLine($"seed {seed}, {Rounds} rounds");
        var random = new Random(seed);
        using var ledger = new AgreementLedger(2, TestLedger.Small with { PaymentWorkPerBlock = workPerBlock });
        uint asset = ledger.Asset(0);
        ulong issuer = ledger.Account(0, asset, flags: AccountFlags.Unlimited), payer = ledger.Account(0, asset);
        ulong[] accounts = [.. Enumerable.Range(0, 40).Select(_ => ledger.Account(0, asset))];
        var open = new Queue<(uint Number, UInt128 Amount, Dictionary<ulong, BigInteger> Expected)>();
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < 12; i++)
            {
                ulong to = accounts[random.Next(accounts.Length)];
                ledger.Pay(0, random.Next(3) == 0 ? accounts[random.Next(accounts.Length)] : issuer, to, LargestRemainderTests.Amount(random, random.Next(3) == 0 ? 90 : 12));
            }

            UInt128 amount = UInt128.Max(1, LargestRemainderTests.Amount(random, random.Next(2) == 0 ? 90 : 10));
            ledger.Pay(0, issuer, payer, amount);
            var held = accounts.Append(payer).ToDictionary(a => a, a => (BigInteger)ledger.Base.Record(a).Balance);
            CommandResult result = ledger.Run(0, new DistributeCommand { DebitAccount = payer, HeldAsset = asset, Amount = amount, Reference = TestLedger.Key(1) });
            if (result.Code == ResultCode.DistributionLimit)
            {
                ledger.Pass(40);
                continue;
            }

            Assert.Equal(ResultCode.Ok, result.Code);
            open.Enqueue(((uint)result.Value, amount, Divide(amount, held)));
        }

        while (ledger.Base.Ledger.NextDueNs == 0) ledger.Pass();
        var paid = ledger.Base.History.Where(e => e.Kind == HistoryKind.Distribution).GroupBy(e => (e.Link, e.CreditAccount)).ToDictionary(g => g.Key, g => g.Aggregate(BigInteger.Zero, (sum, e) => sum + (BigInteger)e.Amount));
        Assert.NotEmpty(open);
        foreach ((uint number, UInt128 amount, Dictionary<ulong, BigInteger> expected) in open)
        {
            foreach ((ulong account, BigInteger share) in expected)
            {
                // The payer's own part is not paid to itself: it is simply not spent.
                if (account != payer) Assert.Equal(share, paid.GetValueOrDefault((number, account)));
            }

            Assert.Equal(amount, ledger.Tables.Distributions.Distributions[number].Paid);
        }

        Assert.Equal(UInt128.Zero, ledger.Base.Record(payer).DebitsPending);
        Assert.Equal(0u, ledger.Tables.Distributions.RecordedByAccount.Count);
        ledger.Base.AssertSumsAreZero();
    }

    [Fact]
    public void A_split_pays_only_when_all_its_members_agreed_to_the_weights()
    {
        using var ledger = new AgreementLedger(5);
        uint asset = ledger.Asset(0);
        ulong issuer = ledger.Account(0, asset, flags: AccountFlags.Unlimited), listener = ledger.Account(4, asset);
        ulong[] payees = [.. Enumerable.Range(1, 3).Select(p => ledger.Account(p, asset))];
        ledger.Pay(0, issuer, listener, 100);
        uint all = ledger.KeyPolicy(3, (1, 1), (2, 1), (3, 1));
        Command[] create =
        [
            AgreementLedger.Of(new CreateSplitCommand { Asset = asset, Policy = all, Shares = 3 }),
            Share(0, payees[0], 912_500),
            Share(1, payees[1], 50_000),
            Share(2, payees[2], 37_500),
            AgreementLedger.Of(new SetShareCommand { Opcode = Opcode.ActivateSplit }),
        ];
        Assert.Equal(ResultCode.ThresholdNotMet, ledger.ChainCode(1, [2], [.. create]));
        CommandResult[] made = ledger.Chain(1, [2, 3], create);
        Assert.Equal(ResultCode.Ok, AgreementLedger.Verdict(made));
        uint split = (uint)made[2].Value;
        Assert.Equal(ResultCode.Ok, ledger.Code(4, Pay(listener, split, 60)));
        Assert.Equal([55, 3, 2], payees.Select(ledger.Balance));
        Assert.Equal(ResultCode.ExceedsBalance, ledger.Code(4, Pay(listener, split, 41)));
        Assert.Equal(ResultCode.Unauthorized, ledger.Code(0, Pay(listener, split, 1)));
        Assert.Equal(ResultCode.ThresholdNotMet, ledger.ChainCode(1, [], Share(0, payees[0], 1_000_000, split)));
        Assert.Equal(ResultCode.InvalidSplit, ledger.ChainCode(1, [2, 3], Share(0, payees[0], 900_000, split), AgreementLedger.Of(new SetShareCommand { Opcode = Opcode.ActivateSplit, Split = split })));
        Assert.Equal(ResultCode.SameAccount, ledger.Code(1, Pay(payees[0], split, 10)));
        Assert.Equal([55, 3, 2], payees.Select(ledger.Balance));
    }

    private static PaySplitCommand Pay(ulong from, uint split, UInt128 amount) => new() { DebitAccount = from, Split = split, Amount = amount };

    private static Command Share(uint index, ulong account, uint weight, uint split = 0) =>
        AgreementLedger.Of(new SetShareCommand { Split = split, Index = index, Account = account, Weight = weight });

    private static Dictionary<ulong, BigInteger> Divide(UInt128 amount, Dictionary<ulong, BigInteger> held)
    {
        (ulong Account, BigInteger Weight)[] weights = [.. held.Where(h => h.Value > 0).OrderBy(h => h.Key).Select(h => (h.Key, h.Value))];
        BigInteger total = weights.Aggregate(BigInteger.Zero, (sum, w) => sum + w.Weight);
        Dictionary<ulong, BigInteger> shares = weights.ToDictionary(w => w.Account, w => (BigInteger)amount * w.Weight / total);
        BigInteger left = (BigInteger)amount - shares.Values.Aggregate(BigInteger.Zero, (a, b) => a + b);
        foreach ((ulong account, _) in weights.OrderByDescending(w => (BigInteger)amount * w.Weight % total).ThenBy(w => w.Account).Take((int)left)) shares[account]++;
        return shares;
    }

    private static (uint Units, uint Euro, ulong[] Holders, ulong[] Wallets, ulong Club, ulong Issuer) Athlete(AgreementLedger ledger, UInt128[] holdings)
    {
        uint units = ledger.Asset(0), euro = ledger.Asset(0);
        ulong issuer = ledger.Account(0, units, flags: AccountFlags.Unlimited), bank = ledger.Account(0, euro, flags: AccountFlags.Unlimited), club = ledger.Account(0, euro);
        ledger.Pay(0, bank, club, 20_000_000);
        ulong[] holders = [.. holdings.Select((_, i) => ledger.Account(i + 1, units))], wallets = [.. holdings.Select((_, i) => ledger.Account(i + 1, euro))];
        for (int i = 0; i < holdings.Length; i++)
        {
            ledger.Pay(0, issuer, holders[i], holdings[i]);
            ledger.Ok(i + 1, new SetPayoutAccountCommand { Account = holders[i], PayoutAccount = wallets[i] });
        }

        return (units, euro, holders, wallets, club, issuer);
    }
}
