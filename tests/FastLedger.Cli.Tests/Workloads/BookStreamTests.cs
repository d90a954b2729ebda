// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Linq;
using FastLedger.Load.Workloads;
using FastLedger.Primitives.Commands;

namespace FastLedger.Cli.Tests.Workloads;

public class BookStreamTests
{
    private static readonly BookCommand[] Stream = BookStream.Generate(200_000);

    [Fact]
    public void The_generator_gives_the_sequence_of_an_independent_one()
    {
        // Computed with arbitrary-precision integers and a mask in another language.
        var random = new XorShift64(XorShift64.PublishedSeed);
        Assert.Equal([8748534153485358512ul, 3040900993826735515ul, 3453997556048239312ul], [random.Next(), random.Next(), random.Next()]);
    }

    [Fact]
    public void The_first_2000_commands_are_adds_on_both_sides()
    {
        BookCommand[] opening = Stream[..BookStream.OpeningAdds];
        Assert.All(opening, static command => Assert.Equal(BookCommandKind.Add, command.Kind));
        Assert.Equal(2, opening.Select(static command => command.Side).Distinct().Count());
    }

    [Fact]
    public void The_shares_are_48_47_and_5_per_cent()
    {
        BookCommand[] later = Stream[BookStream.OpeningAdds..];
        double Share(BookCommandKind kind) => 100.0 * later.Count(command => command.Kind == kind) / later.Length;
        Assert.InRange(Share(BookCommandKind.Add), 47.5, 48.5);
        Assert.InRange(Share(BookCommandKind.Cancel), 46.5, 47.5);
        Assert.InRange(Share(BookCommandKind.Aggress), 4.5, 5.5);
    }

    [Fact]
    public void Prices_and_quantities_are_in_their_ranges()
    {
        foreach (BookCommand command in Stream)
        {
            switch (command.Kind)
            {
                case BookCommandKind.Add:
                    Assert.InRange(command.PriceTicks, command.Side == Side.Bid ? 9_950 : 10_001, command.Side == Side.Bid ? 9_999 : 10_050);
                    Assert.True(command.QuantityLots is >= 100 and <= 1_000 && command.QuantityLots % 100 == 0);
                    break;
                case BookCommandKind.Aggress:
                    Assert.Equal(command.Side == Side.Bid ? 10_005 : 9_995, command.PriceTicks);
                    Assert.True(command.QuantityLots is >= 100 and <= 500 && command.QuantityLots % 100 == 0);
                    break;
            }
        }
    }

    [Fact]
    public void A_cancel_names_an_order_that_was_added_and_not_cancelled()
    {
        var live = new Dictionary<uint, Side>();
        foreach (BookCommand command in Stream)
        {
            if (command.Kind == BookCommandKind.Add)
            {
                live.Add(command.Order, command.Side);
            }
            else if (command.Kind == BookCommandKind.Cancel)
            {
                Assert.True(live.Remove(command.Order, out Side side));
                Assert.Equal(side, command.Side);
            }
        }
    }
}
