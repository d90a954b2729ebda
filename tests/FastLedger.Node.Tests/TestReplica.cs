// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Node.Configuration;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Storage;

namespace FastLedger.Node.Tests;

/// <summary>A replica in a temporary directory on a free port, and clients to it.</summary>
public sealed class TestReplica : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("fastledger-test-").FullName;

    public TestReplica(Durability durability = Durability.Write, Action<NodeOptions>? configure = null)
    {
        Options = OptionsFor(_directory, durability);
        configure?.Invoke(Options);
        Replica = Replica.Start(Options, stateProgress: Said.Add);
    }

    public NodeOptions Options { get; }

    /// <summary>What it said about its state when it started last.</summary>
    public List<string> Said { get; } = [];

    public Replica Replica { get; private set; }

    /// <summary>Options of a small replica on a free port.</summary>
    public static NodeOptions OptionsFor(string directory, Durability durability) => new()
    {
        DataDirectory = directory,
        Listen = "127.0.0.1:0",
        Durability = durability,
        Genesis = new GenesisSection
        {
            MaxSessions = 64,
            MaxAssets = 64,
            MaxAccounts = 1 << 16,
            MaxPendingTransfers = 1 << 14,
            MaxInstruments = 64,
            MaxPriceLevels = 1 << 14,
            MaxOrders = 1 << 16,
        },
        Journal = new JournalSection { SegmentBytes = 8 << 20, RingBytes = 1 << 23 },
    };

    public static SigningKey Key(byte seed)
    {
        byte[] bytes = new byte[32];
        Array.Fill(bytes, seed);
        return SigningKey.FromSeed(bytes);
    }

    public Task<LedgerClient> ConnectAsync(byte seed = 1, OrderEventHandler? events = null, bool takerEvents = false) =>
        LedgerClient.ConnectAsync(new ClientOptions
        {
            Endpoints = [Replica.EndPoint],
            Key = Key(seed),
            OrderEvents = events,
            ReceiveTakerEvents = takerEvents,
        });

    /// <summary>Stops the replica in good order and starts it again on the same directory.</summary>
    public async Task RestartAsync()
    {
        await Replica.DisposeAsync();
        Start();
    }

    /// <summary>Stops the replica in good order.</summary>
    public async Task StopAsync() => await Replica.DisposeAsync();

    /// <summary>Starts it on what its directory holds.</summary>
    public void Start()
    {
        Said.Clear();
        Replica = Replica.Start(Options, stateProgress: Said.Add);
    }

    /// <summary>Ends the replica as a crash would and starts it again.</summary>
    public async Task KillAsync()
    {
        await Replica.AbortAsync();
        Start();
    }

    public async ValueTask DisposeAsync()
    {
        await Replica.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    public static async Task<ulong> OkAsync<T>(LedgerClient client, T command) where T : unmanaged, ICommand
    {
        CommandResult result = await client.ExecuteAsync(command);
        Assert.Equal(ResultCode.Ok, result.Code);
        return (ulong)result.Value;
    }
}
