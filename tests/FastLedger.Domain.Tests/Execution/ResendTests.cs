// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Execution;

public sealed class ResendTests : IDisposable
{
    private readonly TestLedger _ledger = new();
    private readonly uint _session, _asset;
    private readonly ulong _issuer, _a;

    public ResendTests()
    {
        _session = _ledger.Session(1);
        _asset = _ledger.Asset(_session);
        _issuer = _ledger.Account(_session, _asset, AccountFlags.Unlimited);
        _a = _ledger.Account(_session, _asset);
    }

    public void Dispose() => _ledger.Dispose();

    [Fact]
    public void A_command_sent_again_gets_its_original_result_and_has_no_second_effect()
    {
        Command command = Move(100, _ledger.NextNumber(_session));
        CommandResult first = _ledger.Execute(_session, command)[0];
        CommandResult second = _ledger.Execute(_session, command)[0];
        Assert.Equal(ResultCode.Ok, first.Code);
        Assert.Equal(first, second);
        Assert.Equal(100, _ledger.Balance(_a));
    }

    [Fact]
    public void Other_bytes_under_a_used_number_are_told_and_have_no_effect()
    {
        ulong number = _ledger.NextNumber(_session);
        _ledger.Execute(_session, Move(100, number));
        Assert.Equal(ResultCode.ExistsDifferent, _ledger.Execute(_session, Move(101, number))[0].Code);
        Assert.Equal(100, _ledger.Balance(_a));
    }

    [Fact]
    public void A_rejected_command_still_consumes_its_number()
    {
        ulong number = _ledger.NextNumber(_session);
        Command command = TestLedger.Of(new TransferCommand { Opcode = Opcode.Transfer, Number = number, DebitAccount = _a, CreditAccount = _issuer, Amount = 5 });
        Assert.Equal(ResultCode.ExceedsBalance, _ledger.Execute(_session, command)[0].Code);
        _ledger.Execute(_session, Move(100, _ledger.NextNumber(_session)));
        Assert.Equal(ResultCode.ExceedsBalance, _ledger.Execute(_session, command)[0].Code);
        Assert.Equal(100, _ledger.Balance(_a));
    }

    [Fact]
    public void Numbers_may_have_gaps_and_a_skipped_number_is_used_up()
    {
        ulong number = _ledger.NextNumber(_session);
        _ledger.Execute(_session, Move(1, number + 10));
        Assert.Equal(ResultCode.ExistsDifferent, _ledger.Execute(_session, Move(1, number + 5))[0].Code);
        Assert.Equal(ResultCode.Ok, _ledger.Execute(_session, Move(1, number + 20))[0].Code);
        Assert.Equal(ResultCode.Ok, _ledger.Execute(_session, Move(1, number + 10))[0].Code);
        Assert.Equal(2, _ledger.Balance(_a));
    }

    [Fact]
    public void Numbers_inside_a_batch_must_increase()
    {
        ulong number = _ledger.NextNumber(_session) + 5;
        CommandResult[] results = _ledger.Execute(_session, Move(1, number), Move(1, number), Move(1, number - 1), Move(1, 0), Move(1, number + 1));
        Assert.Equal(
            [ResultCode.Ok, ResultCode.NumberNotIncreasing, ResultCode.NumberNotIncreasing, ResultCode.NumberNotIncreasing, ResultCode.Ok],
            Array.ConvertAll(results, r => r.Code));
    }

    [Fact]
    public void A_chain_sent_again_is_answered_and_a_chain_of_old_and_new_is_refused()
    {
        ulong number = _ledger.NextNumber(_session);
        Command first = Move(1, number), second = Move(2, number + 1), third = Move(4, number + 2);
        first.Flags = CommandFlags.Linked;
        CommandResult[] original = _ledger.Execute(_session, first, second);
        Assert.Equal(original, _ledger.Execute(_session, first, second));
        second.Flags = CommandFlags.None;
        Command linkedSecond = second;
        linkedSecond.Flags = CommandFlags.Linked;
        CommandResult[] mixed = _ledger.Execute(_session, linkedSecond, third);
        Assert.Equal(ResultCode.ExistsDifferent, mixed[0].Code);
        Assert.Equal(ResultCode.ResentInChain, mixed[1].Code);
        Assert.Equal(3, _ledger.Balance(_a));
    }

    [Fact]
    public void Results_are_retained_for_a_window_and_known_to_be_old_beyond_it()
    {
        ulong start = _ledger.NextNumber(_session);
        var batch = new Command[Domain.Execution.Executor.MaxBatchCommands];
        Command oldest = Move(1, start);
        _ledger.Execute(_session, oldest);
        ulong next = start + 1;
        for (int sent = 0; sent < Sessions.ResultWindow.Length; sent += batch.Length)
        {
            for (int i = 0; i < batch.Length; i++) batch[i] = new Command { Opcode = Opcode.Noop, Number = next++ };
            _ledger.Execute(_session, batch);
        }

        Assert.Equal(ResultCode.ResultNotRetained, _ledger.Execute(_session, oldest)[0].Code);
        Assert.Equal(ResultCode.Ok, _ledger.Execute(_session, batch[0])[0].Code);
        Assert.Equal(1, _ledger.Balance(_a));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(1000)]
    public void The_sessions_record_holds_the_digest_of_the_chain_of_its_results(int commands)
    {
        uint session = _ledger.Session(7);
        var link = new byte[256 * 64];
        for (ulong number = 1; number <= (ulong)commands; number++)
        {
            var command = new Command { Opcode = Opcode.Noop, Number = number };
            CommandResult result = _ledger.Execute(session, command)[0];
            int place = (int)((number - 1) % 256) * 64;
            if (place == 0)
            {
                // Written from the definition: the digest of the link before stands in the last eight bytes of the first four entries.
                Hash256 before = number == 1 ? default : Blake3.Hash(link);
                link.AsSpan().Clear();
                for (int i = 0; i < 4; i++) before.Bytes.Slice(8 * i, 8).CopyTo(link.AsSpan((64 * i) + 56));
            }

            Blake3.Hash(MemoryMarshal.AsBytes(new ReadOnlySpan<Command>(in command))).Bytes[..16].CopyTo(link.AsSpan(place));
            MemoryMarshal.Write(link.AsSpan(place + 16), in result);
            MemoryMarshal.Write(link.AsSpan(place + 48), in number);
            Assert.Equal(Blake3.Hash(link.AsSpan(0, Math.Max(place + 64, 256))), _ledger.Ledger.Sessions[session].ResultsRoot);
        }
    }

    [Fact]
    public void An_unknown_session_executes_nothing() =>
        Assert.Equal(ResultCode.UnknownSession, _ledger.Execute(15, new Command { Opcode = Opcode.Noop, Number = 1 })[0].Code);

    private Command Move(UInt128 amount, ulong number) => TestLedger.Of(new TransferCommand
    {
        Opcode = Opcode.Transfer,
        Number = number,
        DebitAccount = _issuer,
        CreditAccount = _a,
        Amount = amount,
    });
}
