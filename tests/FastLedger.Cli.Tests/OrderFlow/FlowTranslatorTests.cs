// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.IO;
using System.Linq;
using FastLedger.Load.OrderFlow;

namespace FastLedger.Cli.Tests.OrderFlow;

public class FlowTranslatorTests
{
    private const string Header = "ts_event_ns,sequence,action,side,price,size,order_id,flags\n";

    private static FlowSession Translate(string rows) => FlowTranslator.Translate(L3CsvReader.Read(new StringReader(Header + rows), "test", 1m));

    private static string Form(FlowCommand command) => $"{command.Kind} {command.Order} {command.PriceTicks}x{command.QuantityLots}";

    private static List<string> Commands(string rows) => [.. Translate(rows).Commands.Select(Form)];

    [Fact]
    public void The_opening_book_is_what_survives_the_auction_in_priority_order()
    {
        FlowSession session = Translate("""
            1,1,A,B,10,5,100,40
            1,1,A,A,12,5,101,40
            2,2,A,B,11,3,102,130
            2,3,A,A,11,3,103,130
            3,4,T,N,11,3,0,0
            3,4,F,N,11,3,102,0
            3,4,F,N,11,3,103,0
            3,5,C,B,11,3,102,130
            3,5,C,A,11,3,103,130
            4,6,A,B,9,1,104,130
            """);
        Assert.Equal(["Place 100 10x5", "Place 101 12x5", "Place 104 9x1"], session.Commands.Select(Form));
        Assert.Equal(2, session.OpeningCommands);
        Assert.Equal(2, session.FillCount);
        Assert.All(session.Trades[0].Fills, static fill => Assert.Equal(FillCircumstance.Auction, fill.Circumstance));
    }

    [Fact]
    public void A_trade_is_one_command_and_its_confirmations_are_none()
    {
        FlowSession session = Translate("""
            1,1,A,A,10,2,1,40
            1,1,A,A,10,5,2,40
            2,2,T,B,10,4,9,0
            2,2,F,A,10,2,1,0
            2,2,F,A,10,2,2,0
            2,3,C,A,10,2,1,0
            2,3,M,A,10,3,2,130
            """);
        Assert.Equal(["Place 1 10x2", "Place 2 10x5", "Trade 9 10x4"], session.Commands.Select(Form));
        Assert.Equal(2, session.Confirmations);
        Assert.Equal([new RecordedFill(1, 2, FillCircumstance.InPriority), new RecordedFill(2, 2, FillCircumstance.InPriority)], session.Trades[0].Fills);
    }

    [Fact]
    public void A_cancel_in_the_event_of_a_fill_is_sent_before_the_trade_unless_the_order_was_filled()
    {
        List<string> commands = Commands("""
            1,1,A,A,10,2,1,40
            1,1,A,A,10,5,2,40
            2,2,T,B,10,1,9,0
            2,2,F,A,10,1,2,0
            2,3,C,A,10,2,1,0
            2,3,C,A,10,4,2,130
            """);
        Assert.Equal(["Place 1 10x2", "Place 2 10x5", "Cancel 1 0x0", "Trade 9 10x1", "Cancel 2 0x0"], commands);
    }

    [Fact]
    public void A_fill_row_with_the_aggressors_own_id_is_skipped()
    {
        FlowSession session = Translate("""
            1,1,A,A,10,2,1,40
            1,1,A,B,9,2,9,40
            2,2,T,B,10,2,9,0
            2,2,F,B,10,2,9,0
            2,2,F,A,10,2,1,0
            """);
        Assert.Equal(1, session.FillCount);
        Assert.Equal(1ul, Assert.Single(session.Trades[0].Fills).Maker);
    }

    [Fact]
    public void A_new_size_after_the_shown_size_was_filled_is_an_icebergs_next_slice()
    {
        FlowSession session = Translate("""
            1,1,A,A,10,2,1,40
            2,2,T,B,10,5,9,0
            2,2,F,A,10,5,1,0
            2,3,M,A,10,2,1,130
            """);
        Assert.Equal(["Place 1 10x2", "Trade 9 10x5", "Place 1 10x2"], session.Commands.Select(Form));
        Assert.Equal(FillCircumstance.Iceberg, session.Trades[0].Fills[0].Circumstance);
    }

    [Fact]
    public void A_modify_is_an_amendment_of_the_open_quantity()
    {
        Assert.Equal(["Place 1 10x2", "Amend 1 10x1", "Amend 1 11x6"], Commands("""
            1,1,A,A,10,2,1,40
            2,2,M,A,10,1,1,130
            3,2,M,A,11,6,1,130
            """));
    }

    [Theory]
    [InlineData("1,1,X,A,10,2,1,40")]
    [InlineData("1,1,A,N,10,2,1,40")]
    [InlineData("1,1,A,A,10.5,2,1,40")]
    [InlineData("1,1,A,A,0,2,1,40")]
    [InlineData("1,1,A,A,10,0,1,40")]
    [InlineData("1,1,A,A,10,2,1")]
    [InlineData("1,1,A,A,10,2,1,40,7")]
    [InlineData("-1,1,A,A,10,2,1,40")]
    public void A_malformed_row_is_refused_with_its_line(string row)
    {
        var error = Assert.Throws<InvalidDataException>(() => Translate("1,1,A,A,10,2,1,40\n" + row));
        Assert.Contains("line 3", error.Message, System.StringComparison.Ordinal);
    }
}
