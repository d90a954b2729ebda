// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using FastLedger.Primitives;
using FastLedger.Protocol.StateSync;

namespace FastLedger.Protocol.Tests.StateSync;

/// <summary>A client and its servers, with messages under way in virtual time.</summary>
internal sealed class SyncHarness : IStateSink, IStateAnchor
{
    public const long Ms = 1_000_000;

    private readonly PriorityQueue<(int Node, ushort Template, byte[] Bytes), long> _underWay = new();
    private readonly byte[] _answer = new byte[StateSyncServer.MaxAnswerBytes];

    public SyncHarness(StateSyncOptions? options = null) => Client = new StateSyncClient(options ?? new StateSyncOptions(), this, this) { PutAside = (node, fault) => Aside.Add((node, fault)) };

    public StateSyncClient Client { get; set; }

    /// <summary>What a server answers: template, bytes and how long it takes; null for nothing at all.</summary>
    public Dictionary<int, Func<StateSyncQuery, (ushort Template, byte[] Bytes, long DelayNs)?>> Servers { get; } = [];

    public List<byte[]> Written { get; private set; } = [];

    public StateTableEntry[] Tables { get; private set; } = [];

    public long NowNs { get; set; }

    public int Begins { get; private set; }

    public int Writes { get; private set; }

    /// <summary>What this replica can hold.</summary>
    public ulong Capacity { get; init; } = ulong.MaxValue;

    /// <summary>Heights whose certificates cannot be judged yet.</summary>
    public HashSet<ulong> Unknown { get; } = [];

    public void AddHonest(int node, IStateSources sources, long delayNs = Ms) => Add(node, q => Honest(sources, q, delayNs));

    public void Add(int node, Func<StateSyncQuery, (ushort Template, byte[] Bytes, long DelayNs)?> server)
    {
        Servers[node] = server;
        Client.Connect(node);
    }

    public (ushort Template, byte[] Bytes, long DelayNs) Honest(IStateSources sources, StateSyncQuery query, long delayNs)
    {
        var server = new StateSyncServer(sources);
        StateServing serving;
        ushort template;
        int length;
        do serving = server.Answer(query.Template, query.Message, _answer, out template, out length);
        while (serving == StateServing.Later);
        Assert.Equal(StateServing.Send, serving);
        return (template, _answer[..length], delayNs);
    }

    /// <summary>Carries messages until the client is done or virtual time is over.</summary>
    public StateSyncState Run(long untilNs = 3600_000 * Ms, Func<bool>? stop = null)
    {
        while (NowNs < untilNs && Client.State is StateSyncState.Seeking or StateSyncState.Fetching)
        {
            while (Client.TryNext(NowNs, out StateSyncQuery query))
            {
                if (Servers[query.Node](query) is not { } answer) continue;
                _underWay.Enqueue((query.Node, answer.Template, answer.Bytes), NowNs + answer.DelayNs);
            }

            if (stop?.Invoke() == true) return Client.State;
            if (_underWay.TryPeek(out var message, out long at) && at <= NowNs + (10 * Ms))
            {
                _underWay.Dequeue();
                NowNs = Math.Max(NowNs, at);
                Client.Receive(message.Node, message.Template, message.Bytes, NowNs);
            }
            else
            {
                NowNs += 10 * Ms;
            }
        }

        return Client.State;
    }

    public void AssertHolds(NaiveState state)
    {
        Assert.Equal(StateSyncState.Complete, Client.State);
        Assert.Equal(state.Height, Client.Height);
        Assert.Equal(state.StateRoot, Client.StateRoot);
        Assert.Equal(state.Proof, Client.Certificate.ToArray());
        Assert.Equal(state.Records, Written);
    }

    public bool TryBegin(ulong height, in Hash256 stateRoot, ReadOnlySpan<StateTableEntry> tables)
    {
        Tables = tables.ToArray();
        if (Tables.Any(t => t.Count > Capacity)) return false;
        Written = [.. Tables.Select(t => new byte[t.Count * t.RecordSize])];
        Begins++;
        return true;
    }

    public void Write(int table, uint first, ReadOnlySpan<byte> records)
    {
        Writes++;
        records.CopyTo(Written[table].AsSpan((int)(first * Tables[table].RecordSize)));
    }

    /// <summary>The windows of the state, as its records would say.</summary>
    public List<SessionWindow> SessionWindows { get; } = [];

    /// <summary>Links that came, by session.</summary>
    public Dictionary<uint, SortedDictionary<ulong, byte[]>> Links { get; } = [];

    /// <summary>Which servers were put aside, and why.</summary>
    public List<(int Node, StateSyncFault Fault)> Aside { get; } = [];

    public ulong Epoch { get; private set; } = 1;

    public IReadOnlyList<SessionWindow> Windows() => SessionWindows;

    public void WriteWindow(uint session, ulong link, ReadOnlySpan<byte> bytes)
    {
        if (!Links.TryGetValue(session, out SortedDictionary<ulong, byte[]>? links)) Links[session] = links = [];
        links.Add(link, bytes.ToArray());
    }

    public bool TryAdvance(ReadOnlySpan<byte> proof)
    {
        if (!proof.SequenceEqual(BitConverter.GetBytes(Epoch))) return false;
        Epoch++;
        Unknown.RemoveWhere(height => height / NaiveState.HeightsPerEpoch <= Epoch);
        return true;
    }

    public AnchorAnswer Check(ulong height, in Hash256 stateRoot, ReadOnlySpan<byte> certificate, ReadOnlySpan<byte> block)
    {
        if (!block.SequenceEqual(NaiveState.BlockOf(height))) return AnchorAnswer.Invalid;
        if (Unknown.Contains(height)) return AnchorAnswer.Unknown;
        return certificate.SequenceEqual(NaiveState.CertificateOf(height, stateRoot)) ? AnchorAnswer.Valid : AnchorAnswer.Invalid;
    }
}

/// <summary>The states that a replica of the tests holds.</summary>
internal sealed class HeldStates(params NaiveState[] states) : IStateSources
{
    public List<NaiveState> States { get; } = [.. states];

    public IStateSource? Newest => States.MaxBy(s => s.Height);

    public IStateSource? At(ulong height) => States.Find(s => s.Height == height);

    public ReadOnlySpan<byte> EpochEnd(ulong epoch) => Newest is { } newest && epoch < newest.Height / NaiveState.HeightsPerEpoch ? BitConverter.GetBytes(epoch) : default;
}
