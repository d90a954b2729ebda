// SPDX-License-Identifier: Apache-2.0
using System;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace FastLedger.Primitives;

/// <summary>
/// A range of address space that never moves: zeroed, page-aligned, and backed by memory only where it was touched. Tables live in such
/// ranges, so that a record's address is <c>base + number × size</c> for as long as the process runs.
/// </summary>
/// <remarks>Thread: any. Alloc: none after construction. Blocks: page faults on first touch.</remarks>
public sealed unsafe partial class ReservedMemory : IDisposable
{
    /// <summary>Memory is given back in multiples of it.</summary>
    public const int SystemPageBytes = 4096;

    private const nuint LeastForHugePages = 16 << 20;
    private const int ProtReadWrite = 0x1 | 0x2;
    private const int MapPrivate = 0x02;
    private const int MapNoReserve = 0x4000;
    private const int MapAnonymousLinux = 0x20;
    private const int MapAnonymousMac = 0x1000;
    private const int AdviseHugePages = 14;
    private const int AdviseNoHugePages = 15;
    private const int AdviseDontNeed = 4;
    private const int AdvisePopulateWrite = 23;

    /// <summary>Reserves <paramref name="bytes"/> of address space.</summary>
    /// <param name="bytes">At least 1; rounded up to 2 MiB.</param>
    /// <param name="hugePages">Asks the kernel for 2 MiB pages where it can, and where the range is large enough to gain by it.</param>
    /// <exception cref="Win32Exception">The system refused.</exception>
    /// <exception cref="PlatformNotSupportedException">Not a Unix system.</exception>
    public ReservedMemory(nuint bytes, bool hugePages = false)
    {
        Invariant.Check(bytes > 0);
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
            throw new PlatformNotSupportedException("FastLedger reserves address space with mmap: it runs on Linux and macOS.");
        Length = (bytes + 0x1FFFFF) & ~(nuint)0x1FFFFF;
        int flags = MapPrivate | (OperatingSystem.IsMacOS() ? MapAnonymousMac : MapAnonymousLinux | MapNoReserve);
        nint address = Map(0, Length, ProtReadWrite, flags, -1, 0);
        if (address == -1) throw new Win32Exception(Marshal.GetLastPInvokeError(), $"Reserving {Length} bytes of address space failed");
        Pointer = (byte*)address;
        if (hugePages && Length >= LeastForHugePages && OperatingSystem.IsLinux()) _ = Advise(address, Length, AdviseHugePages);
    }

    /// <summary>The first byte; null after <see cref="Dispose"/>.</summary>
    public byte* Pointer { get; private set; }

    /// <summary>Bytes reserved.</summary>
    public nuint Length { get; }

    /// <summary>Gives the memory back to the system; the range stays reserved and reads as zeros again.</summary>
    public void Clear()
    {
        Invariant.Check(Pointer != null);
        if (OperatingSystem.IsLinux())
        {
            Invariant.Check(Advise((nint)Pointer, Length, AdviseDontNeed) == 0);
            return;
        }

        NativeMemory.Clear(Pointer, Length);
    }

    /// <summary>Gives part of the memory back to the system; the part stays reserved and reads as zeros again.</summary>
    /// <param name="offset">A multiple of <see cref="SystemPageBytes"/>.</param>
    /// <param name="bytes">A multiple of <see cref="SystemPageBytes"/>.</param>
    public void Release(nuint offset, nuint bytes)
    {
        Invariant.Check(Pointer != null && (offset | bytes) % SystemPageBytes == 0 && offset + bytes <= Length);
        if (OperatingSystem.IsLinux()) Invariant.Check(Advise((nint)(Pointer + offset), bytes, AdviseDontNeed) == 0);
        else NativeMemory.Clear(Pointer + offset, bytes);
    }

    /// <summary>Backs part of the range with memory now, so that its first use meets no page fault. Nothing where the system cannot.</summary>
    /// <param name="offset">A multiple of <see cref="SystemPageBytes"/>.</param>
    /// <param name="bytes">A multiple of <see cref="SystemPageBytes"/>.</param>
    public void Populate(nuint offset, nuint bytes)
    {
        Invariant.Check(Pointer != null && (offset | bytes) % SystemPageBytes == 0 && offset + bytes <= Length);
        if (OperatingSystem.IsLinux()) _ = Advise((nint)(Pointer + offset), bytes, AdvisePopulateWrite);
    }

    /// <summary>Small pages from now on: for memory that is given back in parts.</summary>
    public void AvoidHugePages()
    {
        Invariant.Check(Pointer != null);
        if (OperatingSystem.IsLinux()) _ = Advise((nint)Pointer, Length, AdviseNoHugePages);
    }

    /// <summary>Unmaps the range.</summary>
    public void Dispose()
    {
        if (Pointer == null) return;
        int result = Unmap((nint)Pointer, Length);
        Pointer = null;
        Invariant.Check(result == 0);
        GC.SuppressFinalize(this);
    }

    ~ReservedMemory() => Dispose();

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    private static partial int Advise(nint address, nuint length, int advice);
}
