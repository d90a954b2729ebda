// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using FastLedger.Load.Machine;
using FastLedger.Load.Measuring;
using FastLedger.Load.Nodes;
using FastLedger.Load.Reports;

namespace FastLedger.Cli.Tests.Reports;

public class BenchReportTests
{
    private static StageFigures Figures(long commands, long executeNs) => new()
    {
        Commands = commands,
        Blocks = commands / 100,
        JournalGroups = commands / 100,
        JournalBytes = commands * 128,
        AllocatedBytes = commands * 2,
        CpuSeconds = commands / 1e6,
        ResidentBytes = 1 << 20,
        Collections = 0,
        StageNs = new Dictionary<string, long> { ["execute"] = executeNs },
        ThreadNs = new Dictionary<string, long> { ["execution"] = 2 * executeNs },
    };

    private static BenchResult Result(LatencyRecorder latencies) => new()
    {
        Ok = true,
        Workload = "transfers",
        Machine = MachineFingerprint.Read(Environment.CurrentDirectory),
        Seconds = 2,
        Operations = 1_000,
        OpsPerS = 500,
        P50Us = latencies.Percentiles().P50Us,
        Loop = "open",
        Durability = "fsync",
        Replicas = 1,
        Batch = 10,
        Accounts = 100,
        Refused = 0,
        AllocatedBytesPerOp = 2,
        CpuSecondsPerMillion = 1,
        ClientCpuSecondsPerMillion = 0.25,
        StealPercent = 0,
        Stages = Figures(3_000, 300_000).Since(Figures(1_000, 100_000)),
        Command = "fastledger bench transfers --seconds 2",
        Latencies = latencies,
    };

    [Fact]
    public void A_report_says_how_to_repeat_it_on_what_machine_and_which_stage_is_over_its_budget()
    {
        using var folder = new TemporaryFolder();
        var latencies = new LatencyRecorder();
        latencies.Record(1_000_000, 10);
        string path = BenchReport.Write(folder.Path, "first", "First light", DateTimeOffset.UnixEpoch, [Result(latencies)]);
        string text = File.ReadAllText(path);
        Assert.Contains("Reproduce: `fastledger bench transfers --seconds 2`", text, StringComparison.Ordinal);
        Assert.Contains("fsync", text, StringComparison.Ordinal);
        Assert.Contains("| execute one transfer | 100.0 | 60.0 | no |", text, StringComparison.Ordinal);
        Assert.Contains("| execution: commands, receipts, state root, answers | 0.400 | 40 % |", text, StringComparison.Ordinal);
        Assert.Contains("| client | 0.250 | 25 % |", text, StringComparison.Ordinal);
        Assert.Contains("## Machine", text, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(folder.Path, "*.hgrm"));
    }

    [Fact]
    public void The_processor_time_of_this_process_is_divided_without_loss()
    {
        double before = Environment.CpuUsage.TotalTime.TotalNanoseconds;
        IReadOnlyDictionary<string, long> times = ThreadTimes.Read();
        double after = Environment.CpuUsage.TotalTime.TotalNanoseconds;
        if (!OperatingSystem.IsLinux()) return;
        double sum = 0;
        foreach ((string work, long ns) in times)
        {
            Assert.Contains(ThreadWork.All, known => known.Key == work);
            sum += ns;
        }

        // The system adds processor time up per thread and per process at slightly different moments.
        Assert.InRange(sum, before * 0.9, (after * 1.1) + 1e8);
        Assert.Equal("consensus", ThreadTimes.WorkOf("fastledger-cons\n"));
        Assert.Null(ThreadTimes.WorkOf(".NET TP Worker"));
    }

    [Fact]
    public void A_late_answer_counts_once_for_every_operation_that_waited()
    {
        var latencies = new LatencyRecorder();
        latencies.Record(1_000, 98);
        latencies.Record(5_000_000, 2);
        LatencyPercentiles percentiles = latencies.Percentiles();
        Assert.Equal(100, latencies.Count);
        Assert.InRange(percentiles.P50Us, 0.99, 1.01);
        Assert.InRange(percentiles.P99Us, 4_990, 5_010);
    }

    [Fact]
    public void Figures_survive_the_line_between_node_and_supervisor()
    {
        StageFigures figures = Figures(10, 20);
        StageFigures read = LedgerJson.Read<StageFigures>(LedgerJson.WriteLine(figures));
        Assert.Equal(figures with { StageNs = read.StageNs, ThreadNs = read.ThreadNs }, read);
        Assert.Equal(figures.ThreadNs, read.ThreadNs);
        Assert.Equal(2, read.PerCommand("execute"));
    }
}
