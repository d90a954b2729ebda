// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Storage;

/// <summary>
/// Writes zeros a little ahead of small writes. Blocks that are only reserved read as zeros, but the first write to each makes the file system
/// note that it has content now, which a sync then waits for as well; a small commit into zeros that were really written takes two thirds of
/// the time. The zeros leave with the sync of a write that is due anyway. Large writes pay for that little and double nothing.
/// </summary>
/// <remarks>Thread: one. Alloc: none.</remarks>
internal struct ZeroesAhead
{
    /// <summary>Writes up to this size are small.</summary>
    private const int MostBytes = 16 * 1024;

    private static readonly byte[] Zeros = new byte[128 * 1024];

    private long _end;

    /// <summary>Another file, of which nothing is written yet behind where the next write goes.</summary>
    public void Restart() => _end = 0;

    /// <summary>Follows a write that was made but not synced.</summary>
    /// <param name="file">Where it was made.</param>
    /// <param name="length">Its size in bytes.</param>
    /// <param name="end">Where it ended; everything behind is zero.</param>
    /// <param name="fileBytes">Size of the file.</param>
    /// <exception cref="StorageFaultException">The zeros could not be written.</exception>
    public void Follow(LedgerFile file, int length, long end, long fileBytes)
    {
        if (length > MostBytes || end + MostBytes <= _end) return;
        long from = Math.Max(end, _end);
        int size = (int)Math.Min(Zeros.Length, fileBytes - from);
        if (size <= 0) return;
        file.Write(Zeros.AsSpan(0, size), from);
        _end = from + size;
    }
}
