// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Primitives;

namespace FastLedger.Protocol.StateSync;

/// <summary>Takes a state that is fetched from others. Everything it is given was verified before.</summary>
public interface IStateSink
{
    /// <summary>A state begins; what was written of another one is worth nothing.</summary>
    /// <returns>False when this replica cannot hold it: other tables, other record sizes, too many records.</returns>
    bool TryBegin(ulong height, in Hash256 stateRoot, ReadOnlySpan<StateTableEntry> tables);

    /// <summary>Records of the state, each chunk once, in any order.</summary>
    /// <param name="table">Place of the table in the list given to <see cref="TryBegin"/>.</param>
    /// <param name="first">Number of the first record.</param>
    /// <param name="records">Whole records; valid during the call only.</param>
    void Write(int table, uint first, ReadOnlySpan<byte> records);

    /// <summary>The windows that belong to the state, as its records say. Asked for when every record was written.</summary>
    IReadOnlyList<SessionWindow> Windows();

    /// <summary>A link of a window, each once.</summary>
    /// <param name="session">The session.</param>
    /// <param name="link">Number of the link.</param>
    /// <param name="bytes">Its bytes; valid during the call only.</param>
    void WriteWindow(uint session, ulong link, ReadOnlySpan<byte> bytes);
}
