// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Storage.Tests;

public class ZeroesAheadTests
{
    private const int FileBytes = 300 * 1024;

    [Theory]
    [InlineData(512, 2)]
    [InlineData(16 * 1024, 2)]
    [InlineData((16 * 1024) + 512, 1)]
    public void Only_small_writes_have_zeros_written_ahead(int length, int writes)
    {
        SimulatedFileSystem files = new();
        using LedgerFile file = Create(files);
        ZeroesAhead zeroes = default;
        file.Write(new byte[length], 0);
        zeroes.Follow(file, length, length, FileBytes);
        Assert.Equal(writes, files.Calls["pwrite"]);
    }

    /// <summary>What was written stays, what was not stays zero, and the file keeps its size.</summary>
    [Fact]
    public void Zeros_never_meet_what_is_written_and_end_with_the_file()
    {
        SimulatedFileSystem files = new();
        using LedgerFile file = Create(files);
        ZeroesAhead zeroes = default;
        byte[] entry = new byte[1536];
        byte[] expected = new byte[FileBytes], actual = new byte[FileBytes];
        int end = 0;
        for (int i = 0; end + entry.Length <= FileBytes; i++)
        {
            entry.AsSpan().Fill((byte)(i + 1));
            file.Write(entry, end);
            entry.CopyTo(expected, end);
            end += entry.Length;
            zeroes.Follow(file, entry.Length, end, FileBytes);
        }

        Assert.Equal(FileBytes, file.Length);
        file.Read(actual, 0);
        Assert.Equal(expected, actual);
        Assert.InRange(files.Calls["pwrite"], 202, 204); // 200 entries, and zeros for 128 KiB at a time
    }

    private static LedgerFile Create(SimulatedFileSystem files)
    {
        files.CreateDirectory("/j");
        LedgerFile file = new(files, "/j/segment", FileOpening.Create);
        file.Preallocate(FileBytes);
        return file;
    }
}
