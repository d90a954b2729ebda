// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// A fail-stop file: an operation is done in full or throws <see cref="StorageFaultException"/>, and after the first fault every further
/// one throws as well.
/// </summary>
/// <remarks>Thread: any, but not two writers of one range. Alloc: none. Blocks: on the device.</remarks>
public sealed class LedgerFile : IDisposable
{
    /// <summary>EOPNOTSUPP, as Linux numbers it.</summary>
    internal const int NotSupported = 95;

    private const int Interrupted = 4; // EINTR, the same number on Linux and macOS
    private readonly IStorageFile _file;
    private StorageFaultException? _fault;

    /// <summary>Opens <paramref name="path"/>.</summary>
    /// <param name="files">The system's files.</param>
    /// <param name="path">Full path.</param>
    /// <param name="opening">What the file must be like, and what may be done with it.</param>
    /// <param name="direct">Past the kernel's page cache: offsets, lengths and memory addresses are then multiples of 4,096.</param>
    /// <exception cref="StorageFaultException">The system refused.</exception>
    public LedgerFile(IFileSystem files, string path, FileOpening opening, bool direct = false)
    {
        ArgumentNullException.ThrowIfNull(files);
        Path = path;
        _file = direct ? files.OpenDirect(path, opening) : files.Open(path, opening);
    }

    /// <summary>Full path.</summary>
    public string Path { get; }

    /// <summary>True when transfers go past the page cache.</summary>
    internal bool IsDirect => _file.IsDirect;

    /// <summary>Queued reads are in multiples of it.</summary>
    internal int ReadUnit => _file.ReadUnit;

    /// <summary>Size in bytes.</summary>
    /// <exception cref="StorageFaultException">The system refused.</exception>
    public long Length
    {
        get
        {
            ThrowIfFaulted();
            long length = _file.Length;
            if (length < 0) Fail("fstat", -1, length);
            return length;
        }
    }

    /// <summary>Fills <paramref name="buffer"/> from <paramref name="offset"/>.</summary>
    /// <exception cref="StorageFaultException">An error, or the file ends before.</exception>
    public void Read(Span<byte> buffer, long offset)
    {
        int read = ReadUpTo(buffer, offset);
        if (read < buffer.Length) Fail("pread", offset + read, 0);
    }

    /// <summary>Fills <paramref name="buffer"/> from <paramref name="offset"/> as far as the file goes.</summary>
    /// <returns>Bytes read: fewer than asked only at the end of the file.</returns>
    /// <exception cref="StorageFaultException">An error.</exception>
    public int ReadUpTo(Span<byte> buffer, long offset)
    {
        ThrowIfFaulted();
        int done = 0;
        while (done < buffer.Length)
        {
            long count = _file.Read(buffer[done..], offset + done);
            if (count == -Interrupted) continue;
            if (count < 0) Fail("pread", offset + done, count);
            if (count == 0) break;
            done += (int)count;
        }

        return done;
    }

    /// <summary>Writes all of <paramref name="bytes"/> at <paramref name="offset"/>.</summary>
    /// <exception cref="StorageFaultException">An error, or the device takes no more.</exception>
    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        ThrowIfFaulted();
        int done = 0;
        while (done < bytes.Length)
        {
            long count = _file.Write(bytes[done..], offset + done);
            if (count == -Interrupted) continue;
            if (count <= 0) Fail("pwrite", offset + done, count);
            Invariant.Check(count <= bytes.Length - done);
            done += (int)count;
        }
    }

    /// <summary>Says that a range will be read soon.</summary>
    public void WillRead(long offset, long length) => _file.WillRead(offset, length);

    /// <summary>Adds a read of the file to a queue; <see cref="CheckRead"/> follows with its outcome.</summary>
    /// <exception cref="StorageFaultException">The file has failed before.</exception>
    internal unsafe void AddRead(ITransferQueue queue, byte* buffer, int length, long offset, int tag)
    {
        ThrowIfFaulted();
        queue.AddRead(_file, buffer, length, offset, tag);
    }

    /// <summary>Looks at the outcome of a queued read.</summary>
    /// <param name="result">Bytes read, or a negative errno.</param>
    /// <param name="length">Bytes asked for.</param>
    /// <param name="offset">From where.</param>
    /// <exception cref="StorageFaultException">An error.</exception>
    /// <exception cref="StoreDamagedException">The file ends before.</exception>
    internal void CheckRead(long result, int length, long offset)
    {
        if (result < 0) Fail("pread", offset, result);
        if (result < length) throw new StoreDamagedException(Path, offset + result, "the file ends there");
    }

    /// <summary>Adds a write of the file to a queue; <see cref="CheckWrite"/> follows with its outcome.</summary>
    /// <exception cref="StorageFaultException">The file has failed before.</exception>
    internal unsafe void AddWrite(ITransferQueue queue, byte* buffer, int length, long offset, int tag)
    {
        ThrowIfFaulted();
        queue.AddWrite(_file, buffer, length, offset, tag);
    }

    /// <summary>Looks at the outcome of a queued write.</summary>
    /// <param name="result">Bytes written, or a negative errno.</param>
    /// <param name="length">Bytes asked for.</param>
    /// <param name="offset">Where.</param>
    /// <exception cref="StorageFaultException">An error, or the device takes no more.</exception>
    internal void CheckWrite(long result, int length, long offset)
    {
        if (result < length) Fail("pwrite", offset + Math.Max(0, result), Math.Min(0, result));
    }

    /// <summary>Lets the system begin to write a range out, so that the next sync is short.</summary>
    public void BeginWriteback(long offset, long length) => _file.BeginWriteback(offset, length);

    /// <summary>Makes everything written so far durable. Never tried again after it failed.</summary>
    /// <exception cref="StorageFaultException">It is not durable, and never will be.</exception>
    public void Sync()
    {
        ThrowIfFaulted();
        int result = _file.SyncData();
        if (result != 0) Fail("fdatasync", -1, result);
    }

    /// <summary>Reserves the blocks of the first <paramref name="bytes"/> bytes; new ones read as zeros.</summary>
    /// <exception cref="StorageFaultException">An error; usually no space is left.</exception>
    public void Preallocate(long bytes)
    {
        ThrowIfFaulted();
        int result;
        do result = _file.Preallocate(bytes);
        while (result == -Interrupted);
        if (result != 0) Fail("fallocate", -1, result);
    }

    /// <summary>Makes the first <paramref name="bytes"/> bytes read as zeros without writing them; their blocks stay reserved.</summary>
    /// <returns>False when the system cannot do that; nothing has changed then.</returns>
    /// <exception cref="StorageFaultException">An error.</exception>
    public bool TryZero(long bytes)
    {
        ThrowIfFaulted();
        int result;
        do result = _file.Zero(bytes);
        while (result == -Interrupted);
        if (result == -NotSupported) return false;
        if (result != 0) Fail("fallocate zero", -1, result);
        return true;
    }

    /// <summary>Sets the size.</summary>
    /// <exception cref="StorageFaultException">An error.</exception>
    public void Truncate(long bytes)
    {
        ThrowIfFaulted();
        int result;
        do result = _file.Truncate(bytes);
        while (result == -Interrupted);
        if (result != 0) Fail("ftruncate", bytes, result);
    }

    /// <summary>Closes the file. What was not synced may be lost.</summary>
    public void Dispose() => _file.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ThrowIfFaulted()
    {
        if (_fault is not null) throw new StorageFaultException(_fault);
    }

    [DoesNotReturn]
    private void Fail(string operation, long offset, long negativeErrno)
    {
        _fault = new StorageFaultException(operation, Path, offset, (int)-negativeErrno);
        throw _fault;
    }
}
