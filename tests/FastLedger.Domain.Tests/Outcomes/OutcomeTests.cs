// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using FastLedger.Domain.Outcomes;
using FastLedger.Domain.Tests.Agreements;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Outcomes;

public sealed class OutcomeTests
{
    private const int Creator = 0, Oracle = 1, Arbiter = 2, Disputer = 3, Alice = 4, Bob = 5;
    private const ulong Bond = 10;
    private const uint Window = 50;

    [Fact]
    public void Complete_sets_pay_the_winner_all_and_leave_the_vault_empty()
    {
        using var ledger = new AgreementLedger(6);
        Market market = Open(ledger);
        market.Mint(Alice, 100);
        Assert.Equal((900, 100), (ledger.Balance(market.Cash[Alice]), ledger.Balance(market.Vault)));
        Assert.Equal(ResultCode.Ok, ledger.Pay(Alice, market.Units[Alice][1], market.Units[Bob][1], 100).Code);
        Assert.Equal(ResultCode.OutcomeNotFinal, market.Redeem(Alice, 0, 100));
        market.Report(Oracle, 1);
        ledger.Base.Wait(Window);
        ledger.Pass();
        Assert.Equal(ResultCode.BadState, market.TryMint(Alice, 1));
        Assert.Equal(ResultCode.AlreadyFinal, market.Report(Oracle, 2));
        Assert.Equal(ResultCode.ValueLost, market.Redeem(Bob, 1, 100));
        Assert.Equal(ResultCode.Ok, market.Redeem(Alice, 0, 100));
        Assert.Equal(ResultCode.ExceedsBalance, market.Redeem(Alice, 0, 100));
        Assert.Equal((1000, 0), (ledger.Balance(market.Cash[Alice]), ledger.Balance(market.Vault)));
        ledger.Base.AssertSumsAreZero();
    }

    [Fact]
    public void An_invalid_outcome_pays_every_value_its_part()
    {
        using var ledger = new AgreementLedger(6);
        Market market = Open(ledger);
        market.Mint(Alice, 100);
        Assert.Equal(ResultCode.Ok, ledger.Pay(Alice, market.Units[Alice][1], market.Units[Bob][1], 100).Code);
        market.Report(Oracle, 0);
        ledger.Base.Wait(Window);
        ledger.Pass();
        Assert.Equal(ResultCode.NotDivisible, market.Redeem(Alice, 0, 99));
        Assert.Equal(ResultCode.Ok, market.Redeem(Alice, 0, 100));
        Assert.Equal(ResultCode.Ok, market.Redeem(Bob, 1, 100));
        Assert.Equal((950, 1050, 0), (ledger.Balance(market.Cash[Alice]), ledger.Balance(market.Cash[Bob]), ledger.Balance(market.Vault)));
        Assert.Equal(UInt128.Zero, market.Record.Sets);
    }

    [Fact]
    public void Only_the_ledger_issues_and_only_complete_sets_come_back()
    {
        using var ledger = new AgreementLedger(6);
        Market market = Open(ledger);
        market.Mint(Alice, 50);
        Assert.Equal(ResultCode.Unauthorized, ledger.Pay(Creator, market.Vault, market.Cash[Alice], 1).Code);
        Assert.Equal(ResultCode.Unauthorized, ledger.Pay(Creator, market.Record.FirstIssuer, market.Units[Alice][0], 1).Code);
        Assert.Equal(ResultCode.Unauthorized, ledger.Code(Creator, new ChangeAccountCommand { Opcode = Opcode.SetFloor, Account = market.Units[Alice][0], Floor = -1 }));
        Assert.Equal(ResultCode.Unauthorized, ledger.Code(Creator, new OpenAccountCommand { Asset = market.Record.FirstAsset, AccountFlags = AccountFlags.Unlimited }));
        ledger.Pay(Alice, market.Units[Alice][1], market.Units[Bob][1], 20);
        Assert.Equal(ResultCode.ExceedsBalance, market.TryBurn(Alice, 31));
        Assert.Equal(ResultCode.Ok, market.TryBurn(Alice, 30));
        Assert.Equal((980, 20), (ledger.Balance(market.Cash[Alice]), ledger.Balance(market.Vault)));
    }

    [Fact]
    public void Every_sequence_of_reports_disputes_and_waits_equals_the_naive_machine()
    {
        string[] actions = ["report 1", "report 2", "report 0", "dispute", "wait", "arbiter 2"];
        using var ledger = new AgreementLedger(6, TestLedger.Small with { MaxAssets = 1 << 14 });
        foreach (string[] sequence in Sequences(actions, 4).Append(["report 1", "dispute", "report 1", "dispute", "arbiter 2"]).Append(["report 1", "dispute", "report 1", "dispute", "report 2", "arbiter 1", "wait"]))
        {
            Market market = Open(ledger);
            var naive = new Naive();
            foreach (string action in sequence)
            {
                ResultCode expected = naive.Apply(action);
                ResultCode code = Apply(ledger, market, action);
                string where = string.Join(", ", sequence) + " at " + action;
                Assert.True(expected == code, $"{where}: {code}, not {expected}");
                Assert.True(naive.State == market.Record.State && naive.Value == market.Record.Value && naive.Disputed.Count == market.Record.Disputes, where);
            }

            // What is reserved is in the bonds that stand; what was wrong is with the bond account; the rest came back.
            long posted = naive.Posted, reserved = naive.State == OutcomeState.Final ? 0 : naive.Disputed.Select((_, i) => (long)Bond << i).Sum();
            Assert.Equal((1000 - posted, reserved, posted), (ledger.Balance(market.Cash[Disputer]), (long)ledger.Base.Record(market.Cash[Disputer]).DebitsPending, ledger.Balance(market.Fees)));
        }
    }

    [Fact]
    public void What_nobody_reports_becomes_invalid_and_a_bond_must_be_there()
    {
        using var ledger = new AgreementLedger(6);
        Market market = Open(ledger, reportFrom: 10, reportUntil: 100);
        Assert.Equal(ResultCode.TooEarly, market.Report(Oracle, 1));
        Assert.Equal(ResultCode.Unauthorized, market.Report(Bob, 1));
        ledger.Base.Wait(100);
        ledger.Pass();
        Assert.Equal((OutcomeState.Final, (byte)0), (market.Record.State, market.Record.Value));

        Market second = Open(ledger);
        second.Report(Oracle, 1);
        ulong empty = ledger.Account(Bob, second.Asset);
        Assert.Equal(ResultCode.ExceedsBalance, ledger.Code(Bob, new OutcomeCommand { Opcode = Opcode.DisputeOutcome, Outcome = second.Number, Value = 1, Account = empty }));
        Assert.Equal(ResultCode.InvalidOutcome, ledger.Code(Disputer, new OutcomeCommand { Opcode = Opcode.DisputeOutcome, Outcome = second.Number, Value = 2, Account = second.Cash[Disputer] }));
    }

    private static ResultCode Apply(AgreementLedger ledger, Market market, string action)
    {
        switch (action[..4])
        {
            case "repo":
                return market.Report(Oracle, (uint)(action[^1] - '0'));
            case "arbi":
                return market.Report(Arbiter, (uint)(action[^1] - '0'));
            case "disp":
                return ledger.Code(Disputer, new OutcomeCommand { Opcode = Opcode.DisputeOutcome, Outcome = market.Number, Value = market.Record.Value, Account = market.Cash[Disputer] });
            default:
                ledger.Base.Wait(Window);
                ledger.Pass();
                return ResultCode.Ok;
        }
    }

    private static IEnumerable<string[]> Sequences(string[] actions, int length) =>
        length == 0 ? [[]] : Sequences(actions, length - 1).SelectMany(s => actions.Select(a => (string[])[.. s, a]));

    private static Market Open(AgreementLedger ledger, long reportFrom = 0, long reportUntil = 0)
    {
        uint asset = ledger.Asset(Creator);
        ulong issuer = ledger.Account(Creator, asset, flags: AccountFlags.Unlimited), fees = ledger.Account(Creator, asset);
        ulong[] cash = [.. Enumerable.Range(0, 6).Select(p => ledger.Account(p, asset))];
        foreach (ulong account in cash) ledger.Pay(Creator, issuer, account, 1000);
        UInt128 made = ledger.Ok(Creator, new CreateOutcomeCommand
        {
            OraclePolicy = ledger.Policy(Oracle),
            ArbiterPolicy = ledger.Policy(Arbiter),
            CollateralAsset = asset,
            Values = 2,
            DisputeSeconds = Window,
            MaxDisputes = 2,
            Bond = Bond,
            BondAccount = fees,
            ReportFromNs = reportFrom * TestLedger.SecondNs,
            ReportUntilNs = reportUntil * TestLedger.SecondNs,
            Flags = CommandFlags.RelativeTime,
        });
        uint first = (uint)(made >> 64);
        ulong[][] units = [.. Enumerable.Range(0, 6).Select(p => (ulong[])[ledger.Account(p, first), ledger.Account(p, first + 1)])];
        return new Market(ledger, (uint)(made & uint.MaxValue), asset, cash, units, fees);
    }

    private sealed record Market(AgreementLedger Ledger, uint Number, uint Asset, ulong[] Cash, ulong[][] Units, ulong Fees)
    {
        public OutcomeRecord Record => Ledger.Tables.Outcomes.Outcomes[Number];

        public ulong Vault => Record.Vault;

        public ResultCode Report(int party, uint value) => Ledger.Code(party, new OutcomeCommand { Outcome = Number, Value = value });

        public void Mint(int party, UInt128 amount) => Assert.Equal(ResultCode.Ok, TryMint(party, amount));

        public ResultCode TryMint(int party, UInt128 amount) => Ledger.Code(party, Set(Opcode.MintSet, party, amount));

        public ResultCode TryBurn(int party, UInt128 amount) => Ledger.Code(party, Set(Opcode.BurnSet, party, amount));

        public ResultCode Redeem(int party, int value, UInt128 amount) =>
            Ledger.Code(party, new RedeemCommand { Outcome = Number, Account = Units[party][value], Amount = amount, CollateralAccount = Cash[party] });

        private CompleteSetCommand Set(Opcode opcode, int party, UInt128 amount) =>
            new() { Opcode = opcode, Outcome = Number, CollateralAccount = Cash[party], Amount = amount, Account1 = Units[party][0], Account2 = Units[party][1] };
    }

    /// <summary>The machine of the protocol's text, with two disputes at most.</summary>
    private sealed class Naive
    {
        public OutcomeState State { get; private set; } = OutcomeState.Open;

        public byte Value { get; private set; }

        public List<byte> Disputed { get; } = [];

        public long Posted => State != OutcomeState.Final ? 0 : Disputed.Select((value, i) => value == Value ? (long)Bond << i : 0).Sum();

        public ResultCode Apply(string action)
        {
            bool arbiter = action.StartsWith("arbiter", StringComparison.Ordinal);
            if (arbiter || action.StartsWith("report", StringComparison.Ordinal))
            {
                if (arbiter != (State == OutcomeState.Escalated)) return ResultCode.Unauthorized;
                if (State == OutcomeState.Final) return ResultCode.AlreadyFinal;
                if (State == OutcomeState.Proposed) return ResultCode.BadState;
                Value = (byte)(action[^1] - '0');
                State = arbiter ? OutcomeState.Final : OutcomeState.Proposed;
                return ResultCode.Ok;
            }

            if (action == "wait")
            {
                if (State == OutcomeState.Proposed) State = OutcomeState.Final;
                return ResultCode.Ok;
            }

            if (State == OutcomeState.Final) return ResultCode.AlreadyFinal;
            if (State != OutcomeState.Proposed) return ResultCode.BadState;
            Disputed.Add(Value);
            State = Disputed.Count == 2 ? OutcomeState.Escalated : OutcomeState.Disputed;
            return ResultCode.Ok;
        }
    }
}
