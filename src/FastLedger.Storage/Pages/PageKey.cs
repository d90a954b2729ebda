// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Storage;

/// <summary>Names a page: which table, and which page of it.</summary>
/// <param name="Table">Number of the table, below <see cref="PageStoreOptions.MaximumTables"/>.</param>
/// <param name="Page">Number of the page from 0, below <see cref="PageStoreOptions.MaximumPagesPerTable"/>.</param>
[StructLayout(LayoutKind.Sequential, Size = 8)]
public readonly record struct PageKey(uint Table, uint Page)
{
    /// <summary>Both numbers in one; ascending by table, then by page.</summary>
    public ulong Packed => ((ulong)Table << 32) | Page;

    public override string ToString() => FormattableString.Invariant($"page {Page} of table {Table}");
}
