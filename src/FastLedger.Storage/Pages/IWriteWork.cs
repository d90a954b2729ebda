// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Storage;

/// <summary>What a page store does with what stands in its <see cref="WriteQueue"/>.</summary>
/// <remarks>Thread: the store's.</remarks>
internal unsafe interface IWriteWork
{
    /// <summary>Writes a page.</summary>
    /// <param name="image">Key, height and bytes; the rest of it is filled in.</param>
    void Write(PageImage* image);

    /// <summary>Copies pages and writes them.</summary>
    void Copy(uint table, PageRun run, ulong height);

    /// <summary>Begins a checkpoint.</summary>
    /// <returns>False when an earlier one, or the log, must be finished with first.</returns>
    bool TryBeginCheckpoint(ulong id);

    /// <summary>Gives up what only checkpoints before this one need.</summary>
    void Release(StoreToken oldest);
}
