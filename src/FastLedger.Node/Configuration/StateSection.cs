// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Numerics;

namespace FastLedger.Node.Configuration;

/// <summary>Checkpoints of the state, and how much of it stays in memory.</summary>
public sealed class StateSection
{
    [Description("Folder of pages and manifests; empty: state, in the data directory.")]
    public string Directory { get; set; } = "";

    [Description("Seconds between the beginnings of two checkpoints; 0 takes none: a restart executes the whole journal again.")]
    public int CheckpointSeconds { get; set; } = 60;

    [Description("Blocks between the beginnings of two checkpoints, instead of seconds; 0 goes by time.")]
    public int CheckpointBlocks { get; set; }

    [Description("Memory for the tables, the nodes of their trees, and what remembers their pages; 0 keeps all of them in memory.")]
    public long Memory { get; set; }

    [Description("Pages that a checkpoint hands over per block at least.")]
    public int LeastPagesPerBlock { get; set; } = 32;

    [Description("Pages that a checkpoint hands over per block at most.")]
    public int MostPagesPerBlock { get; set; } = 4096;

    [Description("Most memory for former images of records that change while a checkpoint is written; what is not needed is not taken. At most a 16th of state.memory, if that is set.")]
    public long ImageBytes { get; set; } = 512 << 20;

    [Description("Pages of 1 KiB that the store is laid out for; more work, but slower. 0: 1 GiB of them, or four times state.memory.")]
    public long ExpectedPages { get; set; }

    [Description("Memory for the newest part of the store's log, a power of two.")]
    public long LogMemory { get; set; } = 64 << 20;

    [Description("Size of the store's files, a power of two; large ones are freed at once, and syncs of the journal wait meanwhile.")]
    public long SegmentBytes { get; set; } = 64 << 20;

    [Description("buffered: through the kernel's page cache; direct: past it; auto: past it.")]
    public PageIo PageIo { get; set; } = PageIo.Auto;

    [Description("Keeps the whole journal instead of deleting what the older checkpoint has made superfluous.")]
    public bool KeepJournal { get; set; }

    [Description("Memory for a copy of the state that peers which join may fetch; two are held for a while. A larger state is not given out.")]
    public long SyncBytes { get; set; } = 2L << 30;

    [Description("Seconds after which a checkpoint that has not ended is reported.")]
    public int WatchdogSeconds { get; set; } = 300;

    /// <summary>Most memory for former images; less where memory is bounded, because it stands beside the bound.</summary>
    public long MostImageBytes => Memory > 0 ? Math.Min(ImageBytes, Memory / 16) : ImageBytes;

    /// <summary>True when checkpoints are taken.</summary>
    public bool TakesCheckpoints => CheckpointSeconds > 0 || CheckpointBlocks > 0;

    /// <summary>Everything that is wrong, each a sentence that names the setting.</summary>
    internal IEnumerable<string> Faults()
    {
        if (CheckpointSeconds is < 0 or > 86_400) yield return "state.checkpoint_seconds must be 0 … 86,400";
        if (CheckpointBlocks is < 0 or > 1 << 30) yield return "state.checkpoint_blocks must be 0 … 2^30";
        if (Memory != 0 && Memory is < 1 << 20 or > 1L << 44) yield return "state.memory must be 0, or 1 MiB … 16 TiB";
        if (LeastPagesPerBlock is < 1 or > 1 << 20) yield return "state.least_pages_per_block must be 1 … 2^20";
        if (MostPagesPerBlock < LeastPagesPerBlock || MostPagesPerBlock > 1 << 20) yield return "state.most_pages_per_block must be least_pages_per_block … 2^20";
        if (ImageBytes is < 0 or > 1L << 36) yield return "state.image_bytes must be 0 … 64 GiB";
        if (ExpectedPages is < 0 or > 1L << 32) yield return "state.expected_pages must be 0 … 2^32";
        if (!BitOperations.IsPow2(LogMemory) || LogMemory is < 1 << 22 or > 1L << 36) yield return "state.log_memory must be a power of two, 4 MiB … 64 GiB";
        if (!BitOperations.IsPow2(SegmentBytes) || SegmentBytes is < 1 << 20 or > 1L << 34) yield return "state.segment_bytes must be a power of two, 1 MiB … 16 GiB";
        if (SyncBytes is < 0 or > 1L << 40) yield return "state.sync_bytes must be 0 … 1 TiB";
        if (WatchdogSeconds is < 1 or > 86_400) yield return "state.watchdog_seconds must be 1 … 86,400";
        if (Memory != 0 && !TakesCheckpoints) yield return "state.memory needs checkpoints: set state.checkpoint_seconds or state.checkpoint_blocks";
    }
}
