// SPDX-License-Identifier: Apache-2.0
using System;
using System.Linq;
using System.Runtime.CompilerServices;
using FastLedger.Domain.Clearing;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Clearing;

public sealed class BusinessDayTests
{
    private const uint Monday = 20_000, Tuesday = Monday + 1, Wednesday = Monday + 2;
    private const PaymentFlags Rolls = PaymentFlags.RollValueDate;

    [Fact]
    public void A_payment_of_a_later_day_waits_in_the_warehouse_and_settles_when_its_day_opens()
    {
        using ClearingLedger system = Opened(out _);
        ulong later = Submit(system, 0, 1, 30, Tuesday);
        Assert.Equal(PaymentState.Warehoused, system.State(later));
        Assert.Equal([100, 100], system.Balances);
        End(system);
        Assert.Equal(PaymentState.Warehoused, system.State(later));
        Assert.Equal(1u, Day(system, Opcode.OpenBusinessDay, Tuesday).Value);
        Assert.Equal(PaymentState.Settled, system.State(later));
        Assert.Equal([70, 130], system.Balances);
        Assert.Equal(Tuesday, system.Tables.Payments[RecordId.Number(later)].ValueDate);
        Check(system);
    }

    [Fact]
    public void A_payment_is_late_one_nanosecond_after_its_cut_off_and_not_at_it()
    {
        using ClearingLedger system = Opened(out long customer);
        long interbank = customer + TestLedger.SecondNs;
        WaitUntil(system, customer);
        Assert.Equal(ResultCode.Ok, Code(system, 0, 1, 1, 0, PaymentFlags.Customer));
        Assert.Equal(ResultCode.CutoffPassed, Code(system, 0, 1, 1, 0, PaymentFlags.Customer));
        Assert.Equal(ResultCode.Ok, Code(system, 0, 1, 1, 0));
        WaitUntil(system, interbank);
        Assert.Equal(ResultCode.Ok, Code(system, 0, 1, 1, 0));
        Assert.Equal(ResultCode.CutoffPassed, Code(system, 0, 1, 1, 0));
        Assert.Equal(BusinessDayState.Ended, system.Tables.BusinessDays[system.Record.Day].State);
    }

    [Fact]
    public void The_value_date_decides_between_today_the_warehouse_and_a_refusal()
    {
        using ClearingLedger system = Opened(out _);
        Assert.Equal(ResultCode.Ok, Code(system, 0, 1, 1, Monday));
        Assert.Equal(ResultCode.ValueDatePassed, Code(system, 0, 1, 1, Monday - 1));
        Assert.Equal(ResultCode.NotABusinessDay, Code(system, 0, 1, 1, Wednesday + 9));
        Assert.Equal(ResultCode.InvalidPayment, Code(system, 0, 1, 1, Tuesday, PaymentFlags.SettleOrReject));
        ulong rolled = Submit(system, 0, 1, 1, Monday - 1, Rolls);
        Assert.Equal((PaymentState.Settled, Monday), (system.State(rolled), system.Tables.Payments[RecordId.Number(rolled)].ValueDate));
        system.Ok(new PaymentSystemWorkCommand { Opcode = Opcode.DeclareHoliday, System = system.System, Date = Tuesday });
        Assert.Equal(ResultCode.NotABusinessDay, Code(system, 0, 1, 1, Tuesday));
        ulong next = Submit(system, 0, 1, 1, Tuesday, Rolls);
        Assert.Equal((PaymentState.Warehoused, Wednesday), (system.State(next), system.Tables.Payments[RecordId.Number(next)].ValueDate));
        using var plain = new ClearingLedger([10, 0]);
        Assert.Equal(ResultCode.InvalidPayment, Code(plain, 0, 1, 1, Monday));
        Assert.Equal(ResultCode.InvalidPayment, Code(plain, 0, 1, 1, 0, Rolls));
        Assert.Equal(ResultCode.InvalidPayment, Code(plain, 0, 1, 1, 0, PaymentFlags.Customer));
        Check(system);
    }

    [Fact]
    public void At_the_last_cut_off_queued_payments_expire_or_roll_and_the_day_can_close()
    {
        using ClearingLedger system = Opened(out _);
        ulong expires = Submit(system, 0, 1, 500, 0), rolls = Submit(system, 0, 1, 600, 0, Rolls), settles = Submit(system, 1, 0, 40, 0);
        Assert.Equal(ResultCode.BusinessDayState, Day(system, Opcode.CloseBusinessDay, Monday).Code);
        WaitUntil(system, system.Tables.BusinessDays[system.Record.Day].InterbankCutoffNs + 1);
        system.Base.Events.Clear();
        system.Pass();
        Assert.Equal([PaymentState.Expired, PaymentState.Warehoused, PaymentState.Settled], new[] { expires, rolls, settles }.Select(system.State));
        Assert.Equal([PaymentEventKind.Expired, PaymentEventKind.Warehoused], system.Base.Events.Select(e => Unsafe.BitCast<OrderEvent, PaymentEvent>(e).Kind));
        Assert.Equal(ResultCode.Ok, Day(system, Opcode.CloseBusinessDay, Monday).Code);
        BusinessDayRecord day = system.Tables.BusinessDays[system.Record.Day];
        Assert.Equal((1u, 1u, 1ul, 40u), (day.Expired, day.Rolled, day.Settled, (uint)day.Value));
        Assert.Equal(ResultCode.NoBusinessDay, Code(system, 0, 1, 1, 0));
        Assert.Equal(PaymentState.Warehoused, system.State(Submit(system, 0, 1, 1, 0, Rolls)));
        Day(system, Opcode.OpenBusinessDay, Tuesday);
        Assert.Equal(PaymentState.Queued, system.State(rolls));
        Check(system);
    }

    [Fact]
    public void A_warehoused_payment_can_be_revoked_also_after_its_day_became_a_holiday()
    {
        using ClearingLedger system = Opened(out _);
        ulong[] tuesday = [.. Enumerable.Range(0, 3).Select(i => Submit(system, 0, 1, 1 + i, Tuesday))];
        ulong[] wednesday = [.. Enumerable.Range(0, 2).Select(i => Submit(system, 0, 1, 11 + i, Wednesday))];
        Assert.Equal(ResultCode.Ok, system.Change(Opcode.RevokePayment, tuesday[0]));
        system.Ok(new PaymentSystemWorkCommand { Opcode = Opcode.DeclareHoliday, System = system.System, Date = Tuesday });
        Check(system);
        Assert.Equal(ResultCode.Ok, system.Change(Opcode.RecallPayment, tuesday[1]));
        Assert.Equal(ResultCode.BusinessDayState, Plan(system, Tuesday));
        Assert.Equal(ResultCode.Ok, system.Change(Opcode.RevokePayment, wednesday[0]));
        Check(system);
        End(system);
        Assert.Equal(ResultCode.NotABusinessDay, Day(system, Opcode.OpenBusinessDay, Tuesday).Code);
        Assert.Equal(2u, Day(system, Opcode.OpenBusinessDay, Wednesday).Value);
        Assert.Equal([PaymentState.Revoked, PaymentState.Revoked, PaymentState.Settled, PaymentState.Revoked, PaymentState.Settled], tuesday.Concat(wednesday).Select(system.State));

        // A holiday for which nothing waits can become a business day again; one that has no day behind it cannot be declared when something waits.
        Assert.Equal(ResultCode.Ok, Plan(system, Wednesday + 1));
        Assert.Equal(ResultCode.Ok, system.Code(new PaymentSystemWorkCommand { Opcode = Opcode.DeclareHoliday, System = system.System, Date = Wednesday + 1 }));
        Assert.Equal(ResultCode.Ok, Plan(system, Wednesday + 1));
        Submit(system, 0, 1, 1, Wednesday + 1);
        Assert.Equal(ResultCode.BusinessDayState, system.Code(new PaymentSystemWorkCommand { Opcode = Opcode.DeclareHoliday, System = system.System, Date = Wednesday + 1 }));
        Check(system);
    }

    [Fact]
    public void A_cut_off_can_be_extended_until_it_has_passed()
    {
        using ClearingLedger system = Opened(out long customer);
        long interbank = customer + TestLedger.SecondNs;
        ResultCode Extend(long to) => system.Code(new PaymentSystemWorkCommand { Opcode = Opcode.SetCutoffs, System = system.System, Date = Monday, CustomerCutoffNs = to, InterbankCutoffNs = to });
        ulong queued = Submit(system, 0, 1, 500, 0);
        Assert.Equal(ResultCode.Ok, Extend(interbank + 50));
        WaitUntil(system, interbank + 10);
        Assert.Equal(ResultCode.Ok, Code(system, 0, 1, 1, 0, PaymentFlags.Customer));
        Assert.Equal(PaymentState.Queued, system.State(queued));
        WaitUntil(system, interbank + 51);
        Assert.Equal(ResultCode.BusinessDayState, Extend(interbank + 1000));
        Assert.Equal(PaymentState.Expired, system.State(queued));
    }

    [Fact]
    public void A_waiting_payment_whose_time_comes_after_the_cut_off_expires_or_rolls()
    {
        using ClearingLedger system = Opened(out long customer);
        long from = customer + (2 * TestLedger.SecondNs);
        SubmitPaymentCommand payment = system.Payment(0, 1, 5) with { FromNs = from };
        ulong expires = (ulong)(system.Ok(payment) & ulong.MaxValue);
        ulong rolls = (ulong)(system.Ok(payment with { PaymentFlags = Rolls }) & ulong.MaxValue);
        ulong tomorrow = (ulong)(system.Ok(payment with { ValueDate = Tuesday, FromNs = from + (100 * TestLedger.SecondNs) }) & ulong.MaxValue);
        Assert.Equal([PaymentState.Waiting, PaymentState.Waiting, PaymentState.Warehoused], new[] { expires, rolls, tomorrow }.Select(system.State));
        WaitUntil(system, from);
        system.Pass();
        Assert.Equal([PaymentState.Expired, PaymentState.Warehoused], new[] { expires, rolls }.Select(system.State));
        Day(system, Opcode.CloseBusinessDay, Monday);
        Day(system, Opcode.OpenBusinessDay, Tuesday);
        Assert.Equal([PaymentState.Settled, PaymentState.Waiting], new[] { rolls, tomorrow }.Select(system.State));
        WaitUntil(system, from + (100 * TestLedger.SecondNs));
        system.Pass();
        Assert.Equal(PaymentState.Settled, system.State(tomorrow));
        Check(system);
    }

    [Fact]
    public void The_statements_of_a_day_reconcile_with_the_entries_and_chain_from_day_to_day()
    {
        using ClearingLedger system = Opened(out _);
        system.Base.Events.Clear();
        Submit(system, 0, 1, 30, 0);
        Submit(system, 1, 0, 10, Tuesday);
        End(system);
        BusinessDayEvent[] monday = Statements(system);
        Assert.Equal([(100, 70), (100, 130)], monday.Select(s => ((int)s.Opening, (int)s.Closing)));

        // Over night money moves too: it belongs to the next statement.
        system.Credit(0, 5);
        Day(system, Opcode.OpenBusinessDay, Tuesday);
        Submit(system, 0, 1, 1, 0);
        End(system, Tuesday);
        BusinessDayEvent[] tuesday = Statements(system);
        Assert.Equal([(70, 84), (130, 121)], tuesday.Select(s => ((int)s.Opening, (int)s.Closing)));
        foreach (BusinessDayEvent statement in monday.Concat(tuesday))
        {
            Int128 turnover = 0;
            foreach (HistoryEntry entry in system.Base.History.Where(e => e.Sequence > statement.FromSequence && e.Sequence <= statement.Sequence))
                turnover += entry.CreditAccount == statement.Account ? (Int128)entry.Amount : entry.DebitAccount == statement.Account ? -(Int128)entry.Amount : 0;
            Assert.Equal(statement.Closing, statement.Opening + turnover);
        }

        Assert.Equal(monday.Select(s => s.Closing), tuesday.Select(s => s.Opening));
        Assert.Equal(monday.Select(s => s.Sequence), tuesday.Select(s => s.FromSequence));
    }

    [Fact]
    public void A_chain_that_opens_a_day_releases_its_warehouse_with_the_next_block_and_leaves_nothing_when_it_fails()
    {
        using ClearingLedger system = Opened(out _);
        ulong later = Submit(system, 0, 1, 30, Tuesday);
        End(system);
        Command[] Chain(ulong noop) =>
        [
            TestLedger.Of(new PaymentSystemWorkCommand { Opcode = Opcode.OpenBusinessDay, Flags = CommandFlags.Linked, System = system.System, Date = Tuesday, Number = system.Base.NextNumber(system.Operator) }),
            TestLedger.Of(new TransferCommand { Opcode = Opcode.Transfer, DebitAccount = system.Issuer, CreditAccount = system.Account(0), Amount = noop, Number = system.Base.NextNumber(system.Operator) }),
        ];
        Assert.Equal([ResultCode.LinkedFailed, ResultCode.AmountZero], system.Base.Execute(system.Operator, Chain(0)).Select(r => r.Code));
        Assert.Equal(BusinessDayState.Closed, system.Tables.BusinessDays[system.Record.Day].State);
        Check(system);
        Assert.All(system.Base.Execute(system.Operator, Chain(1)), r => Assert.Equal(ResultCode.Ok, r.Code));
        Assert.Equal((PaymentState.Warehoused, 0L), (system.State(later), system.Base.Ledger.NextDueNs));
        system.Pass();
        Assert.Equal(PaymentState.Settled, system.State(later));
        Assert.Equal([71, 130], system.Balances);
        Check(system);
    }

    [Fact]
    public void Days_open_in_their_order_and_only_by_the_operator()
    {
        using ClearingLedger system = Opened(out _);
        Assert.Equal(ResultCode.BusinessDayState, Day(system, Opcode.OpenBusinessDay, Tuesday).Code);
        Assert.Equal(ResultCode.BusinessDayState, Plan(system, Monday));
        Assert.Equal(ResultCode.BusinessDayState, system.Code(new PaymentSystemWorkCommand { Opcode = Opcode.PlanBusinessDay, System = system.System, Date = Wednesday, CustomerCutoffNs = 2, InterbankCutoffNs = 1 }));
        Assert.Equal(ResultCode.NotABusinessDay, Day(system, Opcode.CloseBusinessDay, Tuesday).Code);
        uint stranger = system.Base.Session(9);
        Assert.Equal(ResultCode.Unauthorized, system.Base.Execute(stranger, new PaymentSystemWorkCommand { Opcode = Opcode.CloseBusinessDay, System = system.System, Date = Monday }).Code);
        End(system);
        Assert.Equal(ResultCode.NotABusinessDay, Day(system, Opcode.OpenBusinessDay, Wednesday).Code);
        Assert.Equal(ResultCode.Ok, Day(system, Opcode.OpenBusinessDay, Tuesday).Code);
    }

    internal static CommandResult Day(ClearingLedger system, Opcode opcode, uint date) =>
        system.Base.Execute(system.Operator, new PaymentSystemWorkCommand { Opcode = opcode, System = system.System, Date = date });

    /// <summary>The warehouses hold exactly the warehoused payments, each once, and the books balance.</summary>
    internal static void Check(ClearingLedger system)
    {
        PaymentTables tables = system.Tables;
        uint listed = 0, planned = 0, previous = 0;
        for (uint at = system.Record.FirstDay; at != 0; at = tables.BusinessDays[at].Next)
        {
            BusinessDayRecord day = tables.BusinessDays[at];
            Assert.Equal(previous, day.Previous);
            Assert.True(previous == 0 || tables.BusinessDays[previous].Date < day.Date);
            previous = at;
            if (system.Record.Day == 0 || day.Date > tables.BusinessDays[system.Record.Day].Date) planned++;
            uint count = 0, tail = 0;
            for (uint payment = day.WarehouseHead; payment != 0; payment = tables.Payments[payment].Next)
            {
                Assert.Equal((PaymentState.Warehoused, tail), (tables.Payments[payment].State, tables.Payments[payment].Previous));
                tail = payment;
                count++;
            }

            Assert.Equal((day.WarehouseCount, day.WarehouseTail), (count, tail));
            if (day.State != BusinessDayState.Planned) Assert.Equal(0u, count);
            listed += count;
        }

        for (uint payment = system.Record.HeldHead; payment != 0; payment = tables.Payments[payment].Next)
            if (tables.Payments[payment].State == PaymentState.Warehoused) listed++;
        Assert.Equal((previous, planned), (system.Record.LastDay, system.Record.PlannedDays));
        Assert.Equal(listed, (uint)Enumerable.Range(1, (int)tables.Payments.Count - 1).Count(n => tables.Payments[(uint)n].State == PaymentState.Warehoused));
        system.Base.AssertSumsAreZero();
    }

    /// <summary>Two members with 100 each, three days planned, the first one open.</summary>
    private static ClearingLedger Opened(out long customerCutoffNs)
    {
        var system = new ClearingLedger([100, 100]);
        customerCutoffNs = system.Base.TimestampNs + (10 * TestLedger.SecondNs);
        foreach (uint date in new[] { Monday, Wednesday, Tuesday }) Assert.Equal(ResultCode.Ok, Plan(system, date, customerCutoffNs + ((date - Monday) * 1000 * TestLedger.SecondNs)));
        Assert.Equal(ResultCode.NoBusinessDay, Code(system, 0, 1, 1, 0));
        Assert.Equal(ResultCode.Ok, Day(system, Opcode.OpenBusinessDay, Monday).Code);
        return system;
    }

    private static ResultCode Plan(ClearingLedger system, uint date, long customerCutoffNs = 0)
    {
        if (customerCutoffNs == 0) customerCutoffNs = system.Base.TimestampNs + (5000 * TestLedger.SecondNs);
        return system.Code(new PaymentSystemWorkCommand
        {
            Opcode = Opcode.PlanBusinessDay,
            System = system.System,
            Date = date,
            CustomerCutoffNs = customerCutoffNs,
            InterbankCutoffNs = customerCutoffNs + TestLedger.SecondNs,
        });
    }

    private static void End(ClearingLedger system, uint date = Monday)
    {
        WaitUntil(system, system.Tables.BusinessDays[system.Record.Day].InterbankCutoffNs + 1);
        system.Pass();
        Assert.Equal(ResultCode.Ok, Day(system, Opcode.CloseBusinessDay, date).Code);
    }

    /// <summary>The next block has this time.</summary>
    private static void WaitUntil(ClearingLedger system, long timeNs) => system.Base.WaitUntil(timeNs);

    private static ulong Submit(ClearingLedger system, int from, int to, long amount, uint valueDate, PaymentFlags flags = PaymentFlags.None) =>
        (ulong)(system.Ok(system.Payment(from, to, amount, flags: flags) with { ValueDate = valueDate }) & ulong.MaxValue);

    private static ResultCode Code(ClearingLedger system, int from, int to, long amount, uint valueDate, PaymentFlags flags = PaymentFlags.None) =>
        system.Code(system.Payment(from, to, amount, flags: flags) with { ValueDate = valueDate });

    private static BusinessDayEvent[] Statements(ClearingLedger system)
    {
        BusinessDayEvent[] told = [.. system.Base.Events.Select(e => Unsafe.BitCast<OrderEvent, BusinessDayEvent>(e)).Where(e => e.Kind == BusinessDayEventKind.Closed)];
        system.Base.Events.Clear();
        return told;
    }
}
