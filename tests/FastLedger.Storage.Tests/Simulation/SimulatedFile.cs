// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Storage.Tests;

/// <summary>An open simulated file. Past the page cache it refuses, like the real one, what is not in whole sectors or pages.</summary>
internal sealed unsafe class SimulatedFile(SimulatedFileSystem files, string path, SimulatedContent content, bool isDirect = false) : IStorageFile
{
    private const int InvalidArgument = 22;
    private const int PageBytes = 4096;

    public bool IsDirect => isDirect;

    public long Length => content.Length;

    public int ReadUnit => 512;

    public long Read(Span<byte> buffer, long offset)
    {
        int errno = files.Count("pread", path);
        if (errno == 0 && !IsPossible(buffer, offset, ReadUnit)) errno = InvalidArgument;
        return errno != 0 ? -errno : content.Read(buffer[..Limit(buffer.Length, ReadUnit)], offset);
    }

    public long Write(ReadOnlySpan<byte> bytes, long offset)
    {
        int errno = files.Count("pwrite", path);
        if (errno == 0 && !IsPossible(bytes, offset, PageBytes)) errno = InvalidArgument;
        if (errno != 0) return -errno;
        int count = Limit(bytes.Length, PageBytes);
        content.Write(bytes[..count], offset, isDirect);
        if (isDirect) files.DirectWrites++;
        return count;
    }

    public int SyncData()
    {
        int errno = files.Count("fdatasync", path);
        if (errno != 0) return -errno;
        content.Sync();
        return 0;
    }

    public int Preallocate(long bytes)
    {
        int errno = files.Count("fallocate", path);
        if (errno == 0 && bytes > content.Length) content.Truncate(bytes);
        return -errno;
    }

    public int Zero(long bytes)
    {
        int errno = files.Count("fallocate", path);
        if (errno == 0) content.Zero((int)Math.Min(bytes, content.Length));
        return -errno;
    }

    public int Truncate(long bytes)
    {
        int errno = files.Count("ftruncate", path);
        if (errno == 0) content.Truncate(bytes);
        return -errno;
    }

    public void Dispose()
    {
    }

    private bool IsPossible(ReadOnlySpan<byte> bytes, long offset, int unit)
    {
        if (!isDirect) return true;
        fixed (byte* address = bytes) return ((nuint)address | (nuint)bytes.Length | (nuint)offset) % (nuint)unit == 0;
    }

    private int Limit(int length, int unit)
    {
        int limit = files.TransferLimit(length);
        return isDirect && limit < length ? (limit + unit - 1) / unit * unit : limit;
    }
}
