// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace FastLedger.Cli.Clearing;

/// <summary>Liquidity over the day, one line per mode, as SVG.</summary>
internal static class LiquidityChart
{
    private const double Width = 960, Height = 540, OpensAt = 7, ClosesAt = 18, MinorPerMillion = 1e8;

    /// <summary>Writes the chart.</summary>
    public static void Write(string path, PaymentDay day, long credit, IReadOnlyList<DayResult> results)
    {
        var model = new PlotModel
        {
            Title = FormattableString.Invariant($"Liquidity drawn by {day.Banks} banks over {day.Count:N0} payments, credit line {credit / 100.0:N2} each"),
        };
        model.Legends.Add(new Legend { LegendPosition = LegendPosition.TopLeft });
        model.Axes.Add(new LinearAxis { Position = AxisPosition.Bottom, Title = "hour of the simulated day", Minimum = OpensAt, Maximum = ClosesAt });
        model.Axes.Add(new LinearAxis { Position = AxisPosition.Left, Title = "millions drawn, all banks", Minimum = 0 });
        foreach (DayResult result in results)
        {
            var line = new LineSeries { Title = FormattableString.Invariant($"{Name(result.Mode)}: {result.Settled:N0} settled") };
            line.Points.Add(new DataPoint(OpensAt, 0));
            for (int i = 0; i < result.Drawn.Length; i++)
                line.Points.Add(new DataPoint(OpensAt + ((ClosesAt - OpensAt) * (i + 1) / result.Drawn.Length), result.Drawn[i] / MinorPerMillion));
            model.Series.Add(line);
        }

        using FileStream file = File.Create(path);
        new SvgExporter { Width = Width, Height = Height }.Export(model, file);
    }

    /// <summary>The mode as it is written on the command line.</summary>
    public static string Name(SettlementMode mode) => mode switch
    {
        SettlementMode.Rtgs => "rtgs",
        SettlementMode.Bypass => "bypass",
        SettlementMode.Lsm => "lsm",
        _ => "dns",
    };
}
