// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Globalization;
using FastLedger.Domain;
using FastLedger.Domain.Trading;
using FastLedger.Node.Recovery;
using FastLedger.Primitives.Commands;
using Spectre.Console;

namespace FastLedger.Cli.Verbs;

/// <summary>Shows the depth of an order book.</summary>
internal static class BookListing
{
    public static int Run(Presenter presenter, OfflineReplica replica, uint number, int limit)
    {
        Ledger ledger = replica.Ledger;
        if (!ledger.Instruments.Has(number)) throw new VerbException(ExitCode.FailedCheck, $"There is no instrument {number}.");
        ref readonly InstrumentRecord instrument = ref ledger.Instruments[number];
        var result = new Result(
            true, number, instrument.State, instrument.BaseAsset, instrument.QuoteAsset, instrument.OrderCount, instrument.LastPriceTicks,
            instrument.TradeCount, instrument.VolumeLots.ToString(CultureInfo.InvariantCulture),
            Levels(ledger, instrument.BestBid, limit), Levels(ledger, instrument.BestAsk, limit), replica.StateRoot.ToString());
        if (presenter.IsJson) presenter.Write(result);
        else Show(presenter.Results, result);
        return ExitCode.Ok;
    }

    private static List<Level> Levels(Ledger ledger, uint best, int limit)
    {
        var levels = new List<Level>();
        for (uint number = best; number != 0 && levels.Count < limit; number = ledger.Books.NextLevel(number))
        {
            ref readonly PriceLevelRecord level = ref ledger.PriceLevels[number];
            levels.Add(new Level(level.PriceTicks, level.QuantityLots, level.OrderCount));
        }

        return levels;
    }

    private static void Show(IAnsiConsole console, Result r)
    {
        console.MarkupLineInterpolated($"instrument [bold]{r.Instrument}[/] ({r.State}), assets {r.BaseAsset}/{r.QuoteAsset}: {r.Orders} orders, last price {r.LastPriceTicks}, {r.Trades} trades");
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("orders", "lots", "bid", "ask", "lots", "orders");
        for (int i = 0; i < System.Math.Max(r.Bids.Count, r.Asks.Count); i++)
        {
            Level? bid = i < r.Bids.Count ? r.Bids[i] : null, ask = i < r.Asks.Count ? r.Asks[i] : null;
            table.AddRow(
                Text(bid?.Orders), Text(bid?.QuantityLots), Text((ulong?)bid?.PriceTicks), Text((ulong?)ask?.PriceTicks), Text(ask?.QuantityLots), Text(ask?.Orders));
        }

        console.Write(table);
    }

    private static string Text(ulong? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    private sealed record Level(long PriceTicks, ulong QuantityLots, uint Orders);

    private sealed record Result(
        bool Ok, uint Instrument, InstrumentState State, uint BaseAsset, uint QuoteAsset, uint Orders, long LastPriceTicks, ulong Trades,
        string VolumeLots, List<Level> Bids, List<Level> Asks, string StateRoot);
}
