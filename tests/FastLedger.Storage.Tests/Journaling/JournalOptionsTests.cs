// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Storage.Tests;

public class JournalOptionsTests
{
    public static TheoryData<JournalOptions> Wrong =>
    [
        new JournalOptions { Directory = string.Empty },
        new JournalOptions { Directory = "/x", SegmentBytes = 0 },
        new JournalOptions { Directory = "/x", SegmentBytes = 5000 },
        new JournalOptions { Directory = "/x", RingBytes = 3 << 20 },
        new JournalOptions { Directory = "/x", RingBytes = 2048 },
        new JournalOptions { Directory = "/x", GroupBytes = 0 },
        new JournalOptions { Directory = "/x", DirectBytes = -1 },
        new JournalOptions { Directory = "/x", Durability = (Durability)9 },
    ];

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_setting_out_of_its_range_is_refused(JournalOptions options) =>
        Assert.ThrowsAny<ArgumentException>(() => Journal.Open(options));

    [Fact]
    public void The_defaults_are_valid() => new JournalOptions { Directory = "/x" }.Validate();

    [Fact]
    public void An_existing_journal_keeps_its_segment_size()
    {
        SimulatedFileSystem files = new();
        foreach (long asked in new long[] { 8192, 16384 })
        {
            using Journal journal = Journal.Open(new JournalOptions
            {
                Directory = "/journal",
                SegmentBytes = asked,
                RingBytes = 1 << 16,
                Files = files,
                PrepareAhead = false,
            });
            Assert.Equal(8192 - 3 * 128, journal.Writer.MaximumPayloadBytes);
            for (int i = 0; i < 10; i++) journal.Writer.Append(JournalEntryKind.Block, 1, 1, default, new byte[2000]);
            journal.Writer.CommitGroup();
        }

        JournalVerification verification = JournalVerification.Run("/journal", null, files);
        Assert.Equal((true, 20UL), (verification.IsSound, verification.Entries));
    }

    [Fact]
    public void A_commit_of_more_than_a_group_is_several_groups_and_all_of_it_is_durable()
    {
        SimulatedFileSystem files = new();
        using Journal journal = Journal.Open(new JournalOptions
        {
            Directory = "/journal",
            SegmentBytes = 1 << 20,
            RingBytes = 1 << 16,
            GroupBytes = 4096,
            Files = files,
            PrepareAhead = false,
        });
        for (int i = 0; i < 10; i++) journal.Writer.Append(JournalEntryKind.Block, 1, 1, default, new byte[2000]);
        files.Calls.Clear();
        Assert.Equal(10UL, journal.Writer.CommitGroup());
        Assert.Equal((5, 5UL), (files.Calls["fdatasync"], journal.Writer.GroupsCommitted));
    }
}
