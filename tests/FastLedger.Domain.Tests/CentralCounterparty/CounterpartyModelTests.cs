// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using FastLedger.Domain.CentralCounterparty;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.CentralCounterparty;

/// <summary>Random commands against the naive counterparty: every code, every balance, every position.</summary>
public sealed class CounterpartyModelTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private const int Members = 5, MaxContracts = 12;

    /// <summary>One random command: as bytes, and as what the model answers to it.</summary>
    private sealed record Step(Func<CounterpartyLedger, Command> Command, Func<NaiveCounterparty, ResultCode> Model, string Name);

    /// <summary>Commands to try: 20,000, or what FASTLEDGER_CLEARING_COMMANDS says.</summary>
    private static int Commands => int.TryParse(Environment.GetEnvironmentVariable("FASTLEDGER_CLEARING_COMMANDS"), out int commands) ? commands : 20_000;

    private static int Seed => int.TryParse(Environment.GetEnvironmentVariable("FASTLEDGER_SEED"), out int given) ? given : 77_001;

    [Fact]
    public void Random_commands_do_what_the_plain_definition_says()
    {
        output.WriteLine($"seed {Seed}, {Commands} commands");
        var codes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        int uncovered = 0, assessed = 0, carried = 0;
        for (int done = 0, life = 0; done < Commands; life++)
        {
            var random = new Random(Seed + life);
            using CounterpartyLedger ccp = Open(random, out NaiveCounterparty model);
            for (int i = 0; i < 400; i++, done++)
            {
                Step step = Any(random, ccp, model);
                ResultCode expected = step.Model(model);
                ResultCode actual = Run(ccp, step).Code;
                Assert.True(expected == actual, $"seed {Seed + life}, command {i}: {step.Name} answered {actual}, not {expected}");
                codes[$"{step.Name} {actual}"] = codes.GetValueOrDefault($"{step.Name} {actual}") + 1;
                Compare(ccp, model, $"seed {Seed + life}, command {i}: {step.Name}");
                ccp.Base.Events.Clear();
                ccp.Base.History.Clear();
            }

            ccp.Check();
            uncovered += model.Losses.Count(l => l.Uncovered > 0);
            assessed += model.Losses.Count(l => l.Assessed > 0);
            carried += model.Contracts.Count(c => c.Failing.Count > 0);
        }

        output.WriteLine(string.Join('\n', codes.Select(c => $"{c.Key}: {c.Value}")));
        output.WriteLine($"uncovered {uncovered}, assessed {assessed}, carried {carried}");
        Assert.True(uncovered > 0 && assessed > 0 && carried > 0, "the campaign never got there");
    }

    [Theory]
    [InlineData(1, 1u)]
    [InlineData(7, 3u)]
    [InlineData(64, 64u)]
    public void Where_blocks_end_and_how_much_they_may_do_changes_nothing(int perBlock, uint workPerBlock)
    {
        for (int life = 0; life < 8; life++)
        {
            var random = new Random(Seed + life);
            using CounterpartyLedger whole = Open(random, out NaiveCounterparty model);
            using CounterpartyLedger cut = Open(new Random(Seed + life), out _, TestLedger.Small with { PaymentWorkPerBlock = workPerBlock });
            Step[] steps = [.. Enumerable.Range(0, 400).Select(_ =>
            {
                Step step = Any(random, whole, model);
                step.Model(model);
                return step;
            })];
            CommandResult[] first = whole.Base.Execute(whole.Operator, [.. steps.Select(s => Numbered(whole, s))]);
            CommandResult[] second = [.. steps.Chunk(perBlock).SelectMany(part => cut.Base.Execute(cut.Operator, [.. part.Select(s => Numbered(cut, s))]))];
            Assert.Equal(first.Select(r => (r.Code, r.Value)), second.Select(r => (r.Code, r.Value)));
            Assert.Equal(Image(whole), Image(cut));
            Assert.Equal(whole.Base.Events.Count, cut.Base.Events.Count);
            whole.Check();
        }
    }

    [Fact]
    public void Any_prefix_of_the_blocks_executed_anew_gives_the_same_state_and_breaks_nothing()
    {
        var random = new Random(Seed);
        using CounterpartyLedger original = Open(random, out NaiveCounterparty model);
        var blocks = new List<Command[]>();
        var roots = new List<(Hash256 Root, string Image)> { default };
        for (int block = 0; block < 40; block++)
        {
            Command[] batch = [.. Enumerable.Range(0, 10).Select(_ =>
            {
                Step step = Any(random, original, model);
                step.Model(model);
                return Numbered(original, step);
            })];
            original.Base.Execute(original.Operator, batch);
            blocks.Add(batch);
            roots.Add((original.Base.Ledger.Tree.Root, Image(original)));
        }

        for (int prefix = 1; prefix <= blocks.Count; prefix++)
        {
            using CounterpartyLedger again = Open(new Random(Seed), out _);
            foreach (Command[] batch in blocks.Take(prefix)) again.Base.Execute(again.Operator, batch);
            Assert.Equal(roots[prefix], (again.Base.Ledger.Tree.Root, Image(again)));
            again.Check();
        }
    }

    private static CounterpartyLedger Open(Random random, out NaiveCounterparty model, Genesis? genesis = null)
    {
        long[] cash = [.. Enumerable.Range(0, Members).Select(_ => (long)random.Next(200, 3000))];
        long[] securities = [.. Enumerable.Range(0, Members).Select(_ => (long)random.Next(0, 60))];
        int capital = random.Next(0, 80);
        var ppm = (uint)random.Next(0, 2_000_000);
        var ccp = new CounterpartyLedger(cash, securities, (ulong)capital, ppm, genesis is null ? null : new TestLedger(genesis));
        model = new NaiveCounterparty(cash, securities, capital, ppm) { Capital = 200 };
        ccp.Base.Transfer(ccp.Operator, ccp.Cash.Issuer, ccp.Accounts[3], 200);
        for (int i = 0; i < MaxContracts; i++)
        {
            bool delivers = i % 3 != 2;
            var margin = (ulong)random.Next(0, 4);
            ccp.List((uint)i + 1, margin, delivers);
            model.Contracts.Add(new NaiveCounterparty.Contract { Date = i + 1, Margin = margin, Delivers = delivers });
        }

        return ccp;
    }

    private static Step Any(Random random, CounterpartyLedger ccp, NaiveCounterparty model)
    {
        uint number = ccp.Number;
        int contract = random.Next(MaxContracts), a = random.Next(Members), b = (a + random.Next(1, Members)) % Members;
        int price = random.Next(1, 30), quantity = random.Next(1, 40), amount = random.Next(1, 400);
        int open = Array.FindIndex(model.State, s => s == NaiveCounterparty.Standing.Defaulted);

        // A default is closed out with some purpose, or nothing would ever be resolved.
        if (open >= 0 && random.Next(2) == 0)
        {
            int held = model.Contracts.FindIndex(c => c.Of(open) != 0);
            if (held < 0)
            {
                int unmarked = model.Contracts.FindIndex(c => c.Cost.GetValueOrDefault(open) != 0);
                return unmarked >= 0 ? Mark(unmarked, price) : Of(Opcode.ApplyWaterfall, open, 0, m => m.ApplyWaterfall(open));
            }

            int other = (open + random.Next(1, Members)) % Members, units = random.Next(1, (int)BigInteger.Abs(model.Contracts[held].Of(open)) + 1);
            return model.Contracts[held].Of(open) > 0 ? Trade(held, other, open, units, price, true) : Trade(held, open, other, units, price, true);
        }

        switch (random.Next(100))
        {
            case < 40:
                return Trade(contract, a, b, quantity, price, random.Next(20) == 0);
            case < 52:
                return Of(Opcode.PostMargin, a, amount, m => m.PostMargin(a, amount));
            case < 56:
                return Of(Opcode.WithdrawMargin, a, amount, m => m.WithdrawMargin(a, amount));
            case < 60:
                return Of(Opcode.ContributeToFund, a, amount / 4 + 1, m => m.Contribute(a, amount / 4 + 1));
            case < 62:
                return Of(Opcode.WithdrawContribution, a, amount, m => m.WithdrawContribution(a, amount));
            case < 76:
                return Mark(contract, price);
            case < 86:
                return new Step(l => TestLedger.Of(new CounterpartyCommand { Opcode = Opcode.SettleVariation, Counterparty = number }), m => m.SettleVariation(), nameof(Opcode.SettleVariation));
            case < 91:
                int into = random.Next(4) == 0 ? -1 : Enumerable.Range(contract, MaxContracts - contract).FirstOrDefault(c => c > contract && c % 3 != 2, -1);
                return new Step(
                    l => TestLedger.Of(new ContractCommand { Opcode = Opcode.SettleDeliveries, Contract = (uint)contract + 1, Price = (ulong)price, Into = (uint)(into + 1) }),
                    m => m.Deliver(contract, price, into), nameof(Opcode.SettleDeliveries));
            case < 93:
                return Of(Opcode.DeclareDefault, a, 0, m => m.Declare(a));
            case < 95:
                return Of(Opcode.ApplyWaterfall, a, 0, m => m.ApplyWaterfall(a));
            default:
                ulong account = ccp.Accounts[4], issuer = ccp.Cash.Issuer;
                return new Step(
                    l => TestLedger.Of(new TransferCommand { Opcode = Opcode.Transfer, DebitAccount = issuer, CreditAccount = account, Amount = (UInt128)amount }),
                    m =>
                    {
                        m.DefaultHeld += amount;
                        return ResultCode.Ok;
                    }, "Recover");
        }
    }

    private static Step Mark(int contract, int price) => new(
        l => TestLedger.Of(new ContractCommand { Opcode = Opcode.MarkContract, Contract = (uint)contract + 1, Price = (ulong)price }), m => m.Mark(contract, price), nameof(Opcode.MarkContract));

    private static Step Trade(int contract, int buyer, int seller, int quantity, int price, bool closes)
    {
        Opcode opcode = closes ? Opcode.CloseOutPosition : Opcode.NovateTrade;
        return new Step(
            l => TestLedger.Of(new NovationCommand { Opcode = opcode, Contract = (uint)contract + 1, Buyer = l.Members[buyer], Seller = l.Members[seller], Quantity = (ulong)quantity, Price = (ulong)price }),
            m => m.Trade(contract, buyer, seller, quantity, price, closes), opcode.ToString());
    }

    private static Step Of(Opcode opcode, int member, int amount, Func<NaiveCounterparty, ResultCode> model) =>
        new(l => TestLedger.Of(new ClearingMemberCommand { Opcode = opcode, ClearingMember = l.Members[member], Amount = (ulong)amount }), model, opcode.ToString());

    private static Command Numbered(CounterpartyLedger ccp, Step step)
    {
        Command command = step.Command(ccp);
        command.Number = ccp.Base.NextNumber(ccp.Operator);
        return command;
    }

    private static CommandResult Run(CounterpartyLedger ccp, Step step) => ccp.Base.Execute(ccp.Operator, Numbered(ccp, step))[0];

    private static void Compare(CounterpartyLedger ccp, NaiveCounterparty model, string where)
    {
        for (int m = 0; m < Members; m++)
        {
            ClearingMemberRecord member = ccp.Member(m);
            BigInteger[] expected = [model.Cash[m], model.Securities[m], model.Margin[m], model.Fund[m], model.Due[m], model.Requirement(m), (int)model.State[m] + 1];
            BigInteger[] actual = [ccp.Cash.Balance(m), ccp.Securities.Balance(m), member.Margin, member.Contribution, member.VariationDue, member.Requirement, (int)member.State];
            Assert.True(expected.SequenceEqual(actual), $"{where}: member {m} is {string.Join(' ', actual)}, not {string.Join(' ', expected)}");
        }

        for (int c = 0; c < MaxContracts; c++)
            for (int m = 0; m < Members; m++)
            {
                ClearedPositionRecord position = ccp.Position((uint)c + 1, m);
                NaiveCounterparty.Contract contract = model.Contracts[c];
                Assert.True(
                    contract.Of(m) == position.Quantity && contract.Cost.GetValueOrDefault(m) == position.Cost && contract.Failing.GetValueOrDefault(m) == position.FailingSince,
                    $"{where}: contract {c} of member {m} is {position.Quantity} at {position.Cost} failing {position.FailingSince}, not {contract.Of(m)} at {contract.Cost.GetValueOrDefault(m)} failing {contract.Failing.GetValueOrDefault(m)}");
            }

        BigInteger[] own = [model.Capital, model.DefaultHeld, model.DefaultDue];
        BigInteger[] held = [ccp.Base.Balance(ccp.Accounts[3]), ccp.Base.Balance(ccp.Accounts[4]), ccp.Record.DefaultDue];
        Assert.True(own.SequenceEqual(held), $"{where}: capital, default account and due are {string.Join(' ', held)}, not {string.Join(' ', own)}");
        Assert.Equal((uint)model.Losses.Count, (uint)ccp.Tables.Defaults.Count - 1 - ccp.Record.OpenDefaults);
    }

    /// <summary>Everything that a member can see, as text.</summary>
    private static string Image(CounterpartyLedger ccp) => string.Join(
        ';',
        Enumerable.Range(0, Members).Select(m => $"{ccp.Cash.Balance(m)} {ccp.Securities.Balance(m)} {ccp.Member(m).Margin} {ccp.Member(m).Contribution} {ccp.Member(m).VariationDue} {ccp.Member(m).State}"
            + string.Concat(Enumerable.Range(1, MaxContracts).Select(c => $" {ccp.Position((uint)c, m).Quantity}/{ccp.Position((uint)c, m).Cost}"))));
}
