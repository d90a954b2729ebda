// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace FastLedger.Load.Machine;

/// <summary>
/// What a figure was measured on. Everything that a second machine must match before two figures may be compared; what the
/// operating system does not tell is "unknown", never guessed.
/// </summary>
public sealed record MachineFingerprint
{
    private const string Unknown = "unknown";

    /// <summary>Model, with family, model, stepping and microcode.</summary>
    public required string Cpu { get; init; }
    /// <summary>Logical processors this process may use.</summary>
    public required int Cores { get; init; }
    /// <summary>Hardware threads of one core; 0 when unknown.</summary>
    public required int ThreadsPerCore { get; init; }
    /// <summary>Vector instruction sets in use, the widest last.</summary>
    public required string Vectors { get; init; }
    /// <summary>Frequency governor, or what stands for it.</summary>
    public required string Governor { get; init; }
    /// <summary>Hypervisor present, by the processor's own flag.</summary>
    public required bool Virtual { get; init; }
    public required string Kernel { get; init; }
    /// <summary>Processor vulnerabilities that the kernel mitigates, and those it leaves open.</summary>
    public required string Mitigations { get; init; }
    public required long MemoryBytes { get; init; }
    /// <summary>Device, file system and mount options of the directory that held the journal.</summary>
    public required string Disk { get; init; }
    public required string Dotnet { get; init; }
    /// <summary>Kind of garbage collector.</summary>
    public required string Gc { get; init; }
    /// <summary>DOTNET_* and COMPlus_* settings of the environment, and FASTLEDGER_*.</summary>
    public required IReadOnlyDictionary<string, string> Knobs { get; init; }
    /// <summary>Commit the program was built from; with "-dirty" when the working tree differed.</summary>
    public required string Git { get; init; }

    /// <summary>Reads the fingerprint.</summary>
    /// <param name="directory">Where the journal stands: its disk is the one described.</param>
    public static MachineFingerprint Read(string directory)
    {
        Dictionary<string, string> cpu = ReadCpu();
        return new MachineFingerprint
        {
            Cpu = DescribeCpu(cpu),
            Cores = Environment.ProcessorCount,
            ThreadsPerCore = ThreadsOfCore(),
            Vectors = DescribeVectors(),
            Governor = ReadLine("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor") ?? "not exposed",
            Virtual = cpu.TryGetValue("flags", out string? flags) && flags.Contains(" hypervisor", StringComparison.Ordinal),
            Kernel = ReadLine("/proc/sys/kernel/osrelease") is { } release ? "Linux " + release : RuntimeInformation.OSDescription,
            Mitigations = DescribeMitigations(),
            MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            Disk = DiskDescription.Of(directory),
            Dotnet = RuntimeInformation.FrameworkDescription,
            Gc = (GCSettings.IsServerGC ? "server" : "workstation") + (GCSettings.LatencyMode == GCLatencyMode.Batch ? ", blocking" : ", concurrent"),
            Knobs = ReadKnobs(),
            Git = SourceRevision.Current(),
        };
    }

    private static Dictionary<string, string> ReadCpu()
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            foreach (string line in File.ReadLines("/proc/cpuinfo"))
            {
                if (line.Length == 0) break;
                int colon = line.IndexOf(':', StringComparison.Ordinal);
                if (colon > 0) fields[line[..colon].Trim()] = line[(colon + 1)..].TrimEnd();
            }
        }
        catch (IOException)
        {
            // A system without /proc: the fields stay unknown.
        }

        return fields;
    }

    private static string DescribeCpu(Dictionary<string, string> cpu)
    {
        string Field(string name) => cpu.TryGetValue(name, out string? value) ? value.Trim() : Unknown;
        return $"{Field("model name")} (family {Field("cpu family")}, model {Field("model")}, stepping {Field("stepping")}, microcode {Field("microcode")})";
    }

    private static int ThreadsOfCore()
    {
        string? siblings = ReadLine("/sys/devices/system/cpu/cpu0/topology/thread_siblings_list");
        if (siblings is null) return 0;
        int threads = 0;
        foreach (string part in siblings.Split(','))
        {
            string[] ends = part.Split('-');
            threads += ends.Length == 2 && int.TryParse(ends[0], out int first) && int.TryParse(ends[1], out int last) ? last - first + 1 : 1;
        }

        return threads;
    }

    private static string DescribeVectors()
    {
        var sets = new List<string>();
        if (Avx2.IsSupported) sets.Add("avx2");
        if (Avx512F.IsSupported) sets.Add("avx512f");
        if (Avx512BW.IsSupported) sets.Add("avx512bw");
        if (Avx512Vbmi.IsSupported) sets.Add("avx512vbmi");
        return sets.Count == 0 ? RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant() : string.Join(' ', sets);
    }

    private static string DescribeMitigations()
    {
        const string directory = "/sys/devices/system/cpu/vulnerabilities";
        if (!Directory.Exists(directory)) return Unknown;
        var mitigated = new List<string>();
        var open = new List<string>();
        foreach (string file in Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal))
        {
            string state = ReadLine(file) ?? Unknown;
            if (state.StartsWith("Mitigation", StringComparison.Ordinal)) mitigated.Add(Path.GetFileName(file));
            else if (state.StartsWith("Vulnerable", StringComparison.Ordinal)) open.Add(Path.GetFileName(file));
        }

        string List(List<string> names) => names.Count == 0 ? "none" : string.Join(' ', names);
        return $"mitigated: {List(mitigated)}; open: {List(open)}";
    }

    private static SortedDictionary<string, string> ReadKnobs()
    {
        var knobs = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            string name = (string)entry.Key;
            bool relevant = name.StartsWith("DOTNET_", StringComparison.Ordinal) || name.StartsWith("COMPlus_", StringComparison.Ordinal)
                || name.StartsWith("FASTLEDGER_", StringComparison.Ordinal);
            if (relevant) knobs[name] = (string?)entry.Value ?? "";
        }

        return knobs;
    }

    /// <summary>First line of a file, or null when it cannot be read.</summary>
    internal static string? ReadLine(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            return reader.ReadLine()?.Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
