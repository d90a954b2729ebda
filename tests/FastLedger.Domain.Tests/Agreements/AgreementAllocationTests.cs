// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Agreements;

public sealed class AgreementAllocationTests
{
    [Fact]
    public void The_commands_of_agreements_allocate_nothing_in_steady_state()
    {
        using var ledger = new AgreementLedger(4);
        Command[] round = Round(ledger);
        var hashes = new Hash256[round.Length];
        var results = new CommandResult[round.Length];
        ulong number = ledger.Base.NextNumber(1);
        long time = ledger.NowNs, before = 0;
        const int warmUp = 60, rounds = 160;
        for (int at = 0; at < rounds; at++)
        {
            if (at == warmUp) before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < round.Length; i++) round[i].Number = number++;

            Blake3.HashMany(MemoryMarshal.AsBytes(round.AsSpan()), Command.Size, hashes);
            ledger.Base.Executor.BeginBlock(ledger.Base.Ledger.Height + 1, time += 2 * TestLedger.SecondNs);
            ledger.Base.Executor.ExecuteBatch(1, round, hashes, results);
            ledger.Base.Executor.EndBlock();
            ledger.Base.Executor.ClearHistory();
            if (at == 0)
                for (int i = 0; i < results.Length; i++)
                    Assert.True(results[i].Code == ResultCode.Ok, $"{round[i].Opcode}: {results[i].Code}");
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>One command of each kind that a running system sends, all by the first party.</summary>
    private static Command[] Round(AgreementLedger ledger)
    {
        uint asset = ledger.Asset(0), policy = ledger.KeyPolicy(1, (0, 1), (1, 1));
        ulong issuer = ledger.Account(0, asset, flags: AccountFlags.Unlimited), account = ledger.Account(0, asset), joint = ledger.Account(0, asset, policy), other = ledger.Account(1, asset);
        ledger.Pay(0, issuer, account, 1_000_000_000);
        ledger.Pay(0, issuer, joint, 1_000_000_000);
        uint type = (uint)ledger.Chain(
            0,
            [],
            AgreementLedger.Of(new CreateClassCommand { ClassFlags = ClassFlags.Lienable }),
            AgreementLedger.Of(new SetTransitionCommand { Role = TransitionRole.Owner }),
            AgreementLedger.Of(new SetTransitionCommand { Opcode = Opcode.ActivateClass }))[0].Value;
        ulong item = (ulong)ledger.Ok(0, new CreateObjectCommand { Class = type });
        uint split = (uint)ledger.Chain(
            0,
            [],
            AgreementLedger.Of(new CreateSplitCommand { Asset = asset, Shares = 2 }),
            AgreementLedger.Of(new SetShareCommand { Index = 0, Account = other, Weight = 333_333 }),
            AgreementLedger.Of(new SetShareCommand { Index = 1, Account = joint, Weight = 666_667 }),
            AgreementLedger.Of(new SetShareCommand { Opcode = Opcode.ActivateSplit }))[0].Value;
        UInt128 made = ledger.Ok(0, new CreateOutcomeCommand { OraclePolicy = policy, Values = 2, CollateralAsset = asset });
        uint first = (uint)(made >> 64), outcome = (uint)(made & uint.MaxValue);
        ulong yes = ledger.Account(0, first), no = ledger.Account(0, first + 1);
        var set = new CompleteSetCommand { Outcome = outcome, CollateralAccount = account, Amount = 5, Account1 = yes, Account2 = no };
        List<Command> commands =
        [
            AgreementLedger.Transfer(joint, other, 1),
            AgreementLedger.Of(new ReserveCommand { DebitAccount = account, CreditAccount = other, Amount = 1, HashLock = HashLock.Of(TestLedger.Key(1)), ExpiresAtNs = TestLedger.SecondNs, Flags = CommandFlags.RelativeTime }),
            AgreementLedger.Of(new CreateObjectCommand { Class = type, ValidToNs = TestLedger.SecondNs, Flags = CommandFlags.RelativeTime }),
            AgreementLedger.Of(new ChangeObjectCommand { Object = item, Value = ulong.MaxValue }),
            AgreementLedger.Of(new CheckObjectCommand { Object = item }),
            AgreementLedger.Of(new PaySplitCommand { DebitAccount = account, Split = split, Amount = 100 }),
            AgreementLedger.Of(new DistributeCommand { DebitAccount = account, HeldAsset = asset, Amount = 7 }),
            AgreementLedger.Of(new CreateRoundCommand { Kind = RoundKind.Max, ClosesAtNs = 1, RevealEndsNs = 2, Flags = CommandFlags.RelativeTime }),
            AgreementLedger.Of(set),
            AgreementLedger.Of(set with { Opcode = Opcode.BurnSet }),
            AgreementLedger.Of(new ProposalCommand { Digest = TestLedger.Key(5) }),
        ];
        return [.. commands];
    }
}
