// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Runtime.InteropServices;

namespace FastLedger.Storage;

/// <summary>
/// The system failed to do what storage asked for. There is no way on from here: what the device holds is unknown, so the process stops
/// and recovery decides. In particular a failed sync is never tried again, because the kernel may have dropped the pages it could not
/// write (Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020).
/// </summary>
public sealed class StorageFaultException : IOException
{
    /// <summary>Describes a failed call.</summary>
    /// <param name="operation">What was asked for, such as <c>pwrite</c>.</param>
    /// <param name="file">Full path.</param>
    /// <param name="offset">Bytes from the start of the file; -1 when the call has none.</param>
    /// <param name="errno">The system's error number; 0 when the call returned too little without an error.</param>
    public StorageFaultException(string operation, string file, long offset, int errno)
        : base(Describe(operation, file, offset, errno))
    {
        Operation = operation;
        File = file;
        Offset = offset;
        Errno = errno;
    }

    /// <summary>Reports a fault again, on a thread or at a call that meets it later.</summary>
    public StorageFaultException(StorageFaultException first)
        : base((first ?? throw new ArgumentNullException(nameof(first))).Message, first)
    {
        Operation = first.Operation;
        File = first.File;
        Offset = first.Offset;
        Errno = first.Errno;
    }

    /// <summary>What was asked for.</summary>
    public string Operation { get; }

    /// <summary>Full path.</summary>
    public string File { get; }

    /// <summary>Bytes from the start of the file; -1 when the call has none.</summary>
    public long Offset { get; }

    /// <summary>The system's error number, or 0.</summary>
    public int Errno { get; }

    private static string Describe(string operation, string file, long offset, int errno)
    {
        string where = offset < 0 ? file : $"{file} at offset {offset}";
        string why = errno == 0 ? "the file ends before it" : $"{Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})";
        return $"{operation} {where}: {why}";
    }
}
