// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using FastLedger.Domain.Tests.Agreements;
using FastLedger.Domain.Tests.Clearing;
using FastLedger.Domain.Tests.Trading;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Checkpoints;

/// <summary>Random streams of blocks, executed once on a ledger that keeps everything in memory and never stops.</summary>
internal static class RecordedStreams
{
    public static Genesis Genesis { get; } = TestLedger.Small with { MaxPayments = 4096, PaymentWorkPerBlock = 64 };

    /// <summary>Payments, queues, limits and their resolution, in batches with linked chains.</summary>
    public static List<RecordedBlock> Clearing(int seed, int batches)
    {
        using var system = new ClearingLedger(
            [.. Enumerable.Repeat(500L, 6)], PaymentSystemOptions.BilateralOffset | PaymentSystemOptions.ResolveOnCredit, 50, new TestLedger(Genesis));
        var random = new Random(seed);
        var ids = new List<ulong>();
        for (int done = 0; done < batches; done++)
        {
            var batch = new Command[1 + random.Next(40)];
            for (int i = 0; i < batch.Length; i++)
            {
                batch[i] = ClearingInvariantTests.Any(system, random, ids);
                batch[i].Number = system.Base.NextNumber(system.Operator);
                if (i < batch.Length - 1 && random.Next(12) == 0) batch[i].Flags |= CommandFlags.Linked;
            }

            if (random.Next(6) == 0) system.Base.Wait(random.Next(3));
            foreach ((Command command, CommandResult result) in batch.Zip(system.Base.Execute(system.Operator, batch)))
                if (result.Code == ResultCode.Ok && command.Opcode == Opcode.SubmitPayment) ids.Add((ulong)(result.Value & ulong.MaxValue));
            if (random.Next(10) == 0) Resend(system.Base, random);
        }

        return system.Base.Blocks;
    }

    /// <summary>Accounts with external ids, transfers at once and pending, orders, resends.</summary>
    public static List<RecordedBlock> Trading(int seed, int steps)
    {
        using var market = new TestMarket(-1_000, 2_000, Genesis);
        var random = new Random(seed);
        TestLedger ledger = market.Test;
        Trader[] traders = [market.Trader(2), market.Trader(3), market.Trader(4)];
        var orders = new List<ulong>();
        var pending = new List<ulong>();
        for (int step = 0; step < steps; step++)
        {
            Trader trader = traders[random.Next(traders.Length)];
            Trader other = traders[random.Next(traders.Length)];
            CommandResult result;
            switch (random.Next(12))
            {
                case < 4:
                    result = trader.Place(random.Next(2) == 0 ? Side.Bid : Side.Ask, random.Next(90, 111) * (random.Next(9) == 0 ? 800 : 1), (ulong)random.Next(1, 30));
                    if (result.Code == ResultCode.Ok) orders.Add(TestMarket.Id(result));
                    break;
                case 4 when orders.Count > 0:
                    trader.Cancel(orders[random.Next(orders.Count)]);
                    break;
                case 5 when orders.Count > 0:
                    trader.Amend(orders[random.Next(orders.Count)], random.Next(90, 111), (ulong)random.Next(1, 20));
                    break;
                case 6 when random.Next(12) == 0:
                    trader.MassCancel();
                    break;
                case 7:
                    result = ledger.Transfer(trader.Session, trader.Quote, other.Quote, (UInt128)random.Next(1, 900), CommandFlags.Pending, (uint)random.Next(4));
                    if (result.Code == ResultCode.Ok) pending.Add((ulong)(result.Value & ulong.MaxValue));
                    break;
                case 8 when pending.Count > 0:
                    ulong id = pending[random.Next(pending.Count)];
                    if (random.Next(2) == 0) ledger.Post(trader.Session, id);
                    else ledger.Void(trader.Session, id);
                    break;
                case 9:
                    ledger.Execute(trader.Session, new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = market.Base, ExternalId = (UInt128)random.Next(1, 200) });
                    break;
                case 10:
                    ledger.Wait(random.Next(3));
                    Resend(ledger, random);
                    break;
                default:
                    ledger.Transfer(trader.Session, trader.Quote, other.Quote, (UInt128)random.Next(1, 900));
                    break;
            }
        }

        return ledger.Blocks;
    }

    /// <summary>Commands of every opcode, those of policies, objects, splits, rounds and outcomes above all.</summary>
    public static List<RecordedBlock> Agreements(int seed, int batches)
    {
        using var ledger = new AgreementLedger(EveryOpcodeTests.Parties, Genesis);
        EveryOpcodeTests.Prepare(ledger);
        var random = new Random(seed);
        for (int done = 0; done < batches; done++)
        {
            int party = random.Next(EveryOpcodeTests.Parties);
            uint session = AgreementLedger.Session(party);
            var batch = new Command[1 + random.Next(12)];
            for (int i = 0; i < batch.Length; i++)
            {
                batch[i] = EveryOpcodeTests.Any(random, ledger, party);
                batch[i].Number = ledger.Base.NextNumber(session);
            }

            if (random.Next(6) == 0) ledger.Base.Wait(random.Next(8));
            ledger.Base.Execute(session, batch);
            if (random.Next(20) == 0) Resend(ledger.Base, random);
        }

        return ledger.Base.Blocks;
    }

    /// <summary>A client that saw no answer sends a batch again.</summary>
    private static void Resend(TestLedger ledger, Random random)
    {
        RecordedBlock again = ledger.Blocks[Math.Max(0, ledger.Blocks.Count - 1 - random.Next(30))];
        if (again.Session != 0) ledger.Execute(again.Session, again.Commands);
    }
}
