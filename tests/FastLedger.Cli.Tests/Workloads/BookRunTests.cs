// SPDX-License-Identifier: Apache-2.0
using FastLedger.Cli.Tests.OrderFlow;
using FastLedger.Load.Workloads;

namespace FastLedger.Cli.Tests.Workloads;

public class BookRunTests
{
    [Fact]
    public void The_book_ends_like_a_naive_one_on_the_published_stream()
    {
        BookCommand[] commands = BookStream.Generate(300_000);
        var naive = new NaiveBook();
        ulong trades = 0, volume = 0;
        long unknown = 0;
        void Fill(ulong maker, ulong lots)
        {
            trades++;
            volume += lots;
        }

        foreach (BookCommand command in commands)
        {
            if (command.Kind != BookCommandKind.Cancel) naive.Place(command.Order, command.Side, command.PriceTicks, command.QuantityLots, rests: true, Fill);
            else if (!naive.Cancel(command.Order)) unknown++;
        }

        using var run = new BookRun(commands);
        run.Run();
        Assert.True(trades > 10_000, "the stream trades");
        Assert.Equal((trades, volume, unknown, naive.Count), (run.Trades, (ulong)run.VolumeLots, run.UnknownCancels, (int)run.LiveOrders));
    }

    [Fact]
    public void Running_the_stream_allocates_nothing()
    {
        BookCommand[] commands = BookStream.Generate(50_000);
        using (var warm = new BookRun(commands)) warm.Run();
        using var run = new BookRun(commands);
        long before = System.GC.GetAllocatedBytesForCurrentThread();
        run.Run();
        Assert.Equal(0, System.GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
