// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.State.Checkpoints;

namespace FastLedger.State;

/// <summary>
/// All tables of a ledger and the one digest that stands for them: BLAKE3 over, for each table in the order of its id, the id, the record
/// size, the number of records and the table's Merkle root.
/// </summary>
/// <remarks>Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class StateTree
{
    private const int TableEntryBytes = 48;
    private readonly Table[] _tables;
    private readonly PagedRegion[] _regions;
    private readonly byte[] _image;

    /// <summary>Binds the tables.</summary>
    /// <param name="tables">Every hashed table, in ascending order of id.</param>
    /// <param name="pages">Where pages live besides memory.</param>
    /// <param name="auxiliary">What else a restart needs and no root covers; ids of 128 and above, ascending. Not owned.</param>
    public StateTree(IReadOnlyList<Table> tables, IPageStore pages, params ReadOnlySpan<PagedRegion> auxiliary)
    {
        _tables = [.. tables];
        Pages = pages;
        _regions = new PagedRegion[_tables.Length + auxiliary.Length];
        for (int i = 0; i < _tables.Length; i++) _regions[i] = _tables[i].Pages;
        auxiliary.CopyTo(_regions.AsSpan(_tables.Length));
        for (int i = 1; i < _regions.Length; i++) Invariant.Check(_regions[i].Id > _regions[i - 1].Id);
        _image = new byte[_tables.Length * TableEntryBytes];
        for (int i = 1; i < _tables.Length; i++) Invariant.Check(_tables[i].Id > _tables[i - 1].Id);
    }

    /// <summary>The tables, in ascending order of id.</summary>
    public ReadOnlySpan<Table> Tables => _tables;

    /// <summary>All that a checkpoint holds: the pages of every table, and what else a restart needs, in ascending order of id.</summary>
    public ReadOnlySpan<PagedRegion> Regions => _regions;

    /// <summary>Where pages live besides memory.</summary>
    public IPageStore Pages { get; }

    /// <summary>Bounds the memory of the tables; null while all of it stays.</summary>
    public Residency.PageResidency? Residency { get; internal set; }

    /// <summary>The state root as of the last <see cref="Update"/>.</summary>
    public Hash256 Root { get; private set; }

    /// <summary>What the state root is the digest of: 48 bytes per table.</summary>
    public ReadOnlySpan<byte> Image => _image;

    /// <summary>The table with this number.</summary>
    /// <returns>Null when the state has no such table.</returns>
    public Table? Find(uint table)
    {
        foreach (Table candidate in _tables)
            if ((uint)candidate.Id == table) return candidate;
        return null;
    }

    /// <summary>The path by which a record is proved against <see cref="Root"/>, together with <see cref="Image"/>. Call between two blocks.</summary>
    /// <param name="table">Number of the table.</param>
    /// <param name="number">Number of the record.</param>
    /// <param name="path">Receives the siblings from the bottom to the top; 32 are always enough.</param>
    /// <param name="record">The record.</param>
    /// <returns>How many siblings were written, or −1 when there is no such record.</returns>
    public int Prove(uint table, uint number, Span<Hash256> path, out ReadOnlySpan<byte> record)
    {
        record = default;
        if (number == 0 || Find(table) is not { } found || number >= found.Tree.Count) return -1;
        record = found.Bytes(number);
        return found.Tree.Prove(number, path);
    }

    /// <summary>Rehashes what the block changed.</summary>
    /// <returns>The new state root.</returns>
    public Hash256 Update()
    {
        Settle();
        return Combine();
    }

    /// <summary>Rehashes what changed so far, also in the middle of a block: the roots at its end are the same.</summary>
    public void Settle()
    {
        foreach (Table table in _tables)
        {
            table.SettleChanges();
            table.UpdateRoot();
        }
    }

    /// <summary>Computes the state root from the tables' roots as they are: after the tables were restored.</summary>
    /// <returns>The state root.</returns>
    public Hash256 Combine()
    {
        for (int i = 0; i < _tables.Length; i++)
        {
            Table table = _tables[i];
            Span<byte> entry = _image.AsSpan(i * TableEntryBytes, TableEntryBytes);
            BinaryPrimitives.WriteUInt32LittleEndian(entry, (uint)table.Id);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], (uint)table.RecordSize);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], table.Count);
            table.Root.Bytes.CopyTo(entry[16..]);
        }

        Root = Blake3.Hash(_image);
        return Root;
    }
}
