// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;
using System.Linq;

namespace FastLedger.Load.Machine;

/// <summary>A reading of the machine's processor times. A difference of two tells how much of a measurement's time other tenants of
/// the hardware took ("steal"): a figure with much steal is a figure of the neighbours.</summary>
/// <param name="Total">Clock ticks of all states and processors.</param>
/// <param name="Steal">Clock ticks that the hypervisor gave to others while this machine wanted to run.</param>
/// <param name="Idle">Clock ticks without work, waiting for disks included.</param>
public readonly record struct ProcessorTimes(long Total, long Steal, long Idle)
{
    /// <summary>Reads the times now; all zero where the system does not tell.</summary>
    public static ProcessorTimes Now()
    {
        // "cpu user nice system idle iowait irq softirq steal guest guest_nice" (proc(5)); guest times are part of user and nice.
        string? line = MachineFingerprint.ReadLine("/proc/stat");
        if (line is null) return default;
        long[] ticks = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8)
            .Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        return ticks.Length < 8 ? default : new ProcessorTimes(ticks.Sum(), ticks[7], ticks[3] + ticks[4]);
    }

    /// <summary>Share of the time since <paramref name="earlier"/> that was stolen, in per cent.</summary>
    public double StealPercentSince(ProcessorTimes earlier) => Percent(Steal - earlier.Steal, Total - earlier.Total);

    /// <summary>Share of the time since <paramref name="earlier"/> that was idle, in per cent.</summary>
    public double IdlePercentSince(ProcessorTimes earlier) => Percent(Idle - earlier.Idle, Total - earlier.Total);

    private static double Percent(long part, long whole) => whole <= 0 ? 0 : 100.0 * part / whole;
}
