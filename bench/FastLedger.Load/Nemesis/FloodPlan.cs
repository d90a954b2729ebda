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

    /// <summary>Seconds between two checkpoints: the first ones take memory that later ones use again, so some must be over before anything is measured.</summary>
    public int CheckpointSeconds { get; init; } = 5;

    /// <summary>How long the replicas work without junk before it comes, under the same load and with the same newcomers: what that takes is reported
    /// beside what the flood takes. Long enough for some checkpoints, and for what is compiled and backed by memory when it is first used.</summary>
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
    public long GrowthBytes { get; init; } = 16L << 20;

    /// <summary>Resident bytes by which the mean of the flood's last third may be above that of the control's, for each replica: those who are at the door
    /// take memory, and the collector's younger generations, which load alone hardly uses, go up to their 16 and 6 MiB.</summary>
    public long CostBytes { get; init; } = 64L << 20;

    /// <summary>Resident bytes that the session of a client which sends little takes on each replica, and keeps: 16 KiB for its first results, 4 KiB where
    /// the store notes their pages, and its bits and places in the maps. So much per newcomer is not counted by either bound, because it is state.</summary>
    public long SessionBytes { get; init; } = 24L << 10;
}
