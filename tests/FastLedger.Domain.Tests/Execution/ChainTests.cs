// SPDX-License-Identifier: Apache-2.0
using System;
using System.Linq;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Execution;

public sealed class ChainTests : IDisposable
{
    private readonly TestLedger _ledger = new();
    private readonly uint _session, _asset;
    private readonly ulong _issuer, _a, _b;

    public ChainTests()
    {
        _session = _ledger.Session(1);
        _asset = _ledger.Asset(_session);
        _issuer = _ledger.Account(_session, _asset, AccountFlags.Unlimited);
        _a = _ledger.Account(_session, _asset);
        _b = _ledger.Account(_session, _asset);
        _ledger.Transfer(_session, _issuer, _a, 100);
    }

    public void Dispose()
    {
        _ledger.AssertSumsAreZero();
        _ledger.Dispose();
    }

    [Fact]
    public void A_chain_takes_effect_as_a_whole()
    {
        CommandResult[] results = Run(Move(_a, _b, 60, linked: true), Move(_b, _issuer, 10, linked: false));
        Assert.All(results, r => Assert.Equal(ResultCode.Ok, r.Code));
        Assert.Equal(50, _ledger.Balance(_b));
    }

    [Fact]
    public void A_failing_member_undoes_the_chain_over_mixed_opcodes_and_leaves_only_consumed_numbers()
    {
        uint accounts = _ledger.Ledger.Accounts.Count;
        ulong history = _ledger.Ledger.Counters.HistoryEntries;
        Command open = TestLedger.Of(new OpenAccountCommand
        {
            Opcode = Opcode.OpenAccount,
            Flags = CommandFlags.Linked,
            Asset = _asset,
            ExternalId = 77,
            PolicyKey = TestLedger.Key(9),
        });
        CommandResult[] results = Run(open, Move(_a, _b, 60, true), Pending(_a, _b, 40, true), Move(_a, _b, 1, false));
        Assert.Equal(
            [ResultCode.LinkedFailed, ResultCode.LinkedFailed, ResultCode.LinkedFailed, ResultCode.ExceedsBalance], results.Select(r => r.Code));
        Assert.Equal(accounts, _ledger.Ledger.Accounts.Count);
        Assert.Equal(0u, _ledger.Ledger.AccountById.Find(77));
        Assert.Equal(0, _ledger.Ledger.Expiries.Count);
        Assert.Equal(history, _ledger.Ledger.Counters.HistoryEntries);
        Assert.Equal(100, _ledger.Balance(_a));
        Assert.Equal(UInt128.Zero, _ledger.Record(_a).DebitsPending);
        Assert.Equal(ResultCode.Ok, _ledger.Transfer(_session, _a, _b, 100).Code);
    }

    [Fact]
    public void A_chain_that_fails_leaves_the_tables_as_a_ledger_that_never_saw_it()
    {
        using var twin = new ChainTests();
        Run(Pending(_a, _b, 40, true), Move(_a, _b, 60, true), Move(_a, _b, 1, false));
        twin.Run(Noop(), Noop(), Noop());
        for (int i = 0; i < _ledger.Ledger.Tree.Tables.Length; i++)
        {
            // What the commands were answered differs, and stands under the session's record.
            State.Table table = _ledger.Ledger.Tree.Tables[i];
            if (table.Id != State.TableId.Sessions) Assert.Equal(twin._ledger.Ledger.Tree.Tables[i].Root, table.Root);
        }
    }

    [Fact]
    public void An_open_chain_at_the_end_of_a_batch_fails()
    {
        CommandResult[] results = Run(Move(_a, _b, 1, true), Move(_a, _b, 1, true));
        Assert.Equal([ResultCode.LinkedFailed, ResultCode.LinkedChainOpen], results.Select(r => r.Code));
    }

    [Fact]
    public void Chains_and_single_commands_mix_in_a_batch()
    {
        CommandResult[] results = Run(
            Move(_a, _b, 1, false), Move(_a, _b, 1000, true), Move(_a, _b, 1, false), Move(_a, _b, 2, false), Move(_a, _b, 3, true), Move(_b, _a, 1, false));
        Assert.Equal(
            [ResultCode.Ok, ResultCode.ExceedsBalance, ResultCode.LinkedFailed, ResultCode.Ok, ResultCode.Ok, ResultCode.Ok], results.Select(r => r.Code));
        Assert.Equal(5, _ledger.Balance(_b));
        Assert.Equal(Enumerable.Range(0, 6).Select(i => results[0].Sequence + (ulong)i), results.Select(r => r.Sequence));
    }

    private static Command Noop() => new() { Opcode = Opcode.Noop };

    private static Command Move(ulong debit, ulong credit, UInt128 amount, bool linked) => TestLedger.Of(new TransferCommand
    {
        Opcode = Opcode.Transfer,
        Flags = linked ? CommandFlags.Linked : CommandFlags.None,
        DebitAccount = debit,
        CreditAccount = credit,
        Amount = amount,
    });

    private static Command Pending(ulong debit, ulong credit, UInt128 amount, bool linked) => TestLedger.Of(new TransferCommand
    {
        Opcode = Opcode.Transfer,
        Flags = CommandFlags.Pending | (linked ? CommandFlags.Linked : CommandFlags.None),
        DebitAccount = debit,
        CreditAccount = credit,
        Amount = amount,
        TimeoutSeconds = 60,
    });

    private CommandResult[] Run(params Command[] commands)
    {
        for (int i = 0; i < commands.Length; i++) commands[i].Number = _ledger.NextNumber(_session);
        return _ledger.Execute(_session, commands);
    }
}
