// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;

namespace FastLedger.Load.Nemesis;

/// <summary>What a campaign does. The same plan draws the same faults, victims and loads; which command a fault hits is up to the machine.</summary>
public sealed record NemesisPlan
{
    public int Seed { get; init; } = 1;

    public int Replicas { get; init; } = 4;

    /// <summary>Rounds; each brings one fault and its end.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>Faults drawn with equal chances; repeat one to draw it more often.</summary>
    public IReadOnlyList<NemesisFault> Faults { get; init; } = [NemesisFault.Kill];

    public string Durability { get; init; } = "fsync";

    /// <summary>Clients, each with a session of its own, spread over the replicas.</summary>
    public int Sessions { get; init; } = 4;

    /// <summary>Batches that a client sends ahead of their answers.</summary>
    public int InFlight { get; init; } = 4;

    /// <summary>Largest batch; sizes are uniform from 1 on.</summary>
    public int MaxBatch { get; init; } = 200;

    /// <summary>Batches answered between two faults, and again while one lasts, at most; numbers are uniform from a quarter of it on.</summary>
    public int BatchesPerStep { get; init; } = 120;

    /// <summary>Longest time that anything may take: an answer, a restart, catching up.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Further settings of every replica, as section.key=value.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];
}
