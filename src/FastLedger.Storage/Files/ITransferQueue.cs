// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Storage;

/// <summary>Reads and writes that a device has to do at the same time: one after the other, most of its time would be waiting.</summary>
/// <remarks>Thread: one at a time. Alloc: none. Blocks: only <see cref="Take"/> with a time.</remarks>
public unsafe interface ITransferQueue : IDisposable
{
    /// <summary>Adds a read to those that the next <see cref="Submit"/> begins. At most the queue's depth may be under way.</summary>
    /// <param name="file">Opened past the page cache.</param>
    /// <param name="buffer">A multiple of the file's <see cref="IStorageFile.ReadUnit"/>, as are the next two.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="offset">In the file.</param>
    /// <param name="tag">Comes back with the outcome.</param>
    void AddRead(IStorageFile file, byte* buffer, int length, long offset, int tag);

    /// <summary>Adds a write; see <see cref="AddRead"/>, but in multiples of 4,096. Writes of one place that are under way together end in any order.</summary>
    void AddWrite(IStorageFile file, byte* buffer, int length, long offset, int tag);

    /// <summary>Begins what was added.</summary>
    /// <returns>0 or a negative errno.</returns>
    int Submit();

    /// <summary>Takes outcomes, in any order.</summary>
    /// <param name="outcomes">Each a tag, and the bytes transferred or a negative errno.</param>
    /// <param name="waitUs">How long it may wait for the first one, in microseconds.</param>
    /// <returns>How many, or a negative errno.</returns>
    int Take(Span<(int Tag, long Result)> outcomes, int waitUs);
}
