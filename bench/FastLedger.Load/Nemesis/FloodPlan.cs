// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Load.Nemesis;

/// <summary>What a flood does.</summary>
public sealed record FloodPlan
{
    public int Seed { get; init; } = 1;

    /// <summary>Replicas, a process each; at least 4, because one has no port for peers.</summary>
    public int Replicas { get; init; } = 4;

    /// <summary>How long junk comes in.</summary>
    public TimeSpan Length { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long the replicas work without junk before it comes.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Connections to each port that send junk, one after the other, as fast as they can.</summary>
    public int JunkPerPort { get; init; } = 2;

    /// <summary>Connections to each port that say nothing and stay as long as they may.</summary>
    public int SilentPerPort { get; init; } = 256;

    public string Durability { get; init; } = "fsync";

    /// <summary>Longest time that anything may take.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Resident bytes by which the mean of the flood's last third may be above that of the third before, for each replica: connections that are served
    /// at a time take memory, those that have gone must not.</summary>
    public long MemoryBytes { get; init; } = 48L << 20;
}
