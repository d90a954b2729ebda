// SPDX-License-Identifier: Apache-2.0
using System.Threading;

namespace FastLedger.Storage;

/// <summary>The figures of a page store, shown by its thread and read whole by any other.</summary>
/// <remarks>Thread: <see cref="Show"/> one, <see cref="Read"/> any. Alloc: none. Blocks: a reader, while new ones are being written.</remarks>
internal sealed class StatisticsBoard
{
    private PageStoreStatistics _shown;
    private int _version; // odd while they change

    /// <summary>Shows new ones.</summary>
    public void Show(in PageStoreStatistics statistics)
    {
        Interlocked.Increment(ref _version);
        _shown = statistics;
        Interlocked.Increment(ref _version);
    }

    /// <summary>The last ones that were shown.</summary>
    public PageStoreStatistics Read()
    {
        SpinWait spin = default;
        while (true)
        {
            int version = Volatile.Read(ref _version);
            PageStoreStatistics copy = _shown;
            Interlocked.MemoryBarrier();
            if ((version & 1) == 0 && version == Volatile.Read(ref _version)) return copy;
            spin.SpinOnce();
        }
    }
}
