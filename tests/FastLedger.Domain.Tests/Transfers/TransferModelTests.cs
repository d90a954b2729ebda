// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using CsCheck;
using FastLedger.Domain.Accounts;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Transfers;

public sealed class TransferModelTests
{
    private const int AccountCount = 6;

    private sealed record Step(int Kind, int Debit, int Credit, int Amount, int Pick, int Flags, int Timeout, bool Linked, int WaitSeconds);

    private static readonly Gen<Step> GenStep =
        from kind in Gen.Int[0, 11]
        from debit in Gen.Int[0, AccountCount]
        from credit in Gen.Int[1, AccountCount]
        from amount in Gen.Int[0, 300]
        from pick in Gen.Int[0, 1000]
        from flags in Gen.Int[0, 40]
        from timeout in Gen.Int[0, 4]
        from linked in Gen.Int[0, 5]
        from wait in Gen.Int[0, 12]
        select new Step(kind, debit, credit, amount, pick, flags, timeout, linked == 0, wait == 0 ? 1 : 0);

    [Fact]
    public void Random_commands_and_chains_match_the_naive_ledger() =>
        GenStep.Array[40, 200].Sample(Run, iter: 400);

    private static void Run(Step[] steps)
    {
        using var ledger = new TestLedger();
        uint session = ledger.Session(1), asset = ledger.Asset(session);
        var naive = new NaiveLedger();
        for (int i = 0; i < AccountCount; i++)
        {
            AccountFlags flags = i switch { 0 => AccountFlags.Unlimited, 5 => AccountFlags.CreditsMustNotExceedDebits | AccountFlags.Unlimited, _ => 0 };
            Int128 floor = i == 4 ? -200 : 0;
            ulong number = ledger.Account(session, asset, flags, floor);
            naive.Accounts[number] = new(0, 0, 0, 0, (BigInteger)floor, flags);
        }

        ulong[] numbers = [.. naive.Accounts.Keys];
        var ids = new Dictionary<int, ulong>();
        for (int at = 0; at < steps.Length;)
        {
            int end = at;
            while (end < steps.Length - 1 && steps[end].Linked) end++;
            Step[] chain = steps[at..(end + 1)];
            at = end + 1;
            ledger.Wait(chain[0].WaitSeconds);
            long now = ledger.TimestampNs + 1;
            naive.Expire(now);

            // Ids of pending transfers made inside the chain are not known yet, so the chain refers to older ones only.
            var commands = new Command[chain.Length];
            for (int i = 0; i < chain.Length; i++)
            {
                commands[i] = Build(chain[i], numbers, ids);
                if (i < chain.Length - 1) commands[i].Flags |= CommandFlags.Linked;
                commands[i].Number = ledger.NextNumber(session);
            }

            var saved = naive.Save();
            var expected = new List<(ResultCode Code, BigInteger Value)>();
            foreach (Step step in chain)
            {
                expected.Add(Apply(naive, step, numbers, ids, now));
                if (expected[^1].Code == ResultCode.Ok) continue;
                if (chain.Length > 1) naive.Load(saved);
                break;
            }

            CommandResult[] results = ledger.Execute(session, commands);
            bool failed = expected[^1].Code != ResultCode.Ok;
            for (int i = 0; i < chain.Length; i++)
            {
                ResultCode code = !failed ? ResultCode.Ok : i == expected.Count - 1 ? expected[i].Code : ResultCode.LinkedFailed;
                // A record that was used again since only tells that the earlier transfer was resolved.
                bool reused = results[i].Code == ResultCode.PendingAlreadyResolved
                    && code is ResultCode.PendingAlreadyPosted or ResultCode.PendingAlreadyVoided or ResultCode.PendingExpired;
                if (!reused) Assert.Equal(code, results[i].Code);
                if (code != ResultCode.Ok) continue;
                if (commands[i].Flags.HasFlag(CommandFlags.Pending)) ids[(int)expected[i].Value] = (ulong)results[i].Value;
                else Assert.Equal(expected[i].Value, (BigInteger)results[i].Value);
            }

            foreach ((ulong number, NaiveLedger.Account account) in naive.Accounts) AssertSame(account, ledger.Record(number));
            Assert.Equal(naive.Pendings.Values.Count(p => p.State == "pending"), (int)ledger.Ledger.Counters.LivePending);
            ledger.AssertSumsAreZero();
        }
    }

    private static int? PickPending(Step step, Dictionary<int, ulong> ids) => ids.Count == 0 ? null : ids.Keys.ElementAt(step.Pick % ids.Count);

    private static CommandFlags TransferFlags(Step step) => step.Flags switch
    {
        < 12 => CommandFlags.None,
        < 24 => CommandFlags.Pending,
        < 29 => CommandFlags.BalancingDebit,
        < 32 => CommandFlags.BalancingCredit,
        < 34 => CommandFlags.BalancingDebit | CommandFlags.BalancingCredit,
        < 36 => CommandFlags.Pending | CommandFlags.BalancingDebit,
        36 => CommandFlags.Pending | CommandFlags.ClosingDebit,
        37 => CommandFlags.Pending | CommandFlags.ClosingCredit,
        38 => CommandFlags.ClosingDebit,
        _ => CommandFlags.None,
    };

    private static uint Timeout(Step step) => TransferFlags(step).HasFlag(CommandFlags.Pending) || step.Pick % 50 == 0 ? (uint)step.Timeout : 0;

    private static Command Build(Step step, ulong[] numbers, Dictionary<int, ulong> ids)
    {
        int? pick = PickPending(step, ids);
        if (step.Kind >= 6 && step.Kind < 10 && pick is { } key)
            return TestLedger.Of(new TransferCommand
            {
                Opcode = step.Kind < 8 ? Opcode.PostPending : Opcode.VoidPending,
                PendingId = ids[key],
                Amount = step.Kind == 6 ? UInt128.MaxValue : step.Kind == 7 ? (UInt128)step.Amount : 0,
            });
        if (step.Kind == 10)
            return TestLedger.Of(new ChangeAccountCommand { Opcode = Opcode.SetFloor, Account = numbers[step.Credit - 1], Floor = -step.Amount });
        if (step.Kind == 11)
            return TestLedger.Of(new ChangeAccountCommand { Opcode = step.Pick % 3 == 0 ? Opcode.FreezeAccount : Opcode.UnfreezeAccount, Account = numbers[step.Credit - 1] });
        return TestLedger.Of(new TransferCommand
        {
            Opcode = Opcode.Transfer,
            Flags = TransferFlags(step),
            DebitAccount = step.Debit == 0 ? 0 : numbers[step.Debit - 1],
            CreditAccount = numbers[step.Credit - 1],
            Amount = (UInt128)step.Amount,
            TimeoutSeconds = Timeout(step),
        });
    }

    private static (ResultCode Code, BigInteger Value) Apply(NaiveLedger naive, Step step, ulong[] numbers, Dictionary<int, ulong> ids, long now)
    {
        int? pick = PickPending(step, ids);
        ulong target = numbers[step.Credit - 1];
        if (step.Kind is 6 or 7 && pick is { } post) return naive.Post(post, step.Kind == 6 ? null : step.Amount);
        if (step.Kind is 8 or 9 && pick is { } release) return naive.Void(release);
        if (step.Kind == 10)
        {
            naive.Accounts[target] = naive.Accounts[target] with { Floor = -step.Amount };
            return (ResultCode.Ok, target);
        }

        if (step.Kind == 11)
        {
            bool freeze = step.Pick % 3 == 0;
            NaiveLedger.Account account = naive.Accounts[target];
            if (account.Flags.HasFlag(AccountFlags.Frozen) == freeze) return (ResultCode.AlreadyInState, 0);
            naive.Accounts[target] = account with { Flags = account.Flags ^ AccountFlags.Frozen };
            return (ResultCode.Ok, target);
        }

        return naive.Transfer(step.Debit == 0 ? 0 : numbers[step.Debit - 1], target, step.Amount, TransferFlags(step), Timeout(step), now);
    }

    private static void AssertSame(NaiveLedger.Account expected, in AccountRecord actual)
    {
        Assert.Equal(expected.DebitsPending, (BigInteger)actual.DebitsPending);
        Assert.Equal(expected.DebitsPosted, (BigInteger)actual.DebitsPosted);
        Assert.Equal(expected.CreditsPending, (BigInteger)actual.CreditsPending);
        Assert.Equal(expected.CreditsPosted, (BigInteger)actual.CreditsPosted);
        Assert.Equal(expected.Flags, actual.Flags);
    }
}
