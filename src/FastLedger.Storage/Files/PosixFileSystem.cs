// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FastLedger.Storage;

/// <summary>The files of this machine (Linux and macOS).</summary>
public sealed partial class PosixFileSystem : IFileSystem
{
    private const int OpenReadOnly = 0;
    private const int SetStatusFlags = 4; // F_SETFL
    private static readonly int OpenDirectFlag = RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64 ? 0x10000 : 0x4000;
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private const int Interrupted = 4;
    private const int InputOutputError = 5;
    private const int InvalidArgument = 22;
    private static readonly int WouldBlock = OperatingSystem.IsMacOS() ? 35 : 11;

    private PosixFileSystem()
    {
    }

    /// <summary>The one instance: it has no state.</summary>
    public static PosixFileSystem Instance { get; } = new();

    public IStorageFile Open(string path, FileOpening opening) => new PosixFile(OpenHandle(path, opening));

    public IStorageFile OpenDirect(string path, FileOpening opening)
    {
        SafeFileHandle handle = OpenHandle(path, opening);
        if (!OperatingSystem.IsLinux()) return new PosixFile(handle);
        if (NativeControl(handle, SetStatusFlags, OpenDirectFlag) == 0) return new PosixFile(handle, isDirect: true);
        int errno = Marshal.GetLastPInvokeError();
        if (errno == InvalidArgument) return new PosixFile(handle); // a file system without
        handle.Dispose();
        throw new StorageFaultException("fcntl O_DIRECT", path, -1, errno);
    }

    public ITransferQueue? TryOpenTransferQueue(int depth) => LinuxTransferQueue.TryOpen(depth);

    public IReadOnlyList<string> List(string directory)
    {
        try
        {
            string[] names = Directory.GetFiles(directory);
            for (int i = 0; i < names.Length; i++) names[i] = Path.GetFileName(names[i]);
            Array.Sort(names, StringComparer.Ordinal);
            return names;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault("readdir", directory, e);
        }
    }

    public void CreateDirectory(string path)
    {
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full)) return;
        string? parent = Path.GetDirectoryName(full);
        if (parent is not null) CreateDirectory(parent);
        try
        {
            Directory.CreateDirectory(full);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault("mkdir", full, e);
        }

        if (parent is not null) SyncDirectory(parent);
    }

    public void Rename(string oldPath, string newPath)
    {
        try
        {
            File.Move(oldPath, newPath, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault("rename", oldPath, e);
        }
    }

    public void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault("unlink", path, e);
        }
    }

    public void SyncDirectory(string path)
    {
        int descriptor;
        do descriptor = NativeOpen(path, OpenReadOnly);
        while (descriptor < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        if (descriptor < 0) throw new StorageFaultException("open", path, -1, Marshal.GetLastPInvokeError());
        using SafeFileHandle handle = new(descriptor, ownsHandle: true);
        if (NativeSync(handle) != 0) throw new StorageFaultException("fsync", path, -1, Marshal.GetLastPInvokeError());
    }

    public IDisposable? TryLock(string path)
    {
        // flock(2) belongs to the open file, so it also excludes a second opener in this process, and ends with the process.
        // The runtime takes a shared lock when it opens a file, so another owner's exclusive one already shows there.
        SafeFileHandle handle;
        try
        {
            handle = OpenHandle(path, FileOpening.ReadWriteOrCreate);
        }
        catch (StorageFaultException fault) when (fault.Errno == WouldBlock)
        {
            return null;
        }

        while (NativeLock(handle, LockExclusive | LockNonBlocking) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (errno == Interrupted) continue;
            handle.Dispose();
            return errno == WouldBlock ? null : throw new StorageFaultException("flock", path, -1, errno);
        }

        return handle;
    }

    private static SafeFileHandle OpenHandle(string path, FileOpening opening)
    {
        FileMode mode = opening switch
        {
            FileOpening.Read or FileOpening.ReadWrite => FileMode.Open,
            FileOpening.ReadWriteOrCreate => FileMode.OpenOrCreate,
            FileOpening.Create => FileMode.Create,
            _ => throw new ArgumentOutOfRangeException(nameof(opening)),
        };
        FileAccess access = opening == FileOpening.Read ? FileAccess.Read : FileAccess.ReadWrite;
        try
        {
            return File.OpenHandle(path, mode, access, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault("open", path, e);
        }
    }

    private static StorageFaultException Fault(string operation, string path, Exception e) => e switch
    {
        // The runtime puts errno into HResult only where it has no exception of its own for it.
        FileNotFoundException or DirectoryNotFoundException => new StorageFaultException(operation, path, -1, 2),
        UnauthorizedAccessException => new StorageFaultException(operation, path, -1, 13),
        IOException when e.HResult is > 0 and < 4096 => new StorageFaultException(operation, path, -1, e.HResult),
        _ => new StorageFaultException(operation, path, -1, InputOutputError),
    };

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeOpen(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int NativeSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int NativeControl(SafeFileHandle file, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int NativeLock(SafeFileHandle file, int operation);
}
