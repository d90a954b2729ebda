// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Applications.Patterns;
using FastLedger.Applications.Scenarios;
using FastLedger.Applications.Vocabulary;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;

namespace FastLedger.Applications.Running;

/// <summary>What a scenario has brought into being, by the names that its sentences use.</summary>
internal sealed class World(ScenarioHost host, CancellationToken cancellationToken) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Party> _parties = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Asset> _assets = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ulong> _accounts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Kind, string Name), ulong> _things = new();
    private readonly Dictionary<string, byte[]> _documents = new(StringComparer.Ordinal);

    private ulong _lastSequence;

    public ScenarioHost Host => host;

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>Who asks questions and lets time pass.</summary>
    public LedgerClient Observer => host.Observer;

    /// <summary>Ledger sequence of the last command that the scenario sent.</summary>
    public ulong LastSequence => Interlocked.Read(ref _lastSequence);

    /// <summary>Asks about objects, rounds, outcomes, events and proofs.</summary>
    public LedgerReader Reader { get; } = new(host, cancellationToken);

    /// <summary>Number of the first account that the scenario can have opened.</summary>
    public ulong FirstAccount { get; set; } = 1;

    /// <summary>What the scenario sent last.</summary>
    public SentBatch? LastSent { get; set; }

    /// <summary>The markets: by their names.</summary>
    public Dictionary<string, MarketTerms> Terms { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of the states of the classes of objects, and their numbers.</summary>
    public Dictionary<string, IReadOnlyDictionary<string, uint>> States { get; } = new(StringComparer.Ordinal);

    /// <summary>Classes of the objects, by the objects' names.</summary>
    public Dictionary<string, string> ClassOf { get; } = new(StringComparer.Ordinal);

    /// <summary>Outcomes of the assets that stand for their answers.</summary>
    public Dictionary<string, uint> OutcomeOf { get; } = new(StringComparer.Ordinal);

    /// <summary>Proposals by name, with what they would do.</summary>
    public Dictionary<string, Proposal> Proposals { get; } = new(StringComparer.Ordinal);

    /// <summary>Bids by round and party.</summary>
    public Dictionary<(string Round, string Party), SealedBid> Bids { get; } = [];

    /// <summary>Merkle trees of stored files, by the files' names; contracts know their file by <see cref="FileOf"/>.</summary>
    public Dictionary<string, StoredFile> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Files of storage contracts.</summary>
    public Dictionary<string, string> FileOf { get; } = new(StringComparer.Ordinal);

    /// <summary>Chunks that storage contracts asked for, oldest first.</summary>
    public Dictionary<string, List<ulong>> Challenges { get; } = new(StringComparer.Ordinal);

    /// <summary>The event log as it was when it was marked.</summary>
    public (ulong Events, Hash256 Root) Mark { get; set; }

    /// <summary>Answers of outcomes, in the order of their values.</summary>
    public Dictionary<string, IReadOnlyList<string>> Answers { get; } = new(StringComparer.Ordinal);

    public IEnumerable<Party> Parties => _parties.Values;

    public IEnumerable<Asset> Assets => _assets.Values;

    /// <summary>A command was answered under this sequence. Thread: any.</summary>
    public void Saw(ulong sequence)
    {
        ulong before;
        while (sequence > (before = Interlocked.Read(ref _lastSequence)))
            if (Interlocked.CompareExchange(ref _lastSequence, sequence, before) == before) return;
    }

    public Party Party(string name) => _parties.TryGetValue(name, out Party? party) ? party : throw Unknown("party", name);

    public Asset Asset(string code) => _assets.TryGetValue(code, out Asset? asset) ? asset : throw Unknown("asset", code);

    /// <summary>An account, as <c>Alice's USD</c> or by its name in quotes.</summary>
    public ulong Account(string name) => _accounts.TryGetValue(name, out ulong number) ? number : throw Unknown("account", name);

    public bool HasAccount(string name) => _accounts.ContainsKey(name);

    /// <summary>Number of a policy: <c>Alice</c>, or a name in quotes.</summary>
    public uint Policy(string text) => text.StartsWith('"') ? (uint)Thing(Kinds.Policy, text[1..^1]) : Party(text).Policy;

    public Money Money(string text)
    {
        string[] parts = text.Split(' ');
        return Running.Money.Parse(parts[0], Asset(parts[1]));
    }

    public void Name(Asset asset)
    {
        if (!_assets.TryAdd(asset.Code, asset)) throw new ScenarioException($"There is an asset {asset.Code} already.");
    }

    public void Name(string account, ulong number)
    {
        if (!_accounts.TryAdd(account, number)) throw new ScenarioException($"There is an account {account} already.");
    }

    /// <summary>Gives a thing of some kind (pending, order, object …) a name; a name may be given anew.</summary>
    public void Name(string kind, string name, ulong number) => _things[(kind, name)] = number;

    public ulong Thing(string kind, string name) => _things.TryGetValue((kind, name), out ulong number) ? number : throw Unknown(kind, name);

    /// <summary>The things of a kind whose names begin so.</summary>
    public HashSet<ulong> ThingsLike(string kind, string prefix) =>
        [.. _things.Where(t => t.Key.Kind == kind && t.Key.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(t => t.Value)];

    public bool HasThing(string kind, string name) => _things.ContainsKey((kind, name));

    /// <summary>A document: the text that a scenario gives it, or its name.</summary>
    public byte[] Document(string name) => _documents.TryGetValue(name, out byte[]? bytes) ? bytes : Encoding.UTF8.GetBytes(name);

    public void Write(string name, byte[] document) => _documents[name] = document;

    /// <summary>Digest of a document.</summary>
    public Hash256 Digest(string name) => Blake3.Hash(Document(name));

    /// <summary>Makes parties, each with a new key, and opens their sessions.</summary>
    public async ValueTask AddPartiesAsync(IReadOnlyList<string> names)
    {
        foreach (string name in names)
            if (_parties.ContainsKey(name)) throw new ScenarioException($"There is a party {name} already.");
        foreach (string name in names)
        {
            SigningKey key = SigningKey.Generate();
            LedgerClient client = await host.ConnectAsync(key, cancellationToken).ConfigureAwait(false);
            SessionAnswer session = await client.GetSessionAsync(client.Session, cancellationToken).ConfigureAwait(false);
            _parties[name] = new Party(name, key, client, session.Policy);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Party party in _parties.Values) await party.DisposeAsync().ConfigureAwait(false);
    }

    private static ScenarioException Unknown(string kind, string name) => new($"The scenario has no {kind} {name}.");
}
