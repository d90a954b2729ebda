// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives.Commands;
using FastLedger.State.Residency;

namespace FastLedger.Domain.Execution;

// Bounded memory: what batches need is asked for before they execute.
public sealed partial class Executor
{
    private readonly (uint Session, ulong FirstNumber, int Count)[] _expected = new (uint, ulong, int)[8];
    private int _expectedCount;

    /// <summary>
    /// Between batches, when memory is bounded: asks for the pages of a batch that executes soon, in the order in which they do, so that they come
    /// while others execute. What is expected and does not execute is only work done for nothing.
    /// </summary>
    /// <param name="session">The session that signed it.</param>
    /// <param name="commands">Its commands.</param>
    /// <returns>False when nothing more can be expected now.</returns>
    public bool Expect(uint session, ReadOnlySpan<Command> commands)
    {
        (uint, ulong, int) batch = (session, commands[0].Number, commands.Length);
        if (_expected.AsSpan(0, _expectedCount).Contains(batch)) return true;
        if (_expectedCount == _expected.Length || _ledger.Tree.Residency is not { CanExpect: true } residency) return false;
        Footprint.Want(_ledger, session, commands);
        residency.Expect();
        _expected[_expectedCount++] = batch;
        return true;
    }

    private void Prepare(PageResidency residency, uint session, ReadOnlySpan<Command> commands)
    {
        while (_expectedCount > 0)
        {
            bool isThis = _expected[0] == (session, commands[0].Number, commands.Length);
            residency.Prepare();
            _expected.AsSpan(1, --_expectedCount).CopyTo(_expected);
            if (isThis) return;
        }

        Footprint.Want(_ledger, session, commands);
        residency.Prepare();
    }
}
