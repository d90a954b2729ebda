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

    /// <summary>Bytes of batches that go into the cluster before anything is measured, an equal part through each replica: so many that the
    /// rings for the journal, for batches, for peers and for pages went round: all of their memory is there then, and none of it is taken for
    /// growth under the flood.</summary>
    public long FillBytes { get; init; } = 192L << 20;

    /// <summary>Seconds between two checkpoints: the first ones take memory that later ones use again, so some must be over before anything is measured.</summary>
    public int CheckpointSeconds { get; init; } = 5;

    /// <summary>How long the replicas work without junk before it comes, under the same load and with the same newcomers: what that takes is reported
    /// beside what the flood takes.</summary>
    public TimeSpan Control { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Connections to each port that send junk, one after the other, as fast as they can.</summary>
    public int JunkPerPort { get; init; } = 2;

    /// <summary>Connections to each port that say nothing and stay as long as they may.</summary>
    public int SilentPerPort { get; init; } = 256;

    public string Durability { get; init; } = "fsync";

    /// <summary>Longest time that anything may take.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest time without an answer to the client that was there before.</summary>
    public TimeSpan LongestSilence { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Resident bytes by which the mean of the flood's last third may be above that of the third before, for each replica: those who have gone
    /// must not leave memory behind.</summary>
    public long GrowthBytes { get; init; } = 32L << 20;

    /// <summary>Resident bytes by which the mean of the flood's last third may be above that of the control's, for each replica: those who are at the door
    /// take memory, and the collector waits until some is worth collecting.</summary>
    public long CostBytes { get; init; } = 96L << 20;
}
