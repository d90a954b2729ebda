// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using System.Threading;

namespace FastLedger.Storage;

/// <summary>A counter that one thread writes and others read, alone on its cache lines (two on each side: lines are fetched in pairs).</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct PaddedCounter
{
    [FieldOffset(128)]
    private ulong _value;

    /// <summary>What the writer stored last, and with it everything that it wrote before.</summary>
    public ulong Value
    {
        readonly get => Volatile.Read(in _value);
        set => Volatile.Write(ref _value, value);
    }
}
