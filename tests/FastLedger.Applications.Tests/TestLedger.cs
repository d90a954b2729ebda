// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Threading.Tasks;
using FastLedger.Applications.Running;
using FastLedger.Node;
using FastLedger.Node.Configuration;
using FastLedger.Storage;

namespace FastLedger.Applications.Tests;

/// <summary>A replica in a temporary directory whose clock stands still until it is told to move.</summary>
internal sealed class TestLedger : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("fastledger-test-").FullName;
    private readonly SteppedClock _clock = new();

    public TestLedger()
    {
        var options = new NodeOptions { DataDirectory = _directory, Listen = "127.0.0.1:0", Durability = Durability.Write };
        options.Journal.SegmentBytes = 64 << 20;
        Replica = Replica.Start(options, time: _clock);
    }

    public Replica Replica { get; }

    public Task<ScenarioHost> ConnectAsync() => ScenarioHost.ConnectAsync([Replica.EndPoint], _clock.Advance);

    public async ValueTask DisposeAsync()
    {
        await Replica.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
