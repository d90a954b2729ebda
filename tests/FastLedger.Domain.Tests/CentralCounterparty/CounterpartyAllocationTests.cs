// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.CentralCounterparty;

public sealed class CounterpartyAllocationTests
{
    [Fact]
    public void Novations_marks_settlements_and_deliveries_allocate_nothing()
    {
        using var ccp = new CounterpartyLedger([1 << 24, 1 << 24, 1 << 24, 1 << 24], [1 << 24, 1 << 24, 1 << 24, 1 << 24]);
        for (uint i = 1; i <= 8; i++) ccp.List(i);
        for (int i = 0; i < 4; i++) ccp.Do(Opcode.PostMargin, i, 1000);
        const int count = 200, warmUp = 200, rounds = 400;
        var commands = new Command[count];
        var hashes = new Hash256[count];
        var results = new CommandResult[count];
        var random = new Random(3);
        ulong number = ccp.Base.NextNumber(ccp.Operator);
        long time = ccp.Base.TimestampNs, before = 0;
        var draws = new int[count];
        uint date = 9;
        int failed = 0;
        for (int round = 0; round < rounds; round++)
        {
            if (round == warmUp) before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < count; i++) draws[i] = random.Next();
            uint settles = 1 + ((uint)round % 8), next = 1 + (((uint)round + 1) % 8);
            for (int i = 0; i < count; i++)
            {
                int draw = draws[i];
                uint price = 90 + ((uint)draw % 20);
                commands[i] = i switch
                {
                    count - 1 => TestLedger.Of(new ContractCommand { Opcode = Opcode.ConfigureContract, Contract = settles, SettlementDate = date++, Number = number++ }),
                    count - 2 => TestLedger.Of(new ContractCommand { Opcode = Opcode.SettleDeliveries, Contract = settles, Price = price, Into = next, Number = number++ }),
                    count - 3 => TestLedger.Of(new CounterpartyCommand { Opcode = Opcode.SettleVariation, Counterparty = ccp.Number, Number = number++ }),
                    _ when i % 20 == 0 => TestLedger.Of(new ContractCommand { Opcode = Opcode.MarkContract, Contract = 1 + ((uint)draw % 8), Price = price, Number = number++ }),
                    _ => TestLedger.Of(new NovationCommand
                    {
                        Opcode = Opcode.NovateTrade,
                        Contract = 1 + ((uint)draw % 8),
                        Buyer = ccp.Members[draw % 4],
                        Seller = ccp.Members[(draw + 1 + (draw / 8 % 3)) % 4],
                        Quantity = 1 + ((uint)draw % 10),
                        Price = price,
                        Number = number++,
                    }),
                };
            }

            Blake3.HashMany(MemoryMarshal.AsBytes(commands.AsSpan()), Command.Size, hashes);
            time += TestLedger.SecondNs;
            ccp.Base.Executor.BeginBlock(ccp.Base.Ledger.Height + 1, time);
            failed += ccp.Base.Executor.ExecuteBatch(ccp.Operator, commands, hashes, results);
            ccp.Base.Executor.EndBlock();
            ccp.Base.Executor.ClearHistory();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(0, failed);
        ccp.Check();
    }

    [Fact]
    public void A_waterfall_over_a_thousand_survivors_is_exact_and_allocates_nothing()
    {
        const int survivors = 1000;
        var cash = new long[survivors + 1];
        Array.Fill(cash, 100_000);
        using var ccp = new CounterpartyLedger(cash, new long[1], ledger: new TestLedger(TestLedger.Small with { MaxAssets = 16 }));
        uint contract = ccp.List(delivers: false);
        for (int i = 0; i <= survivors; i++) ccp.Do(Opcode.ContributeToFund, i, (ulong)(1 + (i * 7919 % 5000)));
        ccp.Trade(contract, 0, 1, 1, 4_000_000);
        ccp.Mark(contract, 1);
        ccp.Do(Opcode.DeclareDefault, 0);
        ccp.Trade(contract, 1, 0, 1, 1, Opcode.CloseOutPosition);

        // The runtime makes its sorter for the type of the keys once per process.
        new Domain.CentralCounterparty.LargestRemainder(2).Split(1, [1, 1], new ulong[2]);
        var command = new[] { TestLedger.Of(new ClearingMemberCommand { Opcode = Opcode.ApplyWaterfall, ClearingMember = ccp.Members[0], Number = ccp.Base.NextNumber(ccp.Operator) }) };
        var hashes = new Hash256[1];
        var results = new CommandResult[1];
        ccp.Base.Executor.BeginBlock(ccp.Base.Ledger.Height + 1, ccp.Base.TimestampNs + TestLedger.SecondNs);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ccp.Base.Executor.ExecuteBatch(ccp.Operator, command, hashes, results);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        ccp.Base.Executor.EndBlock();
        ccp.Base.Executor.ClearHistory();
        Assert.Equal(ResultCode.Ok, results[0].Code);
        Assert.Equal(0, allocated);
        Assert.Equal((UInt128)3_999_999, ccp.Tables.Defaults[1].Loss);
        Assert.True(ccp.Tables.Defaults[1].SurvivorFund > 0 && ccp.Tables.Defaults[1].Assessments > 0);
        ccp.Check();
    }
}
