// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using FastLedger.Primitives;

namespace FastLedger.Cryptography.Tests;

public unsafe class TableTreeTests
{
    private static readonly ReservedMemory Map = new(1024 * sizeof(uint));

    /// <summary>Every page in the frame of its own place.</summary>
    private static readonly uint* InOrder = MapInOrder();

    [Fact]
    public void The_root_of_an_empty_table_is_zero()
    {
        using TableTree tree = new(128, 1000);
        Assert.True(tree.Root.IsZero);
        tree.Update(null, [], 0);
        Assert.True(tree.Root.IsZero);
    }

    [Fact]
    public void The_root_of_one_record_is_its_digest()
    {
        using TableTree tree = new(64, 1);
        byte[] record = new byte[64];
        fixed (byte* records = record) tree.Update(records, [0], 1);
        Assert.Equal(Blake3.Hash(record), tree.Root);
    }

    [Fact]
    public void Any_history_of_updates_gives_the_root_that_a_naive_tree_gives()
    {
        // Steps of (growth, touched numbers): the numbers are reduced into the table, so any integers will do.
        Gen.Select(Gen.Int[1, 4], Gen.Bool, Gen.Select(Gen.Int[0, 90], Gen.Int[0, 1 << 20].Array[0, 60]).Array[1, 8]).Sample((blocks, framed, steps) =>
        {
            int size = blocks * 64;
            bool isFramed = framed && blocks != 3;
            using ReservedMemory memory = new((nuint)(1000 * size));
            using TableTree tree = isFramed ? new(size, 1000, InOrder, memory.Pointer) : new(size, 1000);
            HashSet<uint> written = [];
            uint count = 0;
            byte stamp = 0;
            foreach ((int growth, int[] picks) in steps)
            {
                IEnumerable<uint> added = isFramed ? Enumerable.Range((int)count, growth).Select(i => (uint)i) : [];
                count += (uint)growth;
                uint[] touched = count == 0 ? [] : [.. picks.Select(pick => (uint)pick % count).Concat(added).Distinct().Where(i => !isFramed || i > 0)];
                stamp++;
                foreach (uint record in touched)
                {
                    new Span<byte>(memory.Pointer + (record * size), size).Fill((byte)(stamp + record));
                    written.Add(record);
                }

                tree.Update(memory.Pointer, touched, count);
                Assert.Equal(NaiveRoot(memory.Pointer, size, count, written), tree.Root);
            }
        }, iter: 300);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_rebuilt_tree_equals_one_that_was_updated_record_by_record(bool framed)
    {
        for (uint count = 1; count < 300; count += 7)
        {
            using ReservedMemory memory = new(300 * 128);
            using TableTree updated = new(128, 300), rebuilt = framed ? new(128, 300, InOrder, memory.Pointer) : new(128, 300);
            uint first = framed ? 1u : 0;
            for (uint i = first; i < count; i++)
            {
                new Span<byte>(memory.Pointer + (i * 128), 128).Fill((byte)(i * 31));
                updated.Update(memory.Pointer, [i], i + 1);
            }

            rebuilt.Rebuild(memory.Pointer, first, count);
            Assert.Equal(updated.Root, rebuilt.Root);
            for (int level = 0; level <= updated.Depth; level++)
                for (ulong node = 0; node < 1UL << (updated.Depth - level); node++) Assert.Equal(updated.Node(level, node), rebuilt.Node(level, node));
        }
    }

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(256)]
    public void The_nodes_of_a_page_that_left_memory_are_made_again_from_its_records_in_another_frame(int size)
    {
        const int Pages = 21, Frames = Pages + 5, PageBytes = TableTree.PageBytes;
        using ReservedMemory map = new(64 * sizeof(uint));
        uint* frames = (uint*)map.Pointer;
        for (uint i = 0; i < Pages; i++) frames[i] = 1 + (((i * 5) + 2) % Pages);
        using ReservedMemory memory = new((nuint)(1000 * size)), framed = new(Frames * PageBytes);
        using TableTree tree = new(size, 1000, frames, framed.Pointer), flat = new(size, 1000);
        uint perPage = (uint)(PageBytes / size), count = (perPage * (Pages - 1)) + 3;
        var random = new Random(size);
        for (int round = 0; round < 50; round++)
        {
            uint[] touched = [.. Enumerable.Range(0, 9).Select(_ => 1 + (uint)random.Next((int)count - 1)).Distinct()];
            if (round == 0) touched = [.. Enumerable.Range(1, (int)count - 1).Select(i => (uint)i)];
            foreach (uint record in touched)
            {
                var bytes = new Span<byte>(memory.Pointer + (record * size), size);
                random.NextBytes(bytes);
                bytes.CopyTo(new Span<byte>(framed.Pointer + ((frames[record / perPage] - 1) * PageBytes) + (record % perPage * size), size));
            }

            tree.Update(framed.Pointer, touched, count);
            flat.Update(memory.Pointer, touched, count);
            Assert.Equal(flat.Root, tree.Root);

            // The page leaves its frame and comes back into another one.
            uint page = (uint)random.Next(Pages), left = frames[page];
            uint[] taken = [.. new Span<uint>(frames, Pages)];
            uint[] free = [.. Enumerable.Range(1, Frames).Select(i => (uint)i).Except(taken)];
            frames[page] = free[random.Next(free.Length)];
            var old = new Span<byte>(framed.Pointer + ((left - 1) * PageBytes), PageBytes);
            var here = new Span<byte>(framed.Pointer + ((frames[page] - 1) * PageBytes), PageBytes);
            old.CopyTo(here);
            old.Clear();
            uint[] all = [.. Enumerable.Range(0, Pages).Select(i => (uint)i)];
            Assert.Equal(-1, tree.FindChanged(all));
            here[size]++;
            Assert.Equal((int)page, tree.FindChanged(all));
            here[size]--;
            for (int level = 0; level <= tree.Depth; level++)
                for (ulong node = 0; node < 1UL << (tree.Depth - level); node++) Assert.Equal(flat.Node(level, node), tree.Node(level, node));
        }
    }

    [Fact]
    public void Every_record_and_every_absent_record_can_be_proven()
    {
        using TableTree tree = Table(37, out ReservedMemory memory);
        using (memory)
        {
            Hash256[] path = new Hash256[tree.Depth];
            for (uint record = 0; record < 37; record++)
            {
                Assert.Equal(tree.Depth, tree.Prove(record, path));
                Hash256 leaf = Merkle.Leaf(new ReadOnlySpan<byte>(memory.Pointer + (record * 128), 128));
                Assert.True(MerkleProof.VerifyInclusion(tree.Root, 1UL << tree.Depth, record, leaf, path));
            }
        }
    }

    [Fact]
    public void A_cleared_tree_starts_anew()
    {
        using TableTree tree = Table(37, out ReservedMemory memory);
        using (memory)
        {
            Hash256 before = tree.Root;
            tree.Clear();
            Assert.True(tree.Root.IsZero);
            tree.Rebuild(memory.Pointer, 37);
            Assert.Equal(before, tree.Root);
        }
    }

    internal static TableTree Table(uint count, out ReservedMemory memory)
    {
        TableTree tree = new(128, count);
        memory = new ReservedMemory(count * 128);
        for (uint i = 0; i < count; i++) new Span<byte>(memory.Pointer + (i * 128), 128).Fill((byte)(i * 7));
        tree.Rebuild(memory.Pointer, count);
        return tree;
    }

    private static Hash256 NaiveRoot(byte* records, int size, uint count, HashSet<uint> written)
    {
        List<Hash256> level = [];
        for (uint i = 0; i < count; i++) level.Add(written.Contains(i) ? Blake3.Hash(new ReadOnlySpan<byte>(records + (i * size), size)) : default);
        while (!System.Numerics.BitOperations.IsPow2(level.Count) && level.Count > 0) level.Add(default);
        while (level.Count > 1) level = level.Chunk(2).Select(pair => Merkle.Node(pair[0], pair[1])).ToList();
        return level.Count == 0 ? default : level[0];
    }

    private static uint* MapInOrder()
    {
        uint* frames = (uint*)Map.Pointer;
        for (uint page = 0; page < 1024; page++) frames[page] = page + 1;
        return frames;
    }
}
