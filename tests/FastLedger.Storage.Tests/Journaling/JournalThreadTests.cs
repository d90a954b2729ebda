// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Threading;

namespace FastLedger.Storage.Tests;

/// <summary>Real files and real threads; every wait ends by what another thread does, not by time.</summary>
public class JournalThreadTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Theory]
    [InlineData(Durability.None)]
    [InlineData(Durability.Write)]
    [InlineData(Durability.Fsync)]
    public void Many_entries_pass_a_small_ring_while_others_watch_them_become_durable(Durability durability)
    {
        using TemporaryDirectory directory = new();
        const int Count = 3000;
        List<ModelEntry> model = [];
        Random random = new(7);
        for (int i = 0; i < Count; i++) model.Add(ModelEntry.Random(random, 8000));
        using (Journal journal = Open(directory, durability))
        {
            JournalWriter writer = journal.Writer;
            bool stop = false;
            Exception? failure = null;
            Thread committer = Start(() =>
            {
                while (!Volatile.Read(ref stop))
                {
                    writer.WaitForWork(Patience);
                    writer.CommitGroup();
                }
            });
            Thread watcher = Start(() =>
            {
                ulong seen = 0;
                while (seen < Count)
                {
                    Assert.True(writer.WaitForDurable(seen + 1, Patience));
                    ulong now = writer.DurableIndex;
                    Assert.True(now > seen);
                    seen = now;
                }
            });
            foreach (ModelEntry entry in model)
            {
                entry.AppendTo(writer, random);
                writer.Wake();
            }

            Assert.True(writer.WaitForDurable(Count, Patience));
            watcher.Join();
            Volatile.Write(ref stop, true);
            writer.Wake();
            committer.Join();
            Assert.Null(failure);
            writer.Seal();

            Thread Start(Action action)
            {
                Thread thread = new(() =>
                {
                    try
                    {
                        action();
                    }
                    catch (Exception e)
                    {
                        failure = e;
                    }
                });
                thread.Start();
                return thread;
            }
        }

        using JournalReader reader = new(directory.Path, ModelEntry.BatchDigest);
        JournalEnd end = ModelEntry.AssertPrefix(reader, model);
        Assert.Equal(durability == Durability.None ? (0UL, JournalEndKind.Clean) : (Count, JournalEndKind.Sealed), (end.LastIndex, end.Kind));
    }

    [Fact]
    public void Waking_ends_a_wait_without_work()
    {
        using TemporaryDirectory directory = new();
        using Journal journal = Open(directory, Durability.Write);
        JournalWriter writer = journal.Writer;
        bool? result = null;
        Thread waiter = new(() => result = writer.WaitForWork(Timeout.InfiniteTimeSpan));
        waiter.Start();
        writer.Wake();
        waiter.Join();
        Assert.False(result);
        Assert.False(writer.WaitForWork(TimeSpan.Zero));
        new ModelEntry(JournalEntryKind.Block, 1, 1, [1]).AppendTo(writer, new Random(1));
        Assert.True(writer.WaitForWork(Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public void An_appender_that_waits_for_space_learns_of_a_fault()
    {
        JournalScenario scenario = new();
        using Journal journal = scenario.Open();
        JournalWriter writer = journal.Writer;
        scenario.Files.Fault = static (operation, _, _) => operation == "pwrite" ? 5 : 0;
        Exception? seen = null;
        Thread appender = new(() =>
        {
            Random random = new(1);
            seen = Record.Exception((Action)(() =>
            {
                while (true) ModelEntry.Random(random, JournalScenario.MaximumPayload).AppendTo(writer, random);
            }));
        });
        appender.Start();
        Assert.True(writer.WaitForWork(Patience)); // only a full ring wakes this committer, or what was appended before it looked
        Assert.Throws<StorageFaultException>(() => writer.CommitGroup());
        appender.Join();
        Assert.IsType<StorageFaultException>(seen);
    }

    [Fact]
    public void The_largest_payload_passes_and_is_read_back()
    {
        using TemporaryDirectory directory = new();
        List<ModelEntry> model = [];
        using (Journal journal = Open(directory, Durability.Write))
        {
            Random random = new(3);
            for (int i = 0; i < 6; i++)
            {
                ModelEntry entry = new(JournalEntryKind.Batch, 1, 2, new byte[journal.Writer.MaximumPayloadBytes]);
                random.NextBytes(entry.Payload);
                model.Add(entry);
                entry.AppendTo(journal.Writer, random);
                journal.Writer.CommitGroup();
            }
        }

        using JournalReader reader = new(directory.Path, ModelEntry.BatchDigest);
        Assert.Equal(6UL, ModelEntry.AssertPrefix(reader, model).LastIndex);
    }

    private static Journal Open(TemporaryDirectory directory, Durability durability) => Journal.Open(new JournalOptions
    {
        Directory = directory.Path,
        SegmentBytes = 1 << 20,
        RingBytes = 1 << 16,
        GroupBytes = 1 << 14,
        Durability = durability,
        PayloadDigest = ModelEntry.BatchDigest,
    });
}
