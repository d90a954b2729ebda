// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Storage;

/// <summary>Reads all live pages of a recovered log in the order of their addresses: large sequential reads, without FASTER.</summary>
internal static unsafe class PageScan
{
    private const int WindowBytes = 4 << 20;

    /// <summary>Gives every page to the visitor.</summary>
    /// <exception cref="StoreDamagedException">A page is not there as it was written.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public static void Run(SegmentedDevice device, PageDirectory directory, StoreFault fault, int logPageBytes, PageVisitor visitor)
    {
        long[] addresses = [];
        PageKey[] keys = [];
        int count = directory.ListBelow(long.MaxValue, ref addresses, ref keys);
        long window = Math.Min(device.SegmentSize, Math.Max(WindowBytes, logPageBytes));
        using Primitives.ReservedMemory memory = new((nuint)window);
        long loaded = -1;
        for (int i = 0; i < count; i++)
        {
            // Windows are whole log pages of one segment, and no record crosses a log page.
            long start = addresses[i] / window * window;
            if (start != loaded)
            {
                (_, long offset) = device.Locate(start);
                device.Read((int)(start / device.SegmentSize), offset, memory.Pointer, window);
                fault.ThrowIfAny();
                loaded = start;
            }

            PageImage* image = (PageImage*)(memory.Pointer + (addresses[i] - start) + PageLog.RecordHeaderBytes);
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
