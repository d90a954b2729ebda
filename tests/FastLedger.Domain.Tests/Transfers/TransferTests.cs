// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Transfers;

public sealed class TransferTests : IDisposable
{
    private readonly TestLedger _ledger = new();
    private readonly uint _bank, _client, _asset;
    private readonly ulong _issuer, _alice, _bob;

    public TransferTests()
    {
        _bank = _ledger.Session(1);
        _client = _ledger.Session(2);
        _asset = _ledger.Asset(_bank);
        _issuer = _ledger.Account(_bank, _asset, AccountFlags.Unlimited);
        _alice = _ledger.Account(_client, _asset);
        _bob = _ledger.Account(_client, _asset);
        Assert.Equal(ResultCode.Ok, _ledger.Transfer(_bank, _issuer, _alice, 1000).Code);
    }

    public void Dispose()
    {
        _ledger.AssertSumsAreZero();
        _ledger.Dispose();
    }

    [Fact]
    public void A_transfer_moves_the_amount_and_answers_it()
    {
        CommandResult result = _ledger.Transfer(_client, _alice, _bob, 250);
        Assert.Equal(ResultCode.Ok, result.Code);
        Assert.Equal((UInt128)250, result.Value);
        Assert.Equal(750, _ledger.Balance(_alice));
        Assert.Equal(250, _ledger.Balance(_bob));
    }

    [Fact]
    public void A_debit_beyond_the_floor_is_refused_and_a_lower_floor_allows_it()
    {
        Assert.Equal(ResultCode.ExceedsBalance, _ledger.Transfer(_client, _alice, _bob, 1001).Code);
        Assert.Equal(ResultCode.Unauthorized, _ledger.Change(_client, Opcode.SetFloor, _alice, -500).Code);
        Assert.Equal(ResultCode.Ok, _ledger.Change(_bank, Opcode.SetFloor, _alice, -500).Code);
        Assert.Equal(ResultCode.Ok, _ledger.Transfer(_client, _alice, _bob, 1500).Code);
        Assert.Equal(-500, _ledger.Balance(_alice));
        Assert.Equal(ResultCode.ExceedsBalance, _ledger.Transfer(_client, _alice, _bob, 1).Code);
    }

    [Fact]
    public void A_floor_raised_above_the_balance_stops_new_debits_only()
    {
        Assert.Equal(ResultCode.Ok, _ledger.Change(_bank, Opcode.SetFloor, _alice, 5000).Code);
        Assert.Equal(ResultCode.ExceedsBalance, _ledger.Transfer(_client, _alice, _bob, 1).Code);
        Assert.Equal(ResultCode.Ok, _ledger.Transfer(_bank, _issuer, _alice, 4001).Code);
        Assert.Equal(ResultCode.Ok, _ledger.Transfer(_client, _alice, _bob, 1).Code);
    }

    [Fact]
    public void Only_the_owner_of_the_debited_account_may_move_its_money() =>
        Assert.Equal(ResultCode.Unauthorized, _ledger.Transfer(_bank, _alice, _bob, 1).Code);

    [Fact]
    public void Malformed_transfers_are_told_apart()
    {
        uint other = _ledger.Asset(_bank);
        ulong foreign = _ledger.Account(_client, other);
        Assert.Equal(ResultCode.SameAccount, _ledger.Transfer(_client, _alice, _alice, 1).Code);
        Assert.Equal(ResultCode.UnknownAccount, _ledger.Transfer(_client, _alice, 999_999, 1).Code);
        Assert.Equal(ResultCode.UnknownAccount, _ledger.Transfer(_client, 0, _alice, 1).Code);
        Assert.Equal(ResultCode.UnknownAccount, _ledger.Transfer(_client, ulong.MaxValue, _alice, 1).Code);
        Assert.Equal(ResultCode.DifferentAssets, _ledger.Transfer(_client, _alice, foreign, 1).Code);
        Assert.Equal(ResultCode.AmountZero, _ledger.Transfer(_client, _alice, _bob, 0).Code);
        Assert.Equal(ResultCode.AmountTooLarge, _ledger.Transfer(_bank, _issuer, _bob, Command.MaxAmount + 1).Code);
        Assert.Equal(ResultCode.TimeoutNotPending, _ledger.Transfer(_client, _alice, _bob, 1, timeoutSeconds: 5).Code);
        Assert.Equal(ResultCode.ClosingNotPending, _ledger.Transfer(_client, _alice, _bob, 1, CommandFlags.ClosingDebit).Code);
        Assert.Equal(ResultCode.InvalidFlags, _ledger.Transfer(_client, _alice, _bob, 1, CommandFlags.PostOnly).Code);
        Assert.Equal(1000, _ledger.Balance(_alice));
    }

    [Fact]
    public void A_pending_transfer_reserves_and_its_post_moves()
    {
        ulong id = (ulong)_ledger.Transfer(_client, _alice, _bob, 600, CommandFlags.Pending).Value;
        Assert.Equal((UInt128)600, _ledger.Record(_alice).DebitsPending);
        Assert.Equal((UInt128)600, _ledger.Record(_bob).CreditsPending);
        Assert.Equal(1000, _ledger.Balance(_alice));
        Assert.Equal(ResultCode.ExceedsBalance, _ledger.Transfer(_client, _alice, _bob, 401).Code);

        CommandResult posted = _ledger.Post(_client, id, 450);
        Assert.Equal((ResultCode.Ok, (UInt128)450), (posted.Code, posted.Value));
        Assert.Equal(550, _ledger.Balance(_alice));
        Assert.Equal(UInt128.Zero, _ledger.Record(_alice).DebitsPending);
        Assert.Equal(ResultCode.PendingAlreadyPosted, _ledger.Post(_client, id).Code);
        Assert.Equal(ResultCode.PendingAlreadyPosted, _ledger.Void(_client, id).Code);
    }

    [Fact]
    public void Posting_more_than_is_pending_is_refused()
    {
        ulong id = (ulong)_ledger.Transfer(_client, _alice, _bob, 600, CommandFlags.Pending).Value;
        Assert.Equal(ResultCode.ExceedsPendingAmount, _ledger.Post(_client, id, 601).Code);
        Assert.Equal(ResultCode.AmountZero, _ledger.Post(_client, id, 0).Code);
        Assert.Equal(ResultCode.PendingNotFound, _ledger.Post(_client, id + 1).Code);
        Assert.Equal(ResultCode.Unauthorized, _ledger.Post(_bank, id).Code);
    }

    [Fact]
    public void A_void_releases_everything_also_on_a_frozen_account()
    {
        ulong id = (ulong)_ledger.Transfer(_client, _alice, _bob, 600, CommandFlags.Pending).Value;
        Assert.Equal(ResultCode.Ok, _ledger.Change(_bank, Opcode.FreezeAccount, _alice).Code);
        Assert.Equal(ResultCode.AccountFrozen, _ledger.Post(_client, id).Code);
        Assert.Equal(ResultCode.Ok, _ledger.Void(_client, id).Code);
        Assert.Equal(UInt128.Zero, _ledger.Record(_alice).DebitsPending);
        Assert.Equal(UInt128.Zero, _ledger.Record(_bob).CreditsPending);
        Assert.Equal(ResultCode.PendingAlreadyVoided, _ledger.Void(_client, id).Code);
    }

    [Fact]
    public void A_pending_transfer_expires_in_the_first_block_at_its_time()
    {
        ulong id = (ulong)_ledger.Transfer(_client, _alice, _bob, 600, CommandFlags.Pending, timeoutSeconds: 10).Value;
        _ledger.Wait(9);
        Assert.Equal(ResultCode.ExceedsBalance, _ledger.Transfer(_client, _alice, _bob, 500).Code);
        _ledger.Wait(1);
        Assert.Equal(ResultCode.Ok, _ledger.Transfer(_client, _alice, _bob, 500).Code);
        Assert.Equal(ResultCode.PendingExpired, _ledger.Post(_client, id).Code);
        Assert.Contains(_ledger.History, e => e.Kind == HistoryKind.PendingExpired && e.Link == id && e.Amount == 600);
    }

    [Fact]
    public void An_old_pending_id_never_names_a_later_transfer()
    {
        ulong first = (ulong)_ledger.Transfer(_client, _alice, _bob, 1, CommandFlags.Pending).Value;
        Assert.Equal(ResultCode.Ok, _ledger.Void(_client, first).Code);
        ulong second = (ulong)_ledger.Transfer(_client, _alice, _bob, 2, CommandFlags.Pending).Value;
        Assert.NotEqual(first, second);
        Assert.Equal(ResultCode.PendingAlreadyResolved, _ledger.Post(_client, first).Code);
        Assert.Equal(ResultCode.Ok, _ledger.Post(_client, second).Code);
    }

    [Fact]
    public void A_balancing_debit_moves_what_is_there()
    {
        CommandResult result = _ledger.Transfer(_client, _alice, _bob, 5000, CommandFlags.BalancingDebit);
        Assert.Equal((ResultCode.Ok, (UInt128)1000), (result.Code, result.Value));
        Assert.Equal(ResultCode.ExceedsBalance, _ledger.Transfer(_client, _alice, _bob, 5000, CommandFlags.BalancingDebit).Code);
    }

    [Fact]
    public void A_balancing_credit_moves_what_the_account_owes()
    {
        ulong loan = _ledger.Account(_bank, _asset, AccountFlags.Unlimited | AccountFlags.CreditsMustNotExceedDebits);
        Assert.Equal(ResultCode.ExceedsDebits, _ledger.Transfer(_client, _alice, loan, 1).Code);
        Assert.Equal(ResultCode.Ok, _ledger.Transfer(_bank, loan, _bob, 300).Code);
        CommandResult result = _ledger.Transfer(_client, _alice, loan, 1000, CommandFlags.BalancingCredit);
        Assert.Equal((ResultCode.Ok, (UInt128)300), (result.Code, result.Value));
        Assert.Equal(ResultCode.ExceedsDebits, _ledger.Transfer(_client, _alice, loan, 1).Code);
    }

    [Fact]
    public void A_closing_transfer_closes_the_account_until_it_is_voided()
    {
        ulong id = (ulong)_ledger.Transfer(_client, _alice, _bob, 1000, CommandFlags.Pending | CommandFlags.ClosingDebit).Value;
        Assert.Equal(ResultCode.AccountClosed, _ledger.Transfer(_bank, _issuer, _alice, 1).Code);
        Assert.Equal(ResultCode.AccountClosed, _ledger.Post(_client, id).Code);
        Assert.Equal(ResultCode.Ok, _ledger.Void(_client, id).Code);
        Assert.Equal(ResultCode.Ok, _ledger.Transfer(_bank, _issuer, _alice, 1).Code);
    }

    [Fact]
    public void Frozen_and_closed_accounts_neither_pay_nor_receive()
    {
        Assert.Equal(ResultCode.Unauthorized, _ledger.Change(_client, Opcode.FreezeAccount, _alice).Code);
        Assert.Equal(ResultCode.Ok, _ledger.Change(_bank, Opcode.FreezeAccount, _alice).Code);
        Assert.Equal(ResultCode.AlreadyInState, _ledger.Change(_bank, Opcode.FreezeAccount, _alice).Code);
        Assert.Equal(ResultCode.AccountFrozen, _ledger.Transfer(_client, _alice, _bob, 1).Code);
        Assert.Equal(ResultCode.AccountFrozen, _ledger.Transfer(_bank, _issuer, _alice, 1).Code);
        Assert.Equal(ResultCode.Ok, _ledger.Change(_bank, Opcode.UnfreezeAccount, _alice).Code);
        ulong id = (ulong)_ledger.Transfer(_client, _alice, _bob, 1, CommandFlags.Pending).Value;
        Assert.Equal(ResultCode.AccountHasPending, _ledger.Change(_client, Opcode.CloseAccount, _alice).Code);
        Assert.Equal(ResultCode.Ok, _ledger.Void(_client, id).Code);
        Assert.Equal(ResultCode.Ok, _ledger.Change(_client, Opcode.CloseAccount, _alice).Code);
        Assert.Equal(ResultCode.AccountClosed, _ledger.Transfer(_client, _alice, _bob, 1).Code);
        Assert.Equal(ResultCode.Ok, _ledger.Change(_bank, Opcode.ReopenAccount, _alice).Code);
    }

    [Fact]
    public void A_statement_is_a_walk_from_the_account_and_adds_up_to_its_balance()
    {
        ulong id = (ulong)_ledger.Transfer(_client, _alice, _bob, 100, CommandFlags.Pending).Value;
        _ledger.Transfer(_client, _alice, _bob, 7);
        _ledger.Post(_client, id, 60);
        _ledger.Transfer(_client, _bob, _alice, 5);
        Int128 sum = 0;
        int entries = 0;
        for (ulong number = _ledger.Record(_alice).LastEntry; number != 0; entries++)
        {
            HistoryEntry entry = _ledger.History[(int)number - 1];
            bool debit = entry.DebitAccount == _alice;
            Assert.True(debit || entry.CreditAccount == _alice);
            if (entry.Kind is HistoryKind.Transfer or HistoryKind.PendingPosted) sum += debit ? -(Int128)entry.Amount : (Int128)entry.Amount;
            number = debit ? entry.DebitPrevious : entry.CreditPrevious;
        }

        Assert.Equal(5, entries);
        Assert.Equal(_ledger.Balance(_alice), sum);
    }
}
