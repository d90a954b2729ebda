// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Storage;

/// <summary>Native memory that another thread may read while its owner leaves it alone.</summary>
internal readonly unsafe struct NativeBytes(byte* pointer, int length)
{
    private readonly byte* _pointer = pointer;

    public ReadOnlySpan<byte> Span => new(_pointer, length);
}
