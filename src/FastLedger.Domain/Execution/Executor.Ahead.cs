// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives.Commands;
using FastLedger.State.Residency;

namespace FastLedger.Domain.Execution;

// Bounded memory: what batches need is asked for before they execute.
public sealed partial class Executor
{
    private (uint Session, ulong FirstNumber, int Count) _expected, _expectedNext;
    private int _expectedCount;

    /// <summary>
    /// Between batches, when memory is bounded: asks for the pages of a batch that executes next, or as the next but one, so that they come
    /// while others execute. What is expected and does not execute is only work done for nothing.
    /// </summary>
    /// <param name="session">The session that signed it.</param>
    /// <param name="commands">Its commands.</param>
    public void Expect(uint session, ReadOnlySpan<Command> commands)
    {
        if (_ledger.Tree.Residency is not { CanExpect: true } residency) return;
        (uint, ulong, int) batch = (session, commands[0].Number, commands.Length);
        if ((_expectedCount > 0 && batch == _expected) || (_expectedCount > 1 && batch == _expectedNext)) return;
        Footprint.Want(_ledger, session, commands);
        residency.Expect();
        if (_expectedCount++ == 0) _expected = batch;
        else _expectedNext = batch;
    }

    private void Prepare(PageResidency residency, uint session, ReadOnlySpan<Command> commands)
    {
        while (_expectedCount > 0)
        {
            bool isThis = _expected == (session, commands[0].Number, commands.Length);
            residency.Prepare();
            _expected = _expectedNext;
            _expectedCount--;
            if (isThis) return;
        }

        Footprint.Want(_ledger, session, commands);
        residency.Prepare();
    }
}
