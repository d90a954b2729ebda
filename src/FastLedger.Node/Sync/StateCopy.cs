// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Domain;
using FastLedger.Primitives;
using FastLedger.Protocol.StateSync;
using FastLedger.State;
using FastLedger.State.Checkpoints;

namespace FastLedger.Node.Sync;

/// <summary>The tables and the sessions' windows as they were after one block, in memory of its own, with the Merkle nodes above chunks.</summary>
/// <remarks>Making one costs a copy of all records on the executor's thread. Thread: made by the executor, then one at a time.</remarks>
internal sealed class StateCopy : IStateSource, IDisposable
{
    private readonly StateTableEntry[] _tables;
    private readonly ReservedMemory[] _records;
    private readonly Hash256[][][] _nodes;
    private readonly ulong[] _commands;
    private readonly ReservedMemory?[] _windows;
    private byte[] _certificate = [];
    private byte[] _block = [];

    /// <summary>Copies the state as of the last block.</summary>
    public StateCopy(Ledger ledger)
    {
        StateTree tree = ledger.Tree;
        Height = ledger.Height;
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
        _commands = new ulong[ledger.Sessions.Count];
        _windows = new ReservedMemory?[_commands.Length];
        for (uint session = 1; session < _commands.Length; session++) CopyWindow(ledger, session);
    }

    /// <summary>Bytes that a copy of the present state would take.</summary>
    public static long SizeOf(Ledger ledger)
    {
        long bytes = 0;
        foreach (Table table in ledger.Tree.Tables) bytes += (long)table.Count * table.RecordSize;
        for (uint session = 1; session < ledger.Sessions.Count; session++)
            bytes += (long)Math.Min(ledger.Sessions[session].Commands, LinkChain.Length) * LinkChain.EntryBytes;
        return bytes;
    }

    public ulong Height { get; }

    public Hash256 StateRoot { get; }

    public ReadOnlySpan<byte> Certificate => _certificate;

    public ReadOnlySpan<byte> Block => _block;

    public ReadOnlySpan<StateTableEntry> Tables => _tables;

    /// <summary>Others believe it.</summary>
    public bool IsCertified => _certificate.Length > 0;

    /// <summary>The certificate of its height arrived.</summary>
    public void Certify(ReadOnlySpan<byte> certificate, ReadOnlySpan<byte> block)
    {
        _certificate = certificate.ToArray();
        _block = block.ToArray();
    }

    public unsafe bool TryRead(int table, uint first, Span<byte> records)
    {
        new ReadOnlySpan<byte>(_records[table].Pointer + ((nuint)first * _tables[table].RecordSize), records.Length).CopyTo(records);
        return true;
    }

    public ulong CommandsOf(uint session) => session < _commands.Length ? _commands[session] : 0;

    public unsafe void ReadLinks(uint session, ulong first, Span<byte> links)
    {
        ulong oldest = StateGeometry.LinksOf(_commands[session]).First;
        new ReadOnlySpan<byte>(_windows[session]!.Pointer + ((first - oldest) * LinkChain.LinkBytes), links.Length).CopyTo(links);
    }

    public Hash256 Node(int table, int level, ulong index) => _nodes[table][level - StateGeometry.ChunkLevel(_tables[table])][index];

    public void Dispose()
    {
        foreach (ReservedMemory memory in _records) memory.Dispose();
        foreach (ReservedMemory? memory in _windows) memory?.Dispose();
    }

    private unsafe void CopyWindow(Ledger ledger, uint session)
    {
        ulong commands = ledger.Sessions[session].Commands;
        if (commands == 0) return;
        (ulong first, ulong end) = StateGeometry.LinksOf(commands);
        var memory = new ReservedMemory((nuint)(end - first) * LinkChain.LinkBytes);
        for (ulong link = first; link < end; link++)
            ledger.Results.Link(session, link).CopyTo(new Span<byte>(memory.Pointer + ((link - first) * LinkChain.LinkBytes), LinkChain.LinkBytes));
        _commands[session] = commands;
        _windows[session] = memory;
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
