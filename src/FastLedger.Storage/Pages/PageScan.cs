// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Storage;

/// <summary>
/// Reads all live pages of a recovered log in the order of their addresses: large sequential reads, without FASTER, a few ahead of the
/// pages that are verified and handed out.
/// </summary>
internal static unsafe class PageScan
{
    private const int WindowBytes = 4 << 20;

    /// <summary>Gives every page to the visitor.</summary>
    /// <param name="device">The log's files, which nobody else uses meanwhile.</param>
    /// <param name="directory">Which pages there are.</param>
    /// <param name="fault">Where a failing read leaves its reason.</param>
    /// <param name="logPageBytes">Size of the log's pages.</param>
    /// <param name="ahead">Reads on a thread of their own, ahead of the visitor; else between its calls.</param>
    /// <param name="visitor">Called on the calling thread.</param>
    /// <exception cref="StoreDamagedException">A page is not there as it was written.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public static void Run(SegmentedDevice device, PageDirectory directory, StoreFault fault, int logPageBytes, bool ahead, PageVisitor visitor)
    {
        long[] addresses = [];
        PageKey[] keys = [];
        int count = directory.ListBelow(long.MaxValue, ref addresses, ref keys);
        long window = Math.Min(device.SegmentSize, Math.Max(WindowBytes, logPageBytes));

        // Windows are whole log pages of one segment, and no record crosses a log page.
        using var windows = new ScanWindows(device, addresses.AsSpan(0, count), window, ahead);
        byte* memory = null;
        long loaded = -1;
        for (int i = 0; i < count; i++)
        {
            long start = addresses[i] / window * window;
            if (start != loaded)
            {
                memory = windows.Next();
                fault.ThrowIfAny();
                loaded = start;
            }

            PageImage* image = (PageImage*)(memory + (addresses[i] - start) + PageLog.RecordHeaderBytes);
            string? wrong = PageLog.Wrong(image, keys[i], directory.Find(keys[i])->Tag);
            if (wrong is not null)
            {
                (string file, long offset) = device.Locate(addresses[i]);
                throw new StoreDamagedException(file, offset, wrong);
            }

            visitor(keys[i], image->Height, new ReadOnlySpan<byte>(image->Bytes, PageStore.PageBytes));
        }
    }
}
