// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using FastLedger.State.Checkpoints;
using FastLedger.Storage;

namespace FastLedger.State.Tests;

public sealed class PageBitmapTests
{
    private const uint Pages = 3 * 4096 + 70;

    [Fact]
    public void Runs_found_and_removed_are_those_of_a_sorted_set() =>
        Gen.Int[0, int.MaxValue].Sample(seed =>
        {
            var random = new Random(seed);
            using var bitmap = new PageBitmap(Pages);
            var model = new SortedSet<uint>();
            for (int round = 0; round < 200; round++)
            {
                uint first = (uint)random.Next((int)Pages), end = Math.Min(Pages, first + (uint)random.Next(200));
                for (uint page = first; page < end; page += 1 + (uint)random.Next(3))
                {
                    bitmap.Add(page);
                    model.Add(page);
                }

                uint from = (uint)random.Next((int)Pages + 1);
                uint[] expected = [.. model.Where(page => page >= from)];
                Assert.Equal(expected.Length > 0, bitmap.TryFindRun(from, out PageRun run));
                if (expected.Length == 0) continue;
                expected = [.. expected.TakeWhile(page => page / PageRun.Most == expected[0] / PageRun.Most)];
                Assert.Equal(expected, List(run));
                run = run.Take(1 + random.Next(PageRun.Most));
                Assert.Equal(expected[..run.Count], List(run));
                Assert.Equal((expected[0], expected[run.Count - 1]), (run.Lowest, run.Highest));
                bitmap.Remove(run);
                model.ExceptWith(List(run));
                Assert.Equal((uint)model.Count, bitmap.Count);
            }

            var left = new List<uint>();
            for (uint page = 0; bitmap.TryFind(page, out page); page++) left.Add(page);
            Assert.Equal(model, left);
        }, iter: 50);

    private static List<uint> List(PageRun run)
    {
        var pages = new List<uint>();
        for (; run.Pages != 0; run = run.WithoutLowest()) pages.Add(run.Lowest);
        return pages;
    }
}
