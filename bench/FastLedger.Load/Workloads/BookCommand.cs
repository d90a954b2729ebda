// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using FastLedger.Primitives.Commands;

namespace FastLedger.Load.Workloads;

/// <summary>One command of the book stream: 16 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public readonly struct BookCommand
{
    [FieldOffset(0)] private readonly uint _order;
    [FieldOffset(4)] private readonly int _price;
    [FieldOffset(8)] private readonly uint _quantity;
    [FieldOffset(12)] private readonly BookCommandKind _kind;
    [FieldOffset(13)] private readonly Side _side;

    public BookCommand(BookCommandKind kind, Side side, uint order, int priceTicks, uint quantityLots)
    {
        _kind = kind;
        _side = side;
        _order = order;
        _price = priceTicks;
        _quantity = quantityLots;
    }

    public BookCommandKind Kind => _kind;

    /// <summary>Side of an add or an aggressor; of a cancel the side of the order it names.</summary>
    public Side Side => _side;

    /// <summary>The client's id of the order, from 1, dense over adds and aggressors; of a cancel the id it names.</summary>
    public uint Order => _order;

    /// <summary>Limit price; of a cancel 0.</summary>
    public int PriceTicks => _price;

    /// <summary>Lots; of a cancel 0.</summary>
    public uint QuantityLots => _quantity;
}
