// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Linq;
using FastLedger.Load.OrderFlow;
using Xunit.Abstractions;

namespace FastLedger.Cli.Tests.OrderFlow;

public class RecordedSessionTests(ITestOutputHelper output)
{
    private static FlowSession Translate() => FlowTranslator.Translate(L3CsvReader.Read(RecordedSession.Find()!, RecordedSession.Tick));

    [RecordedSessionFact]
    public void A_plain_price_time_book_reproduces_at_least_96_per_cent_of_the_recorded_fills()
    {
        FlowSession session = Translate();
        (FillReport report, int refused) = Run(session);
        output.WriteLine($"{session.Rows} rows, {session.Commands.Count} commands ({session.OpeningCommands} for the opening book), "
            + $"{session.Confirmations} confirmations, {refused} refused");
        output.WriteLine($"{report.Exact} of {report.Total} fills exact ({report.ExactShare:P2}), {report.Unrecorded} unrecorded");
        foreach ((FillCircumstance circumstance, long count) in report.Differences) output.WriteLine($"{circumstance}: {count}");
        Assert.True(report.ExactShare >= 0.96, $"{report.ExactShare:P2}");
    }

    [RecordedSessionFact]
    public void Every_recorded_fill_is_exact_or_explained()
    {
        FillReport report = Run(Translate()).Report;
        Assert.Equal(report.Total, report.Exact + report.Differences.Values.Sum());
    }

    [RecordedSessionFact]
    public void A_book_that_ignores_time_priority_is_found_out()
    {
        FlowSession session = Translate();
        var youngestFirst = new FillComparison(session);
        foreach (FlowCommand command in session.Commands.Where(static command => command.Kind == FlowCommandKind.Trade))
        {
            IReadOnlyList<RecordedFill> fills = session.Trades[command.Trade].Fills;
            if (fills.Count > 1) youngestFirst.Add(command.Trade, fills[^1].Maker, command.QuantityLots);
        }

        Assert.True(youngestFirst.Report().ExactShare < 0.5);
    }

    private static (FillReport Report, int Refused) Run(FlowSession session)
    {
        var comparison = new FillComparison(session);
        var book = new NaiveBook();
        int refused = 0;
        foreach (FlowCommand command in session.Commands)
        {
            void Fill(ulong maker, ulong lots) => comparison.Add(command.Trade, maker, lots);
            switch (command.Kind)
            {
                case FlowCommandKind.Cancel:
                    if (!book.Cancel(command.Order)) refused++;
                    break;
                case FlowCommandKind.Amend:
                    if (!book.Amend(command.Order, command.PriceTicks, command.QuantityLots, Fill)) refused++;
                    break;
                default:
                    book.Place(command.Order, command.Side, command.PriceTicks, command.QuantityLots, command.Kind == FlowCommandKind.Place, Fill);
                    break;
            }
        }

        return (comparison.Report(), refused);
    }
}
