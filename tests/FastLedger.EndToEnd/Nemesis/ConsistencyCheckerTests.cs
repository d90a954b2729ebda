// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using FastLedger.Load.Nemesis;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.EndToEnd.Nemesis;

/// <summary>A checker that finds nothing is worth something only if it finds what is wrong.</summary>
public class ConsistencyCheckerTests
{
    private const uint Alice = 1, Bob = 2;
    private readonly List<CommittedBatch> _log =
    [
        Batch(1, Alice, 1, Open(AccountFlags.Unlimited), Open(AccountFlags.None)),
        Batch(2, Alice, 3, Move(1, 2, 10), Move(2, 1, 20)),
        Batch(2, Bob, 1, Move(2, 1, 4)),
        Batch(3, Alice, 3, Move(1, 2, 10), Move(2, 1, 20)),
        Batch(4, Alice, 5, Move(1, 2, 0)),
    ];

    private readonly List<BatchObservation> _history = [];

    public ConsistencyCheckerTests()
    {
        _history.Add(Answer(0, sent: 1, answered: 5, sequence: 1));
        _history.Add(Answer(1, sent: 6, answered: 20, sequence: 3, (1, ResultCode.ExceedsBalance)));
        _history.Add(Answer(2, sent: 7, answered: 9, sequence: 5));
        _history.Add(Answer(4, sent: 21, answered: 22, sequence: 6, (0, ResultCode.AmountZero)));
    }

    [Fact]
    public void A_history_with_a_resent_batch_passes()
    {
        var ledger = new ReferenceLedger();
        Assert.Empty(ConsistencyChecker.Check(_history, _log, ledger));
        Assert.Equal((2, 6UL), (ledger.Repeated, ledger.Sequence));
        Assert.Equal((UInt128)10, ledger.Balances[2].Credits);
        Assert.Equal((UInt128)4, ledger.Balances[2].Debits);
    }

    [Fact]
    public void A_lost_batch_is_found() => Finds("is lost", () => _log.RemoveAt(4));

    [Fact]
    public void A_batch_executed_before_its_answer_says_so_is_found() => Finds("was answered with sequence", () => _log.Reverse(1, 2));

    [Fact]
    public void Another_result_is_found() => Finds("was answered Ok and is ExceedsBalance", () => _history[1] = _history[1] with { Failures = [] });

    [Fact]
    public void A_failure_that_was_none_is_found() => Finds("was answered ExceedsBalance and is Ok", () => _history[2] = _history[2] with { Failures = [(0, ResultCode.ExceedsBalance)] });

    [Fact]
    public void Other_bytes_are_found() => Finds("other bytes", () => _log[2] = Batch(2, Bob, 1, Move(2, 1, 5)));

    [Fact]
    public void A_number_used_twice_is_found() => Finds("ordered with different bytes", () => _log[3] = Batch(3, Alice, 3, Move(1, 2, 10)));

    [Fact]
    public void A_refused_batch_that_took_effect_is_found() => Finds("refused, and executed", () => _history[3] = _history[3] with { Fate = BatchFate.Refused });

    [Fact]
    public void An_answer_from_before_its_execution_is_found() => Finds("answered at height", () => _history[3] = _history[3] with { Height = 3 });

    [Fact]
    public void A_batch_ordered_before_one_that_was_answered_before_it_was_sent_is_found() =>
        Finds("had been answered", () => _history[1] = _history[1] with { SentAt = 10 });

    private void Finds(string what, Action change)
    {
        change();
        IReadOnlyList<string> violations = ConsistencyChecker.Check(_history, _log, new ReferenceLedger());
        Assert.Contains(violations, violation => violation.Contains(what, StringComparison.Ordinal));
    }

    private BatchObservation Answer(int index, long sent, long answered, ulong sequence, params (uint, ResultCode)[] failures) =>
        new(_log[index].Session, _log[index].Commands[0].Number, _log[index].Commands.Length, ConsistencyChecker.DigestOf(_log[index].Bytes), sent)
        {
            Fate = BatchFate.Answered,
            AnsweredAt = answered,
            FirstSequence = sequence,
            Height = _log[index].Height,
            Failures = failures,
        };

    private static CommittedBatch Batch(ulong height, uint session, ulong number, params Command[] commands)
    {
        for (int i = 0; i < commands.Length; i++) commands[i].Number = number + (ulong)i;
        return new CommittedBatch(height, session, MemoryMarshal.AsBytes(commands.AsSpan()).ToArray());
    }

    private static Command Open(AccountFlags flags) => Bytes(new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = 1, AccountFlags = flags });

    private static Command Move(ulong debit, ulong credit, int amount) =>
        Bytes(new TransferCommand { Opcode = Opcode.Transfer, DebitAccount = debit, CreditAccount = credit, Amount = (UInt128)amount });

    private static Command Bytes<T>(T command) where T : unmanaged, ICommand => Command.Of(in command);
}
