// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Trading;

public sealed class OrderAllocationTests
{
    [Fact]
    public void Executing_orders_of_every_kind_in_steady_state_allocates_nothing()
    {
        using var market = new TestMarket(makerFeePpm: -500, takerFeePpm: 1_500);
        Trader trader = market.Trader(10, 1_000_000_000_000, 1_000_000_000_000_000);
        const int count = 1_000, warmUp = 200, rounds = 500;
        var commands = new Command[count];
        var hashes = new Hash256[count];
        var results = new CommandResult[count];
        var ids = new ulong[count];
        var random = new Random(3);
        ulong number = market.Test.NextNumber(trader.Session);
        long time = market.Test.TimestampNs, before = 0;
        ulong trades = 0;
        for (int round = 0; round < rounds; round++)
        {
            if (round == warmUp) (before, trades) = (GC.GetAllocatedBytesForCurrentThread(), market.Ledger.Counters.Trades);
            for (int i = 0; i < count; i++)
            {
                int kind = random.Next(100);
                if (kind < 60)
                {
                    PlaceOrderCommand place = trader.Order((Side)random.Next(2), 1_000 + random.Next(30), 1 + (ulong)random.Next(9));
                    place.TimeInForce = (TimeInForce)(random.Next(12) / 5);
                    place.SelfTradePrevention = (SelfTradePrevention)(random.Next(20) / 4);
                    if (random.Next(10) == 0) place.SelfTradePrevention = SelfTradePrevention.None;
                    commands[i] = TestLedger.Of(place);
                }
                else if (kind < 99)
                {
                    Opcode opcode = kind < 85 ? Opcode.CancelOrder : kind < 90 ? Opcode.ReduceOrder : Opcode.AmendOrder;
                    commands[i] = TestLedger.Of(new ChangeOrderCommand
                    {
                        Opcode = opcode,
                        OrderId = ids[random.Next(count)],
                        PriceTicks = opcode == Opcode.AmendOrder ? 1_000 + random.Next(30) : 0,
                        QuantityLots = opcode == Opcode.CancelOrder ? 0 : 1 + (ulong)random.Next(9),
                    });
                }
                else
                {
                    bool creator = random.Next(2) == 0;
                    commands[i] = TestLedger.Of(new MassCancelCommand { Opcode = Opcode.MassCancel, QuoteAccount = trader.Quote, Instrument = creator ? market.Instrument : 0 });
                }

                commands[i].Number = number++;
                if (random.Next(10) == 0 && i < count - 1) commands[i].Flags |= CommandFlags.Linked;
            }

            Blake3.HashMany(MemoryMarshal.AsBytes(commands.AsSpan()), Command.Size, hashes);
            market.Test.Executor.BeginBlock(market.Ledger.Height + 1, ++time);
            market.Test.Executor.ExecuteBatch(trader.Session, commands, hashes, results);
            market.Test.Executor.EndBlock();
            market.Test.Executor.ClearHistory();
            for (int i = 0; i < count; i++)
                if (commands[i].Opcode == Opcode.PlaceOrder) ids[i] = TestMarket.Id(results[i]);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(market.Ledger.Counters.Trades - trades > 1_000);
        BookInvariants.Check(market.Ledger);
    }
}
