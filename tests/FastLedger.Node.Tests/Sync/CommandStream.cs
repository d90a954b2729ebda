// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Node.Tests.Sync;

/// <summary>Random blocks: transfers at once and pending, linked and failing, and commands sent again.</summary>
internal sealed class CommandStream(Random random, LedgerSide first)
{
    private readonly List<(uint Session, Command Command, CommandResult Result)> _sent = [];
    private readonly Dictionary<uint, ulong> _numbers = [];
    private readonly List<ulong> _accounts = [];
    private readonly List<ulong> _pending = [];
    private long _timeNs = 1_700_000_000_000_000_000;
    private ulong _batches;

    public int Resent { get; private set; }

    public void Found()
    {
        for (byte seed = 1; seed <= 3; seed++)
            Run([first], 0, Of(new RegisterSessionCommand { Opcode = Opcode.RegisterSession, Number = seed, Key = Blake3.Hash([seed]) }));
        uint asset = (uint)Run([first], 1, Of(new CreateAssetCommand { Opcode = Opcode.CreateAsset, Number = Next(1) }))[0].Value;
        for (int i = 0; i < 30; i++)
        {
            AccountFlags flags = i < 3 ? AccountFlags.Unlimited : AccountFlags.None;
            _accounts.Add((ulong)Run([first], 1, Of(new OpenAccountCommand { Opcode = Opcode.OpenAccount, Number = Next(1), Asset = asset, AccountFlags = flags }))[0].Value);
        }
    }

    public void Fill(LedgerSide side, int commands)
    {
        while (commands > 0)
        {
            var batch = new Command[Math.Min(commands, 8000)];
            for (int i = 0; i < batch.Length; i++) batch[i] = new Command { Opcode = Opcode.Noop, Number = Next(2) };
            _ = Run([side], 2, batch);
            commands -= batch.Length;
        }
    }

    public void Execute(params LedgerSide[] sides)
    {
        uint session = (uint)random.Next(1, 4);
        var batch = new Command[random.Next(1, 60)];
        for (int i = 0; i < batch.Length; i++) batch[i] = Any(session, i < batch.Length - 1);
        CommandResult[] results = Run(sides, session, batch);
        for (int i = 0; i < batch.Length; i++)
        {
            _sent.Add((session, batch[i], results[i]));
            if (results[i].Code == ResultCode.Ok && (batch[i].Flags & CommandFlags.Pending) != 0) _pending.Add((ulong)results[i].Value);
        }

        if (random.Next(3) != 0) return;
        (uint old, Command command, CommandResult answer) = _sent[random.Next(_sent.Count)];
        if ((command.Flags & CommandFlags.Linked) != 0 || command.Number == 0) return;
        CommandResult[] again = Run(sides, old, command);
        if (again[0].Code is ResultCode.ResultNotRetained or ResultCode.LinkedChainOpen) return;
        Assert.Equal(answer.Code, again[0].Code);
        Assert.Equal(answer.Sequence, again[0].Sequence);
        Resent++;
    }

    private CommandResult[] Run(LedgerSide[] sides, uint session, params Command[] batch)
    {
        var hashes = new Hash256[batch.Length];
        Blake3.HashMany(MemoryMarshal.AsBytes<Command>(batch), Command.Size, hashes);
        _timeNs += random.Next(1, 2_000_000_000);
        _batches++;
        CommandResult[]? expected = null;
        byte[]? history = null;
        foreach (LedgerSide side in sides)
        {
            var results = new CommandResult[batch.Length];
            side.Executor.BeginBlock(side.Ledger.Height + 1, _timeNs);
            side.Ledger.NoteBatch(1, (int)(_batches % 4), _batches);
            _ = side.Executor.ExecuteBatch(session, batch, hashes, results);
            byte[] entries = MemoryMarshal.AsBytes(side.Executor.History).ToArray();
            side.Executor.ClearHistory();
            _ = side.Executor.EndBlock();
            expected ??= results;
            history ??= entries;
            Assert.Equal(expected, results);
            Assert.Equal(history, entries);
        }

        return expected!;
    }

    private Command Any(uint session, bool mayLink)
    {
        var transfer = new TransferCommand
        {
            Opcode = Opcode.Transfer,
            Number = Next(session),
            DebitAccount = _accounts[random.Next(_accounts.Count)],
            CreditAccount = _accounts[random.Next(_accounts.Count)],
            Amount = (UInt128)random.Next(1, 100),
        };
        switch (random.Next(6))
        {
            case 0:
                transfer.Flags |= CommandFlags.Pending;
                transfer.TimeoutSeconds = (uint)random.Next(0, 20);
                break;
            case 1 when _pending.Count > 0:
                transfer.Opcode = random.Next(2) == 0 ? Opcode.PostPending : Opcode.VoidPending;
                transfer.PendingId = _pending[random.Next(_pending.Count)];
                break;
        }

        if (mayLink && random.Next(8) == 0) transfer.Flags |= CommandFlags.Linked;
        return Of(transfer);
    }

    private ulong Next(uint session) => _numbers[session] = _numbers.GetValueOrDefault(session) + 1 + (ulong)(random.Next(20) == 0 ? 3 : 0);

    private static Command Of<T>(T command) where T : unmanaged, ICommand => MemoryMarshal.Cast<T, Command>(MemoryMarshal.CreateReadOnlySpan(ref command, 1))[0];
}
