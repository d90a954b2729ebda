// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Trading;

/// <summary>An instrument and the top of its book.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct InstrumentRecord
{
    [FieldOffset(0)] public UInt128 ExternalId;
    [FieldOffset(16)] public uint BaseAsset;
    [FieldOffset(20)] public uint QuoteAsset;
    /// <summary>Minor units of the base asset in one lot.</summary>
    [FieldOffset(24)] public ulong LotSize;
    /// <summary>Minor units of the quote asset that one lot costs per tick.</summary>
    [FieldOffset(32)] public ulong TickValue;
    [FieldOffset(40)] public ulong FeeAccount;
    [FieldOffset(48)] public int MakerFeePpm;
    [FieldOffset(52)] public int TakerFeePpm;
    [FieldOffset(56)] public ulong MaxQuantityLots;
    [FieldOffset(64)] public long MaxPriceTicks;
    [FieldOffset(72)] public InstrumentState State;
    /// <summary>Policy that created the instrument.</summary>
    [FieldOffset(76)] public uint Policy;
    /// <summary>Price level of the best bid, or 0.</summary>
    [FieldOffset(80)] public uint BestBid;
    /// <summary>Price level of the best ask, or 0.</summary>
    [FieldOffset(84)] public uint BestAsk;
    [FieldOffset(88)] public uint OrderCount;
    [FieldOffset(92)] public uint Code;
    [FieldOffset(96)] public long LastPriceTicks;
    [FieldOffset(104)] public ulong TradeCount;
    /// <summary>Lots traded so far.</summary>
    [FieldOffset(112)] public UInt128 VolumeLots;
}

/// <summary>One price on one side of one book: the queue of its orders in time priority.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct PriceLevelRecord
{
    [FieldOffset(0)] public long PriceTicks;
    /// <summary>Sum of the remaining lots of the level's orders.</summary>
    [FieldOffset(8)] public ulong QuantityLots;
    [FieldOffset(16)] public uint OrderCount;
    /// <summary>Oldest order.</summary>
    [FieldOffset(20)] public uint Head;
    /// <summary>Newest order.</summary>
    [FieldOffset(24)] public uint Tail;
    [FieldOffset(28)] public uint Instrument;
    [FieldOffset(32)] public Side Side;
    [FieldOffset(33)] public byte Reserved0;
    [FieldOffset(34)] public ushort Reserved1;
    /// <summary>Next free record while this one is free.</summary>
    [FieldOffset(36)] public uint NextFree;
    [FieldOffset(40)] public ulong Reserved2;
    [FieldOffset(48)] public UInt128 Reserved3;
}

/// <summary>A resting order.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct OrderRecord
{
    /// <summary>How often the record was used, the present use included.</summary>
    [FieldOffset(0)] public ulong Generation;
    [FieldOffset(8)] public long PriceTicks;
    [FieldOffset(16)] public ulong RemainingLots;
    /// <summary>Total quantity, executed lots included.</summary>
    [FieldOffset(24)] public ulong QuantityLots;
    [FieldOffset(32)] public ulong BaseAccount;
    [FieldOffset(40)] public ulong QuoteAccount;
    /// <summary>Ledger sequence that gave the order its time priority.</summary>
    [FieldOffset(48)] public ulong Sequence;
    /// <summary>Client command number that placed it.</summary>
    [FieldOffset(56)] public ulong Number;
    [FieldOffset(64)] public uint Session;
    [FieldOffset(68)] public uint Instrument;
    /// <summary>Its price level; 0 while the record is free.</summary>
    [FieldOffset(72)] public uint Level;
    /// <summary>Next younger order of the level; next free record while this one is free.</summary>
    [FieldOffset(76)] public uint Next;
    /// <summary>Next older order of the level.</summary>
    [FieldOffset(80)] public uint Previous;
    /// <summary>Next younger order of the quote account.</summary>
    [FieldOffset(84)] public uint AccountNext;
    /// <summary>Next older order of the quote account.</summary>
    [FieldOffset(88)] public uint AccountPrevious;
    [FieldOffset(92)] public Side Side;
    [FieldOffset(93)] public SelfTradePrevention SelfTradePrevention;
    [FieldOffset(94)] public CommandFlags Flags;
    [FieldOffset(96)] public ulong UserData64;
    [FieldOffset(104)] public uint Code;
    [FieldOffset(108)] public uint Reserved0;
    [FieldOffset(112)] public UInt128 Reserved1;
}
