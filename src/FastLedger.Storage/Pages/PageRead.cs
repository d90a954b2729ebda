// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Storage;

/// <summary>A page that was asked for and has come to its destination.</summary>
/// <param name="Key">Which page.</param>
/// <param name="Tag">What the caller gave with the request.</param>
/// <param name="Height">The height it was written with.</param>
public readonly record struct PageRead(PageKey Key, ulong Tag, ulong Height);
