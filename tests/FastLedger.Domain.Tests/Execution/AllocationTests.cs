// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Execution;

public sealed class AllocationTests
{
    [Fact]
    public void Executing_transfers_in_steady_state_allocates_nothing()
    {
        using var ledger = new TestLedger();
        uint session = ledger.Session(1), asset = ledger.Asset(session);
        ulong issuer = ledger.Account(session, asset, AccountFlags.Unlimited);
        ulong first = ledger.Account(session, asset), last = first;
        for (int i = 0; i < 200; i++) last = ledger.Account(session, asset);
        for (ulong account = first; account <= last; account++) ledger.Transfer(session, issuer, account, 1_000_000);

        const int count = 1000;
        var commands = new Command[count];
        var hashes = new Hash256[count];
        var results = new CommandResult[count];
        ulong number = ledger.NextNumber(session);
        long time = ledger.TimestampNs;
        ulong pending = 0;
        long before = 0;
        const int warmUp = 300, rounds = 600;
        for (int round = 0; round < rounds; round++)
        {
            if (round == warmUp) before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < count; i++)
            {
                bool post = i % 10 == 1 && pending != 0;
                commands[i] = TestLedger.Of(new TransferCommand
                {
                    Opcode = post ? Opcode.PostPending : Opcode.Transfer,
                    Flags = post ? 0 : i % 10 == 0 ? CommandFlags.Pending : i % 7 == 2 && i < count - 1 ? CommandFlags.Linked : 0,
                    Number = number++,
                    DebitAccount = post ? 0 : first + (ulong)(i % 200),
                    CreditAccount = post ? 0 : first + (ulong)((i + 7) % 200),
                    Amount = 1,
                    PendingId = post ? pending : 0,
                    TimeoutSeconds = !post && i % 10 == 0 ? 1u : 0,
                });
            }

            Blake3.HashMany(MemoryMarshal.AsBytes(commands.AsSpan()), Command.Size, hashes);
            time += TestLedger.SecondNs / 2;
            ledger.Executor.BeginBlock(ledger.Ledger.Height + 1, time);
            ledger.Executor.ExecuteBatch(session, commands, hashes, results);
            ledger.Executor.EndBlock();
            ledger.Executor.ClearHistory();
            pending = (ulong)results[0].Value;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
