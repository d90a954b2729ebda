// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Storage.Tests;

/// <summary>An open simulated file.</summary>
internal sealed class SimulatedFile(SimulatedFileSystem files, string path, SimulatedContent content) : IStorageFile
{
    public long Length => content.Length;

    public int ReadUnit => 512;

    public long Read(Span<byte> buffer, long offset)
    {
        int errno = files.Count("pread", path);
        return errno != 0 ? -errno : content.Read(buffer[..files.TransferLimit(buffer.Length)], offset);
    }

    public long Write(ReadOnlySpan<byte> bytes, long offset)
    {
        int errno = files.Count("pwrite", path);
        if (errno != 0) return -errno;
        int count = files.TransferLimit(bytes.Length);
        content.Write(bytes[..count], offset);
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
        if (errno == 0) content.Write(new byte[Math.Min(bytes, content.Length)], 0);
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
}
