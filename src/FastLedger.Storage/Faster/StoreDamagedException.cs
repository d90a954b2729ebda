// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;

namespace FastLedger.Storage;

/// <summary>
/// A store lost something that was durable: bytes changed, or a file is missing, shortened or another one's. The replica goes on from an
/// older checkpoint, from the journal, or from peers; never from what it found.
/// </summary>
public sealed class StoreDamagedException : IOException
{
    /// <summary>Names the place.</summary>
    public StoreDamagedException(string file, long offset, string reason)
        : base($"{file} is damaged at offset {offset}: {reason}")
    {
        File = file;
        Offset = offset;
        Reason = reason;
    }

    /// <summary>Reports a damage again, on a thread or at a call that meets it later.</summary>
    public StoreDamagedException(StoreDamagedException first)
        : base((first ?? throw new ArgumentNullException(nameof(first))).Message, first)
    {
        File = first.File;
        Offset = first.Offset;
        Reason = first.Reason;
    }

    /// <summary>Full path.</summary>
    public string File { get; }

    /// <summary>Bytes from the start of the file.</summary>
    public long Offset { get; }

    /// <summary>What is wrong there.</summary>
    public string Reason { get; }

    /// <summary>Fills a buffer from a file that must be long enough.</summary>
    /// <exception cref="StoreDamagedException">It ends before.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    internal static void Read(LedgerFile file, Span<byte> buffer, long offset)
    {
        int read = file.ReadUpTo(buffer, offset);
        if (read < buffer.Length) throw new StoreDamagedException(file.Path, offset + read, "the file ends there");
    }
}
