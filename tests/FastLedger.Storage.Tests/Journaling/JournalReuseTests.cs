// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;

namespace FastLedger.Storage.Tests;

/// <summary>Segment files of a truncated journal that become later segments.</summary>
public class JournalReuseTests
{
    private const int InputOutputError = 5, NotSupported = 95, SparesKept = 8;

    [Fact]
    public void Files_of_a_truncated_journal_become_its_next_segments()
    {
        JournalScenario scenario = JournalScenario.Written(1, 60);
        Random random = new(1);
        using Journal journal = scenario.Open();
        journal.TruncateBefore(journal.FindAnchor((ulong)scenario.Model.Count));
        Assert.InRange(Spares(scenario).Count, SparesKept + 1, 100); // all of them
        SimulatedContent[] spares = [.. Spares(scenario).Select(path => scenario.Files.Names[path])];
        while (Spares(scenario).Count > 0) scenario.CommitGroup(journal.Writer, random, 4);
        Assert.All(spares, spare => Assert.Contains(spare, scenario.Files.Names.Values));
        for (int i = 0; i < 10; i++) scenario.CommitGroup(journal.Writer, random, 4);
        Assert.InRange(First(scenario), 2UL, (ulong)scenario.Model.Count);
    }

    [Fact]
    public void Files_that_are_not_used_again_are_given_up_one_by_one()
    {
        JournalScenario scenario = JournalScenario.Written(3, 60);
        Random random = new(3);
        using Journal journal = scenario.Open();
        journal.TruncateBefore(journal.FindAnchor((ulong)scenario.Model.Count));
        int spares = Spares(scenario).Count;
        for (int i = 0; i < spares; i++) journal.TruncateBefore(journal.FindAnchor((ulong)scenario.Model.Count));
        Assert.Equal(SparesKept, Spares(scenario).Count);
        for (int i = 0; i < 60; i++) scenario.CommitGroup(journal.Writer, random, 4);
        Assert.InRange(First(scenario), 2UL, (ulong)scenario.Model.Count);
    }

    [Theory]
    [InlineData(NotSupported)]
    [InlineData(0)]
    public void A_file_that_cannot_be_made_zero_or_has_another_size_is_made_anew(int errno)
    {
        JournalScenario scenario = JournalScenario.Written(2, 60);
        Random random = new(2);
        using Journal journal = scenario.Open();
        journal.TruncateBefore(journal.FindAnchor((ulong)scenario.Model.Count));
        List<string> spares = Spares(scenario);
        if (errno == 0) foreach (string spare in spares) scenario.Files.SetBytes(spare, [1, 2, 3]);
        int refused = 0;
        scenario.Files.Fault = (operation, path, _) => operation == "fallocate" && path.EndsWith("segment.new", StringComparison.Ordinal)
            && scenario.Files.Names[path].Length > 0 && refused++ >= 0 ? errno : 0;
        while (Spares(scenario).Count > 0) scenario.CommitGroup(journal.Writer, random, 4);
        Assert.True(errno == 0 || refused >= spares.Count);
        Assert.InRange(First(scenario), 2UL, (ulong)scenario.Model.Count);
    }

    [Fact]
    public void A_crash_or_an_error_at_any_call_while_files_are_used_again_loses_nothing_that_was_durable() =>
        Gen.Int.Sample(
            seed =>
            {
                Random random = new(seed);
                JournalScenario scenario = JournalScenario.Written(seed, 30);
                for (int life = 0; life < 4; life++)
                {
                    int durable = scenario.Model.Count;
                    using (Journal journal = scenario.Open())
                    {
                        int limit = scenario.Files.OperationCount + random.Next(120);
                        scenario.Files.Fault = (_, _, ordinal) => ordinal >= limit ? InputOutputError : 0;
                        try
                        {
                            for (int i = 0; i < 20; i++)
                            {
                                if (i % 8 == 0) journal.TruncateBefore(journal.FindAnchor((ulong)durable));
                                scenario.CommitGroup(journal.Writer, random, 4);
                                durable = scenario.Model.Count;
                            }
                        }
                        catch (StorageFaultException)
                        {
                            Assert.True(scenario.Files.OperationCount >= limit);
                        }
                    }

                    scenario.Files = random.Next(3) == 0 ? scenario.Files.AfterKill() : scenario.Files.AfterPowerLoss(random);
                    (_, ulong last) = scenario.ReadAll();
                    Assert.InRange((int)last, durable, scenario.Model.Count);
                    scenario.Model.RemoveRange((int)last, scenario.Model.Count - (int)last);
                }
            },
            iter: 300,
            threads: 1);

    private static List<string> Spares(JournalScenario scenario) =>
        [.. scenario.Files.Names.Keys.Where(static path => path.Contains("/spare-", StringComparison.Ordinal))];

    private static ulong First(JournalScenario scenario)
    {
        (ulong first, ulong last) = scenario.ReadAll();
        Assert.Equal((ulong)scenario.Model.Count, last);
        return first;
    }
}
