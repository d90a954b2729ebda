// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;

namespace FastLedger.Domain.Trading;

/// <summary>
/// Integer arithmetic of an order's money: the notional of lots at a price, the fee on it, and what a bid reserves. Fees and rebates are
/// rounded down.
/// </summary>
/// <remarks>
/// Why a reservation always covers what it is for, although it is never stored but computed from the remaining lots: let <c>N(q) = price ×
/// q × TickValue</c>, <c>fee(n, f) = ⌊n·f / 10^6⌋</c> and <c>R(q) = N(q) + fee(N(q), f)</c> with <c>f = max(maker, taker, 0)</c>. A fill of
/// <c>q</c> out of <c>r</c> remaining lots frees
/// <code>
/// R(r) − R(r−q) = N(q) + ⌊(N(r−q) + N(q))·f / 10^6⌋ − ⌊N(r−q)·f / 10^6⌋ ≥ N(q) + ⌊N(q)·f / 10^6⌋ ,
/// </code>
/// because ⌊a + b⌋ ≥ ⌊a⌋ + ⌊b⌋. The fill costs <c>n + fee(n, g)</c> with <c>n ≤ N(q)</c>, since no bid pays more than its limit, and <c>g ≤
/// f</c>; both terms are at most those freed. So the available funds never fall by a fill, and the last fill frees what is left.
/// <para>Ranges: price below 2^36 ticks, at most 2^32 lots, tick value and lot size at most 2^40, so a notional is below 2^108 and its
/// product with a fee rate of at most 10^5 below 2^125.</para>
/// </remarks>
public static class Notional
{
    /// <summary>Fee rates count millionths.</summary>
    public const uint Million = 1_000_000;

    /// <summary>Minor units of the quote asset that <paramref name="lots"/> cost.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt128 Of(long priceTicks, ulong lots, ulong tickValue)
    {
        unchecked
        {
            ulong high = Math.BigMul((ulong)priceTicks, tickValue, out ulong low);
            ulong carry = Math.BigMul(low, lots, out low);
            return new UInt128((high * lots) + carry, low);
        }
    }

    /// <summary>Minor units of the base asset in <paramref name="lots"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt128 Base(ulong lots, ulong lotSize)
    {
        ulong high = Math.BigMul(lots, lotSize, out ulong low);
        return new UInt128(high, low);
    }

    /// <summary><c>⌊notional × ppm / 10^6⌋</c> for a rate that is not negative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt128 Fee(UInt128 notional, uint ppm)
    {
        if (ppm == 0) return UInt128.Zero;
        if (notional > ulong.MaxValue) return notional * ppm / Million;

        // ⌊(a·10^6 + b)·f / 10^6⌋ = a·f + ⌊b·f / 10^6⌋ stays within 64 bits and needs no wide division.
        unchecked
        {
            ulong value = (ulong)notional;
            ulong millions = value / Million;
            return (millions * ppm) + ((value - (millions * Million)) * ppm / Million);
        }
    }

    /// <summary>The rate at which a bid reserves for fees: the higher of both, or 0.</summary>
    public static uint ReservedPpm(int makerFeePpm, int takerFeePpm) => (uint)Math.Max(Math.Max(makerFeePpm, takerFeePpm), 0);

    /// <summary>What a bid for <paramref name="lots"/> reserves, <c>R</c> above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt128 Reservation(long priceTicks, ulong lots, ulong tickValue, uint reservedPpm)
    {
        UInt128 notional = Of(priceTicks, lots, tickValue);
        return notional + Fee(notional, reservedPpm);
    }

    /// <summary>The most lots, up to <paramref name="lots"/>, whose notional and fee <paramref name="funds"/> pay for.</summary>
    /// <remarks>
    /// <c>n + ⌊n·f / 10^6⌋ ≤ F</c> means <c>n·(10^6 + f) &lt; (F + 1)·10^6</c>, so the largest notional is <c>⌊((F + 1)·10^6 − 1) / (10^6 +
    /// f)⌋</c>.
    /// </remarks>
    public static ulong Affordable(UInt128 funds, long priceTicks, ulong lots, ulong tickValue, uint ppm)
    {
        UInt128 notional = Of(priceTicks, lots, tickValue);
        if (notional + Fee(notional, ppm) <= funds) return lots;

        // The lots are those of a resting order, whose notional is at most 2^96, and cost more than the funds: the product below fits.
        UInt128 largest = (((funds + UInt128.One) * Million) - UInt128.One) / (Million + ppm);
        return (ulong)(largest / Of(priceTicks, 1, tickValue));
    }
}
