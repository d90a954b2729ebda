// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// Linux's asynchronous transfers (io_submit(2)): asynchronous indeed past the page cache, and one system call begins many. A quarter of the
/// processor time of as many threads that read.
/// </summary>
internal sealed unsafe partial class LinuxTransferQueue : ITransferQueue
{
    private const int Interrupted = 4, TryAgain = 11;
    private const ushort ReadCode = 0, WriteCode = 1;
    private static readonly Calls Numbers =
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? new Calls(0, 1, 4, 2) : new Calls(206, 207, 208, 209);

    private readonly int _depth;
    private readonly ReservedMemory _memory;
    private readonly ControlBlock* _blocks; // by tag
    private readonly ControlBlock** _added;
    private readonly Event* _events;
    private nuint _context;
    private int _addedCount;

    private LinuxTransferQueue(int depth, nuint context)
    {
        _depth = depth;
        _context = context;
        _memory = new ReservedMemory((nuint)(depth * (sizeof(ControlBlock) + sizeof(ControlBlock*) + sizeof(Event))));
        _blocks = (ControlBlock*)_memory.Pointer;
        _added = (ControlBlock**)(_blocks + depth);
        _events = (Event*)(_added + depth);
    }

    /// <summary>Opens a queue.</summary>
    /// <param name="depth">Transfers that may be under way, and tags.</param>
    /// <returns>Null when the system gives none.</returns>
    public static LinuxTransferQueue? TryOpen(int depth)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64)) return null;
        nuint context = 0;
        return SystemCall(Numbers.SetUp, depth, (nint)(&context), 0, 0, 0) == 0 ? new LinuxTransferQueue(depth, context) : null;
    }

    public void AddRead(IStorageFile file, byte* buffer, int length, long offset, int tag) => Add(ReadCode, file, buffer, length, offset, tag);

    public void AddWrite(IStorageFile file, byte* buffer, int length, long offset, int tag) => Add(WriteCode, file, buffer, length, offset, tag);

    private void Add(ushort code, IStorageFile file, byte* buffer, int length, long offset, int tag)
    {
        Invariant.Check((uint)tag < (uint)_depth && _addedCount < _depth);
        ControlBlock* block = _blocks + tag;
        *block = new ControlBlock
        {
            Data = (ulong)tag,
            Code = code,
            File = (uint)(int)((PosixFile)file).Handle.DangerousGetHandle(), // open until it was begun; then the system holds it
            Buffer = (ulong)buffer,
            Length = (ulong)length,
            Offset = offset,
        };
        _added[_addedCount++] = block;
    }

    public int Submit()
    {
        for (int done = 0; done < _addedCount;)
        {
            nint begun = SystemCall(Numbers.Submit, (nint)_context, _addedCount - done, (nint)(_added + done), 0, 0);
            if (begun >= 0)
            {
                done += (int)begun;
                continue;
            }

            int errno = Marshal.GetLastPInvokeError();
            if (errno is not (Interrupted or TryAgain)) return -errno;
        }

        _addedCount = 0;
        return 0;
    }

    public int Take(Span<(int Tag, long Result)> outcomes, int waitUs)
    {
        var time = new Time { Nanoseconds = waitUs * 1000L };
        nint count = SystemCall(
            Numbers.Take, (nint)_context, waitUs > 0 ? 1 : 0, Math.Min(outcomes.Length, _depth), (nint)_events, (nint)(&time));
        if (count < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            return errno == Interrupted ? 0 : -errno;
        }

        for (int i = 0; i < (int)count; i++) outcomes[i] = ((int)_events[i].Data, _events[i].Result);
        return (int)count;
    }

    /// <summary>Waits for what is under way: the system writes into its buffers until then.</summary>
    public void Dispose()
    {
        if (_context == 0) return;
        _ = SystemCall(Numbers.TearDown, (nint)_context, 0, 0, 0, 0);
        _context = 0;
        _memory.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint first, nint second, nint third, nint fourth, nint fifth);

    /// <summary>Numbers of the system's calls.</summary>
    private readonly record struct Calls(int SetUp, int TearDown, int Take, int Submit);

    /// <summary>struct iocb.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 64)]
    private struct ControlBlock
    {
        [FieldOffset(0)] public ulong Data;
        [FieldOffset(16)] public ushort Code;
        [FieldOffset(20)] public uint File;
        [FieldOffset(24)] public ulong Buffer;
        [FieldOffset(32)] public ulong Length;
        [FieldOffset(40)] public long Offset;
    }

    /// <summary>struct io_event.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 32)]
    private struct Event
    {
        [FieldOffset(0)] public ulong Data;
        [FieldOffset(16)] public long Result;
    }

    /// <summary>struct timespec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
