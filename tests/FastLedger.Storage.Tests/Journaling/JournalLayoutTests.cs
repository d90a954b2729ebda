// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastLedger.Storage.Tests;

public class JournalLayoutTests
{
    [Theory]
    [InlineData(nameof(JournalEntryHeader.Kind), 4)]
    [InlineData(nameof(JournalEntryHeader.Version), 6)]
    [InlineData(nameof(JournalEntryHeader.Flags), 7)]
    [InlineData(nameof(JournalEntryHeader.PayloadLength), 8)]
    [InlineData(nameof(JournalEntryHeader.Segment), 12)]
    [InlineData(nameof(JournalEntryHeader.Index), 16)]
    [InlineData(nameof(JournalEntryHeader.Height), 24)]
    [InlineData(nameof(JournalEntryHeader.TimestampNs), 32)]
    [InlineData(nameof(JournalEntryHeader.GroupFirstIndex), 40)]
    [InlineData(nameof(JournalEntryHeader.PreviousDigest), 48)]
    [InlineData(nameof(JournalEntryHeader.PayloadDigest), 80)]
    [InlineData(nameof(JournalEntryHeader.Checksum), 112)]
    public void A_field_of_the_header_stands_at_its_offset(string field, int offset) =>
        Assert.Equal(offset, (int)Marshal.OffsetOf<JournalEntryHeader>(field));

    [Fact]
    public void The_header_has_128_bytes() => Assert.Equal(128, Unsafe.SizeOf<JournalEntryHeader>());

    [Theory]
    [InlineData("JournalSegmentHeader", 128)]
    [InlineData("PaddedCounter", 256)]
    public void A_type_that_others_depend_on_has_its_size(string name, int size) =>
        Assert.Equal(size, Marshal.SizeOf(typeof(Journal).Assembly.GetType("FastLedger.Storage." + name, throwOnError: true)!));

    [Fact]
    public void Entries_stand_at_multiples_of_64_bytes()
    {
        JournalScenario scenario = JournalScenario.Written(1, 20);
        using JournalReader reader = scenario.Reader();
        while (reader.TryRead(out JournalEntry entry)) Assert.Equal(0, entry.Offset % 64);
    }
}
