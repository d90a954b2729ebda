// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;
using FastLedger.Primitives;

namespace FastLedger.Protocol.StateSync;

/// <summary>Which chunks of a state are written, asked for, or neither: two bits per chunk.</summary>
/// <remarks>Thread: one at a time. Alloc: at construction.</remarks>
internal sealed class ChunkProgress
{
    private readonly ulong[][] _done;
    private readonly ulong[][] _taken;
    private readonly ulong[] _counts;
    private int _cursorTable;
    private int _cursorWord;

    public ChunkProgress(ReadOnlySpan<StateTableEntry> tables)
    {
        _done = new ulong[tables.Length][];
        _taken = new ulong[tables.Length][];
        _counts = new ulong[tables.Length];
        for (int i = 0; i < tables.Length; i++)
        {
            _counts[i] = StateGeometry.ChunkCount(tables[i]);
            _done[i] = new ulong[(_counts[i] + 63) / 64];
            _taken[i] = new ulong[(_counts[i] + 63) / 64];
            Total += _counts[i];
        }
    }

    /// <summary>Chunks of the state.</summary>
    public ulong Total { get; }

    /// <summary>Chunks written.</summary>
    public ulong Written { get; private set; }

    /// <summary>Takes the next chunk that is neither written nor asked for.</summary>
    public bool TryTake(out int table, out ulong chunk)
    {
        for (; _cursorTable < _done.Length; _cursorTable++, _cursorWord = 0)
        {
            ulong[] done = _done[_cursorTable], taken = _taken[_cursorTable];
            for (; _cursorWord < done.Length; _cursorWord++)
            {
                ulong free = ~(done[_cursorWord] | taken[_cursorWord]);
                ulong found = ((ulong)_cursorWord * 64) + (ulong)BitOperations.TrailingZeroCount(free);
                if (free == 0 || found >= _counts[_cursorTable]) continue;
                taken[_cursorWord] |= 1UL << (int)found;
                table = _cursorTable;
                chunk = found;
                return true;
            }
        }

        table = 0;
        chunk = 0;
        return false;
    }

    /// <summary>The chunk has to be asked for again.</summary>
    public void GiveBack(int table, ulong chunk)
    {
        _taken[table][chunk >> 6] &= ~(1UL << (int)chunk);
        if (table > _cursorTable || (table == _cursorTable && (int)(chunk >> 6) >= _cursorWord)) return;
        _cursorTable = table;
        _cursorWord = (int)(chunk >> 6);
    }

    /// <summary>Was the chunk written?</summary>
    public bool IsDone(int table, ulong chunk) => (_done[table][chunk >> 6] & (1UL << (int)chunk)) != 0;

    /// <summary>The chunk was written.</summary>
    public void Finish(int table, ulong chunk)
    {
        Invariant.Check(!IsDone(table, chunk));
        _done[table][chunk >> 6] |= 1UL << (int)chunk;
        Written++;
    }
}
