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

/// <summary>Random commands of every kind; what must hold after each block, whatever they were and however they were cut into blocks.</summary>
public sealed class ClearingInvariantTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private const long StartingBalance = 500;
    private const int Banks = 6, PerBatch = 50, CrowdedQueue = 250;

    /// <summary>Commands to try: 20,000, or what FASTLEDGER_CLEARING_COMMANDS says.</summary>
    private static int Commands => int.TryParse(Environment.GetEnvironmentVariable("FASTLEDGER_CLEARING_COMMANDS"), out int commands) ? commands : 20_000;

    private static int Seed => int.TryParse(Environment.GetEnvironmentVariable("FASTLEDGER_SEED"), out int given) ? given : 4711;

    [Theory]
    [InlineData(1u << 16)]
    [InlineData(64u)]
    public void Random_commands_keep_every_invariant(uint workPerBlock)
    {
        output.WriteLine($"seed {Seed}, {Commands} commands, {workPerBlock} payments a block");
        using var system = new ClearingLedger([.. Enumerable.Repeat(StartingBalance, Banks)], PaymentSystemOptions.BilateralOffset | PaymentSystemOptions.ResolveOnCredit, 50, new TestLedger(TestLedger.Small with
        {
            MaxPayments = 4096,
            PaymentWorkPerBlock = workPerBlock,
        }));
        var random = new Random(Seed);
        var ids = new List<ulong>();
        var settled = new HashSet<ulong>();
        var codes = new Dictionary<ResultCode, int>();
        for (int done = 0; done < Commands; done += PerBatch)
        {
            var batch = new Command[PerBatch];
            for (int i = 0; i < batch.Length; i++)
            {
                batch[i] = Any(system, random, ids);
                batch[i].Number = system.Base.NextNumber(system.Operator);
                if (i < batch.Length - 1 && random.Next(12) == 0) batch[i].Flags |= CommandFlags.Linked;
            }

            if (random.Next(10) == 0) system.Base.Wait(random.Next(3));
            foreach ((Command command, CommandResult result) in batch.Zip(system.Base.Execute(system.Operator, batch)))
            {
                codes[result.Code] = codes.GetValueOrDefault(result.Code) + 1;
                if (result.Code == ResultCode.Ok && command.Opcode == Opcode.SubmitPayment) ids.Add((ulong)(result.Value & ulong.MaxValue));
            }

            Check(system, settled);
            if (system.Record.QueuedCount > CrowdedQueue)
            {
                Relieve(system);
                Check(system, settled);
            }

            system.Base.Events.Clear();
            system.Base.History.Clear();
        }

        output.WriteLine(string.Join(", ", codes.OrderByDescending(c => c.Value).Select(c => $"{c.Key} {c.Value}")));
        PaymentSystemRecord record = system.Record;
        output.WriteLine($"gross {record.SettledGross}, offset {record.SettledByOffset}, resolution {record.SettledByResolution} in {record.Resolutions}");
        Assert.True(record.SettledGross > 0 && record.SettledByResolution > 0 && record.SettledByOffset > 0);
        Assert.True(codes[ResultCode.Ok] > Commands / 3);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Where_blocks_end_changes_no_result(int perBlock)
    {
        var random = new Random(Seed);
        using var whole = new ClearingLedger([.. Enumerable.Repeat(200L, Banks)], PaymentSystemOptions.BilateralOffset);
        using var cut = new ClearingLedger([.. Enumerable.Repeat(200L, Banks)], PaymentSystemOptions.BilateralOffset);
        var ids = new List<ulong>();
        for (int round = 0; round < 60; round++)
        {
            var batch = new Command[84];
            for (int i = 0; i < batch.Length; i++)
            {
                do batch[i] = Any(whole, random, ids);
                while (batch[i].Opcode is Opcode.SubmitPayment && Command.As<SubmitPaymentCommand>(in batch[i]).RejectNs != 0);
                batch[i].Number = whole.Base.NextNumber(whole.Operator);
                cut.Base.NextNumber(cut.Operator);
            }

            CommandResult[] first = whole.Base.Execute(whole.Operator, batch);
            CommandResult[] second = [.. batch.Chunk(perBlock).SelectMany(part => cut.Base.Execute(cut.Operator, part))];
            Assert.Equal(first.Select(r => (r.Code, r.Sequence, r.Value)), second.Select(r => (r.Code, r.Sequence, r.Value)));
            Assert.Equal(whole.Balances, cut.Balances);
            ids.AddRange(batch.Zip(first).Where(p => p.First.Opcode == Opcode.SubmitPayment && p.Second.Code == ResultCode.Ok).Select(p => (ulong)(p.Second.Value & ulong.MaxValue)));
        }

        Assert.Equal(whole.Record.SettledValue, cut.Record.SettledValue);
        Assert.True(whole.Record.SettledValue > UInt128.Zero);
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(2u)]
    [InlineData(5u)]
    public void A_resolution_cut_into_blocks_settles_what_it_settles_at_once(uint workPerBlock)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            using ClearingLedger whole = Queued(seed, 1 << 16), cut = Queued(seed, workPerBlock);
            whole.Resolve();
            cut.Resolve();
            int blocks = 0;
            while (cut.Record.Phase != ResolutionPhase.Idle)
            {
                Assert.Equal(0, cut.Base.Ledger.NextDueNs);
                ResultCode code = cut.Set(Opcode.SetReservation, 0, 0);
                Assert.Equal(cut.Record.Phase == ResolutionPhase.Idle ? ResultCode.Ok : ResultCode.ResolutionRunning, code);
                Assert.True(++blocks < 1000);
                cut.Base.AssertSumsAreZero();
            }

            Assert.Equal(whole.Balances, cut.Balances);
            Assert.Equal(whole.Record.SettledByResolution, cut.Record.SettledByResolution);
            Assert.All(cut.Members, m => Assert.Equal((UInt128.Zero, Int128.Zero), (cut.Base.Record(cut.Tables.Members[m].Account).DebitsPending, cut.Base.Record(cut.Tables.Members[m].Account).Floor)));
        }
    }

    [Fact]
    public void Payments_that_arrive_during_a_resolution_wait_for_its_end_and_money_that_leaves_shrinks_it()
    {
        using ClearingLedger system = Queued(3, 1);
        system.Resolve();
        Assert.Equal(ResolutionPhase.Removing, system.Record.Phase);
        ulong held = system.Pay(0, 1, 1, PaymentPriority.Urgent);
        Assert.Equal(PaymentState.Held, system.State(held));
        for (int member = 0; member < Banks; member++)
            system.Base.Transfer(system.Operator, system.Account(member), system.Issuer, (UInt128)Math.Max(1, system.Balance(member)));
        while (system.Record.Phase != ResolutionPhase.Idle) system.Pass();
        Assert.NotEqual(PaymentState.Held, system.State(held));
        Assert.All(system.Balances, balance => Assert.True(balance >= 0));
        system.Base.AssertSumsAreZero();
    }

    [Fact]
    public void A_thousand_rounds_of_payments_and_resolutions_allocate_nothing()
    {
        using var system = new ClearingLedger([.. Enumerable.Repeat(1000L, Banks)], PaymentSystemOptions.BilateralOffset, ledger: new TestLedger(TestLedger.Small with { MaxPayments = 1 << 12 }));
        const int count = 200, warmUp = 200, rounds = 400;
        var commands = new Command[count];
        var hashes = new Hash256[count];
        var results = new CommandResult[count];
        var random = new Random(5);
        ulong number = system.Base.NextNumber(system.Operator);
        long time = system.Base.TimestampNs, before = 0;
        var draws = new int[count * 3];
        for (int round = 0; round < rounds; round++)
        {
            if (round == warmUp) before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < draws.Length; i++) draws[i] = random.Next(1000);
            for (int i = 0; i < count; i++)
            {
                if (i % 50 == 49) commands[i] = TestLedger.Of(new PaymentSystemWorkCommand { Opcode = Opcode.ResolveQueues, System = system.System, Number = number++ });
                else
                {
                    int from = draws[i] % Banks;
                    commands[i] = TestLedger.Of(new SubmitPaymentCommand
                    {
                        Opcode = Opcode.SubmitPayment,
                        Number = number++,
                        Sender = system.Members[from],
                        Receiver = system.Members[(from + 1 + (draws[count + i] % (Banks - 1))) % Banks],
                        Amount = (ulong)draws[(2 * count) + i] + 1,
                        Priority = PaymentPriority.Normal,
                        RejectNs = time + (2 * TestLedger.SecondNs),
                    });
                }
            }

            Blake3.HashMany(MemoryMarshal.AsBytes(commands.AsSpan()), Command.Size, hashes);
            time += TestLedger.SecondNs;
            system.Base.Executor.BeginBlock(system.Base.Ledger.Height + 1, time);
            system.Base.Executor.ExecuteBatch(system.Operator, commands, hashes, results);
            system.Base.Executor.EndBlock();
            system.Base.Executor.ClearHistory();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(system.Record.SettledByResolution > 0);
    }

    private static ClearingLedger Queued(int seed, uint workPerBlock)
    {
        var random = new Random(seed);
        var system = new ClearingLedger([.. Enumerable.Range(0, Banks).Select(_ => (long)random.Next(20))], PaymentSystemOptions.ResolutionOnly, ledger: new TestLedger(TestLedger.Small with { PaymentWorkPerBlock = workPerBlock }));
        for (int i = 0; i < 40; i++)
        {
            int from = random.Next(Banks);
            system.Pay(from, (from + random.Next(1, Banks)) % Banks, random.Next(1, 15), (PaymentPriority)random.Next(3));
        }

        return system;
    }

    /// <summary>What an operator does about gridlock: obstacles go, liquidity comes, everything settles; what is left over goes back.</summary>
    private static void Relieve(ClearingLedger system)
    {
        while (system.Record.Phase != ResolutionPhase.Idle) system.Pass();
        for (int member = 0; member < Banks; member++)
        {
            MemberRecord record = system.Tables.Members[system.Members[member]];
            if (system.Tables.Participants[record.Participant].Suspended != 0) system.Ok(new MemberCommand { Opcode = Opcode.ResumeParticipant, Participant = record.Participant });
            Insist(system, () => system.Set(Opcode.SetReservation, member, 0));
            Insist(system, () => system.Set(Opcode.SetReservation, member, 0, PaymentPriority.High));
            Insist(system, () => system.Set(Opcode.SetMultilateralLimit, member, -1));
            Insist(system, () => system.Set(Opcode.SetNetDebitCap, member, -1));
            for (int other = 0; other < Banks; other++)
                if (other != member) Insist(system, () => system.Set(Opcode.SetBilateralLimit, member, -1, counterparty: other));
            if (record.QueuedOut > Int128.Zero) system.Credit(member, (long)record.QueuedOut);
        }

        Insist(system, () => system.Code(new PaymentSystemWorkCommand { Opcode = Opcode.ResolveQueues, System = system.System }));
        while (system.Record.Phase != ResolutionPhase.Idle) system.Pass();
        Assert.Equal(0u, system.Record.QueuedCount);
        for (int member = 0; member < Banks; member++)
            if (system.Balance(member) > StartingBalance)
                system.Base.Transfer(system.Operator, system.Account(member), system.Issuer, (UInt128)(system.Balance(member) - StartingBalance));
    }

    /// <summary>Tries again while a resolution has the queues closed.</summary>
    private static void Insist(ClearingLedger system, Func<ResultCode> command)
    {
        ResultCode code;
        for (int tries = 0; (code = command()) == ResultCode.ResolutionRunning && tries < 1000; tries++) system.Pass();
        Assert.Equal(ResultCode.Ok, code);
    }

    internal static Command Any(ClearingLedger system, Random random, List<ulong> ids)
    {
        int from = random.Next(Banks), to = (from + random.Next(1, Banks)) % Banks;
        ulong id = ids.Count == 0 ? 0 : ids[Math.Max(0, ids.Count - 1 - random.Next(60))];
        switch (random.Next(20))
        {
            case < 12:
                var priority = (PaymentPriority)random.Next(3);
                SubmitPaymentCommand payment = system.Payment(from, to, random.Next(1, 400), priority);
                if (priority == PaymentPriority.Normal && random.Next(4) == 0) payment.PaymentFlags = PaymentFlags.FifoBypass;
                else if (random.Next(8) == 0) payment.PaymentFlags = PaymentFlags.SettleOrReject;
                if (random.Next(4) == 0) payment.RejectNs = system.Base.TimestampNs + random.Next(1, 4 * (int)(TestLedger.SecondNs / 4));
                if (payment.PaymentFlags == PaymentFlags.None && payment.RejectNs == 0 && random.Next(15) == 0) payment.FromNs = system.Base.TimestampNs + TestLedger.SecondNs;
                return TestLedger.Of(payment);
            case 12:
                return TestLedger.Of(new PaymentChangeCommand { Opcode = Opcode.RevokePayment, Payment = id });
            case 13:
                return TestLedger.Of(new PaymentChangeCommand { Opcode = Opcode.ReprioritisePayment, Payment = id, Priority = (PaymentPriority)random.Next(3) });
            case 14:
                return TestLedger.Of(new PaymentChangeCommand { Opcode = Opcode.MovePayment, Payment = id, Before = random.Next(2) == 0 ? 0 : ids.Count == 0 ? 0 : ids[^1] });
            case 15:
                return TestLedger.Of(new MemberCommand { Opcode = Opcode.SetBilateralLimit, Member = system.Members[from], Counterparty = system.Members[to], Amount = random.Next(-1, 800) });
            case 16:
                Opcode[] kinds = [Opcode.SetReservation, Opcode.SetMultilateralLimit, Opcode.SetNetDebitCap, Opcode.SetCreditLine];
                return TestLedger.Of(new MemberCommand { Opcode = kinds[random.Next(4)], Member = system.Members[from], Amount = random.Next(0, 500) });
            case 17:
                return TestLedger.Of(new TransferCommand { Opcode = Opcode.Transfer, DebitAccount = system.Account(from), CreditAccount = system.Account(to), Amount = (UInt128)random.Next(1, 200) });
            case 18:
                return TestLedger.Of(new MemberCommand { Opcode = random.Next(3) == 0 ? Opcode.SuspendParticipant : Opcode.ResumeParticipant, Participant = system.Tables.Members[system.Members[from]].Participant });
            default:
                return TestLedger.Of(new PaymentSystemWorkCommand { Opcode = Opcode.ResolveQueues, System = system.System });
        }
    }

    /// <summary>Sums of zero, every sum over a queue as its payments say, lists unbroken, settled payments settled for good.</summary>
    private static void Check(ClearingLedger system, HashSet<ulong> settled)
    {
        system.Base.AssertSumsAreZero();
        PaymentTables tables = system.Tables;
        uint queued = 0, listed = 0;
        var outgoing = new Dictionary<uint, Int128>();
        var incoming = new Dictionary<uint, Int128>();
        var net = new Dictionary<uint, Int128>();
        for (uint n = 1; n < tables.Payments.Count; n++)
        {
            ref readonly PaymentRecord payment = ref tables.Payments[n];
            ulong id = RecordId.Of(n, payment.Generation);
            if (payment.State == PaymentState.Settled) settled.Add(id);
            else Assert.DoesNotContain(id, settled);
            if (payment.State != PaymentState.Queued) continue;
            queued++;
            outgoing[payment.Sender] = outgoing.GetValueOrDefault(payment.Sender) + payment.Amount;
            incoming[payment.Receiver] = incoming.GetValueOrDefault(payment.Receiver) + payment.Amount;
            if (payment.Priority != PaymentPriority.Normal) continue;
            net[payment.Sender] = net.GetValueOrDefault(payment.Sender) + payment.Amount;
            net[payment.Receiver] = net.GetValueOrDefault(payment.Receiver) - payment.Amount;
        }

        bool settling = system.Record.Phase == ResolutionPhase.Settling;
        foreach (uint m in system.Members)
        {
            MemberRecord member = tables.Members[m];
            Assert.Equal(outgoing.GetValueOrDefault(m), member.QueuedOut);
            Assert.Equal(incoming.GetValueOrDefault(m), member.QueuedIn);
            Assert.Equal(net.GetValueOrDefault(m), member.QueuedNet);
            uint count = 0;
            var last = PaymentPriority.Urgent;
            for (uint at = PaymentTables.Head(member); at != 0; at = tables.After(tables.Payments[at]))
            {
                Assert.True(tables.Payments[at].State == PaymentState.Queued && tables.Payments[at].Priority >= last);
                last = tables.Payments[at].Priority;
                count++;
            }

            Assert.Equal(member.QueuedCount, count);
            listed += count;
            if (!settling) Assert.Equal(-(Int128)member.CreditLine - member.CollateralValue, system.Base.Record(member.Account).Floor);
        }

        Assert.Equal((queued, queued), (listed, system.Record.QueuedCount));
    }
}
