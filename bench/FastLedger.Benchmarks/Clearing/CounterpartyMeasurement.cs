// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Linq;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Domain;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.State;

namespace FastLedger.Benchmarks.Clearing;

/// <summary>Execution alone: novations in full batches, and the commands that walk all members of a counterparty once.</summary>
internal static class CounterpartyMeasurement
{
    private const int Members = 1000, Contracts = 200, Batch = 8000, Batches = 60, Warm = 20;
    private const long SecondNs = 1_000_000_000;

    /// <summary>Novations per second, and microseconds of one mark, one settlement of variation margin and one waterfall over all members.</summary>
    public sealed record Figures(int Members, int Contracts, double NovationsPerSecond, double MarkUs, double SettleVariationUs, double WaterfallUs);

    /// <summary>Runs the measurement.</summary>
    public static Figures Run()
    {
        using var ledger = new Ledger(new Genesis { MaxSessions = 16, MaxAssets = 16, MaxAccounts = 1 << 12, MaxPendingTransfers = 16, MaxInstruments = 16, MaxPriceLevels = 1 << 10, MaxOrders = 1 << 10, MaxPayments = 1 << 10 }, new ResidentPageStore(), 1);
        using var executor = new Executor(ledger);
        long time = SecondNs;
        ulong number = 0;
        CommandResult[] results = [];

        double Execute(uint session, params Command[] commands)
        {
            for (int i = 0; i < commands.Length; i++) commands[i].Number = ++number;
            var hashes = new Hash256[commands.Length];
            results = new CommandResult[commands.Length];
            Blake3.HashMany(MemoryMarshal.AsBytes(commands.AsSpan()), Command.Size, hashes);
            executor.BeginBlock(ledger.Height + 1, time += SecondNs);
            long start = Stopwatch.GetTimestamp();
            int failed = executor.ExecuteBatch(session, commands, hashes, results);
            double us = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            executor.EndBlock();
            executor.ClearHistory();
            if (failed != 0) throw new InvalidOperationException($"{commands[0].Opcode}: {results.First(r => r.Code != ResultCode.Ok).Code}");
            return us;
        }

        ulong Value<T>(uint session, T command) where T : unmanaged, ICommand
        {
            Execute(session, Raw(command));
            return (ulong)results[0].Value;
        }

        Hash256 key = Blake3.Hash([1]);
        uint session = (uint)Value(0, new RegisterSessionCommand { Opcode = Opcode.RegisterSession, Key = key });
        uint asset = (uint)Value(session, new CreateAssetCommand { Opcode = Opcode.CreateAsset });
        ulong issuer = Value(session, new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset, AccountFlags = AccountFlags.Unlimited });
        uint system = (uint)Value(session, new PaymentSystemCommand { Opcode = Opcode.CreatePaymentSystem, Asset = asset });
        ulong[] own = [.. Enumerable.Range(0, 5).Select(_ => Value(session, new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset }))];
        uint counterparty = (uint)Value(session, new CounterpartyCommand
        {
            Opcode = Opcode.CreateCounterparty,
            System = system,
            VariationAccount = own[0],
            MarginAccount = own[1],
            FundAccount = own[2],
            CapitalAccount = own[3],
            DefaultAccount = own[4],
            AssessmentPpm = 1_000_000,
        });
        var members = new uint[Members];
        for (int i = 0; i < Members; i++)
        {
            UInt128 bic = UInt128.Zero;
            string text = $"B{(char)('A' + (i / 676))}{(char)('A' + (i / 26 % 26))}{(char)('A' + (i % 26))}BBAA";
            for (int at = text.Length - 1; at >= 0; at--) bic = (bic << 8) | text[at];
            uint participant = (uint)Value(session, new OpenParticipantCommand { Opcode = Opcode.OpenParticipant, System = system, Bic = bic, PolicyKey = key });
            ulong account = Value(session, new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset });
            uint member = (uint)Value(session, new MemberCommand { Opcode = Opcode.JoinPaymentSystem, System = system, Participant = participant, Account = account });
            members[i] = (uint)Value(session, new ClearingMemberCommand { Opcode = Opcode.AdmitClearingMember, Counterparty = counterparty, Member = member });
            Value(session, new TransferCommand { Opcode = Opcode.Transfer, DebitAccount = issuer, CreditAccount = account, Amount = 1ul << 60 });
            Value(session, new ClearingMemberCommand { Opcode = Opcode.PostMargin, ClearingMember = members[i], Amount = 1ul << 50 });
            Value(session, new ClearingMemberCommand { Opcode = Opcode.ContributeToFund, ClearingMember = members[i], Amount = 1000 + (ulong)i });
        }

        var contracts = new uint[Contracts];
        for (int i = 0; i < Contracts; i++)
            contracts[i] = (uint)Value(session, new ContractCommand { Opcode = Opcode.ListContract, Counterparty = counterparty, SettlementDate = 1, MarginPerUnit = 10 });

        var random = new Random(5);
        double novating = 0;
        for (int round = 0; round < Warm + Batches; round++)
        {
            var batch = new Command[Batch];
            for (int i = 0; i < Batch; i++)
            {
                int buyer = random.Next(Members);
                batch[i] = Raw(new NovationCommand
                {
                    Opcode = Opcode.NovateTrade,
                    Contract = contracts[random.Next(Contracts)],
                    Buyer = members[buyer],
                    Seller = members[(buyer + random.Next(1, Members)) % Members],
                    Quantity = (ulong)random.Next(1, 100),
                    Price = (ulong)random.Next(900, 1100),
                });
            }

            double us = Execute(session, batch);
            if (round >= Warm) novating += us;
        }

        double[] marks = new double[Contracts], settlements = new double[50];
        for (int i = 0; i < Contracts; i++) marks[i] = Execute(session, Raw(new ContractCommand { Opcode = Opcode.MarkContract, Contract = contracts[i], Price = 1000 }));
        for (int i = 0; i < settlements.Length; i++)
        {
            Execute(session, Raw(new ContractCommand { Opcode = Opcode.MarkContract, Contract = contracts[0], Price = (ulong)(1001 + (i % 2)) }));
            settlements[i] = Execute(session, Raw(new CounterpartyCommand { Opcode = Opcode.SettleVariation, Counterparty = counterparty }));
        }

        // The first member loses all that every layer but the assessments holds, and half of those.
        uint lost = (uint)Value(session, new ContractCommand { Opcode = Opcode.ListContract, Counterparty = counterparty, SettlementDate = 1 });
        ulong loss = (1ul << 50) + 2_200_000;
        Execute(session, Raw(new NovationCommand { Opcode = Opcode.NovateTrade, Contract = lost, Buyer = members[0], Seller = members[1], Quantity = 1ul << 20, Price = (loss >> 20) + 2 }));
        Execute(session, Raw(new ContractCommand { Opcode = Opcode.MarkContract, Contract = lost, Price = 2 }));
        Execute(session, Raw(new ClearingMemberCommand { Opcode = Opcode.DeclareDefault, ClearingMember = members[0] }));
        for (int i = 0; i < Contracts; i++) Close(contracts[i], 1000);
        Close(lost, 2);
        double waterfall = Execute(session, Raw(new ClearingMemberCommand { Opcode = Opcode.ApplyWaterfall, ClearingMember = members[0] }));
        Array.Sort(marks);
        Array.Sort(settlements);
        return new Figures(Members, Contracts, (double)Batch * Batches / novating * 1e6, marks[Contracts / 2], settlements[settlements.Length / 2], waterfall);

        void Close(uint contract, ulong price)
        {
            uint position = ledger.Counterparties.PositionOf(contract, members[0]);
            long quantity = position == 0 ? 0 : ledger.Counterparties.Positions[position].Quantity;
            if (quantity != 0)
                Execute(session, Raw(new NovationCommand
                {
                    Opcode = Opcode.CloseOutPosition,
                    Contract = contract,
                    Buyer = quantity > 0 ? members[1] : members[0],
                    Seller = quantity > 0 ? members[0] : members[1],
                    Quantity = (ulong)Math.Abs(quantity),
                    Price = price,
                }));
            Execute(session, Raw(new ContractCommand { Opcode = Opcode.MarkContract, Contract = contract, Price = price }));
        }
    }

    private static Command Raw<T>(T command) where T : unmanaged, ICommand => Command.Of(in command);
}
