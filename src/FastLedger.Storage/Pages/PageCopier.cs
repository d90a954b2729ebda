// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Storage;

/// <summary>Copies a page of a table for the store.</summary>
/// <param name="page">Number of the page.</param>
/// <param name="destination">Gets its 1,024 bytes.</param>
/// <remarks>Thread: the store's. What stands in the page meanwhile is the matter of whoever gave the page away.</remarks>
public unsafe delegate void PageCopier(uint page, byte* destination);
