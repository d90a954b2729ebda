// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Domain.Accounts;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.State;

namespace FastLedger.Domain.Tests;

/// <summary>A block of one batch, what it was answered and the state root after it.</summary>
public sealed record RecordedBlock(long TimestampNs, uint Session, Command[] Commands, CommandResult[] Results, Hash256 Root);

/// <summary>A small ledger with a way to execute commands one block at a time.</summary>
public sealed class TestLedger : IDisposable
{
    public const long SecondNs = 1_000_000_000;
    public const long StartNs = 1_700_000_000 * SecondNs;

    private readonly Dictionary<uint, ulong> _numbers = [];

    public TestLedger(Genesis? genesis = null)
    {
        Ledger = new Ledger(genesis ?? Small, new ResidentPageStore(), secret: 42);
        Executor = new Executor(Ledger);
        TimestampNs = StartNs;
    }

    public static Genesis Small { get; } = new()
    {
        Name = "test",
        MaxSessions = 16,
        MaxAssets = 64,
        MaxAccounts = 1 << 16,
        MaxPendingTransfers = 1 << 14,
        MaxInstruments = 64,
        MaxPriceLevels = 1 << 14,
        MaxOrders = 1 << 16,
    };

    public Ledger Ledger { get; }

    public Executor Executor { get; }

    public long TimestampNs { get; private set; }

    /// <summary>What was executed, block by block.</summary>
    public List<RecordedBlock> Blocks { get; } = [];

    public List<HistoryEntry> History { get; } = [];

    public List<OrderEvent> Events { get; } = [];

    public static Hash256 Key(byte seed) => Blake3.Hash([seed]);

    public void Wait(long seconds) => TimestampNs += seconds * SecondNs;

    /// <summary>Gives the next block a time, which must be later than the last block's.</summary>
    public void WaitUntil(long timeNs)
    {
        Assert.True(timeNs > TimestampNs);
        TimestampNs = timeNs - 1;
    }

    public void WaitNs(long nanoseconds) => TimestampNs += nanoseconds;

    /// <summary>Registers a session with a key made from <paramref name="seed"/>.</summary>
    public uint Session(byte seed)
    {
        var command = new RegisterSessionCommand { Opcode = Opcode.RegisterSession, Key = Key(seed), Number = NextNumber(0) };
        CommandResult result = Execute(0, RegisterSessionCommand(command))[0];
        Assert.True(result.Code is ResultCode.Ok or ResultCode.SessionExists, result.Code.ToString());
        return (uint)result.Value;
    }

    public ulong NextNumber(uint session) => _numbers[session] = _numbers.GetValueOrDefault(session) + 1;

    public static Command Of<T>(T command) where T : unmanaged, ICommand => Command.Of(in command);

    /// <summary>Executes the commands as one batch in a block of its own.</summary>
    public CommandResult[] Execute(uint session, params Command[] commands)
    {
        TimestampNs++;
        Executor.BeginBlock(Ledger.Height + 1, TimestampNs);
        Events.AddRange(Executor.Events);
        var results = new CommandResult[commands.Length];
        var hashes = new Hash256[commands.Length];
        Blake3.HashMany(MemoryMarshal.AsBytes(commands.AsSpan()), Command.Size, hashes);
        Executor.ExecuteBatch(session, commands, hashes, results);
        Events.AddRange(Executor.Events);
        Blocks.Add(new RecordedBlock(TimestampNs, session, commands, results, Executor.EndBlock()));
        History.AddRange(Executor.History);
        Executor.ClearHistory();
        return results;
    }

    /// <summary>Executes one command with the session's next number.</summary>
    public CommandResult Execute<T>(uint session, T command) where T : unmanaged, ICommand
    {
        Command raw = Of(command);
        raw.Number = NextNumber(session);
        return Execute(session, raw)[0];
    }

    public uint Asset(uint session) => (uint)Ok(Execute(session, new CreateAssetCommand { Opcode = Opcode.CreateAsset, Scale = 2 }));

    public ulong Account(uint session, uint asset, AccountFlags flags = AccountFlags.None, Int128 floor = default) =>
        (ulong)Ok(Execute(session, new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset, AccountFlags = flags, Floor = floor }));

    public CommandResult Transfer(
        uint session, ulong debit, ulong credit, UInt128 amount, CommandFlags flags = CommandFlags.None, uint timeoutSeconds = 0) =>
        Execute(session, new TransferCommand
        {
            Opcode = Opcode.Transfer,
            Flags = flags,
            DebitAccount = debit,
            CreditAccount = credit,
            Amount = amount,
            TimeoutSeconds = timeoutSeconds,
        });

    public CommandResult Post(uint session, ulong pendingId, UInt128? amount = null) =>
        Execute(session, new TransferCommand { Opcode = Opcode.PostPending, PendingId = pendingId, Amount = amount ?? UInt128.MaxValue });

    public CommandResult Void(uint session, ulong pendingId) =>
        Execute(session, new TransferCommand { Opcode = Opcode.VoidPending, PendingId = pendingId });

    public CommandResult Change(uint session, Opcode opcode, ulong account, Int128 floor = default) =>
        Execute(session, new ChangeAccountCommand { Opcode = opcode, Account = account, Floor = floor });

    public Int128 Balance(ulong account) => Ledger.Accounts[(uint)account].Balance;

    public AccountRecord Record(ulong account) => Ledger.Accounts[(uint)account];

    /// <summary>Balances of each asset sum to zero, and so do pending debits and credits.</summary>
    public void AssertSumsAreZero()
    {
        var sums = new Int128[Ledger.Assets.Count];
        for (uint i = 1; i < Ledger.Accounts.Count; i++) sums[Ledger.Accounts[i].Asset] += Ledger.Accounts[i].Balance;
        Assert.All(sums, sum => Assert.Equal(Int128.Zero, sum));
    }

    public void Dispose()
    {
        Executor.Dispose();
        Ledger.Dispose();
    }

    private static UInt128 Ok(CommandResult result)
    {
        Assert.Equal(ResultCode.Ok, result.Code);
        return result.Value;
    }

    private static Command RegisterSessionCommand(RegisterSessionCommand command) => Of(command);
}
