// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Storage;

/// <summary>
/// An open file as the system shows it: transfers may be shorter than asked, and errors are numbers. <see cref="LedgerFile"/> is what
/// the rest of the ledger uses.
/// </summary>
/// <remarks>Thread: any. Alloc: none but in <see cref="IDisposable.Dispose"/>. Blocks: on the device.</remarks>
public interface IStorageFile : IDisposable
{
    /// <summary>Size in bytes, or a negative errno.</summary>
    long Length { get; }

    /// <summary>
    /// True when transfers go past the page cache. Reads of the same file through the cache see what was written so, and the other way round,
    /// but the range of a transfer past the cache is not to be under way through it at that moment.
    /// </summary>
    bool IsDirect => false;

    /// <summary>Offsets, lengths and memory addresses of reads past the page cache are multiples of it: 512 or 4,096.</summary>
    int ReadUnit => 4096;

    /// <summary>Reads up to <paramref name="buffer"/>'s length at <paramref name="offset"/>.</summary>
    /// <returns>Bytes read, 0 at the end of the file, or a negative errno.</returns>
    long Read(Span<byte> buffer, long offset);

    /// <summary>Writes up to all of <paramref name="bytes"/> at <paramref name="offset"/>.</summary>
    /// <returns>Bytes written, or a negative errno.</returns>
    long Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Says that a range will be read soon, so that the system can begin to fetch it. Nothing if it cannot.</summary>
    void WillRead(long offset, long length)
    {
    }

    /// <summary>
    /// Lets the system begin to write a range out, without waiting for it: a later <see cref="SyncData"/>, of this file or another one, then
    /// finds less to do at once. Nothing if it cannot.
    /// </summary>
    void BeginWriteback(long offset, long length)
    {
    }

    /// <summary>Makes everything written so far durable, with as much metadata as reading it back needs.</summary>
    /// <returns>0 or a negative errno.</returns>
    int SyncData();

    /// <summary>Sets the size to at least <paramref name="bytes"/> and reserves the blocks, which read as zeros.</summary>
    /// <returns>0 or a negative errno.</returns>
    int Preallocate(long bytes);

    /// <summary>Makes the first <paramref name="bytes"/> bytes read as zeros without writing them; their blocks stay reserved.</summary>
    /// <returns>0 or a negative errno; −95 (not supported) when the system cannot.</returns>
    int Zero(long bytes) => -LedgerFile.NotSupported;

    /// <summary>Sets the size.</summary>
    /// <returns>0 or a negative errno.</returns>
    int Truncate(long bytes);
}
