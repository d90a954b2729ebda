// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using FastLedger.Node.Configuration;
using FastLedger.State.Checkpoints;

namespace FastLedger.Node.Checkpoints;

/// <summary>How many pages of a running checkpoint are handed over at a time: spread over the first part of the interval.</summary>
/// <remarks>Thread: the executor's. Alloc: none. Blocks: no.</remarks>
internal sealed class CapturePace(StateSection options, CheckpointCapture capture)
{
    private const double CaptureShare = 0.15; // of the interval: the longer, the more former images are kept, each a few hundred nanoseconds of execution

    private long _began;

    /// <summary>A capture begins.</summary>
    /// <param name="now">The machine's time stamp.</param>
    public void Begin(long now) => _began = now;

    /// <summary>Pages to hand over after a block.</summary>
    public int AfterBlock()
    {
        if (options.CheckpointBlocks > 0)
        {
            long blocks = Math.Max(1, options.CheckpointBlocks / 2);
            return (int)Math.Clamp((capture.TotalPages + blocks - 1) / blocks, options.LeastPagesPerBlock, options.MostPagesPerBlock);
        }

        return (int)Math.Clamp(PagesDue(), options.LeastPagesPerBlock, options.MostPagesPerBlock);
    }

    /// <summary>Pages to hand over while nothing is executed. With checkpoints by blocks nobody knows when the next one comes: all of it, as fast as the store takes it.</summary>
    public int Idle() => (int)Math.Min(options.CheckpointBlocks > 0 ? options.LeastPagesPerBlock : PagesDue(), options.MostPagesPerBlock);

    /// <summary>Pages that would have to be handed over now to keep pace with time, and with the room for former images.</summary>
    private long PagesDue()
    {
        double share = Math.Min(1, (double)(Stopwatch.GetTimestamp() - _began) / Stopwatch.Frequency / (CaptureShare * options.CheckpointSeconds));
        long frozen = capture.FrozenPages;
        long due = (long)(capture.TotalPages * share) - (capture.TotalPages - frozen);
        return Math.Max(due, PagesToMakeRoom(frozen));
    }

    /// <summary>Pages to hand over so that the room for former images never runs out: then a batch would have to wait for the store.</summary>
    private long PagesToMakeRoom(long frozen)
    {
        long excess = capture.KeptBytes - (options.MostImageBytes / 2);
        return excess <= 0 ? 0 : frozen * excess / capture.KeptBytes;
    }
}
