// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.State;

/// <summary>All pages stay in memory; after a restart the journal brings them back. Counts what a checkpoint would have had to write.</summary>
public sealed class ResidentPageStore : IPageStore
{
    /// <summary>Record changes reported so far, each record once per block.</summary>
    public ulong RecordsChanged { get; private set; }

    /// <inheritdoc/>
    public void OnChanged(Table table, ulong height) => RecordsChanged += (ulong)table.Changed.Length;
}
