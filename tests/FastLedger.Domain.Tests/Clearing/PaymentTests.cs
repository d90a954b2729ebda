// SPDX-License-Identifier: Apache-2.0
using System;
using System.Linq;
using System.Runtime.CompilerServices;
using FastLedger.Domain.Clearing;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Clearing;

public sealed class PaymentTests
{
    [Fact]
    public void Urgent_payments_may_use_what_is_reserved_and_normal_ones_leave_it()
    {
        using var system = new ClearingLedger([100, 0]);
        Assert.Equal(ResultCode.Ok, system.Set(Opcode.SetReservation, 0, 40));
        Assert.Equal(ResultCode.Ok, system.Set(Opcode.SetReservation, 0, 20, PaymentPriority.High));
        ulong normal = system.Pay(0, 1, 41);
        ulong high = system.Pay(0, 1, 60, PaymentPriority.High);
        Assert.Equal((PaymentState.Queued, PaymentState.Settled), (system.State(normal), system.State(high)));
        ulong urgent = system.Pay(0, 1, 40, PaymentPriority.Urgent);
        Assert.Equal(PaymentState.Settled, system.State(urgent));
        Assert.Equal(0, system.Balance(0));
    }

    [Fact]
    public void A_lower_priority_never_overtakes_a_higher_one()
    {
        using var system = new ClearingLedger([50, 0]);
        ulong urgent = system.Pay(0, 1, 60, PaymentPriority.Urgent);
        ulong normal = system.Pay(0, 1, 10);
        Assert.Equal(0, system.Settled(urgent, normal));
        system.Credit(0, 10);
        Assert.Equal((PaymentState.Settled, PaymentState.Queued), (system.State(urgent), system.State(normal)));
        system.Credit(0, 10);
        Assert.Equal(PaymentState.Settled, system.State(normal));
    }

    [Fact]
    public void A_credit_moves_the_queue_of_who_is_paid_and_so_on()
    {
        using var system = new ClearingLedger([0, 0, 0, 0]);
        ulong[] ids = [system.Pay(2, 3, 30), system.Pay(1, 2, 30), system.Pay(0, 1, 30)];
        system.Credit(0, 30);
        Assert.Equal(3, system.Settled(ids));
        Assert.Equal([0, 0, 0, 30], system.Balances);
    }

    [Fact]
    public void Queued_payments_can_be_revoked_reprioritised_and_moved_and_settled_ones_cannot()
    {
        using var system = new ClearingLedger([0, 0]);
        ulong first = system.Pay(0, 1, 100), second = system.Pay(0, 1, 50), third = system.Pay(0, 1, 20), fourth = system.Pay(0, 1, 10);
        Assert.Equal(ResultCode.Ok, system.Change(Opcode.MovePayment, third, before: first));
        Assert.Equal(ResultCode.Ok, system.Change(Opcode.ReprioritisePayment, fourth, PaymentPriority.Urgent));
        Assert.Equal(ResultCode.Ok, system.Change(Opcode.RevokePayment, first));
        Assert.Equal(ResultCode.PaymentState, system.Change(Opcode.RevokePayment, first));
        system.Credit(0, 30);
        Assert.Equal((PaymentState.Settled, PaymentState.Settled), (system.State(fourth), system.State(third)));
        Assert.Equal((PaymentState.Queued, PaymentState.Revoked), (system.State(second), system.State(first)));
        Assert.Equal(ResultCode.PaymentState, system.Change(Opcode.RevokePayment, third));
        Assert.Equal(ResultCode.UnknownPayment, system.Change(Opcode.RevokePayment, 0));
        Assert.Equal(ResultCode.Ok, system.Change(Opcode.MovePayment, second));
    }

    [Fact]
    public void A_payment_waits_for_its_from_time_and_expires_at_its_reject_time()
    {
        using var system = new ClearingLedger([100, 0]);
        SubmitPaymentCommand later = system.Payment(0, 1, 60);
        later.FromNs = system.Base.TimestampNs + (5 * TestLedger.SecondNs);
        SubmitPaymentCommand brief = system.Payment(1, 0, 500);
        brief.RejectNs = system.Base.TimestampNs + (3 * TestLedger.SecondNs);
        ulong waiting = (ulong)(system.Ok(later) & ulong.MaxValue), expiring = (ulong)(system.Ok(brief) & ulong.MaxValue);
        Assert.Equal((PaymentState.Waiting, PaymentState.Queued), (system.State(waiting), system.State(expiring)));
        system.Base.Wait(3);
        system.Pass();
        Assert.Equal((PaymentState.Waiting, PaymentState.Expired), (system.State(waiting), system.State(expiring)));
        Assert.Equal(later.FromNs, system.Base.Ledger.NextDueNs);
        system.Base.Wait(2);
        system.Pass();
        Assert.Equal(PaymentState.Settled, system.State(waiting));
        Assert.Equal(0ul, (ulong)system.Record.QueuedCount);
        SubmitPaymentCommand late = system.Payment(0, 1, 1);
        late.RejectNs = system.Base.TimestampNs;
        Assert.Equal(ResultCode.InvalidPayment, system.Code(late));
    }

    [Fact]
    public void Limits_and_caps_bound_net_outflow_of_normal_payments_and_can_change_while_payments_flow()
    {
        using var system = new ClearingLedger([1000, 1000, 1000]);
        Assert.Equal(ResultCode.Ok, system.Set(Opcode.SetMultilateralLimit, 0, 100));
        Assert.Equal(ResultCode.Ok, system.Set(Opcode.SetBilateralLimit, 0, 50, counterparty: 1));
        Assert.Equal(ResultCode.Ok, system.Set(Opcode.SetNetDebitCap, 0, 120));
        ulong withinBilateral = system.Pay(0, 1, 50), beyondBilateral = system.Pay(0, 1, 1);
        Assert.Equal((PaymentState.Settled, PaymentState.Queued), (system.State(withinBilateral), system.State(beyondBilateral)));
        ulong urgent = system.Pay(0, 1, 500, PaymentPriority.Urgent);
        Assert.Equal(PaymentState.Settled, system.State(urgent));
        system.Pay(1, 0, 1);
        Assert.Equal(PaymentState.Settled, system.State(beyondBilateral));
        ulong capped = system.Pay(0, 2, 71);
        Assert.Equal(PaymentState.Queued, system.State(capped));
        Assert.Equal(ResultCode.Ok, system.Set(Opcode.SetNetDebitCap, 0, -1));
        Assert.Equal(PaymentState.Settled, system.State(capped));
        ulong beyondMultilateral = system.Pay(0, 2, 30);
        Assert.Equal(PaymentState.Queued, system.State(beyondMultilateral));
        system.Pay(2, 0, 1);
        Assert.Equal(PaymentState.Settled, system.State(beyondMultilateral));
    }

    [Fact]
    public void Collateral_is_worth_its_price_after_the_haircut_and_cannot_leave_while_credit_needs_it()
    {
        using var system = new ClearingLedger([0, 0]);
        TestLedger ledger = system.Base;
        uint bond = ledger.Asset(system.Operator);
        ulong issuer = ledger.Account(system.Operator, bond, AccountFlags.Unlimited), pool = ledger.Account(system.Operator, bond), own = ledger.Account(system.Operator, bond);
        ledger.Transfer(system.Operator, issuer, own, 10);
        var terms = new CollateralCommand { Opcode = Opcode.SetCollateralAsset, System = system.System, Asset = bond, Account = pool, Amount = 100_000_000, HaircutPpm = 50_000 };
        system.Ok(terms);
        ulong queued = system.Pay(0, 1, 900);
        var pledge = new CollateralCommand { Opcode = Opcode.PledgeCollateral, Member = system.Members[0], Asset = bond, Account = own, Amount = 10 };
        Assert.Equal((UInt128)950, system.Ok(pledge));
        Assert.Equal(PaymentState.Settled, system.State(queued));
        Assert.Equal((-900, -950), ((long)ledger.Balance(system.Account(0)), (long)ledger.Record(system.Account(0)).Floor));
        pledge.Opcode = Opcode.ReleaseCollateral;
        pledge.Amount = 1;
        Assert.Equal(ResultCode.CollateralInUse, system.Code(pledge));
        terms.HaircutPpm = 100_000;
        system.Ok(terms);
        Assert.Equal(-900, (long)ledger.Record(system.Account(0)).Floor);
        system.Credit(0, 90);
        Assert.Equal((UInt128)810, system.Ok(pledge));
        ledger.AssertSumsAreZero();
    }

    [Fact]
    public void Lowering_the_credit_line_below_what_is_used_only_stops_new_debits()
    {
        using var system = new ClearingLedger([0, 0]);
        Assert.Equal(ResultCode.Ok, system.Set(Opcode.SetCreditLine, 0, 100));
        Assert.Equal(PaymentState.Settled, system.State(system.Pay(0, 1, 80)));
        Assert.Equal(ResultCode.Ok, system.Set(Opcode.SetCreditLine, 0, 50));
        ulong next = system.Pay(0, 1, 1);
        Assert.Equal(PaymentState.Queued, system.State(next));
        Assert.Equal(ResultCode.Ok, system.Set(Opcode.SetCreditLine, 0, 81));
        Assert.Equal(PaymentState.Settled, system.State(next));
        Assert.Equal(ResultCode.WrongSettlementAccount, system.Base.Change(system.Operator, Opcode.SetFloor, system.Account(0), -1000).Code);
    }

    [Fact]
    public void Returns_never_exceed_the_original_and_a_recall_revokes_what_is_queued()
    {
        using var system = new ClearingLedger([100, 0]);
        ulong original = system.Pay(0, 1, 100);
        SubmitPaymentCommand part = system.Payment(1, 0, 60);
        part.Opcode = Opcode.ReturnPayment;
        part.Original = original;
        system.Ok(part);
        Assert.Equal(ResultCode.ExceedsOriginal, system.Code(part));
        part.Amount = 40;
        system.Ok(part);
        Assert.Equal([100, 0], system.Balances);
        ulong queued = system.Pay(1, 0, 5);
        Assert.Equal(ResultCode.Ok, system.Change(Opcode.RecallPayment, queued));
        Assert.Equal(PaymentState.Revoked, system.State(queued));
        Assert.Equal(ResultCode.Ok, system.Change(Opcode.RecallPayment, original));
        Assert.Equal(PaymentState.Settled, system.State(original));
        Assert.Equal(PaymentEventKind.RecallRequested, Last(system).Kind);
    }

    [Fact]
    public void Delivery_versus_payment_is_a_chain_that_moves_both_legs_or_neither()
    {
        using var cash = new ClearingLedger([100, 0]);
        using var securities = new ClearingLedger([0, 7], ledger: cash.Base);
        Command[] Chain(long price)
        {
            SubmitPaymentCommand delivery = securities.Payment(1, 0, 7, flags: PaymentFlags.SettleOrReject);
            SubmitPaymentCommand payment = cash.Payment(0, 1, price, flags: PaymentFlags.SettleOrReject);
            delivery.Flags = CommandFlags.Linked;
            delivery.Number = cash.Base.NextNumber(cash.Operator);
            payment.Number = cash.Base.NextNumber(cash.Operator);
            return [TestLedger.Of(delivery), TestLedger.Of(payment)];
        }

        Assert.Equal([ResultCode.LinkedFailed, ResultCode.ExceedsBalance], cash.Base.Execute(cash.Operator, Chain(101)).Select(r => r.Code));
        Assert.Equal([100, 0, 0, 7], [.. cash.Balances, .. securities.Balances]);
        Assert.Equal([ResultCode.Ok, ResultCode.Ok], cash.Base.Execute(cash.Operator, Chain(100)).Select(r => r.Code));
        Assert.Equal([0, 100, 7, 0], [.. cash.Balances, .. securities.Balances]);
        cash.Base.AssertSumsAreZero();
    }

    [Fact]
    public void A_suspended_participant_neither_pays_nor_is_paid()
    {
        using var system = new ClearingLedger([100, 100, 100]);
        uint participant = system.Tables.Members[system.Members[1]].Participant;
        var command = new MemberCommand { Opcode = Opcode.SuspendParticipant, Participant = participant };
        system.Ok(command);
        ulong[] ids = [system.Pay(0, 1, 10), system.Pay(1, 2, 10), system.Pay(2, 0, 10)];
        system.Resolve();
        Assert.Equal([PaymentState.Queued, PaymentState.Queued, PaymentState.Settled], ids.Select(system.State));
        command.Opcode = Opcode.ResumeParticipant;
        system.Ok(command);
        Assert.Equal(3, system.Settled(ids));
    }

    [Theory]
    [InlineData("DEUTDEFF", true)]
    [InlineData("DEUTDEFF500", true)]
    [InlineData("DEUTDEF", false)]
    [InlineData("DEUT1EFF", false)]
    [InlineData("deutdeff", false)]
    public void A_bic_has_eight_or_eleven_characters(string bic, bool good) => Assert.Equal(good, Identifiers.IsBic(ClearingLedger.Bic(bic)));

    [Theory]
    [InlineData("9845000Q555DEB9E2A69", true)]
    [InlineData("5493003BVC81MM2Q7719", false)]
    public void An_lei_has_check_digits(string lei, bool good)
    {
        byte[] bytes = new byte[32];
        System.Text.Encoding.ASCII.GetBytes(lei, bytes);
        Assert.Equal(good, Identifiers.IsLei(new Hash256(bytes)));
    }

    private static PaymentEvent Last(ClearingLedger system)
    {
        OrderEvent last = system.Base.Events[^1];
        return Unsafe.As<OrderEvent, PaymentEvent>(ref last);
    }
}
