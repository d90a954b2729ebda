// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using FastLedger.Primitives.Commands;

namespace FastLedger.Load.OrderFlow;

/// <summary>Reads market-by-order rows from comma-separated text, plain or compressed by gzip, with the columns
/// <c>ts_event_ns, sequence, action, side, price, size, order_id, flags</c>.</summary>
public static class L3CsvReader
{
    private const string Header = "ts_event_ns,sequence,action,side,price,size,order_id,flags";
    /// <summary>Bit of the flags that marks a row of the opening snapshot.</summary>
    private const uint SnapshotFlag = 32;

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">Ends in <c>.gz</c> when compressed.</param>
    /// <param name="tick">Price of one tick, for example 0.25.</param>
    /// <exception cref="InvalidDataException">A row is malformed; the message names file and line.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static List<L3Event> Read(string path, decimal tick)
    {
        using FileStream file = File.OpenRead(path);
        if (!path.EndsWith(".gz", StringComparison.Ordinal)) return Read(new StreamReader(file), path, tick);
        using var plain = new GZipStream(file, CompressionMode.Decompress);
        return Read(new StreamReader(plain), path, tick);
    }

    /// <summary>Reads rows from text; <paramref name="name"/> stands in messages.</summary>
    /// <exception cref="InvalidDataException">A row is malformed.</exception>
    public static List<L3Event> Read(TextReader text, string name, decimal tick)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tick);
        string? header = text.ReadLine();
        if (header?.Trim() != Header) throw new InvalidDataException($"{name}: line 1: expected the columns \"{Header}\".");
        var events = new List<L3Event>();
        int line = 1;
        while (text.ReadLine() is { } row)
        {
            line++;
            if (row.Length == 0) continue;
            if (!TryParse(row, tick, out L3Event parsed)) throw new InvalidDataException($"{name}: line {line}: not a row of market-by-order data: \"{row}\".");
            events.Add(parsed);
        }

        return events;
    }

    private static bool TryParse(string row, decimal tick, out L3Event parsed)
    {
        parsed = default;
        Span<Range> columns = stackalloc Range[9];
        ReadOnlySpan<char> text = row;
        if (text.Split(columns, ',') != 8) return false;
        if (!long.TryParse(text[columns[0]], NumberStyles.None, CultureInfo.InvariantCulture, out long timestamp)) return false;
        if (!TryAction(text[columns[2]], out L3Action action) || !TrySide(text[columns[3]], out Side? side)) return false;
        if (!decimal.TryParse(text[columns[4]], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal price)) return false;
        if (!ulong.TryParse(text[columns[5]], NumberStyles.None, CultureInfo.InvariantCulture, out ulong size) || size == 0) return false;
        if (!ulong.TryParse(text[columns[6]], NumberStyles.None, CultureInfo.InvariantCulture, out ulong order)) return false;
        if (!uint.TryParse(text[columns[7]], NumberStyles.None, CultureInfo.InvariantCulture, out uint flags)) return false;
        decimal ticks = price / tick;
        if (ticks != decimal.Truncate(ticks) || ticks < 1 || ticks > long.MaxValue) return false;
        if (side is null && action is not (L3Action.Trade or L3Action.Fill)) return false;
        parsed = new L3Event(timestamp, action, side, (long)ticks, size, order, (flags & SnapshotFlag) != 0);
        return true;
    }

    private static bool TryAction(ReadOnlySpan<char> text, out L3Action action)
    {
        action = text switch
        {
            "A" => L3Action.Add,
            "C" => L3Action.Cancel,
            "M" => L3Action.Modify,
            "T" => L3Action.Trade,
            "F" => L3Action.Fill,
            _ => (L3Action)byte.MaxValue,
        };
        return action <= L3Action.Fill;
    }

    private static bool TrySide(ReadOnlySpan<char> text, out Side? side)
    {
        side = text switch { "B" => Side.Bid, "A" => Side.Ask, _ => null };
        return side is not null || text is "N";
    }
}
