// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Threading;
using FastLedger.State.Checkpoints;
using FastLedger.Storage;

namespace FastLedger.State.Tests;

/// <summary>A store that copies pages on a thread of its own while their records change.</summary>
public sealed unsafe class ConcurrentCaptureTests
{
    private const uint Records = 1 << 12;

    [StructLayout(LayoutKind.Sequential, Size = 128)]
    private struct Wide
    {
        public fixed ulong Words[16];
    }

    [Theory]
    [InlineData(1 << 20)]
    [InlineData(128 * 50)]
    [InlineData(0)]
    public void A_page_that_changes_while_it_is_copied_is_copied_as_it_was_when_it_was_frozen(long keptBytes)
    {
        using var undo = new UndoLog();
        using var table = new Table<Wide>(TableId.Accounts, Records, undo);
        using var store = new CopyingPageStore();
        var tree = new StateTree([table], store);
        using var capture = new CheckpointCapture(tree, store, keptBytes, 1);
        var random = new Random(3);
        while (table.Count < Records) table.Append();
        for (ulong height = 1; height <= 100; height++)
        {
            for (uint n = 1; n < Records; n++) Fill(ref table.Change(n), (height << 32) + n);
            tree.Update();
            store.Expected = height;
            capture.Begin(height);
            for (ulong change = 1; capture.IsRunning; change++)
            {
                for (int i = 0; i < 200; i++) Fill(ref table.Change((uint)random.Next(1, (int)Records)), change);
                tree.Update();
                capture.Step(20);
            }
        }

        Assert.Null(store.Wrong);
        Assert.True(store.Copied + store.Written >= 100 * (Records * 128 / PagedRegion.PageBytes));
    }

    private static void Fill(ref Wide record, ulong value)
    {
        for (int i = 0; i < 16; i++) record.Words[i] = value;
    }

    private sealed class CopyingPageStore : IPageStore, IDisposable
    {
        private readonly BlockingCollection<(PagedRegion Region, PageRun Run)> _ring = [];
        private readonly byte[] _image = new byte[PagedRegion.PageBytes];
        private readonly Thread _thread;
        private ulong _copied, _runs;

        public CopyingPageStore()
        {
            _thread = new Thread(Run);
            _thread.Start();
        }

        /// <summary>Height that every record must show.</summary>
        public ulong Expected { get; set; }

        public string? Wrong { get; private set; }

        public ulong Copied => Volatile.Read(ref _copied);

        public ulong Written { get; private set; }

        public bool CopiesLater => true;

        public bool TryCopyLater(PagedRegion region, PageRun run, ulong height)
        {
            _ring.Add((region, run));
            return true;
        }

        public ulong CountCopied() => Volatile.Read(ref _runs);

        public bool TryWrite(byte region, uint page, ulong height, ReadOnlySpan<byte> image)
        {
            Check(page, image);
            Written++;
            return true;
        }

        public void WaitForRoom() => Thread.Yield();

        public void Read(byte region, uint page, Span<byte> image) => throw new NotSupportedException();

        public bool TryRequest(byte region, uint page, byte* destination, ulong tag) => throw new NotSupportedException();

        public bool TryTake(out ulong tag) => throw new NotSupportedException();

        public void Dispose()
        {
            _ring.CompleteAdding();
            _thread.Join();
            _ring.Dispose();
        }

        private void Run()
        {
            foreach ((PagedRegion region, PageRun run) in _ring.GetConsumingEnumerable())
            {
                for (PageRun left = run; left.Pages != 0; left = left.WithoutLowest())
                {
                    fixed (byte* image = _image) region.CopyFrozen(left.Lowest, image);
                    Check(left.Lowest, _image);
                    Volatile.Write(ref _copied, _copied + 1);
                }

                Volatile.Write(ref _runs, _runs + 1);
            }
        }

        private void Check(uint page, ReadOnlySpan<byte> image)
        {
            ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(image);
            for (int i = 0; i < words.Length; i++)
            {
                ulong record = (page * (PagedRegion.PageBytes / 128)) + ((ulong)i / 16);
                ulong expected = record == 0 ? 0 : (Expected << 32) + record;
                if (words[i] != expected) Wrong ??= $"record {record} shows {words[i]:x} at height {Expected:x}";
            }
        }
    }
}
