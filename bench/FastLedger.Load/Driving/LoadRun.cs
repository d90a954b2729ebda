// SPDX-License-Identifier: Apache-2.0
using FastLedger.Load.Measuring;

namespace FastLedger.Load.Driving;

/// <summary>What a <see cref="LoadDriver"/> measured.</summary>
/// <param name="Seconds">Length of the measured part.</param>
/// <param name="Operations">Commands answered within it.</param>
/// <param name="Refused">Of these, refused.</param>
/// <param name="Trades">Trades seen within it.</param>
/// <param name="Latencies">Latency of every command whose intended send time lies within it.</param>
/// <param name="Replica">Counters of the replica over it; null when the replica gives none.</param>
/// <param name="AllocatedBytes">Managed bytes that this process allocated in it.</param>
/// <param name="CpuSeconds">Processor seconds of this process in it.</param>
/// <param name="StealPercent">Per cent of the machine's time that the hypervisor took in it.</param>
public sealed record LoadRun(
    double Seconds,
    long Operations,
    long Refused,
    long Trades,
    LatencyRecorder Latencies,
    StageFigures? Replica,
    long AllocatedBytes,
    double CpuSeconds,
    double StealPercent);
