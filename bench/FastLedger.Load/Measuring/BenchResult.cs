// SPDX-License-Identifier: Apache-2.0
using System.Text.Json.Serialization;
using FastLedger.Load.Machine;

namespace FastLedger.Load.Measuring;

/// <summary>One measurement, as <c>bench --json</c> prints it. Figures that do not apply to a workload are left out.</summary>
public sealed record BenchResult
{
    /// <summary>True when every operation was answered and every check held.</summary>
    public required bool Ok { get; init; }
    /// <summary>What was wrong; absent when <see cref="Ok"/>.</summary>
    public string? Error { get; init; }
    /// <summary>transfers, orders or book.</summary>
    public required string Workload { get; init; }
    public required MachineFingerprint Machine { get; init; }
    /// <summary>Length of the measured part.</summary>
    public required double Seconds { get; init; }
    /// <summary>Commands answered in the measured part.</summary>
    public required long Operations { get; init; }
    public required double OpsPerS { get; init; }
    public double? P50Us { get; init; }
    public double? P90Us { get; init; }
    public double? P99Us { get; init; }
    public double? P999Us { get; init; }
    public double? P9999Us { get; init; }
    public double? MaxUs { get; init; }
    /// <summary>"open": from the intended send time at a fixed rate; "closed": from the actual send time, the next send waiting for an
    /// answer.</summary>
    public string? Loop { get; init; }
    /// <summary>Commands per second intended in the open loop.</summary>
    public double? Rate { get; init; }
    /// <summary>none, write or fsync; "none" for work in process.</summary>
    public required string Durability { get; init; }
    public required int Replicas { get; init; }
    /// <summary>Commands in a batch.</summary>
    public required int Batch { get; init; }
    /// <summary>Batches in flight at most.</summary>
    public int? InFlight { get; init; }
    public required long Accounts { get; init; }
    /// <summary>Commands that the ledger refused, for reasons of the workload.</summary>
    public required long Refused { get; init; }
    /// <summary>Trades seen, for workloads with orders.</summary>
    public long? Trades { get; init; }
    /// <summary>Managed bytes allocated by the replica per command.</summary>
    public required double AllocatedBytesPerOp { get; init; }
    /// <summary>Managed bytes allocated by the client per command.</summary>
    public double? ClientAllocatedBytesPerOp { get; init; }
    /// <summary>Processor seconds of replica and client together per million commands.</summary>
    public required double CpuSecondsPerMillion { get; init; }
    /// <summary>Of that the client.</summary>
    public double? ClientCpuSecondsPerMillion { get; init; }
    /// <summary>Per cent of the machine's time that the hypervisor took during the measurement.</summary>
    public required double StealPercent { get; init; }
    /// <summary>Counters of the replica over the measured part.</summary>
    public StageFigures? Stages { get; init; }
    /// <summary>What the stream came to: trades, volume, resting orders; equal for equal streams on any engine.</summary>
    public string? Outcome { get; init; }
    /// <summary>The command that makes this figure.</summary>
    public required string Command { get; init; }
    /// <summary>The full distribution, for the report only.</summary>
    [JsonIgnore]
    public LatencyRecorder? Latencies { get; init; }
}
