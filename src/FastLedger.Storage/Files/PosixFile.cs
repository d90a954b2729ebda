// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FastLedger.Storage;

/// <summary>
/// Positional I/O straight on the system's calls: <see cref="RandomAccess"/> hides how far a failed transfer came, and has no fdatasync.
/// </summary>
internal sealed unsafe partial class PosixFile(SafeFileHandle handle, bool isDirect = false) : IStorageFile
{
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH
    private const uint DirectAlignment = 0x2000; // STATX_DIOALIGN
    private const int StatusWords = 64, MaskWord = 0, MemoryAlignmentWord = 38, OffsetAlignmentWord = 39; // struct statx in words of 32 bits
    private const int InputOutputError = 5;
    private const int AdviseWillNeed = 3; // POSIX_FADV_WILLNEED
    private const int AllocateZeroRange = 0x10; // FALLOC_FL_ZERO_RANGE
    private const uint SyncRangeWrite = 2; // SYNC_FILE_RANGE_WRITE

    /// <summary>The system's handle.</summary>
    public SafeFileHandle Handle => handle;

    public bool IsDirect => isDirect;

    public long Length
    {
        get
        {
            try
            {
                return RandomAccess.GetLength(handle);
            }
            catch (IOException)
            {
                return -InputOutputError;
            }
        }
    }

    public int ReadUnit { get; } = isDirect ? UnitOf(handle) : 4096;

    public long Read(Span<byte> buffer, long offset)
    {
        nint count = NativeRead(handle, buffer, (nuint)buffer.Length, offset);
        return count < 0 ? -Marshal.GetLastPInvokeError() : count;
    }

    public long Write(ReadOnlySpan<byte> bytes, long offset)
    {
        nint count = NativeWrite(handle, bytes, (nuint)bytes.Length, offset);
        return count < 0 ? -Marshal.GetLastPInvokeError() : count;
    }

    public void WillRead(long offset, long length)
    {
        if (OperatingSystem.IsLinux()) _ = NativeAdvise(handle, offset, length, AdviseWillNeed); // only a hint
    }

    public void BeginWriteback(long offset, long length)
    {
        if (OperatingSystem.IsLinux()) _ = NativeSyncRange(handle, offset, length, SyncRangeWrite); // only a hint: SyncData tells of errors
    }

    public int SyncData()
    {
        if (OperatingSystem.IsLinux()) return NativeSyncData(handle) == 0 ? 0 : -Marshal.GetLastPInvokeError();
        try
        {
            RandomAccess.FlushToDisk(handle); // F_FULLFSYNC on macOS, where fsync leaves the data in the drive's cache
            return 0;
        }
        catch (IOException e)
        {
            return e.HResult is > 0 and < 4096 ? -e.HResult : -InputOutputError;
        }
    }

    public int Preallocate(long bytes)
    {
        if (OperatingSystem.IsLinux()) return -NativePreallocate(handle, 0, bytes); // returns errno, does not set it
        return Length >= bytes ? 0 : Truncate(bytes);
    }

    public int Zero(long bytes)
    {
        if (!OperatingSystem.IsLinux()) return -LedgerFile.NotSupported;
        return NativeAllocate(handle, AllocateZeroRange, 0, bytes) == 0 ? 0 : -Marshal.GetLastPInvokeError();
    }

    public int Truncate(long bytes) => NativeTruncate(handle, bytes) == 0 ? 0 : -Marshal.GetLastPInvokeError();

    public void Dispose() => handle.Dispose();

    /// <summary>What the file system asks for past the page cache, when it says so and it is a sector of 512 bytes.</summary>
    private static int UnitOf(SafeFileHandle file)
    {
        const int Sector = 512, Page = 4096;
        uint* status = stackalloc uint[StatusWords];
        bool isKnown = OperatingSystem.IsLinux()
            && NativeStatus(file, "", EmptyPath, DirectAlignment, status) == 0 && (status[MaskWord] & DirectAlignment) != 0;
        return isKnown && status[MemoryAlignmentWord] is > 0 and <= Sector && status[OffsetAlignmentWord] is > 0 and <= Sector ? Sector : Page;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeStatus(SafeFileHandle directory, string path, int flags, uint mask, uint* status);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    private static partial nint NativeRead(SafeFileHandle file, Span<byte> buffer, nuint count, long offset);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    private static partial nint NativeWrite(SafeFileHandle file, ReadOnlySpan<byte> buffer, nuint count, long offset);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int NativeSyncData(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "posix_fallocate")]
    private static partial int NativePreallocate(SafeFileHandle file, long offset, long length);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int NativeAllocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int NativeAdvise(SafeFileHandle file, long offset, long length, int advice);

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    private static partial int NativeSyncRange(SafeFileHandle file, long offset, long length, uint flags);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    private static partial int NativeTruncate(SafeFileHandle file, long length);
}
