// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Trading;

/// <summary>Why matching an incoming order ended.</summary>
public enum MatchEnd
{
    /// <summary>Nothing is left of it.</summary>
    Done,
    /// <summary>No resting order meets its price any more: the rest may rest.</summary>
    Open,
    /// <summary>Self-trade prevention cancels the rest.</summary>
    SelfTrade,
    /// <summary>It met as many resting orders as one command may: the rest is cancelled.</summary>
    MakerLimit,
    /// <summary>Its account cannot pay for one more lot: the rest is cancelled.</summary>
    Funds,
}

/// <summary>An order on its way into a book.</summary>
[StructLayout(LayoutKind.Auto)]
public struct IncomingOrder
{
    /// <summary>Instrument it is for.</summary>
    public uint Instrument;
    public Side Side;
    public SelfTradePrevention SelfTradePrevention;
    /// <summary>Worst price it accepts, in ticks.</summary>
    public long LimitTicks;
    /// <summary>Lots not yet traded.</summary>
    public ulong RemainingLots;
    /// <summary>Lots traded.</summary>
    public ulong TradedLots;
    /// <summary>Scope of self-trade prevention.</summary>
    public ulong QuoteAccount;
    /// <summary>What it may still spend, in minor units of the quote asset. Meaningful to the settlement alone.</summary>
    public UInt128 Budget;
    /// <summary>Resting orders it traded with, decremented or cancelled.</summary>
    public int Makers;
}
