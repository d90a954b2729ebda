// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;
using System.IO;
using System.Threading;

namespace FastLedger.Storage;

/// <summary>One file of the history: entry <c>n</c> stands at <c>(n − First) × 128</c>. It is closed when it was dropped and nobody reads it.</summary>
/// <remarks>Thread: any; one writes.</remarks>
internal sealed class HistorySegment(LedgerFile file, ulong first)
{
    private const string Prefix = "segment-", Suffix = ".history";
    private const int Digits = 20;
    private int _users = 1; // the log itself
    private int _isDirty;

    /// <summary>The file.</summary>
    public LedgerFile File => file;

    /// <summary>Number of its first entry.</summary>
    public ulong First => first;

    /// <summary>Path of the file that begins with an entry.</summary>
    public static string PathOf(string directory, ulong first) =>
        Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{first:D20}{Suffix}"));

    /// <summary>The entry with which a file begins, from its name.</summary>
    public static bool TryParse(string name, out ulong first)
    {
        first = 0;
        return name.Length == Prefix.Length + Digits + Suffix.Length
            && name.StartsWith(Prefix, StringComparison.Ordinal)
            && name.EndsWith(Suffix, StringComparison.Ordinal)
            && ulong.TryParse(name.AsSpan(Prefix.Length, Digits), NumberStyles.None, CultureInfo.InvariantCulture, out first)
            && first > 0;
    }

    /// <summary>Where an entry stands.</summary>
    public long OffsetOf(ulong number) => (long)(number - first) * HistoryLog.EntryBytes;

    /// <summary>Something was written that <see cref="SyncIfDirty"/> has to make durable.</summary>
    public void MarkDirty() => Volatile.Write(ref _isDirty, 1);

    /// <summary>Makes what was written so far durable.</summary>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public void SyncIfDirty()
    {
        if (Interlocked.Exchange(ref _isDirty, 0) != 0) file.Sync();
    }

    /// <summary>Keeps the file open until <see cref="Release"/>.</summary>
    /// <returns>False when it was closed.</returns>
    public bool TryAcquire()
    {
        int users = Volatile.Read(ref _users);
        while (users > 0)
        {
            int seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users) return true;
            users = seen;
        }

        return false;
    }

    /// <summary>Once per acquisition, and once by the log.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0) file.Dispose();
    }
}
