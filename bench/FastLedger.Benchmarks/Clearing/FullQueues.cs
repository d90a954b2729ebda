// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Domain;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.State;

namespace FastLedger.Benchmarks.Clearing;

/// <summary>A payment system whose queues are filled again before each resolution; no member can pay alone, since only resolutions settle.</summary>
internal sealed class FullQueues : IDisposable
{
    private const long SecondNs = 1_000_000_000;
    private const int PerBatch = 8000, LargestAmount = 1000, FirstLetters = 26;

    private readonly Random _random = new(7);
    private readonly Ledger _ledger;
    private readonly Executor _executor;
    private readonly int _payments;
    private readonly uint[] _members;
    private readonly uint _session, _system;
    private readonly Command[] _resolve = new Command[1];
    private readonly Hash256[] _resolveHash = new Hash256[1];
    private readonly CommandResult[] _resolveResult = new CommandResult[1];
    private long _time = SecondNs;
    private ulong _number;

    /// <summary>Opens the members.</summary>
    /// <param name="members">Participants of the system, at most 676.</param>
    /// <param name="payments">Queued payments at the start of each resolution.</param>
    /// <param name="balance">What each member holds at first, minor units.</param>
    public FullQueues(int members, int payments, ulong balance)
    {
        _payments = payments;
        _ledger = new Ledger(
            new Genesis { MaxSessions = 16, MaxAssets = 16, MaxAccounts = 1 << 12, MaxPendingTransfers = 16, MaxInstruments = 16, MaxPriceLevels = 1 << 10, MaxOrders = 1 << 10, MaxPayments = 1 << 15 },
            new ResidentPageStore(),
            secret: 1);
        _executor = new Executor(_ledger);
        Hash256 key = Blake3.Hash([1]);
        _session = (uint)Value(0, new RegisterSessionCommand { Opcode = Opcode.RegisterSession, Key = key });
        uint asset = (uint)Value(_session, new CreateAssetCommand { Opcode = Opcode.CreateAsset });
        ulong issuer = Value(_session, new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset, AccountFlags = AccountFlags.Unlimited });
        _system = (uint)Value(_session, new PaymentSystemCommand { Opcode = Opcode.CreatePaymentSystem, Asset = asset, Options = PaymentSystemOptions.ResolutionOnly });
        _members = new uint[members];
        for (int i = 0; i < members; i++)
        {
            uint participant = (uint)Value(_session, new OpenParticipantCommand { Opcode = Opcode.OpenParticipant, System = _system, Bic = Bic(i), PolicyKey = key });
            ulong account = Value(_session, new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset });
            _members[i] = (uint)Value(_session, new MemberCommand { Opcode = Opcode.JoinPaymentSystem, System = _system, Participant = participant, Account = account });
            if (balance > 0) Value(_session, new TransferCommand { Opcode = Opcode.Transfer, DebitAccount = issuer, CreditAccount = account, Amount = balance });
        }
    }

    /// <summary>Queues payments until there are as many as there should be, and opens the block of the resolution.</summary>
    public void Fill()
    {
        int missing = _payments - (int)_ledger.Clearing.Systems[_system].QueuedCount;
        for (int sent = 0; sent < missing;)
        {
            var batch = new Command[Math.Min(PerBatch, missing - sent)];
            for (int i = 0; i < batch.Length; i++)
            {
                int from = _random.Next(_members.Length);
                var payment = new SubmitPaymentCommand
                {
                    Opcode = Opcode.SubmitPayment,
                    Number = ++_number,
                    Sender = _members[from],
                    Receiver = _members[(from + _random.Next(1, _members.Length)) % _members.Length],
                    Amount = (ulong)_random.Next(1, LargestAmount),
                    Priority = (PaymentPriority)_random.Next(3),
                };
                batch[i] = Command.Of(in payment);
            }

            Execute(_session, batch);
            sent += batch.Length;
        }

        var resolve = new PaymentSystemWorkCommand { Opcode = Opcode.ResolveQueues, System = _system, Number = ++_number };
        _resolve[0] = Command.Of(in resolve);
        Blake3.HashMany(MemoryMarshal.AsBytes(_resolve.AsSpan()), Command.Size, _resolveHash);
        _executor.BeginBlock(_ledger.Height + 1, _time += SecondNs);
    }

    /// <summary>Executes the one command that resolves the queues.</summary>
    /// <returns>Payments settled.</returns>
    public int Resolve()
    {
        _executor.ExecuteBatch(_session, _resolve, _resolveHash, _resolveResult);
        return (int)_resolveResult[0].Value;
    }

    /// <summary>Ends the block of the resolution.</summary>
    public void EndBlock()
    {
        _executor.EndBlock();
        _executor.ClearHistory();
    }

    public void Dispose()
    {
        _executor.Dispose();
        _ledger.Dispose();
    }

    private static UInt128 Bic(int bank)
    {
        UInt128 value = UInt128.Zero;
        string text = $"BK{(char)('A' + (bank / FirstLetters))}{(char)('A' + (bank % FirstLetters))}BBAA";
        for (int at = text.Length - 1; at >= 0; at--) value = (value << 8) | text[at];
        return value;
    }

    private ulong Value<T>(uint session, T command) where T : unmanaged, ICommand
    {
        Command raw = Command.Of(in command);
        raw.Number = ++_number;
        CommandResult result = Execute(session, [raw])[0];
        if (result.Code != ResultCode.Ok) throw new InvalidOperationException($"{typeof(T).Name}: {result.Code}");
        return (ulong)result.Value;
    }

    private CommandResult[] Execute(uint session, Command[] commands)
    {
        var hashes = new Hash256[commands.Length];
        var results = new CommandResult[commands.Length];
        Blake3.HashMany(MemoryMarshal.AsBytes(commands.AsSpan()), Command.Size, hashes);
        _executor.BeginBlock(_ledger.Height + 1, _time += SecondNs);
        _executor.ExecuteBatch(session, commands, hashes, results);
        EndBlock();
        return results;
    }
}
