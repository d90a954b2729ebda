// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Storage;

/// <summary>A page that was asked for, verified.</summary>
public readonly ref struct PageRead(PageKey key, ulong tag, ulong height, ReadOnlySpan<byte> bytes)
{
    /// <summary>Which page.</summary>
    public PageKey Key { get; } = key;

    /// <summary>What the caller gave with the request.</summary>
    public ulong Tag { get; } = tag;

    /// <summary>The height it was written with.</summary>
    public ulong Height { get; } = height;

    /// <summary>Its 4,096 bytes, in place.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;
}
