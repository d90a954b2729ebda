// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Protocol.StateSync;

namespace FastLedger.Protocol.Tests.StateSync;

/// <summary>
/// A state written from the definition: a table's tree has as many leaves as the next power of two, a leaf is the BLAKE3 of its record,
/// record 0 and records that do not exist are zero; the state root is the BLAKE3 of the list of tables.
/// </summary>
internal sealed class NaiveState : IStateSource
{
    private readonly List<List<Hash256[]>> _levels = [];
    private readonly StateTableEntry[] _tables;

    public NaiveState(ulong height, params (uint Id, int RecordSize, byte[] Records)[] tables)
    {
        Height = height;
        Records = [.. tables.Select(t => t.Records)];
        _tables = new StateTableEntry[tables.Length];
        for (int i = 0; i < tables.Length; i++)
        {
            int size = tables[i].RecordSize, count = tables[i].Records.Length / size, leaves = 1;
            while (leaves < count) leaves *= 2;
            List<Hash256[]> levels = [new Hash256[leaves]];
            for (int r = 1; r < count; r++) levels[0][r] = Merkle.Leaf(tables[i].Records.AsSpan(r * size, size));
            while (levels[^1].Length > 1)
                levels.Add([.. Enumerable.Range(0, levels[^1].Length / 2).Select(n => Merkle.Node(levels[^1][2 * n], levels[^1][(2 * n) + 1]))]);
            _levels.Add(levels);
            _tables[i] = new StateTableEntry { Id = tables[i].Id, RecordSize = (uint)size, Count = (ulong)count, Root = levels[^1][0] };
        }

        StateRoot = Blake3.Hash(MemoryMarshal.AsBytes<StateTableEntry>(_tables));
        Proof = CertificateOf(Height, StateRoot);
    }

    public ulong Height { get; }

    public Hash256 StateRoot { get; }

    public byte[] Proof { get; }

    public List<byte[]> Records { get; }

    /// <summary>Pages have to be read before every answer.</summary>
    public bool IsCold { get; set; }

    public const ulong HeightsPerEpoch = 1_000_000;

    public ReadOnlySpan<byte> Certificate => Proof;

    public ReadOnlySpan<byte> Block => BlockOf(Height);

    /// <summary>All results of each session.</summary>
    public Dictionary<uint, NaiveChain> Chains { get; } = [];

    public static byte[] BlockOf(ulong height) => [.. "a block of the tests"u8, .. BitConverter.GetBytes(height)];

    public ulong CommandsOf(uint session) => Chains.TryGetValue(session, out NaiveChain? chain) ? chain.Count : 0;

    public void ReadLinks(uint session, ulong first, Span<byte> links)
    {
        for (; !links.IsEmpty; links = links[LinkChain.LinkBytes..]) Chains[session].Link(first++).CopyTo(links);
    }

    public ReadOnlySpan<StateTableEntry> Tables => _tables;

    /// <summary>Stands for a quorum's signatures in these tests.</summary>
    public static byte[] CertificateOf(ulong height, Hash256 root)
    {
        byte[] bytes = new byte[8 + Hash256.Size];
        BitConverter.TryWriteBytes(bytes, height);
        Blake3.Hash([.. "a quorum of the tests"u8, .. BitConverter.GetBytes(height), .. root.Bytes]).Bytes.CopyTo(bytes.AsSpan(8));
        return bytes;
    }

    /// <summary>Tables of given sizes with random content.</summary>
    public static NaiveState Random(Random random, ulong height, params (int RecordSize, int Count)[] tables) =>
        new(height, [.. tables.Select((t, i) => ((uint)((3 * i) + 1), t.RecordSize, Content(random, t.RecordSize, t.Count)))]);

    public static byte[] Content(Random random, int recordSize, int count)
    {
        byte[] records = new byte[recordSize * count];
        random.NextBytes(records.AsSpan(recordSize));
        if (count > 3) records.AsSpan(2 * recordSize, recordSize).Clear(); // a record may be zero and exist
        return records;
    }

    public bool TryRead(int table, uint first, Span<byte> records)
    {
        IsCold = !IsCold;
        if (!IsCold) return false;
        Records[table].AsSpan((int)(first * _tables[table].RecordSize), records.Length).CopyTo(records);
        return true;
    }

    public Hash256 Node(int table, int level, ulong index) => _levels[table][level][index];
}
