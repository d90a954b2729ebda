// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Load.Driving;
using FastLedger.Load.Measuring;
using FastLedger.Load.Nodes;
using FastLedger.Load.Workloads;
using Xunit.Abstractions;

namespace FastLedger.EndToEnd;

public class SoakTests(ITestOutputHelper output)
{
    private const double Rate = 100_000;
    private const long LeastOperations = 200_000; // what a figure per command and a growth are worth something for, however slow the machine
    private const long TolerancePerMinute = 8 << 20, Tolerance = 24 << 20;

    [Fact]
    public async Task Memory_stays_flat_and_nothing_is_allocated_per_command_under_steady_load()
    {
        TimeSpan length = TimeSpan.FromSeconds(Campaign.Length(12, 300)), warmUp = TimeSpan.FromSeconds(Math.Max(8, length.TotalSeconds / 5));
        using var folder = new TemporaryFolder();
        using NodeProcess node = TestNode.Start(LoadBench.NodeArguments(folder.Path, "fsync"));
        using SigningKey key = SigningKey.Generate();
        var workload = new TransferWorkload(100_000);
        await using LedgerClient client = await LedgerClient.ConnectAsync(new ClientOptions { Endpoints = [node.Endpoint], Key = key, InlineContinuations = true });
        workload.SetUp(client, null, CancellationToken.None);

        var readings = new List<StageFigures>();
        using var driver = new LoadDriver(client, workload, new LoadPlan { BatchSize = 1_000, InFlight = 8, Rate = Rate, WarmUp = warmUp, Duration = length }, () =>
        {
            StageFigures reading = node.Statistics();
            readings.Add(reading);
            return reading;
        });
        LoadRun run = driver.Run(CancellationToken.None);

        long growth = readings[^1].ResidentBytes - readings[0].ResidentBytes;
        double perCommand = (double)run.Replica!.AllocatedBytes / run.Replica.Commands;
        output.WriteLine($"{run.Operations} transfers in {run.Seconds:0} s; resident {readings[0].ResidentBytes >> 20} → {readings[^1].ResidentBytes >> 20} MiB; "
            + $"{perCommand:0.000} bytes allocated per command; p99 {run.Latencies.Percentiles().P99Us:0} µs");
        Assert.Equal(0, run.Refused);
        Assert.True(run.Operations >= LeastOperations, $"only {run.Operations} commands were answered");
        Assert.True(growth < Tolerance + (TolerancePerMinute * length.TotalMinutes), $"resident memory grew by {growth >> 20} MiB");
        Assert.True(perCommand < 1, $"{perCommand:0.000} bytes allocated per command");
    }
}
