// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Protocol.StateSync;
using FastLedger.State;
using FastLedger.State.Checkpoints;

namespace FastLedger.Node.Sync;

/// <summary>The tables as they were after one block, in memory of its own, with the Merkle nodes above chunks.</summary>
/// <remarks>Making one costs a copy of all records on the executor's thread. Thread: made by the executor, then one at a time.</remarks>
internal sealed class StateCopy : IStateSource, IDisposable
{
    private readonly StateTableEntry[] _tables;
    private readonly ReservedMemory[] _records;
    private readonly Hash256[][][] _nodes;
    private byte[] _certificate = [];

    /// <summary>Copies the state as of the last block.</summary>
    public StateCopy(StateTree tree, ulong height)
    {
        Height = height;
        StateRoot = tree.Root;
        _tables = new StateTableEntry[tree.Tables.Length];
        _records = new ReservedMemory[_tables.Length];
        _nodes = new Hash256[_tables.Length][][];
        for (int i = 0; i < _tables.Length; i++)
        {
            Table table = tree.Tables[i];
            _tables[i] = new StateTableEntry { Id = (uint)table.Id, RecordSize = (uint)table.RecordSize, Count = table.Count, Root = table.Root };
            _records[i] = new ReservedMemory((nuint)table.Count * (uint)table.RecordSize);
            CopyRecords(table, _records[i]);
            _nodes[i] = NodesOf(table, _tables[i]);
        }

        Invariant.Check(Blake3.Hash(MemoryMarshal.AsBytes<StateTableEntry>(_tables)) == StateRoot);
    }

    public ulong Height { get; }

    public Hash256 StateRoot { get; }

    public ReadOnlySpan<byte> Certificate => _certificate;

    public ReadOnlySpan<StateTableEntry> Tables => _tables;

    /// <summary>Others believe it.</summary>
    public bool IsCertified => _certificate.Length > 0;

    /// <summary>The certificate of its height arrived.</summary>
    public void Certify(ReadOnlySpan<byte> certificate) => _certificate = certificate.ToArray();

    public unsafe bool TryRead(int table, uint first, Span<byte> records)
    {
        new ReadOnlySpan<byte>(_records[table].Pointer + ((nuint)first * _tables[table].RecordSize), records.Length).CopyTo(records);
        return true;
    }

    public Hash256 Node(int table, int level, ulong index) => _nodes[table][level - StateGeometry.ChunkLevel(_tables[table])][index];

    public void Dispose()
    {
        foreach (ReservedMemory memory in _records) memory.Dispose();
    }

    private static unsafe void CopyRecords(Table table, ReservedMemory memory)
    {
        long bytes = (long)table.Count * table.RecordSize;
        for (uint page = 0; bytes > 0; page++, bytes -= PagedRegion.PageBytes)
        {
            int length = (int)Math.Min(bytes, PagedRegion.PageBytes);
            _ = table.Bytes(page * (PagedRegion.PageBytes / (uint)table.RecordSize)); // a page that is not in memory comes back
            table.Pages.Page(page)[..length].CopyTo(new Span<byte>(memory.Pointer + ((nuint)page * PagedRegion.PageBytes), length));
        }
    }

    private static Hash256[][] NodesOf(Table table, in StateTableEntry entry)
    {
        int level = StateGeometry.ChunkLevel(entry), depth = StateGeometry.Depth(entry.Count);
        var levels = new Hash256[depth - level + 1][];
        for (int i = 0; i < levels.Length; i++, level++)
        {
            levels[i] = new Hash256[1 << (depth - level)];
            for (uint node = 0; node < levels[i].Length; node++) levels[i][node] = table.Tree.Node(level, node);
        }

        return levels;
    }
}
