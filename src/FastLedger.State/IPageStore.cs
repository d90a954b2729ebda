// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.State;

/// <summary>
/// Where the pages of the tables live besides memory. The state tree reports each block's changes to it before it forgets them; what a store
/// does with them (nothing, copy on write, checkpoints) never changes a result.
/// </summary>
/// <remarks>Thread: executor only. Alloc: none. Blocks: no.</remarks>
public interface IPageStore
{
    /// <summary>The block at <paramref name="height"/> changed <see cref="Table.Changed"/> of <paramref name="table"/>.</summary>
    void OnChanged(Table table, ulong height);
}
