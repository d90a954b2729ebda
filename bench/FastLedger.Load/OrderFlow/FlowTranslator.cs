// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace FastLedger.Load.OrderFlow;

/// <summary>
/// Turns a recorded session into commands for a book that matches by itself.
/// <list type="bullet">
/// <item>The snapshot, and what happens before and in an opening auction, becomes one opening book: the surviving orders in priority
/// order. (Before the auction the recorded book is crossed; a continuous book would trade.)</item>
/// <item>Adds, cancels and modifies become orders, cancels and amendments of the open quantity.</item>
/// <item>A trade becomes an immediate-or-cancel order of its aggressor; fills are not commands but what must come out.</item>
/// <item>A cancel with the event time of a fill is sent before the trade, unless the cancelled order was filled in that event.</item>
/// <item>A cancel or modify that only repeats what a fill has done is not sent. A modify that shows a new size after the shown size was
/// filled is an iceberg's next slice: a new order at the back.</item>
/// <item>Fill rows with the aggressor's own id are skipped.</item>
/// </list>
/// The commands depend on the record alone, never on answers.
/// </summary>
public sealed class FlowTranslator
{
    private readonly RecordedBook _book = new();
    private readonly List<FlowCommand> _commands = [];
    private readonly List<RecordedTrade> _trades = [];
    private readonly HashSet<ulong> _makers = [];
    private int _fills, _confirmations, _unknown;
    private bool _hasSelfMatchCancel;

    private FlowTranslator()
    {
    }

    /// <summary>Translates the rows of a whole session.</summary>
    public static FlowSession Translate(IReadOnlyList<L3Event> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        var translator = new FlowTranslator();
        var rows = new List<L3Event>(events);
        int opening = OpeningLength(rows);
        translator.FoldOpening(CollectionsMarshal.AsSpan(rows)[..opening]);
        int openingCommands = translator._commands.Count;
        for (int start = opening; start < rows.Count;)
        {
            int end = start + 1;
            while (end < rows.Count && rows[end].TimestampNs == rows[start].TimestampNs) end++;
            translator.TranslateEvent(CollectionsMarshal.AsSpan(rows)[start..end]);
            start = end;
        }

        return translator.Finish(rows.Count, openingCommands);
    }

    /// <summary>Rows of the snapshot and, when the first trade is an auction's, everything up to the end of that event.</summary>
    private static int OpeningLength(List<L3Event> rows)
    {
        int length = 0;
        while (length < rows.Count && rows[length].IsSnapshot) length++;
        int first = rows.FindIndex(length, static row => row.Action == L3Action.Trade);
        if (first < 0 || rows[first].Side is not null) return length;
        long auctionNs = rows[first].TimestampNs;
        while (first < rows.Count && rows[first].TimestampNs == auctionNs) first++;
        return first;
    }

    private void FoldOpening(ReadOnlySpan<L3Event> rows)
    {
        List<RecordedFill>? auction = null;
        foreach (L3Event row in rows)
        {
            switch (row.Action)
            {
                case L3Action.Trade:
                    _trades.Add(new RecordedTrade(row.TimestampNs, 0, auction = []));
                    break;
                case L3Action.Fill:
                    auction?.Add(new RecordedFill(row.Order, row.Size, FillCircumstance.Auction));
                    _fills++;
                    break;
                case L3Action.Cancel:
                    _book.Remove(row.Order);
                    break;
                case L3Action.Modify when _book.Find(row.Order) is { } known:
                    _book.Modify(row.Order, known, row.PriceTicks, row.Size);
                    break;
                default:
                    _book.Remove(row.Order);
                    _book.Add(row.Order, row.Side!.Value, row.PriceTicks, row.Size);
                    break;
            }
        }

        foreach ((ulong order, RecordedBook.Order state) in _book.InPriority())
            _commands.Add(new FlowCommand(FlowCommandKind.Place, state.Side, order, state.PriceTicks, (ulong)state.Open, -1));
    }

    /// <summary>Translates the rows of one event time.</summary>
    private void TranslateEvent(ReadOnlySpan<L3Event> rows)
    {
        _makers.Clear();
        _hasSelfMatchCancel = false;
        foreach (L3Event row in rows)
        {
            if (row.Action == L3Action.Fill) _makers.Add(row.Order);
        }

        if (_makers.Count != 0)
        {
            foreach (L3Event row in rows)
            {
                if (!IsEarlyCancel(row)) continue;
                _hasSelfMatchCancel = true;
                Cancel(row);
            }
        }

        for (int i = 0; i < rows.Length; i++)
        {
            L3Event row = rows[i];
            switch (row.Action)
            {
                case L3Action.Trade:
                    i += Trade(row, rows[(i + 1)..]);
                    break;
                case L3Action.Add:
                    Place(row, isSlice: false);
                    break;
                case L3Action.Modify:
                    Modify(row);
                    break;
                case L3Action.Cancel when _book.Find(row.Order) is not null:
                    Cancel(row);
                    break;
                case L3Action.Cancel when !IsEarlyCancelled(row):
                    _unknown++;
                    break;
            }
        }
    }

    private bool IsEarlyCancel(in L3Event row) => row.Action == L3Action.Cancel && !_makers.Contains(row.Order) && _book.Find(row.Order) is not null;

    private bool IsEarlyCancelled(in L3Event row) => _hasSelfMatchCancel && !_makers.Contains(row.Order);

    /// <summary>Translates a trade and reads the fills that follow it.</summary>
    /// <returns>How many rows were fills.</returns>
    private int Trade(in L3Event trade, ReadOnlySpan<L3Event> following)
    {
        int count = 0;
        while (count < following.Length && following[count].Action == L3Action.Fill) count++;
        var fills = new List<RecordedFill>(count);
        foreach (L3Event fill in following[..count])
        {
            if (fill.Order == trade.Order) continue;
            fills.Add(new RecordedFill(fill.Order, fill.Size, Judge(trade, fill)));
            if (_book.Find(fill.Order) is { } maker) maker.Open -= (long)fill.Size;
        }

        _fills += fills.Count;
        if (trade.Side is { } side) _commands.Add(new FlowCommand(FlowCommandKind.Trade, side, trade.Order, trade.PriceTicks, trade.Size, _trades.Count));
        _trades.Add(new RecordedTrade(trade.TimestampNs, trade.Side is null ? 0 : trade.Order, fills));
        return count;
    }

    private FillCircumstance Judge(in L3Event trade, in L3Event fill)
    {
        if (trade.Side is null) return FillCircumstance.Auction;
        if (_book.Find(fill.Order) is not { } maker || maker.Open < (long)fill.Size) return FillCircumstance.Iceberg;
        if (_book.IsFirst(fill.Order)) return FillCircumstance.InPriority;
        return _hasSelfMatchCancel ? FillCircumstance.SelfMatchCancel
            : maker.IsSlice ? FillCircumstance.IcebergSlice : FillCircumstance.OutOfPriority;
    }

    private void Place(in L3Event row, bool isSlice)
    {
        _book.Remove(row.Order);
        _book.Add(row.Order, row.Side!.Value, row.PriceTicks, row.Size, isSlice);
        _commands.Add(new FlowCommand(FlowCommandKind.Place, row.Side.Value, row.Order, row.PriceTicks, row.Size, -1));
    }

    private void Modify(in L3Event row)
    {
        if (_book.Find(row.Order) is not { } known)
        {
            Place(row, isSlice: false);
            return;
        }

        bool repeatsFill = _makers.Contains(row.Order) && known.PriceTicks == row.PriceTicks && known.Open == (long)row.Size;
        if (repeatsFill)
        {
            _confirmations++;
        }
        else if (known.Open <= 0)
        {
            Place(row, isSlice: true);
        }
        else
        {
            _book.Modify(row.Order, known, row.PriceTicks, row.Size);
            _commands.Add(new FlowCommand(FlowCommandKind.Amend, known.Side, row.Order, row.PriceTicks, row.Size, -1));
        }
    }

    private void Cancel(in L3Event row)
    {
        RecordedBook.Order known = _book.Find(row.Order)!;
        _book.Remove(row.Order);
        if (known.Open <= 0) _confirmations++;
        else _commands.Add(new FlowCommand(FlowCommandKind.Cancel, known.Side, row.Order, 0, 0, -1));
    }

    private FlowSession Finish(int rows, int openingCommands)
    {
        long highest = 1;
        UInt128 notional = 0;
        ulong quantity = 0;
        foreach (FlowCommand command in _commands)
        {
            highest = Math.Max(highest, command.PriceTicks);
            notional += (UInt128)command.PriceTicks * command.QuantityLots;
            quantity += command.QuantityLots;
        }

        return new FlowSession
        {
            Commands = _commands,
            OpeningCommands = openingCommands,
            Trades = _trades,
            FillCount = _fills,
            Rows = rows,
            Confirmations = _confirmations,
            UnknownReferences = _unknown,
            HighestPriceTicks = highest,
            NotionalTicks = notional,
            QuantityLots = quantity,
        };
    }
}
