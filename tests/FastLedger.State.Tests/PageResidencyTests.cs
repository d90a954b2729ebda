// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using CsCheck;
using FastLedger.State.Residency;

namespace FastLedger.State.Tests;

public sealed class PageResidencyTests
{
    private const uint RecordsPerPage = 32;
    private const uint Pages = 512;
    private const long PageAndNodes = 2 * 4096;

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
                Assert.True(bounded.Residency.ResidentBytes <= bounded.Residency.LimitBytes);
            }

            Assert.True(bounded.Residency.WriteBacks > 0);
        }, iter: 20);

    [Fact]
    public void A_page_that_every_batch_uses_outlives_those_that_one_batch_used()
    {
        using var bounded = new Bounded(new Random(1), pages: 64);
        for (int warm = 0; warm < 4; warm++) bounded.Execute([1 + (7 * RecordsPerPage)]);
        ulong misses = bounded.Residency.Misses;

        // Each batch once, without asking for the page ahead: it would count as an unexpected miss if it had left.
        uint scanned = 0;
        for (uint page = 8; page < Pages; page += 8, scanned += 8)
        {
            var numbers = new List<uint>();
            for (uint i = 0; i < 8; i++) numbers.Add((page + i) * RecordsPerPage);
            bounded.Execute(numbers);
            bounded.Table.Change(1 + (7 * RecordsPerPage)).Value++;
        }

        Assert.Equal(0UL, bounded.Residency.UnexpectedMisses);
        Assert.True(bounded.Residency.Misses - misses >= scanned - 64);
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
            Residency = new PageResidency(_tree, store, pages * PageAndNodes);
            while (Table.Append() != 0)
                if (Table.Count % 1024 == 0) EndBlock();
            EndBlock();
        }

        public Table<Record> Table { get; }

        public PageResidency Residency { get; }

        public void Execute(IReadOnlyList<uint> numbers)
        {
            foreach (uint number in numbers) Table.Want(number);
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
