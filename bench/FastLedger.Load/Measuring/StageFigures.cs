// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;

namespace FastLedger.Load.Measuring;

/// <summary>
/// Counters of a node since its start, as one object of JSON: what the load generator reads before and after a measurement to learn
/// where the time went. A stage is the sum of the nanoseconds that a thread spent in it; only the journal's commit contains waiting, for the disk.
/// </summary>
public sealed record StageFigures
{
    private static readonly IReadOnlyDictionary<string, long> Nothing = new Dictionary<string, long>();

    /// <summary>Commands executed.</summary>
    public required long Commands { get; init; }
    /// <summary>Blocks formed.</summary>
    public required long Blocks { get; init; }
    /// <summary>Journal groups synced.</summary>
    public required long JournalGroups { get; init; }
    /// <summary>Bytes written to the journal.</summary>
    public required long JournalBytes { get; init; }
    /// <summary>Managed bytes allocated by the process.</summary>
    public required long AllocatedBytes { get; init; }
    /// <summary>Processor seconds of the process, user and system.</summary>
    public required double CpuSeconds { get; init; }
    /// <summary>Resident memory of the process in bytes.</summary>
    public required long ResidentBytes { get; init; }
    /// <summary>Collections of all generations: whether the collector ran at all.</summary>
    public required int Collections { get; init; }
    /// <summary>Nanoseconds by stage; names as in <see cref="StageBudget.Transfers"/>.</summary>
    public required IReadOnlyDictionary<string, long> StageNs { get; init; }

    /// <summary>Nanoseconds of processor time by what threads do; names as in <see cref="ThreadWork.All"/>. Empty where the system does not tell.</summary>
    public IReadOnlyDictionary<string, long> ThreadNs { get; init; } = Nothing;

    /// <summary>Checkpoints and pages.</summary>
    public StateFigures? State { get; init; }

    /// <summary>What happened between an earlier reading and this one.</summary>
    public StageFigures Since(StageFigures earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return this with
        {
            Commands = Commands - earlier.Commands,
            Blocks = Blocks - earlier.Blocks,
            JournalGroups = JournalGroups - earlier.JournalGroups,
            JournalBytes = JournalBytes - earlier.JournalBytes,
            AllocatedBytes = AllocatedBytes - earlier.AllocatedBytes,
            CpuSeconds = CpuSeconds - earlier.CpuSeconds,
            Collections = Collections - earlier.Collections,
            State = State?.Since(earlier.State),
            StageNs = StageNs.ToDictionary(stage => stage.Key, stage => stage.Value - earlier.StageNs.GetValueOrDefault(stage.Key)),
            ThreadNs = ThreadNs.ToDictionary(work => work.Key, work => Math.Max(0, work.Value - earlier.ThreadNs.GetValueOrDefault(work.Key))),
        };
    }

    /// <summary>The counters of two replicas together: commands count once per replica that executes them.</summary>
    public StageFigures Plus(StageFigures other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return this with
        {
            Commands = Commands + other.Commands,
            Blocks = Blocks + other.Blocks,
            JournalGroups = JournalGroups + other.JournalGroups,
            JournalBytes = JournalBytes + other.JournalBytes,
            AllocatedBytes = AllocatedBytes + other.AllocatedBytes,
            CpuSeconds = CpuSeconds + other.CpuSeconds,
            ResidentBytes = ResidentBytes + other.ResidentBytes,
            Collections = Collections + other.Collections,
            StageNs = StageNs.ToDictionary(stage => stage.Key, stage => stage.Value + other.StageNs.GetValueOrDefault(stage.Key)),
            ThreadNs = ThreadNs.Keys.Union(other.ThreadNs.Keys).ToDictionary(work => work, work => ThreadNs.GetValueOrDefault(work) + other.ThreadNs.GetValueOrDefault(work)),
        };
    }

    /// <summary>Nanoseconds of a stage per command; 0 without commands.</summary>
    public double PerCommand(string stage) => Commands == 0 ? 0 : (double)StageNs.GetValueOrDefault(stage) / Commands;
}
