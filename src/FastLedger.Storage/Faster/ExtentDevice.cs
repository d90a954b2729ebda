// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using FASTER.core;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// One file of a checkpoint as FASTER writes or reads it: FASTER's hash index. Whatever is written gets a digest per piece, which the
/// checkpoint's description keeps; whatever is read is compared with it. What was never written reads as zeros, because FASTER reads the
/// last piece of its overflow buckets in full length.
/// </summary>
/// <remarks>Thread: the store's. Faults: as <see cref="SegmentedDevice"/>. FASTER's Dispose leaves the file open, to be synced.</remarks>
internal sealed unsafe class ExtentDevice : StorageDeviceBase
{
    private const int ExtentBytes = 1 << 20;
    private readonly StoreFault _fault;
    private readonly LedgerFile _file;
    private readonly List<FileExtent> _extents;
    private byte[] _buffer = []; // made with the first read: each checkpoint has a device of its own, and reads nothing

    /// <summary>Serves a file.</summary>
    /// <param name="file">The file, which the caller closes.</param>
    /// <param name="extents">The pieces it has, in ascending order; empty for a file to be written.</param>
    /// <param name="fault">Where faults go.</param>
    public ExtentDevice(LedgerFile file, List<FileExtent> extents, StoreFault fault)
        : base(file.Path, 512, -1)
    {
        _file = file;
        _extents = extents;
        _fault = fault;
    }

    /// <summary>The pieces of the file, in ascending order.</summary>
    public IReadOnlyList<FileExtent> Extents => _extents;

    public override void WriteAsync(
        nint sourceAddress, int segmentId, ulong destinationAddress, uint numBytesToWrite, DeviceIOCompletionCallback callback, object context)
    {
        try
        {
            if (_fault.First is null) Write((byte*)sourceAddress, (long)destinationAddress, numBytesToWrite);
        }
        catch (StorageFaultException fault)
        {
            _fault.Set(fault);
        }

        callback(0, numBytesToWrite, context);
    }

    public override void ReadAsync(
        int segmentId, ulong sourceAddress, nint destinationAddress, uint readLength, DeviceIOCompletionCallback callback, object context)
    {
        Clear((byte*)destinationAddress, readLength);
        try
        {
            if (_fault.First is null) Read((byte*)destinationAddress, (long)sourceAddress, readLength);
        }
        catch (Exception fault) when (fault is StorageFaultException or StoreDamagedException)
        {
            _fault.Set(fault);
            Clear((byte*)destinationAddress, readLength);
        }

        callback(0, readLength, context);
    }

    public override long GetFileSize(int segment) => _extents.Count == 0 ? 0 : _extents[^1].Offset + _extents[^1].Length;

    public override void RemoveSegmentAsync(int segment, AsyncCallback callback, IAsyncResult result) => callback(result);

    public override void Dispose()
    {
    }

    private static UInt128 Digest(ReadOnlySpan<byte> bytes)
    {
        UInt128 digest = default;
        Blake3.Hash(bytes, MemoryMarshal.AsBytes(new Span<UInt128>(ref digest)));
        return digest;
    }

    private static void Clear(byte* bytes, long length) => NativeMemory.Clear(bytes, (nuint)length);

    private void Write(byte* source, long offset, long length)
    {
        Invariant.Check(_extents.Count == 0 || offset >= _extents[^1].Offset + _extents[^1].Length);
        for (long done = 0; done < length; done += ExtentBytes)
        {
            ReadOnlySpan<byte> bytes = new(source + done, (int)Math.Min(ExtentBytes, length - done));
            _extents.Add(new FileExtent(offset + done, bytes.Length, Digest(bytes)));
            _file.Write(bytes, offset + done);
        }
    }

    private void Read(byte* destination, long offset, long length)
    {
        if (_buffer.Length == 0) _buffer = new byte[ExtentBytes];
        foreach (FileExtent extent in _extents)
        {
            long from = Math.Max(offset, extent.Offset), to = Math.Min(offset + length, extent.Offset + extent.Length);
            if (from >= to) continue;
            Span<byte> bytes = _buffer.AsSpan(0, (int)extent.Length);
            StoreDamagedException.Read(_file, bytes, extent.Offset);
            if (Digest(bytes) != extent.Digest) throw new StoreDamagedException(_file.Path, extent.Offset, "the piece does not have its digest");
            bytes[(int)(from - extent.Offset)..(int)(to - extent.Offset)].CopyTo(new Span<byte>(destination + (from - offset), (int)(to - from)));
        }
    }
}
