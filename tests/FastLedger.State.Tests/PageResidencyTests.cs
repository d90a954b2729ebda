// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using CsCheck;
using FastLedger.State.Residency;

namespace FastLedger.State.Tests;

public sealed class PageResidencyTests
{
    private const uint RecordsPerPage = 8;
    private const uint Pages = 2048;
    private const long FrameBytes = 1024 + (RecordsPerPage * 4) + 4;
    private const long Bookkeeping = Pages * 100;

    [StructLayout(LayoutKind.Sequential, Size = 128)]
    private struct Record
    {
        public ulong Value;
    }

    [Fact]
    public void What_a_batch_asked_for_is_in_memory_when_it_executes() =>
        Gen.Int[0, int.MaxValue].Sample(seed =>
        {
            var random = new Random(seed);
            using var bounded = new Bounded(random, pages: 96);
            for (int batch = 0; batch < 60; batch++)
            {
                var numbers = new List<uint>();
                int count = 1 + random.Next(64); // pages, fewer than fit
                for (int i = 0; i < count; i++) numbers.Add(1 + (uint)random.Next((int)(Pages * RecordsPerPage) - 1));
                bounded.Execute(numbers);
                Assert.Equal(0UL, bounded.Residency.UnexpectedMisses);
                Assert.Equal(0, bounded.Residency.SuppressedBytes); // the bound is too small for it
                Assert.True(bounded.Residency.ResidentBytes + bounded.Residency.BookkeepingBytes <= bounded.Residency.LimitBytes);
            }

            Assert.True(bounded.Residency.WriteBacks > 0);
        }, iter: 20);

    [Fact]
    public void Pages_that_left_come_back_as_they_were_from_memory_or_from_the_store_within_the_bound() =>
        Gen.Int[0, int.MaxValue].Sample(seed =>
        {
            var random = new Random(seed);
            using var bounded = new Bounded(random, pages: 900);
            for (int batch = 0; batch < 80; batch++)
            {
                var numbers = new List<uint>();
                int count = 1 + random.Next(300);
                for (int i = 0; i < count; i++) numbers.Add(1 + (uint)random.Next((int)(Pages * RecordsPerPage) - 1));
                if (batch % 2 == 0) bounded.Execute(numbers);
                else foreach (uint number in numbers) bounded.Look(number); // nobody asked for it
                PageResidency residency = bounded.Residency;
                Assert.True(batch % 2 != 0 || residency.ResidentBytes + residency.SuppressedBytes + residency.BookkeepingBytes <= residency.LimitBytes);
            }

            Assert.True(bounded.Residency.Returns > 0 && bounded.Residency.Misses > 0 && bounded.Residency.SuppressedBytes > 0);
        }, iter: 10);

    [Fact]
    public void A_page_that_every_batch_uses_outlives_those_that_one_batch_used()
    {
        using var bounded = new Bounded(new Random(1), pages: 64);
        for (uint warm = 0; warm < 256; warm += 8)
        {
            var numbers = new List<uint> { 1 + (7 * RecordsPerPage) };
            for (uint i = 0; i < 8; i++) numbers.Add((Pages - 1 - warm - i) * RecordsPerPage);
            bounded.Execute(numbers);
        }

        ulong misses = bounded.Residency.Misses;

        // Each batch once, without asking for the page ahead: it would count as an unexpected miss if it had left.
        uint scanned = 0;
        for (uint page = 8; page < Pages - 256; page += 8, scanned += 8)
        {
            var numbers = new List<uint>();
            for (uint i = 0; i < 8; i++) numbers.Add((page + i) * RecordsPerPage);
            bounded.Execute(numbers);
            bounded.Table.Change(1 + (7 * RecordsPerPage)).Value++;
        }

        Assert.Equal(0UL, bounded.Residency.UnexpectedMisses);
        Assert.True(bounded.Residency.Misses - misses >= scanned - 64);
    }

    [Fact]
    public void What_batches_ahead_asked_for_is_in_memory_when_they_execute_whatever_they_share() =>
        Gen.Int[0, int.MaxValue].Sample(seed =>
        {
            var random = new Random(seed);
            using var bounded = new Bounded(random, pages: 160);
            var ahead = new Queue<List<uint>>();
            for (int batch = 0; batch < 80; batch++)
            {
                var numbers = new List<uint>();
                int count = 1 + random.Next(64), from = random.Next((int)(Pages * RecordsPerPage) - 4096);
                for (int i = 0; i < count; i++) numbers.Add(1 + (uint)(from + random.Next(4095)));
                bounded.Expect(numbers);
                ahead.Enqueue(numbers);
                if (ahead.Count == 2 || random.Next(2) == 0) bounded.ExecuteExpected(ahead.Dequeue());
                if (ahead.Count == 1 && random.Next(3) == 0) bounded.Look(1 + (uint)random.Next((int)(Pages * RecordsPerPage) - 1));
            }

            Assert.True(bounded.Residency.UnexpectedMisses <= bounded.Looks);
            Assert.True(bounded.Residency.WriteBacks > 0);
        }, iter: 20);

    [Theory]
    [InlineData(96, false)] // every page that left is read again
    [InlineData(300, true)] // some are kept without their zeros
    public void Pages_that_come_and_go_allocate_nothing(int pages, bool returns)
    {
        using var undo = new UndoLog();
        using var table = new Table<Record>(TableId.Accounts, Pages * RecordsPerPage, undo);
        using var store = new ArrayPageStore(Pages);
        var tree = new StateTree([table], store);
        using var residency = new PageResidency(tree, store, (pages * FrameBytes) + Bookkeeping);
        while (table.Append() != 0)
        {
            if (table.Count % 1024 != 0) continue;
            tree.Update();
            residency.Trim();
        }

        Round(0);
        ulong misses = residency.Misses;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (uint round = 1; round < 120; round++) Round(round);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(residency.Misses - misses > 1000);
        Assert.Equal(returns, residency.Returns > 0);

        static uint Number(uint round, uint i) => 1 + (((((round * 48) + i) * 2_654_435_761) >> 16) % Pages * RecordsPerPage);

        void Round(uint round)
        {
            for (uint i = 0; i < 48; i++) table.Want(Number(round, i));
            residency.Expect();
            residency.Prepare();
            for (uint i = 0; i < 48; i++) table.Change(Number(round, i)).Value++;
            tree.Update();
            residency.Trim();
        }
    }

    [Fact]
    public void Memory_that_one_table_no_longer_needs_serves_another_within_the_bound()
    {
        var random = new Random(3);
        using var undo = new UndoLog();
        using var first = new Table<Record>(TableId.Assets, Pages * RecordsPerPage, undo);
        using var second = new Table<Record>(TableId.Accounts, Pages * RecordsPerPage, undo);
        var store = new MemoryPageStore(16, random);
        var tree = new StateTree([first, second], store);
        using var residency = new PageResidency(tree, store, (400 * FrameBytes) + (2 * Bookkeeping));
        for (int turn = 0; turn < 6; turn++)
        {
            Table<Record> table = turn % 2 == 0 ? first : second, other = turn % 2 == 0 ? second : first;
            for (int i = 0; i < 4096; i++)
            {
                uint number = table.Append();
                table.Change(number).Value = number * 3;
                if (i % 512 != 511) continue;
                tree.Update();
                residency.Trim();
                Assert.True(residency.HeldBytes + residency.SuppressedBytes <= residency.LimitBytes + (17 * FrameBytes), $"{residency.HeldBytes} bytes are held");
            }

            for (uint number = 1; number < other.Count; number += 5) Assert.Equal(number * 3, other[number].Value);
            residency.Trim();
        }
    }

    private sealed class Bounded : IDisposable
    {
        private readonly UndoLog _undo = new();
        private readonly StateTree _tree;
        private readonly ulong[] _model = new ulong[Pages * RecordsPerPage];

        public Bounded(Random random, int pages)
        {
            Table = new Table<Record>(TableId.Accounts, Pages * RecordsPerPage, _undo);
            var store = new MemoryPageStore(1 + random.Next(32), random);
            _tree = new StateTree([Table], store);
            Residency = new PageResidency(_tree, store, (pages * FrameBytes) + Bookkeeping);
            while (Table.Append() != 0)
                if (Table.Count % 1024 == 0) EndBlock();
            EndBlock();
        }

        public Table<Record> Table { get; }

        public PageResidency Residency { get; }

        /// <summary>Records read that nobody had asked for.</summary>
        public ulong Looks { get; private set; }

        public void Expect(IReadOnlyList<uint> numbers)
        {
            foreach (uint number in numbers) Table.Want(number);
            Residency.Expect();
        }

        public void Look(uint number)
        {
            Looks++;
            Assert.Equal(_model[number], Table[number].Value);
        }

        public void Execute(IReadOnlyList<uint> numbers)
        {
            foreach (uint number in numbers) Table.Want(number);
            ExecuteExpected(numbers);
        }

        public void ExecuteExpected(IReadOnlyList<uint> numbers)
        {
            Residency.Prepare();
            foreach (uint number in numbers)
            {
                Assert.Equal(_model[number], Table[number].Value);
                Table.Change(number).Value = ++_model[number];
            }

            EndBlock();
        }

        public void Dispose()
        {
            Residency.Dispose();
            Table.Dispose();
            _undo.Dispose();
        }

        private void EndBlock()
        {
            _tree.Update();
            Residency.Trim();
        }
    }
}
