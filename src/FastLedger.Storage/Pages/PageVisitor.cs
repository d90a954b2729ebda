// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Storage;

/// <summary>Takes a page that recovery read and verified.</summary>
/// <param name="key">Which page.</param>
/// <param name="height">The height it was written with.</param>
/// <param name="page">Its 1,024 bytes, valid during the call.</param>
public delegate void PageVisitor(PageKey key, ulong height, ReadOnlySpan<byte> page);
