// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace FastLedger.Load.Machine;

/// <summary>Processor time of this process by what its threads do, from <c>/proc</c>: without any waiting, unlike the times of the stages.</summary>
public static class ThreadTimes
{
    /// <summary>What is left when the threads with a work of their own are taken off: connections, timers, start and stop.</summary>
    public const string Rest = "connections";

    /// <summary>Beginnings of thread names, as the system cuts them after 15 characters, and what these threads do.</summary>
    private static readonly (string Name, string Work)[] Works =
    [
        ("fastledger-cons", "consensus"),
        ("fastledger-exec", "execution"),
        ("fastledger-hist", "history"),
        ("fastledger-chec", "storage"),
        ("store", "storage"),
        ("journal segment", "storage"),
        (".NET Sockets", "sockets"),
        (".NET Tiered Com", "compiler"),
    ];

    /// <summary>Nanoseconds of processor time since the start, by work; empty where the system does not tell.</summary>
    public static IReadOnlyDictionary<string, long> Read()
    {
        var times = new Dictionary<string, long>(StringComparer.Ordinal);
        if (!Directory.Exists("/proc/self/task")) return times;
        long named = 0;
        foreach (string thread in Directory.GetDirectories("/proc/self/task"))
        {
            try
            {
                if (WorkOf(File.ReadAllText(Path.Combine(thread, "comm"))) is not { } work) continue;
                long ns = long.Parse(File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ')[0], CultureInfo.InvariantCulture);
                times[work] = times.GetValueOrDefault(work) + ns;
                named += ns;
            }
            catch (IOException)
            {
                // The thread has ended since it was listed; what it did counts as the rest.
            }
        }

        times[Rest] = Math.Max(0, (long)(Environment.CpuUsage.TotalTime.TotalSeconds * 1e9) - named);
        return times;
    }

    /// <summary>What a thread of this name does; null when it has no work of its own.</summary>
    public static string? WorkOf(string thread)
    {
        ArgumentNullException.ThrowIfNull(thread);
        foreach ((string name, string work) in Works)
            if (thread.StartsWith(name, StringComparison.Ordinal)) return work;
        return null;
    }
}
