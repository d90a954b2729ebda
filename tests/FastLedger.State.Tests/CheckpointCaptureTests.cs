// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using CsCheck;
using FastLedger.Primitives;
using FastLedger.State.Checkpoints;

namespace FastLedger.State.Tests;

public sealed class CheckpointCaptureTests
{
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Small
    {
        public ulong Value;
    }

    [StructLayout(LayoutKind.Sequential, Size = 128)]
    private struct Large
    {
        public ulong Value;
    }

    private sealed record Shown(Hash256 Root, uint Smalls, uint Larges, ulong[] SmallValues, ulong[] LargeValues);

    [Fact]
    public void A_checkpoint_holds_the_state_of_its_height_whatever_happens_while_it_is_written() =>
        Gen.Int[0, int.MaxValue].Sample(seed => Run(seed, blocks: 60), iter: 60);

    [Theory]
    [InlineData(0, 17)]
    [InlineData(300, 17)]
    [InlineData(1 << 20, 17)]
    [InlineData(0, 18)]
    [InlineData(300, 18)]
    [InlineData(1 << 20, 18)]
    public void Room_for_former_images_decides_when_pages_are_written_and_nothing_else(long keptBytes, int seed) => Run(seed, blocks: 200, keptBytes);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Capturing_allocates_nothing(bool copiesLater)
    {
        using var undo = new UndoLog();
        using var table = new Table<Large>(TableId.Accounts, 1 << 16, undo);
        using var store = new ArrayPageStore(table.Pages.PageCapacity) { CopiesLater = copiesLater };
        var tree = new StateTree([table], store);
        using var capture = new CheckpointCapture(tree, store, 1 << 20, 16);
        for (int i = 1; i < 1 << 15; i++) table.Append();
        Round(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (ulong height = 2; height < 50; height++) Round(height);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(store.Writes > 1024 * 8);
        byte[] page = new byte[PagedRegion.PageBytes];
        store.Read((byte)TableId.Accounts, 0, page);
        Assert.NotEqual(new byte[PagedRegion.PageBytes], page);

        void Round(ulong height)
        {
            for (uint n = 1; n < 1 << 15; n += 7) table.Change(n).Value = height;
            tree.Update();
            if (!capture.IsRunning) capture.Begin(height);
            capture.Step(300);
        }
    }

    private static void Run(int seed, int blocks, long keptBytes = 64 * 40)
    {
        var random = new Random(seed);
        var store = new MemoryPageStore(8, random) { CopiesLater = (seed & 1) == 0 };
        using var undo = new UndoLog();
        using var smalls = new Table<Small>(TableId.Assets, 1 << 12, undo);
        using var larges = new Table<Large>(TableId.Accounts, 1 << 12, undo);
        var tree = new StateTree([smalls, larges], store);
        using var capture = new CheckpointCapture(tree, store, keptBytes, 1 + random.Next(4));
        Shown? expected = null;
        int checkpoints = 0;
        for (ulong height = 1; height <= (ulong)blocks; height++)
        {
            int steps = random.Next(60);
            bool chain = random.Next(3) == 0;
            if (chain) undo.Begin();
            for (int i = 0; i < steps; i++) Step(random, smalls, larges);
            if (chain && random.Next(2) == 0) undo.Rollback();
            else if (chain) undo.Commit();
            tree.Update();
            bool done = random.Next(30) == 0 ? capture.Finish() : capture.Step(random.Next(6));
            if (done)
            {
                checkpoints++;
                Compare(expected!, store.Snapshot());
            }

            if (!capture.IsRunning && random.Next(3) == 0)
            {
                capture.Begin(height);
                expected = Show(tree, smalls, larges);
            }
        }

        Assert.True(checkpoints > 0, $"seed {seed} ended no checkpoint");
    }

    private static void Step(Random random, Table<Small> smalls, Table<Large> larges)
    {
        switch (random.Next(6))
        {
            case 0:
                smalls.Append();
                break;
            case 1:
                larges.Append();
                break;
            case 2 when smalls.Count > 1:
                smalls.Change((uint)random.Next(1, (int)smalls.Count)).Value = (ulong)random.NextInt64();
                break;
            case > 2 when larges.Count > 1:
                larges.Change((uint)random.Next(1, (int)larges.Count)).Value = (ulong)random.NextInt64();
                break;
        }
    }

    private static Shown Show(StateTree tree, Table<Small> smalls, Table<Large> larges)
    {
        var small = new ulong[smalls.Count];
        for (uint i = 1; i < smalls.Count; i++) small[i] = smalls[i].Value;
        var large = new ulong[larges.Count];
        for (uint i = 1; i < larges.Count; i++) large[i] = larges[i].Value;
        return new Shown(tree.Root, smalls.Count, larges.Count, small, large);
    }

    private static void Compare(Shown expected, Dictionary<(byte Region, uint Page), byte[]> pages)
    {
        using var undo = new UndoLog();
        using var smalls = new Table<Small>(TableId.Assets, 1 << 12, undo);
        using var larges = new Table<Large>(TableId.Accounts, 1 << 12, undo);
        var tree = new StateTree([smalls, larges], new ResidentPageStore());
        foreach (((byte region, uint page), byte[] image) in pages)
            image.CopyTo((region == (byte)TableId.Assets ? smalls.Pages : larges.Pages).Page(page));
        smalls.Restore(expected.Smalls);
        larges.Restore(expected.Larges);
        Assert.Equal(expected.Root, tree.Combine());
        Shown restored = Show(tree, smalls, larges);
        Assert.Equal(expected.SmallValues, restored.SmallValues);
        Assert.Equal(expected.LargeValues, restored.LargeValues);
    }
}
