// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Domain;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.State;

namespace FastLedger.Benchmarks.Clearing;

/// <summary>Time of one command that resolves 10,000 queued payments of 100 participants, execution alone.</summary>
internal static class ResolutionMeasurement
{
    private const int Members = 100, Payments = 10_000, Warm = 60, Rounds = 200;
    private const long SecondNs = 1_000_000_000;

    /// <summary>Times, and how many payments settled in the last round.</summary>
    public sealed record Figures(int Members, int Payments, int Settled, double MedianUs, double P99Us, double MaxUs);

    /// <summary>Runs the measurement.</summary>
    /// <param name="balance">What each member holds at first: 0 for a day in which little can settle.</param>
    public static Figures Run(ulong balance)
    {
        using var ledger = new Ledger(new Genesis { MaxSessions = 16, MaxAssets = 16, MaxAccounts = 1 << 12, MaxPendingTransfers = 16, MaxInstruments = 16, MaxPriceLevels = 1 << 10, MaxOrders = 1 << 10, MaxPayments = 1 << 15 }, new ResidentPageStore(), 1);
        using var executor = new Executor(ledger);
        var run = new Blocks(ledger, executor);
        Hash256 key = Blake3.Hash([1]);
        uint session = (uint)run.Value(0, new RegisterSessionCommand { Opcode = Opcode.RegisterSession, Key = key });
        uint asset = (uint)run.Value(session, new CreateAssetCommand { Opcode = Opcode.CreateAsset });
        ulong issuer = run.Value(session, new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset, AccountFlags = AccountFlags.Unlimited });
        uint system = (uint)run.Value(session, new PaymentSystemCommand { Opcode = Opcode.CreatePaymentSystem, Asset = asset, Options = PaymentSystemOptions.ResolutionOnly });
        var members = new uint[Members];
        for (int i = 0; i < Members; i++)
        {
            UInt128 bic = UInt128.Zero;
            string text = $"BK{(char)('A' + (i / 26))}{(char)('A' + (i % 26))}BBAA";
            for (int at = text.Length - 1; at >= 0; at--) bic = (bic << 8) | text[at];
            uint participant = (uint)run.Value(session, new OpenParticipantCommand { Opcode = Opcode.OpenParticipant, System = system, Bic = bic, PolicyKey = key });
            ulong account = run.Value(session, new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset });
            members[i] = (uint)run.Value(session, new MemberCommand { Opcode = Opcode.JoinPaymentSystem, System = system, Participant = participant, Account = account });
            if (balance > 0) run.Value(session, new TransferCommand { Opcode = Opcode.Transfer, DebitAccount = issuer, CreditAccount = account, Amount = balance });
        }

        var random = new Random(7);
        var times = new double[Rounds];
        int settled = 0;
        for (int round = 0; round < Warm + Rounds; round++)
        {
            // What is left of the round before goes first, so that each round starts with exactly the same number of payments.
            int missing = Payments - (int)ledger.Clearing.Systems[system].QueuedCount;
            for (int sent = 0; sent < missing;)
            {
                var batch = new Command[Math.Min(8000, missing - sent)];
                for (int i = 0; i < batch.Length; i++)
                {
                    int from = random.Next(Members);
                    batch[i] = Raw(new SubmitPaymentCommand
                    {
                        Opcode = Opcode.SubmitPayment,
                        Sender = members[from],
                        Receiver = members[(from + random.Next(1, Members)) % Members],
                        Amount = (ulong)random.Next(1, 1000),
                        Priority = (PaymentPriority)random.Next(3),
                    });
                }

                run.Execute(session, batch);
                sent += batch.Length;
            }

            long ticks = run.Execute(session, Raw(new PaymentSystemWorkCommand { Opcode = Opcode.ResolveQueues, System = system }));
            settled = (int)run.Results[0].Value;
            if (round >= Warm) times[round - Warm] = ticks * 1e6 / Stopwatch.Frequency;
        }

        Array.Sort(times);
        return new Figures(Members, Payments, settled, times[Rounds / 2], times[Rounds * 99 / 100], times[^1]);
    }

    private static Command Raw<T>(T command) where T : unmanaged, ICommand => Command.Of(in command);

    private sealed class Blocks(Ledger ledger, Executor executor)
    {
        private long _time = SecondNs;
        private ulong _number;

        public CommandResult[] Results { get; private set; } = [];

        public ulong Value<T>(uint session, T command) where T : unmanaged, ICommand
        {
            Execute(session, Raw(command));
            if (Results[0].Code != ResultCode.Ok) throw new InvalidOperationException($"{typeof(T).Name}: {Results[0].Code}");
            return (ulong)Results[0].Value;
        }

        /// <summary>Executes a block of one batch.</summary>
        /// <returns>Stopwatch ticks of the batch, without the state root.</returns>
        public long Execute(uint session, params Command[] commands)
        {
            for (int i = 0; i < commands.Length; i++) commands[i].Number = ++_number;
            var hashes = new Hash256[commands.Length];
            Results = new CommandResult[commands.Length];
            Blake3.HashMany(MemoryMarshal.AsBytes(commands.AsSpan()), Command.Size, hashes);
            executor.BeginBlock(ledger.Height + 1, _time += SecondNs);
            long start = Stopwatch.GetTimestamp();
            executor.ExecuteBatch(session, commands, hashes, Results);
            long ticks = Stopwatch.GetTimestamp() - start;
            executor.EndBlock();
            executor.ClearHistory();
            return ticks;
        }
    }
}
