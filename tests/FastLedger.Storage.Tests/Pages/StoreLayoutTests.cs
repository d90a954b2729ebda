// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Storage.Tests;

public class StoreLayoutTests
{
    [Fact]
    public void A_token_has_its_documented_bytes()
    {
        byte[] digest = new byte[32];
        for (int i = 0; i < 32; i++) digest[i] = (byte)(i + 100);
        StoreToken token = new()
        {
            Sequence = 0x0807060504030201,
            BeginAddress = 0x1817161514131211,
            TailAddress = 0x2827262524232221,
            Records = 0x3837363534333231,
            Checkpoint = new Guid(digest.AsSpan(0, 16)),
            DescriptionDigest = new Hash256(digest),
            Generation = 0x4847464544434241,
        };
        byte[] bytes = new byte[StoreToken.Size];
        token.Write(bytes);
        Assert.Equal("0102030405060708" + "1112131415161718" + "2122232425262728" + "3132333435363738"
            + Convert.ToHexStringLower(digest.AsSpan(0, 16)) + Convert.ToHexStringLower(digest) + "4142434445464748" + new string('0', 16), Convert.ToHexStringLower(bytes));
        Assert.Equal(token, StoreToken.Read(bytes));
        Assert.Equal(StoreToken.Size, Unsafe.SizeOf<StoreToken>());
    }

    [Fact]
    public void Stored_structs_have_the_sizes_that_their_files_count_on()
    {
        Assert.Equal(8, Unsafe.SizeOf<PageKey>());
        Assert.Equal(ManifestTable.Size, Unsafe.SizeOf<ManifestTable>());
        Assert.Equal(JournalAnchor.Size, Unsafe.SizeOf<JournalAnchor>());
        ManifestTable table = new(0x04030201, 0x14131211, 0x2827262524232221, default);
        Assert.Equal("01020304" + "11121314" + "2122232425262728" + new string('0', 64), Hex(table));
        JournalAnchor anchor = new(0x0807060504030201, 0x1817161514131211, default);
        Assert.Equal("0102030405060708" + "1112131415161718" + new string('0', 64), Hex(anchor));
        Assert.Equal("04030201" + "14131211", Hex(new PageKey(0x01020304, 0x11121314)));
    }

    [Fact]
    public void A_page_stands_in_the_log_as_header_key_checksum_key_height_and_bytes()
    {
        PageScenario scenario = new();
        using PageStore store = scenario.Create();
        PageKey key = new(3, 5);
        scenario.Write(store, key, 1, height: 0x99);
        PageScenario.Checkpoint(store, 1);
        ReadOnlySpan<byte> record = scenario.Files.Bytes(PageScenario.Segment(0)).AsSpan(64);
        Assert.Equal(key, MemoryMarshal.Read<PageKey>(record[8..]));
        for (int quarter = 0; quarter < 4; quarter++)
        {
            uint expected = BitByBit([.. record.Slice(32, 16), .. record.Slice(48 + (256 * quarter), 256)]);
            Assert.Equal(expected, MemoryMarshal.Read<uint>(record[(16 + (4 * quarter))..]));
        }

        Assert.Equal(key, MemoryMarshal.Read<PageKey>(record[32..]));
        Assert.Equal(0x99UL, MemoryMarshal.Read<ulong>(record[40..]));
        Assert.True(record.Slice(48, PageStore.PageBytes).SequenceEqual(PageScenario.Page(1)));
    }

    [Fact]
    public void The_reference_gives_the_published_check_value_of_CRC_32C() => Assert.Equal(0xE306_9283, BitByBit("123456789"u8));

    /// <summary>CRC-32C as its definition reads, a bit at a time.</summary>
    private static uint BitByBit(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F6_3B78 : crc >> 1;
        }

        return ~crc;
    }

    private static string Hex<T>(T value)
        where T : unmanaged => Convert.ToHexStringLower(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));
}
