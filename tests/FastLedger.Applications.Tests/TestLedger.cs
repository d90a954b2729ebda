// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Threading.Tasks;
using FastLedger.Applications.Running;
using FastLedger.Client;
using FastLedger.Node.Embedding;
using FastLedger.Primitives.Commands;
using FastLedger.Storage;

namespace FastLedger.Applications.Tests;

/// <summary>A ledger in a temporary directory whose clock stands still until it is told to move.</summary>
internal sealed class TestLedger : IAsyncDisposable
{
    private readonly string _directory;
    private readonly SteppedClock _clock;

    private TestLedger(string directory, SteppedClock clock, EmbeddedCluster cluster) => (_directory, _clock, Cluster) = (directory, clock, cluster);

    public EmbeddedCluster Cluster { get; }

    public static async Task<TestLedger> StartAsync(int replicas = 1)
    {
        string directory = Directory.CreateTempSubdirectory("fastledger-test-").FullName;
        var clock = new SteppedClock(isRunning: replicas > 1);
        return new TestLedger(directory, clock, await EmbeddedCluster.StartAsync(directory, replicas, clock, options =>
        {
            options.Durability = Durability.Write;
            options.Limits.Connections = 4096;
            options.Journal.SegmentBytes = 64 << 20;
        }));
    }

    public Task<ScenarioHost> ConnectAsync() => ScenarioHost.ConnectAsync(Cluster.EndPoints, Cluster.Validators, _clock.Advance);

    /// <summary>Moves the clock, and lets what is due happen.</summary>
    public async Task PassAsync(LedgerClient client, TimeSpan time)
    {
        _clock.Advance(time);
        await client.ExecuteAsync(new TransferCommand { Opcode = Opcode.Noop });
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
