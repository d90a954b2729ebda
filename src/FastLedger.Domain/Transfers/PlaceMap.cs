// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Domain.Transfers;

/// <summary>Derived: one 32-bit value per record number, zero at first.</summary>
internal sealed unsafe class PlaceMap : IDisposable
{
    private readonly ReservedMemory _memory;
    private readonly uint* _values;
    private readonly uint _length;

    public PlaceMap(int length)
    {
        _memory = new ReservedMemory((nuint)length * sizeof(uint));
        _values = (uint*)_memory.Pointer;
        _length = (uint)length;
    }

    public ref uint this[uint number]
    {
        get
        {
            Invariant.Check(number < _length);
            return ref _values[number];
        }
    }

    public void Dispose() => _memory.Dispose();
}
