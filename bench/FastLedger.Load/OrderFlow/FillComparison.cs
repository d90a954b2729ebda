// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;

namespace FastLedger.Load.OrderFlow;

/// <summary>Collects the fills of one replay of a session and compares them, trade by trade, with the recorded ones.</summary>
/// <remarks>Thread: one.</remarks>
public sealed class FillComparison(FlowSession session)
{
    private readonly Dictionary<int, List<(ulong Maker, ulong QuantityLots)>> _made = [];
    private long _outsideTrades;

    /// <summary>Notes a fill of the replay.</summary>
    /// <param name="trade">Place of the trade in <see cref="FlowSession.Trades"/>, or −1 when an order traded at its entry, for which the
    /// record has no trade.</param>
    /// <param name="maker">The venue's id of the resting order.</param>
    /// <param name="quantityLots">Lots filled.</param>
    public void Add(int trade, ulong maker, ulong quantityLots)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(trade, session.Trades.Count);
        if (trade < 0)
        {
            _outsideTrades++;
            return;
        }

        if (!_made.TryGetValue(trade, out List<(ulong, ulong)>? fills)) _made.Add(trade, fills = []);
        fills.Add((maker, quantityLots));
    }

    /// <summary>Compares everything noted so far.</summary>
    public FillReport Report()
    {
        long exact = 0, unrecorded = _outsideTrades;
        var differences = new SortedDictionary<FillCircumstance, long>();
        for (int trade = 0; trade < session.Trades.Count; trade++)
        {
            List<(ulong Maker, ulong QuantityLots)> left = _made.TryGetValue(trade, out List<(ulong, ulong)>? made) ? [.. made] : [];
            foreach (RecordedFill recorded in session.Trades[trade].Fills)
            {
                if (left.Remove((recorded.Maker, recorded.QuantityLots))) exact++;
                else differences[recorded.Circumstance] = differences.GetValueOrDefault(recorded.Circumstance) + 1;
            }

            unrecorded += left.Count;
        }

        return new FillReport(session.FillCount, exact, differences, unrecorded);
    }

    /// <summary>Sums the reports of several copies.</summary>
    public static FillReport Sum(IEnumerable<FillReport> reports)
    {
        FillReport[] all = [.. reports];
        var differences = new SortedDictionary<FillCircumstance, long>();
        foreach ((FillCircumstance circumstance, long count) in all.SelectMany(static report => report.Differences))
            differences[circumstance] = differences.GetValueOrDefault(circumstance) + count;
        return new FillReport(all.Sum(static r => r.Total), all.Sum(static r => r.Exact), differences, all.Sum(static r => r.Unrecorded));
    }
}
