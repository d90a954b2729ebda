// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Load.Nodes;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Load.Nemesis;

/// <summary>One client of a campaign: transfers from its own accounts to anybody's, and writes down what it is told.</summary>
internal sealed class NemesisClient : IAsyncDisposable
{
    private const int OwnAccounts = 16;
    private const int Amounts = 1_000;

    private readonly LedgerClient _client;
    private readonly SigningKey _key;
    private readonly History _history;
    private readonly NemesisPlan _plan;
    private readonly Random _random;
    private readonly List<ulong> _own = [];
    private ulong _issuer;

    private NemesisClient(LedgerClient client, SigningKey key, History history, NemesisPlan plan, Random random)
    {
        _client = client;
        _key = key;
        _history = history;
        _plan = plan;
        _random = random;
    }

    /// <summary>The accounts that this client may debit.</summary>
    public IReadOnlyList<ulong> Own => _own;

    /// <summary>The account that all money comes from; 0 for every client but one.</summary>
    public ulong Issuer => _issuer;

    /// <summary>Connections opened.</summary>
    public int Connections => _client.Connections;

    /// <summary>Connects, beginning with one replica; every answer is verified.</summary>
    public static async Task<NemesisClient> ConnectAsync(NodeCluster cluster, int first, History history, NemesisPlan plan, Random random)
    {
        SigningKey key = SigningKey.Generate();
        IReadOnlyList<EndPoint> endPoints = cluster.Endpoints;
        LedgerClient client = await LedgerClient.ConnectAsync(new ClientOptions
        {
            Endpoints = [.. Enumerable.Range(0, endPoints.Count).Select(i => endPoints[(first + i) % endPoints.Count])],
            Key = key,
            ChainId = cluster.ChainId,
            Validators = cluster.Validators,
            Deadline = plan.Deadline,
            ConnectTimeout = plan.Deadline,
            MaxBatchesInFlight = plan.InFlight,
            LongestBackoff = TimeSpan.FromMilliseconds(200),
        }).ConfigureAwait(false);
        return new NemesisClient(client, key, history, plan, random);
    }

    /// <summary>Makes the asset and the account that money comes from.</summary>
    public async Task<uint> IssueAsync()
    {
        uint asset = (uint)(await ValuesAsync(new CreateAssetCommand { Scale = 2 }, 1).ConfigureAwait(false))[0];
        _issuer = (await ValuesAsync(new OpenAccountCommand { Asset = asset, AccountFlags = AccountFlags.Unlimited }, 1).ConfigureAwait(false))[0];
        return asset;
    }

    /// <summary>Opens this client's accounts.</summary>
    public async Task OpenAsync(uint asset) => _own.AddRange(await ValuesAsync(new OpenAccountCommand { Asset = asset }, OwnAccounts).ConfigureAwait(false));

    /// <summary>Sends until told to stop, then waits for all answers.</summary>
    /// <param name="all">All accounts that may be credited.</param>
    /// <param name="stop">Ends the load.</param>
    public async Task RunAsync(IReadOnlyList<ulong> all, CancellationToken stop)
    {
        try
        {
            var flights = new Queue<Task>();
            while (!stop.IsCancellationRequested)
            {
                if (flights.Count == _plan.InFlight) await flights.Dequeue().ConfigureAwait(false);
                CommandBatch batch = _client.RentBatch();
                Fill(batch, all);
                flights.Enqueue(SubmitAsync(batch, ResultMode.FailuresOnly, static (in CommandResult _) => { }));
            }

            while (flights.TryDequeue(out Task? flight)) await flight.ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            _history.Fail(fault);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync().ConfigureAwait(false);
        _key.Dispose();
    }

    private async Task<List<ulong>> ValuesAsync<T>(T command, int count) where T : unmanaged, ICommand
    {
        CommandBatch batch = _client.RentBatch();
        for (int i = 0; i < count; i++) batch.Add(in command);
        var values = new List<ulong>();
        await SubmitAsync(batch, ResultMode.All, (in CommandResult result) =>
        {
            if (result.Code != ResultCode.Ok) throw new InvalidDataException($"The ledger could not be prepared: {result.Code}.");
            values.Add((ulong)result.Value);
        }).ConfigureAwait(false);
        return values;
    }

    /// <summary>Overdrafts, transfers of nothing and to oneself are part of the load: which of them fail depends on the order.</summary>
    private void Fill(CommandBatch batch, IReadOnlyList<ulong> all)
    {
        int count = _random.Next(1, _plan.MaxBatch + 1);
        for (int i = 0; i < count; i++)
        {
            ref TransferCommand transfer = ref batch.Add<TransferCommand>();
            transfer.DebitAccount = _issuer != 0 && _random.Next(4) == 0 ? _issuer : _own[_random.Next(_own.Count)];
            transfer.CreditAccount = all[_random.Next(all.Count)];
            transfer.Amount = (UInt128)_random.Next(Amounts);
        }
    }

    private delegate void ResultHandler(in CommandResult result);

    private async Task SubmitAsync(CommandBatch batch, ResultMode mode, ResultHandler onResult)
    {
        using (batch)
        {
            long sentAt = Stopwatch.GetTimestamp();
            ValueTask<BatchOutcome> submitted = _client.SubmitAsync(batch, mode);

            // Submitting has numbered the commands; their bytes stay as they are until the batch is given back.
            var entry = new BatchObservation(
                _client.Session, batch.Commands[0].Number, batch.Count, ConsistencyChecker.DigestOf(MemoryMarshal.AsBytes(batch.Commands)), sentAt);
            try
            {
                BatchOutcome outcome = await submitted.ConfigureAwait(false);
                _history.Add(Answered(entry, outcome, onResult));
            }
            catch (LedgerRejectedException)
            {
                _history.Add(entry with { Fate = BatchFate.Refused, AnsweredAt = Stopwatch.GetTimestamp() });
            }
            catch (LedgerException)
            {
                _history.Add(entry);
                throw;
            }
        }
    }

    private static BatchObservation Answered(BatchObservation entry, in BatchOutcome outcome, ResultHandler onResult)
    {
        var failures = new List<(uint, ResultCode)>();
        foreach (ref readonly CommandResult result in outcome.Results)
        {
            if (result.Code != ResultCode.Ok) failures.Add((result.Index, result.Code));
            onResult(in result);
        }

        return entry with
        {
            Fate = BatchFate.Answered,
            AnsweredAt = Stopwatch.GetTimestamp(),
            FirstSequence = outcome.FirstSequence,
            Height = outcome.Height,
            Failures = failures,
        };
    }
}
