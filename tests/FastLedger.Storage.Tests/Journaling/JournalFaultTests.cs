// SPDX-License-Identifier: Apache-2.0
using System;
using CsCheck;

namespace FastLedger.Storage.Tests;

public class JournalFaultTests
{
    private const int InputOutputError = 5;
    private const int NoSpace = 28;

    [Theory]
    [InlineData(InputOutputError)]
    [InlineData(NoSpace)]
    public void Any_call_that_fails_stops_the_journal_and_nothing_it_promised_is_lost(int errno)
    {
        int stopped = 0;
        for (int failing = 0; ; failing++)
        {
            JournalScenario scenario = new();
            int limit = failing;
            scenario.Files.Fault = (_, _, ordinal) => ordinal == limit ? errno : 0;
            ulong promised = 0;
            StorageFaultException? fault = Run(scenario, 1234, ref promised);
            if (fault is null)
            {
                Assert.True(scenario.Files.OperationCount <= failing, "a failed call went unnoticed");
                break;
            }

            stopped++;
            Assert.Equal(errno, fault.Errno);
            scenario.Files.Fault = null;
            AssertRecovers(scenario, scenario.Files.AfterPowerLoss(new Random(failing)), promised);
            AssertRecovers(scenario, scenario.Files.AfterKill(), promised);
        }

        Assert.True(stopped > 50, $"only {stopped} calls were tried");
    }

    [Fact]
    public void A_failed_sync_is_never_tried_again_and_reports_nothing_durable()
    {
        JournalScenario scenario = new();
        Random random = new(1);
        Journal journal = scenario.Open();
        scenario.CommitGroup(journal.Writer, random, 3);
        new ModelEntry(JournalEntryKind.Batch, 1, 1, [1]).AppendTo(journal.Writer, random);
        scenario.Files.Fault = static (operation, _, _) => operation == "fdatasync" ? InputOutputError : 0;
        scenario.Files.Calls.Clear();
        StorageFaultException first = Assert.Throws<StorageFaultException>(() => journal.Writer.CommitGroup());
        Assert.Equal(("fdatasync", InputOutputError, JournalScenario.Segment(0)), (first.Operation, first.Errno, first.File));
        scenario.Files.Fault = null;
        Assert.Throws<StorageFaultException>(() => journal.Writer.CommitGroup());
        Assert.Throws<StorageFaultException>(() => journal.Writer.Seal());
        Assert.Throws<StorageFaultException>(() => journal.Writer.WaitForDurable(4, TimeSpan.FromSeconds(60)));
        Assert.Equal(3UL, journal.Writer.DurableIndex);
        Assert.Equal(1, scenario.Files.Calls["fdatasync"]);
        journal.Dispose();
    }

    [Fact]
    public void A_full_device_names_file_offset_and_cause()
    {
        JournalScenario scenario = new();
        using Journal journal = scenario.Open();
        new ModelEntry(JournalEntryKind.Batch, 1, 1, [1]).AppendTo(journal.Writer, new Random(1));
        scenario.Files.Fault = static (operation, _, _) => operation == "pwrite" ? NoSpace : 0;
        StorageFaultException fault = Assert.Throws<StorageFaultException>(() => journal.Writer.CommitGroup());
        Assert.Equal((JournalScenario.Segment(0), 128L, NoSpace), (fault.File, fault.Offset, fault.Errno));
        Assert.Contains("No space left on device", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Transfers_cut_short_or_interrupted_are_carried_on()
    {
        JournalScenario scenario = new();
        Random lengths = new(5);
        scenario.Files.TransferLimit = length => Math.Min(length, lengths.Next(1, 700));
        scenario.Files.Fault = (operation, _, _) => operation is "pread" or "pwrite" && lengths.Next(3) == 0 ? 4 : 0;
        ulong promised = 0;
        Assert.Null(Run(scenario, 77, ref promised));
        using JournalReader reader = scenario.Reader();
        Assert.Equal(promised, ModelEntry.AssertPrefix(reader, scenario.Model).LastIndex);
    }

    [Fact]
    public void A_device_that_takes_nothing_and_reports_no_error_is_a_fault()
    {
        JournalScenario scenario = new();
        using Journal journal = scenario.Open();
        new ModelEntry(JournalEntryKind.Batch, 1, 1, [1]).AppendTo(journal.Writer, new Random(1));
        scenario.Files.TransferLimit = static _ => 0;
        Assert.Throws<StorageFaultException>(() => journal.Writer.CommitGroup());
        Assert.Equal(0UL, journal.Writer.DurableIndex);
    }

    [Fact]
    public void Power_loss_at_any_call_keeps_everything_promised_and_is_never_taken_for_damage() =>
        Gen.Int.Sample(
            seed =>
            {
                Random random = new(seed);
                JournalScenario scenario = new() { DirectBytes = 1500 * random.Next(4) };
                for (int life = 0; life < 4; life++)
                {
                    int limit = random.Next(120);
                    scenario.Files.Fault = (_, _, ordinal) => ordinal >= limit ? InputOutputError : 0;
                    ulong promised = (ulong)0;
                    Run(scenario, random.Next(), ref promised, keepModel: true);
                    scenario.Files = random.Next(3) == 0 ? scenario.Files.AfterKill() : scenario.Files.AfterPowerLoss(random);
                    using (JournalReader reader = scenario.Reader())
                    {
                        ulong last = ModelEntry.AssertPrefix(reader, scenario.Model).LastIndex;
                        Assert.True(last >= promised, $"{promised} was promised, {last} is there");
                        scenario.Model.RemoveRange((int)last, scenario.Model.Count - (int)last);
                    }
                }
            },
            iter: 4000,
            threads: 1);

    /// <summary>Opens, appends random groups and seals, until something fails.</summary>
    private static StorageFaultException? Run(JournalScenario scenario, int seed, ref ulong promised, bool keepModel = false)
    {
        Random random = new(seed);
        if (!keepModel) scenario.Model.Clear();
        Journal? journal = null;
        try
        {
            journal = scenario.Open();
            promised = journal.Writer.DurableIndex;
            scenario.Model.RemoveRange((int)promised, scenario.Model.Count - (int)promised);
            for (int group = 0; group < 12; group++)
            {
                int entries = random.Next(1, 5);
                for (int i = 0; i < entries; i++)
                {
                    ModelEntry entry = ModelEntry.Random(random, JournalScenario.MaximumPayload);
                    scenario.Model.Add(entry);
                    entry.AppendTo(journal.Writer, random);
                    if (random.Next(4) == 0) _ = journal.Writer.TryWriteAhead();
                }

                promised = journal.Writer.CommitGroup();
                Assert.Equal((ulong)scenario.Model.Count, promised);
            }

            if (random.Next(2) == 0) journal.Writer.Seal();
            return null;
        }
        catch (StorageFaultException fault)
        {
            if (journal is not null) promised = Math.Max(promised, journal.Writer.DurableIndex);
            return fault;
        }
        finally
        {
            journal?.Dispose();
        }
    }

    private static void AssertRecovers(JournalScenario scenario, SimulatedFileSystem survivor, ulong promised)
    {
        JournalScenario recovered = new() { Files = survivor };
        recovered.Model.AddRange(scenario.Model);
        using Journal journal = recovered.Open();
        using JournalReader reader = journal.OpenReader();
        ulong last = ModelEntry.AssertPrefix(reader, recovered.Model).LastIndex;
        Assert.Equal(last, journal.RecoveredEnd.LastIndex);
        Assert.True(last >= promised, $"{promised} was promised, {last} is there");
        recovered.Model.RemoveRange((int)last, recovered.Model.Count - (int)last);
        recovered.CommitGroup(journal.Writer, new Random(1), 2);
    }
}
