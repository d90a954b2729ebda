// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Domain.Clearing;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Clearing;

/// <summary>Random weeks of business days: where each payment must be, said by the plainest rules; and that bounded work changes nothing.</summary>
public sealed class BusinessDayCampaignTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private const int Banks = 4;
    private const uint FirstDate = 20_000;

    private static int Seed => int.TryParse(Environment.GetEnvironmentVariable("FASTLEDGER_SEED"), out int given) ? given : 9_100;

    private static int Weeks => int.TryParse(Environment.GetEnvironmentVariable("FASTLEDGER_CLEARING_WEEKS"), out int weeks) ? weeks : 40;

    /// <summary>A calendar as a sorted dictionary: date to cut-offs; what is not in it is no business day.</summary>
    private sealed class Calendar
    {
        public SortedDictionary<uint, (long Customer, long Interbank)> Planned { get; } = [];

        public uint Today { get; set; }

        public bool IsOpen { get; set; }

        public bool IsEnded { get; set; }

        public (long Customer, long Interbank) Cutoffs { get; set; }

        public uint NextFrom(uint date) => Planned.Keys.FirstOrDefault(d => d >= date && d > Today);

        /// <summary>The code of a submission and the day on which it settles.</summary>
        public (ResultCode Code, uint Date) Assign(uint valueDate, PaymentFlags flags, long now)
        {
            bool rolls = flags.HasFlag(PaymentFlags.RollValueDate);
            if (valueDate > Today)
            {
                uint date = Planned.ContainsKey(valueDate) ? valueDate : rolls ? NextFrom(valueDate) : 0;
                return date == 0 ? (ResultCode.NotABusinessDay, 0) : (ResultCode.Ok, date);
            }

            if (valueDate != 0 && valueDate < Today && !rolls) return (ResultCode.ValueDatePassed, 0);
            bool ended = IsEnded || (IsOpen && now > Cutoffs.Interbank);
            bool late = now > (flags.HasFlag(PaymentFlags.Customer) ? Cutoffs.Customer : Cutoffs.Interbank);
            if (IsOpen && !ended && !late) return (ResultCode.Ok, Today);
            if (!rolls) return (IsOpen || IsEnded ? ResultCode.CutoffPassed : ResultCode.NoBusinessDay, 0);
            return NextFrom(0) == 0 ? (ResultCode.NoBusinessDay, 0) : (ResultCode.Ok, NextFrom(0));
        }
    }

    [Theory]
    [InlineData(1u << 16)]
    [InlineData(3u)]
    public void No_payment_is_lost_and_each_is_where_the_calendar_says(uint workPerBlock)
    {
        output.WriteLine($"seed {Seed}, {Weeks} weeks, {workPerBlock} payments a block");
        var codes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (int week = 0; week < Weeks; week++)
        {
            var random = new Random(Seed + week);
            using var system = new ClearingLedger(
                [.. Enumerable.Repeat(300L, Banks)], PaymentSystemOptions.BilateralOffset | (week % 2 == 0 ? PaymentSystemOptions.ResolveOnCredit : 0),
                ledger: new TestLedger(TestLedger.Small with { PaymentWorkPerBlock = workPerBlock, MaxPayments = 1 << 12 }));
            var calendar = new Calendar();
            var dateOf = new Dictionary<ulong, uint>();
            var flagsOf = new Dictionary<ulong, PaymentFlags>();
            var ended = new Dictionary<ulong, PaymentState>();
            for (int step = 0; step < 300; step++)
            {
                Step(system, calendar, random, dateOf, flagsOf, codes);
                Drain(system, calendar, dateOf, flagsOf);
                BusinessDayTests.Check(system);
                foreach ((ulong id, uint date) in dateOf)
                {
                    PaymentRecord payment = system.Tables.Payments[RecordId.Number(id)];
                    Assert.Equal(RecordId.Generation(id), payment.Generation);
                    if (ended.TryGetValue(id, out PaymentState last)) Assert.Equal(last, payment.State);
                    else if (payment.State is PaymentState.Settled or PaymentState.Expired or PaymentState.Revoked) ended[id] = payment.State;
                    else if (date > calendar.Today) Assert.Equal(PaymentState.Warehoused, payment.State);
                    else Assert.Equal((PaymentState.Queued, true), (payment.State, calendar.IsOpen));
                }
            }

            Assert.Equal(dateOf.Count, (int)system.Tables.Payments.Count - 1);
        }

        output.WriteLine(string.Join('\n', codes.Select(c => $"{c.Key}: {c.Value}")));
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(2u)]
    [InlineData(7u)]
    public void Bounded_work_at_openings_and_cut_offs_changes_no_outcome(uint workPerBlock)
    {
        for (int seed = 0; seed < 15; seed++)
        {
            (string whole, int wholeBlocks) = Week(seed, 1 << 16);
            (string cut, int cutBlocks) = Week(seed, workPerBlock);
            Assert.Equal(whole, cut);
            Assert.True(cutBlocks > wholeBlocks);
        }
    }

    [Fact]
    public void Days_with_a_warehouse_and_a_cut_off_allocate_nothing()
    {
        using var system = new ClearingLedger([.. Enumerable.Repeat(100_000L, Banks)], ledger: new TestLedger(TestLedger.Small with { MaxPayments = 1 << 12 }));
        const int count = 202, warmUp = 150, rounds = 300;
        var commands = new Command[count];
        var hashes = new Hash256[count];
        var results = new CommandResult[count];
        var draws = new int[count];
        var random = new Random(5);
        ulong number = system.Base.NextNumber(system.Operator);
        long time = system.Base.TimestampNs, allocated = 0;
        int failed = 0;
        uint date = FirstDate;
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < count; i++) draws[i] = random.Next(1 << 20);
            time += 2 * TestLedger.SecondNs;
            for (int i = 0; i < count; i++)
            {
                PaymentSystemWorkCommand day = new() { System = system.System, Number = number++ };
                if (i == 0) commands[i] = TestLedger.Of(day with { Opcode = Opcode.PlanBusinessDay, Date = date + 1, CustomerCutoffNs = time + (3 * TestLedger.SecondNs), InterbankCutoffNs = time + (3 * TestLedger.SecondNs) });
                else if (i == 1) commands[i] = TestLedger.Of(round == 0 ? day with { Opcode = Opcode.PlanBusinessDay, Date = date, CustomerCutoffNs = time + TestLedger.SecondNs, InterbankCutoffNs = time + TestLedger.SecondNs } : day with { Opcode = Opcode.CloseBusinessDay, Date = date - 1 });
                else if (i == 2) commands[i] = TestLedger.Of(day with { Opcode = Opcode.OpenBusinessDay, Date = date });
                else
                {
                    int from = draws[i] % Banks;
                    commands[i] = TestLedger.Of(new SubmitPaymentCommand
                    {
                        Opcode = Opcode.SubmitPayment,
                        Number = number++,
                        Sender = system.Members[from],
                        Receiver = system.Members[(from + 1 + (draws[i] / 8 % (Banks - 1))) % Banks],
                        Amount = (ulong)(draws[i] % 3000) + 1,
                        Priority = PaymentPriority.Normal,
                        PaymentFlags = draws[i] % 3 == 0 ? PaymentFlags.RollValueDate : PaymentFlags.None,
                        ValueDate = draws[i] % 5 == 0 ? date + 1 : 0,
                    });
                }
            }

            date++;
            Blake3.HashMany(MemoryMarshal.AsBytes(commands.AsSpan()), Command.Size, hashes);
            long before = GC.GetAllocatedBytesForCurrentThread();
            system.Base.Executor.BeginBlock(system.Base.Ledger.Height + 1, time);
            failed += system.Base.Executor.ExecuteBatch(system.Operator, commands, hashes, results);
            system.Base.Executor.EndBlock();
            system.Base.Executor.ClearHistory();
            if (round >= warmUp) allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
        Assert.Equal(0, failed);
        Assert.True(system.Tables.BusinessDays[system.Record.Day].Released > 0);
    }

    /// <summary>A few days with payments that arrive while warehouses are released, ended by what became of every payment.</summary>
    private static (string Outcome, int Blocks) Week(int seed, uint workPerBlock)
    {
        var random = new Random(seed);
        using var system = new ClearingLedger(
            [.. Enumerable.Range(0, Banks).Select(_ => (long)random.Next(60))], seed % 2 == 0 ? PaymentSystemOptions.BilateralOffset : PaymentSystemOptions.None,
            ledger: new TestLedger(TestLedger.Small with { PaymentWorkPerBlock = workPerBlock }));
        var ids = new List<ulong>();
        int blocks = 0;
        long cutoff = system.Base.TimestampNs + (1000 * TestLedger.SecondNs);
        for (uint day = 0; day < 6; day++) Plan(system, FirstDate + day, cutoff + (day * 1000 * TestLedger.SecondNs), cutoff + (day * 1000 * TestLedger.SecondNs));
        for (uint day = 0; day < 5; day++)
        {
            Assert.Equal(ResultCode.Ok, BusinessDayTests.Day(system, Opcode.OpenBusinessDay, FirstDate + day).Code);
            for (int i = 0; i < 25; i++)
            {
                int from = random.Next(Banks);
                PaymentFlags flags = random.Next(3) == 0 ? PaymentFlags.RollValueDate : PaymentFlags.None;
                SubmitPaymentCommand payment = system.Payment(from, (from + random.Next(1, Banks)) % Banks, random.Next(1, 50), PaymentPriority.Normal, flags);
                if (random.Next(3) == 0) payment.ValueDate = FirstDate + day + (uint)random.Next(0, (int)(6 - day));
                ids.Add((ulong)(system.Ok(payment) & ulong.MaxValue));
            }

            Settle();
            system.Base.WaitUntil(cutoff + (day * 1000 * TestLedger.SecondNs) + 1);
            Settle();
            Assert.Equal(ResultCode.Ok, BusinessDayTests.Day(system, Opcode.CloseBusinessDay, FirstDate + day).Code);
        }

        return ($"{string.Join(' ', ids.Select(system.State))} {string.Join(' ', system.Balances)}", blocks);

        void Settle()
        {
            do
            {
                system.Pass();
                Assert.True(++blocks < 10_000);
            }
            while (system.Record.Phase != ResolutionPhase.Idle || system.Base.Ledger.Counters.FirstTouchedMember != 0);
        }
    }

    private static void Step(
        ClearingLedger system, Calendar calendar, Random random, Dictionary<ulong, uint> dateOf, Dictionary<ulong, PaymentFlags> flagsOf, SortedDictionary<string, int> codes)
    {
        long now = system.Base.TimestampNs + 1;
        uint date = calendar.Today == 0 ? FirstDate + (uint)random.Next(4) : calendar.Today + (uint)random.Next(-1, 5);
        ResultCode code;
        string name;
        switch (random.Next(20))
        {
            case < 2:
                (long, long) cutoffs = (now + (random.Next(1, 20) * TestLedger.SecondNs), now + (random.Next(20, 40) * TestLedger.SecondNs));
                code = Plan(system, date, cutoffs.Item1, cutoffs.Item2);
                name = "plan";
                if (code == ResultCode.Ok) calendar.Planned[date] = cutoffs;
                break;
            case 2:
                code = BusinessDayTests.Day(system, Opcode.DeclareHoliday, date).Code;
                name = "holiday";
                if (code == ResultCode.Ok)
                {
                    // What waited for it waits for the next day.
                    calendar.Planned.Remove(date);
                    foreach (ulong id in dateOf.Keys.Where(id => dateOf[id] == date && date > calendar.Today).ToArray())
                        if (system.State(id) == PaymentState.Warehoused) dateOf[id] = calendar.NextFrom(date);
                }

                break;
            case 3 or 4:
                uint next = calendar.NextFrom(0);
                code = BusinessDayTests.Day(system, Opcode.OpenBusinessDay, next == 0 ? 1 : next).Code;
                name = "open";
                Assert.Equal(calendar.IsOpen || calendar.IsEnded ? ResultCode.BusinessDayState : next == 0 ? ResultCode.NotABusinessDay : ResultCode.Ok, code);
                if (code == ResultCode.Ok)
                {
                    (calendar.Today, calendar.Cutoffs, calendar.IsOpen) = (next, calendar.Planned[next], true);
                    foreach (uint past in calendar.Planned.Keys.Where(d => d <= next).ToArray()) calendar.Planned.Remove(past);

                    // A day that opens after its cut-off is late for what waited for it.
                    foreach (ulong id in dateOf.Keys.Where(id => dateOf[id] == next).ToArray())
                    {
                        bool late = now > (flagsOf[id].HasFlag(PaymentFlags.Customer) ? calendar.Cutoffs.Customer : calendar.Cutoffs.Interbank);
                        if (late && flagsOf[id].HasFlag(PaymentFlags.RollValueDate) && calendar.NextFrom(0) != 0) dateOf[id] = calendar.NextFrom(0);
                    }
                }

                break;
            case 5:
                system.Base.Wait(random.Next(1, 25));
                code = ResultCode.Ok;
                name = "wait";
                system.Pass();
                break;
            case 6:
                code = BusinessDayTests.Day(system, Opcode.CloseBusinessDay, calendar.Today).Code;
                name = "close";
                if (code == ResultCode.Ok) calendar.IsEnded = false;
                break;
            case 7:
                ulong any = dateOf.Count == 0 ? 0 : dateOf.Keys.ElementAt(random.Next(dateOf.Count));
                bool revocable = any != 0 && system.State(any) is PaymentState.Queued or PaymentState.Warehoused;
                code = system.Change(Opcode.RevokePayment, any);
                name = "revoke";
                Assert.Equal(any == 0 ? ResultCode.UnknownPayment : revocable && now <= Over(calendar) ? ResultCode.Ok : code, code);
                break;
            default:
                int from = random.Next(Banks);
                PaymentFlags flags = (random.Next(2) == 0 ? PaymentFlags.RollValueDate : 0) | (random.Next(2) == 0 ? PaymentFlags.Customer : 0);
                uint valueDate = random.Next(2) == 0 ? 0 : date;
                (ResultCode expected, uint settles) = calendar.Today == 0 && calendar.Planned.Count == 0 && !EverPlanned(system)
                    ? (valueDate != 0 || flags != PaymentFlags.None ? ResultCode.InvalidPayment : ResultCode.Ok, uint.MaxValue)
                    : calendar.Assign(valueDate, flags, now);
                if (settles == uint.MaxValue && expected == ResultCode.Ok) return;
                CommandResult result = system.Base.Execute(system.Operator, system.Payment(from, (from + random.Next(1, Banks)) % Banks, random.Next(1, 500), PaymentPriority.Normal, flags) with { ValueDate = valueDate });
                code = result.Code;
                name = "submit";
                Assert.Equal(expected, code);
                if (code == ResultCode.Ok)
                {
                    ulong id = (ulong)(result.Value & ulong.MaxValue);
                    dateOf.Add(id, settles);
                    flagsOf.Add(id, flags);
                }

                break;
        }

        codes[$"{name} {code}"] = codes.GetValueOrDefault($"{name} {code}") + 1;
    }

    /// <summary>Lets the work that is begun come to its end, and follows a cut-off that has passed.</summary>
    private static void Drain(ClearingLedger system, Calendar calendar, Dictionary<ulong, uint> dateOf, Dictionary<ulong, PaymentFlags> flagsOf)
    {
        for (int blocks = 0; blocks == 0 || system.Base.Ledger.NextDueNs <= system.Base.TimestampNs; blocks++)
        {
            system.Pass();
            Assert.True(blocks < 5000);
        }

        if (!calendar.IsOpen || system.Base.TimestampNs <= calendar.Cutoffs.Interbank) return;
        calendar.IsOpen = false;
        calendar.IsEnded = true;
        uint next = calendar.NextFrom(0);
        foreach (ulong id in dateOf.Keys.Where(id => dateOf[id] <= calendar.Today).ToArray())
        {
            PaymentState state = system.State(id);
            Assert.True(state is not (PaymentState.Queued or PaymentState.Waiting or PaymentState.Held));
            if (state != PaymentState.Warehoused) continue;
            Assert.True(flagsOf[id].HasFlag(PaymentFlags.RollValueDate) && next != 0);
            dateOf[id] = next;
        }
    }

    private static long Over(Calendar calendar) => calendar.IsOpen ? calendar.Cutoffs.Interbank : long.MaxValue;

    private static bool EverPlanned(ClearingLedger system) => system.Record.LastDay != 0;

    private static ResultCode Plan(ClearingLedger system, uint date, long customer, long interbank) => system.Code(new PaymentSystemWorkCommand
    {
        Opcode = Opcode.PlanBusinessDay,
        System = system.System,
        Date = date,
        CustomerCutoffNs = customer,
        InterbankCutoffNs = interbank,
    });
}
