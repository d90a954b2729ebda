// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Execution;

// Linked chains: all commands take effect, or none does.
public sealed partial class Executor
{
    private void ExecuteChain(
        ReadOnlySpan<Command> commands, ReadOnlySpan<Hash256> hashes, Span<CommandResult> results, int from, int to, bool open, ref ulong previous)
    {
        // Every member is judged by its number first, so that a chain never mixes what is new with what was executed before.
        int resent = 0;
        int failedAt = -1;
        ResultCode failure = ResultCode.Ok;
        for (int i = from; i < to; i++)
        {
            results[i] = default;
            if (commands[i].Number <= previous)
            {
                if (failedAt < 0) (failedAt, failure) = (i, ResultCode.NumberNotIncreasing);
                results[i].Code = ResultCode.NumberNotIncreasing;
                continue;
            }

            previous = commands[i].Number;
            if (commands[i].Number <= _session.LastNumber)
            {
                Resend(commands[i], hashes[i], ref results[i]);
                resent++;
            }
        }

        if (resent == to - from) return;
        if (failedAt < 0 && open) (failedAt, failure) = (to - 1, ResultCode.LinkedChainOpen);
        if (failedAt < 0 && resent > 0) (failedAt, failure) = (from + resent, ResultCode.ResentInChain);
        if (failedAt < 0) (failedAt, failure) = TryChain(commands, results, from, to);

        ulong lastResent = _session.LastNumber;
        for (int i = from; i < to; i++)
        {
            if (results[i].Code == ResultCode.NumberNotIncreasing || commands[i].Number <= lastResent) continue;
            if (failedAt >= 0)
                results[i] = new CommandResult
                {
                    Code = i == failedAt ? failure : ResultCode.LinkedFailed,
                    Sequence = results[i].Sequence != 0 ? results[i].Sequence : ++_ledger.Counters.Sequence,
                };
            Consume(commands[i], hashes[i], results[i]);
        }
    }

    private (int FailedAt, ResultCode Failure) TryChain(ReadOnlySpan<Command> commands, Span<CommandResult> results, int from, int to)
    {
        LedgerCounters counters = _ledger.Counters;
        int events = _context.Events.Count, history = _context.History.Count;
        _context.Authority.BeginChain(commands[from..to]);
        _ledger.Undo.Begin();
        for (int i = from; i < to; i++)
        {
            _context.Sequence = ++_ledger.Counters.Sequence;
            results[i].Sequence = _context.Sequence;
            ResultCode code = _ledger.Undo.HasRoom ? Dispatch(commands[i], ref results[i]) : ResultCode.LinkedChainTooLarge;
            if (code == ResultCode.Ok) continue;
            ulong sequence = _ledger.Counters.Sequence;
            _ledger.Undo.Rollback();
            _context.Authority.EndChain();
            _ledger.Counters = counters;
            _ledger.Counters.Sequence = sequence;
            _context.Events.Truncate(events);
            _context.History.Truncate(history);
            return (i, code);
        }

        _ledger.Undo.Commit();
        _context.Authority.EndChain();
        if (_ledger.Counters.FirstTouchedMember != 0) _clearing.AfterCommand();
        return (-1, ResultCode.Ok);
    }
}
