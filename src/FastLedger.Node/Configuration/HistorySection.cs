// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.ComponentModel;
using System.Numerics;
using FastLedger.Storage;

namespace FastLedger.Node.Configuration;

/// <summary>How much of the accounts' movements is kept. No balance, proof or recovery needs them; statements do.</summary>
public sealed class HistorySection
{
    [Description("Bytes of the newest entries, 128 each, that are kept; whole files go, so it is up to segment_bytes more, and what no checkpoint covers. 0 keeps all.")]
    public long RetainBytes { get; set; }

    [Description("Days that an entry is kept, counted back from the newest entry by block time; 0 keeps all. With retain_bytes too, an entry goes as soon as one of both lets it.")]
    public int RetainDays { get; set; }

    [Description("Size of a file of the history, a power of two.")]
    public long SegmentBytes { get; set; } = HistoryLog.DefaultSegmentBytes;

    [Description("So many bytes or more at once are written past the kernel's page cache, where the file system can do that; 0: always through it.")]
    public long DirectBytes { get; set; } = HistoryLog.DefaultDirectBytes;

    /// <summary>True when entries are dropped at all.</summary>
    public bool Prunes => RetainBytes > 0 || RetainDays > 0;

    /// <summary>Everything that is wrong, each a sentence that names the setting.</summary>
    internal IEnumerable<string> Faults()
    {
        if (RetainBytes != 0 && RetainBytes is < 1 << 16 or > 1L << 50) yield return "history.retain_bytes must be 0, or 64 KiB … 1 PiB";
        if (RetainDays is < 0 or > 36_500) yield return "history.retain_days must be 0 … 36,500";
        if (DirectBytes < 0) yield return "history.direct_bytes must be at least 0";
        if (!BitOperations.IsPow2(SegmentBytes) || SegmentBytes is < 1 << 16 or > 1L << 34) yield return "history.segment_bytes must be a power of two, 64 KiB … 16 GiB";
    }
}
