// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using FastLedger.Load.Machine;
using FastLedger.Load.Measuring;

namespace FastLedger.Load.Reports;

/// <summary>Writes measurements as markdown with everything a reader needs to judge and to repeat them.</summary>
public static class BenchReport
{
    /// <summary>Writes <c>NAME.md</c>, and the latency distributions beside it, into <paramref name="directory"/>.</summary>
    /// <returns>Path of the markdown file.</returns>
    public static string Write(string directory, string name, string title, DateTimeOffset measuredAt, IReadOnlyList<BenchResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        ArgumentOutOfRangeException.ThrowIfZero(results.Count);
        Directory.CreateDirectory(directory);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {title}\n\nMeasured {measuredAt:yyyy-MM-dd HH:mm} UTC; written by `fastledger bench --report`.\n\n");
        AppendFigures(text, results);
        foreach (BenchResult result in results) AppendDetail(text, directory, name, result);
        AppendMachine(text, results[0].Machine);
        string path = Path.Combine(directory, name + ".md");
        File.WriteAllText(path, text.ToString());
        return path;
    }

    private static void AppendFigures(StringBuilder text, IReadOnlyList<BenchResult> results)
    {
        text.Append("| workload | ops/s | p50 µs | p99 µs | p99.9 µs | max µs | loop | durability | replicas | batch | in flight | accounts | "
            + "B allocated/op (replica) | CPU s/M ops (both) | steal % |\n");
        text.Append("|---|--:|--:|--:|--:|--:|---|---|--:|--:|--:|--:|--:|--:|--:|\n");
        foreach (BenchResult r in results)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"| {r.Workload} | {r.OpsPerS:N0} | {Number(r.P50Us)} | {Number(r.P99Us)} | {Number(r.P999Us)} | {Number(r.MaxUs)} | {r.Loop ?? "–"} | ");
            text.Append(CultureInfo.InvariantCulture,
                $"{r.Durability} | {r.Replicas} | {r.Batch:N0} | {r.InFlight?.ToString(CultureInfo.InvariantCulture) ?? "–"} | {r.Accounts:N0} | ");
            text.Append(CultureInfo.InvariantCulture, $"{r.AllocatedBytesPerOp:0.000} | {r.CpuSecondsPerMillion:0.000} | {r.StealPercent:0.0} |\n");
        }

        text.Append('\n');
    }

    private static void AppendDetail(StringBuilder text, string directory, string name, BenchResult result)
    {
        text.Append(CultureInfo.InvariantCulture, $"## {result.Workload}, durability {result.Durability}, batch {result.Batch:N0}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Reproduce: `{result.Command}`\n\n");
        text.Append(CultureInfo.InvariantCulture,
            $"{result.Operations:N0} commands answered in {result.Seconds:0.0} s; {result.Refused:N0} refused by the ledger");
        if (result.Trades is { } trades) text.Append(CultureInfo.InvariantCulture, $"; {trades:N0} trades");
        text.Append(".\n\n");
        if (result.Error is { } error) text.Append(CultureInfo.InvariantCulture, $"**Not in order: {error}**\n\n");
        if (result.Stages is { } stages) AppendStages(text, result.Workload, stages, result.Seconds);
        if (result.Stages is { ThreadNs.Count: > 0 } threads) AppendProcessor(text, result, threads);
        if (result.Latencies is not { Count: > 0 } latencies) return;
        string file = string.Create(CultureInfo.InvariantCulture, $"{name}-{result.Workload}-{result.Durability}-{result.Batch}.hgrm");
        using (StreamWriter writer = File.CreateText(Path.Combine(directory, file))) latencies.WriteDistribution(writer);
        string from = result.Loop == "open" ? "the intended send time (no coordinated omission)" : "the actual send time (closed loop)";
        text.Append(CultureInfo.InvariantCulture, $"Latency is measured per batch from {from}. Full distribution in µs: [{file}]({file}).\n\n");
    }

    private static void AppendStages(StringBuilder text, string workload, StageFigures stages, double seconds)
    {
        text.Append("| stage | ns per command | budget ns | within |\n|---|--:|--:|---|\n");
        double sum = 0;
        foreach (StageBudget budget in workload == "orders" ? StageBudget.Orders : StageBudget.Transfers)
        {
            double figure = stages.PerCommand(budget.Stage);
            sum += figure;
            string within = budget.BudgetNs is not { } limit ? "–" : figure <= limit ? "yes" : "no";
            text.Append(CultureInfo.InvariantCulture, $"| {budget.Work} | {figure:0.0} | {Number(budget.BudgetNs)} | {within} |\n");
        }

        double allocated = stages.Commands == 0 ? 0 : (double)stages.AllocatedBytes / stages.Commands;
        double commit = stages.JournalGroups == 0 ? 0 : stages.StageNs.GetValueOrDefault("commit") / 1_000.0 / stages.JournalGroups;
        text.Append(CultureInfo.InvariantCulture, $"| sum (stages run on several threads) | {sum:0.0} | | |\n");
        text.Append(CultureInfo.InvariantCulture, $"| heap bytes allocated per command | {allocated:0.000} | 0 | {(allocated < 0.0005 ? "yes" : "no")} |\n\n");
        text.Append(CultureInfo.InvariantCulture,
            $"{stages.Blocks:N0} blocks; {stages.JournalGroups:N0} journal groups, {stages.JournalGroups / seconds:N0} a second, "
            + $"{commit:N0} µs for each write and sync; replica: {stages.ResidentBytes / 1_048_576.0:N0} MiB resident, {stages.Collections} collections.\n\n");
    }

    /// <summary>Where the processor's time went, without any waiting, for all replicas and the client together.</summary>
    private static void AppendProcessor(StringBuilder text, BenchResult result, StageFigures stages)
    {
        double million = Math.Max(1, result.Operations) / 1e6;
        double whole = Math.Max(result.CpuSecondsPerMillion, 1e-9);
        text.Append("| threads, of all replicas | CPU s/M commands | of all |\n|---|--:|--:|\n");
        void Row(string work, double seconds) => text.Append(CultureInfo.InvariantCulture, $"| {work} | {seconds:0.000} | {seconds / whole:0 %} |\n");
        foreach (ThreadWork work in ThreadWork.All) Row(work.Work, stages.ThreadNs.GetValueOrDefault(work.Key) / 1e9 / million);
        if (result.ClientCpuSecondsPerMillion is { } client) Row("client", client);
        Row("all", result.CpuSecondsPerMillion);
        text.Append('\n');
    }

    private static void AppendMachine(StringBuilder text, MachineFingerprint machine)
    {
        text.Append("## Machine\n\n| | |\n|---|---|\n");
        void Row(string name, string value) => text.Append(CultureInfo.InvariantCulture, $"| {name} | {value} |\n");
        Row("processor", machine.Cpu + (machine.Virtual ? ", virtual" : ""));
        Row("cores", string.Create(CultureInfo.InvariantCulture, $"{machine.Cores} ({machine.ThreadsPerCore} hardware threads a core), governor {machine.Governor}"));
        Row("vectors", machine.Vectors);
        Row("kernel", machine.Kernel);
        Row("mitigations", machine.Mitigations);
        Row("memory", string.Create(CultureInfo.InvariantCulture, $"{machine.MemoryBytes / 1_073_741_824.0:0.0} GiB"));
        Row("disk", machine.Disk);
        Row(".NET", $"{machine.Dotnet}, {machine.Gc}");
        foreach (KeyValuePair<string, string> knob in machine.Knobs) Row(knob.Key, knob.Value);
        Row("source", machine.Git);
    }

    private static string Number(double? value) => value is not { } number ? "–"
        : number >= 100 ? number.ToString("N0", CultureInfo.InvariantCulture) : number.ToString("0.0", CultureInfo.InvariantCulture);
}
