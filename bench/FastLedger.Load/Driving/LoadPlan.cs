// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Load.Driving;

/// <summary>How a workload is sent.</summary>
public sealed record LoadPlan
{
    /// <summary>
    /// Batches in flight unless said otherwise. In a cluster a batch passes more stages, one after the other: half as many leave some of
    /// them without work, and every batch a block of its own.
    /// </summary>
    public static int UsualInFlight(int replicas) => replicas > 1 ? 8 : 4;

    /// <summary>Seconds of warm-up unless said otherwise. The processes of a cluster compile beside each other on the same processors.</summary>
    public static int UsualWarmUp(int replicas) => replicas > 1 ? 10 : 3;

    /// <summary>Commands in a batch, 1 … 8,190.</summary>
    public int BatchSize { get; init; } = 8_190;

    /// <summary>Replicas of the ledger, at least 1.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>Batches in flight at most, at least 1.</summary>
    public int InFlight { get; init; } = 4;

    /// <summary>Commands per second intended: the open loop. Null: the closed loop, in which each answer allows the next batch.</summary>
    public double? Rate { get; init; }

    /// <summary>Time before the measured part: the runtime compiles, caches fill.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Settings of the node, as <c>section.key=value</c>.</summary>
    public System.Collections.Generic.IReadOnlyList<string> NodeSettings { get; init; } = [];

    /// <summary>The measured part.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(10);
}
