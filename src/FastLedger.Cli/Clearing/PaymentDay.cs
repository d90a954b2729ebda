// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Load.Workloads;

namespace FastLedger.Cli.Clearing;

/// <summary>A generated business day: who pays whom how much, in order. The same seed gives the same day.</summary>
/// <remarks>Banks differ in size by about one to ten; amounts spread over four orders of magnitude, as in large-value systems. Every other bank
/// pays more in the morning, and in the afternoon money flows back to whoever has paid more, so that much is needed before it comes and little
/// at the end of the day. In the afternoon large repayments go round rings of banks: each bank could pay the next one if it were paid first, so
/// paying one after the other needs the whole amount once, and settling the ring together needs nothing.</remarks>
internal sealed class PaymentDay
{
    private const int SmallestWeight = 100, LargestWeight = 1000;
    private const int PaymentsPerRing = 1000, SmallestRing = 3, LargestRing = 6;
    private const ulong RingAmount = 20_000_000;

    /// <summary>Generates a day.</summary>
    public PaymentDay(int banks, int payments, ulong seed)
    {
        Banks = banks;
        From = new int[payments];
        To = new int[payments];
        Amounts = new ulong[payments];
        var random = new XorShift64(seed * 0x9E3779B97F4A7C15 | 1);
        var weights = new ulong[banks];
        for (int bank = 0; bank < banks; bank++) weights[bank] = SmallestWeight + random.Below(LargestWeight - SmallestWeight);
        ulong[] even = Cumulated(weights, heavy: 0), odd = Cumulated(weights, heavy: 1);
        var net = new Int128[banks];
        for (int i = 0; i < payments; i++)
        {
            if (i > payments / 2 && i % PaymentsPerRing == 0 && banks >= SmallestRing)
            {
                int banksOfRing = Math.Min(banks, SmallestRing + (int)random.Below(LargestRing - SmallestRing + 1));
                if (i + banksOfRing <= payments)
                {
                    AddRing(ref random, i, banksOfRing);
                    i += banksOfRing - 1;
                    continue;
                }
            }

            bool morning = i < payments / 2;
            From[i] = Draw(ref random, even);
            if (!morning) From[i] = Richer(net, From[i], Draw(ref random, odd));
            do To[i] = morning ? Draw(ref random, odd) : Poorer(net, Draw(ref random, even), Draw(ref random, odd));
            while (To[i] == From[i]);
            ulong scale = random.Below(4) switch { 0 => 100, 1 => 1_000, 2 => 10_000, _ => 100_000 };
            Amounts[i] = scale + random.Below(9 * scale);
            Value += Amounts[i];
            net[From[i]] -= Amounts[i];
            net[To[i]] += Amounts[i];
        }

        foreach (Int128 position in net) LargestNetDebit = Math.Max(LargestNetDebit, (long)-position);
    }

    public int Banks { get; }

    public int Count => Amounts.Length;

    public int[] From { get; }

    public int[] To { get; }

    /// <summary>Minor units.</summary>
    public ulong[] Amounts { get; }

    /// <summary>Sum of all amounts.</summary>
    public UInt128 Value { get; private set; }

    /// <summary>What the bank with the worst balance of the whole day owes in the end.</summary>
    public long LargestNetDebit { get; }

    /// <summary>Payments of one amount from each of some banks to the next, the last one to the first.</summary>
    private void AddRing(ref XorShift64 random, int at, int banksOfRing)
    {
        var ring = new int[Banks];
        for (int bank = 0; bank < Banks; bank++) ring[bank] = bank;
        for (int i = 0; i < banksOfRing; i++)
        {
            int other = i + (int)random.Below((ulong)(Banks - i));
            (ring[i], ring[other]) = (ring[other], ring[i]);
        }

        ulong amount = RingAmount + random.Below(RingAmount);
        for (int i = 0; i < banksOfRing; i++)
        {
            From[at + i] = ring[i];
            To[at + i] = ring[(i + 1) % banksOfRing];
            Amounts[at + i] = amount;
            Value += amount;
        }
    }

    private static int Richer(Int128[] net, int first, int second) => net[first] >= net[second] ? first : second;

    private static int Poorer(Int128[] net, int first, int second) => net[first] <= net[second] ? first : second;

    /// <summary>Weights added up, those of every other bank raised by half and of the rest lowered by half.</summary>
    private static ulong[] Cumulated(ulong[] weights, int heavy)
    {
        var cumulated = new ulong[weights.Length];
        ulong sum = 0;
        for (int bank = 0; bank < weights.Length; bank++) cumulated[bank] = sum += weights[bank] * (bank % 2 == heavy ? 3ul : 1ul);
        return cumulated;
    }

    private static int Draw(ref XorShift64 random, ulong[] cumulated)
    {
        int at = Array.BinarySearch(cumulated, random.Below(cumulated[^1]) + 1);
        return at >= 0 ? at : ~at;
    }
}
