// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using FastLedger.Cryptography;
using FastLedger.Domain;
using FastLedger.Node.Sync;
using FastLedger.Primitives;
using FastLedger.Protocol.StateSync;
using FastLedger.State;
using FastLedger.State.Checkpoints;
using Xunit.Abstractions;

namespace FastLedger.Node.Tests.Sync;

/// <summary>A ledger that was fetched is the server's byte for byte, and goes on as the server's does.</summary>
public sealed class FetchedLedgerTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 0)]
    [InlineData(4, 140_000)]
    [InlineData(5, 131_072)]
    public void A_fetched_ledger_equals_the_servers_and_the_same_blocks_give_the_same_answers(int seed, int filler)
    {
        output.WriteLine($"seed {seed}");
        using var server = new LedgerSide();
        var random = new Random(seed);
        var stream = new CommandStream(random, server);
        stream.Found();
        for (int block = 0; block < 40; block++) stream.Execute(server);
        if (filler > 0) stream.Fill(server, filler);
        for (int block = 0; block < 10; block++) stream.Execute(server);

        using var joined = new LedgerSide();
        using (var copy = new StateCopy(server.Ledger))
        {
            copy.Certify([1], [1]);
            Fetch(copy, joined.Ledger, server.Ledger.Tree.Root);
        }

        AssertSame(server, joined);
        for (int block = 0; block < 40; block++)
        {
            stream.Execute(server, joined);
            Assert.Equal(server.Ledger.Tree.Root, joined.Ledger.Tree.Root);
        }

        AssertSame(server, joined);
        Assert.True(stream.Resent > 20);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void A_join_that_is_stopped_goes_on_where_it_was_and_believes_nothing_that_was_damaged(int seed)
    {
        output.WriteLine($"seed {seed}");
        using var server = new LedgerSide();
        var random = new Random(seed);
        var stream = new CommandStream(random, server);
        stream.Found();
        for (int block = 0; block < 20; block++) stream.Execute(server);
        stream.Fill(server, 60_000);
        using var copy = new StateCopy(server.Ledger);
        copy.Certify([1], [1]);
        Hash256 root = server.Ledger.Tree.Root;
        using var folder = new TemporaryFile();
        for (int round = 0; round < 12; round++)
        {
            folder.Delete();
            using var whole = new LedgerSide();
            int asked = Join(folder, whole.Ledger, new One(copy), root, mostAnswers: int.MaxValue).Asked;
            folder.Delete();

            // Stopped after some answers, perhaps more than once; then the file is hurt in one way or another, or not at all.
            int kept = 0;
            for (int stops = random.Next(1, 4); stops > 0; stops--)
            {
                using var stopped = new LedgerSide();
                kept += Join(folder, stopped.Ledger, new One(copy), root, mostAnswers: random.Next(1, asked / 3)).Asked;
            }

            string hurt = Hurt(folder, random, round % 6);
            using var joined = new LedgerSide();
            (int askedAgain, List<string> lines) = Join(folder, joined.Ledger, new One(copy), root, mostAnswers: int.MaxValue);
            output.WriteLine($"{kept} of {asked} answers, {hurt}: {askedAgain} asked again; {lines[0]}");
            Assert.Equal(root, joined.Ledger.Tree.Root);
            AssertSame(server, joined);
            if (round % 6 == 0) Assert.Equal(asked, kept + askedAgain);
            else Assert.InRange(askedAgain, asked - kept, asked);
            Assert.Single(lines);
            Assert.StartsWith(askedAgain == asked ? "What was fetched before proves no state" : "Going on with the state", lines[0], StringComparison.Ordinal);
            Assert.Equal(round % 6 is not (0 or 5) && askedAgain < asked, lines[0].Contains("fetched again", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_state_that_is_not_given_out_any_more_is_fetched_anew()
    {
        using var server = new LedgerSide();
        var stream = new CommandStream(new Random(21), server);
        stream.Found();
        stream.Execute(server);
        using var older = new StateCopy(server.Ledger);
        older.Certify([1], [1]);
        using var folder = new TemporaryFile();
        using (var stopped = new LedgerSide()) _ = Join(folder, stopped.Ledger, new One(older), older.StateRoot, mostAnswers: 10);
        stream.Execute(server);
        using var newer = new StateCopy(server.Ledger);
        newer.Certify([1], [1]);
        using var joined = new LedgerSide();
        (_, List<string> lines) = Join(folder, joined.Ledger, new One(newer), root: null, mostAnswers: int.MaxValue);
        AssertSame(server, joined);
        Assert.Collection(
            lines, line => Assert.StartsWith($"Going on with the state of height {older.Height:N0}", line, StringComparison.Ordinal),
            line => Assert.Equal($"The state of height {older.Height:N0} is not given out any more: beginning anew with that of height {newer.Height:N0}.", line));
    }

    /// <summary>Joins as a process does that may be killed after some answers.</summary>
    private static (int Asked, List<string> Lines) Join(TemporaryFile file, Ledger ledger, IStateSources sources, Hash256? root, int mostAnswers)
    {
        var lines = new List<string>();
        using var kept = new FetchedAnswers(file.Path, lines.Add);
        var sink = new LedgerSink(ledger);
        var client = new StateSyncClient(new StateSyncOptions(), sink, new Gullible(root)) { Keeper = kept };
        kept.Recall(client, 0, default);
        client.Connect(0);
        var server = new StateSyncServer(sources);
        byte[] answer = new byte[StateSyncServer.MaxAnswerBytes];
        int asked = 0;
        for (long now = 0; client.State is StateSyncState.Seeking or StateSyncState.Fetching; now += 1_000_000)
        {
            while (client.TryNext(now, out StateSyncQuery query))
            {
                if (asked == mostAnswers) return (asked, lines);
                asked++;
                Assert.Equal(StateServing.Send, server.Answer(query.Template, query.Message, answer, out ushort template, out int length));
                client.Receive(0, template, answer.AsSpan(0, length), now);
            }
        }

        Assert.Equal(StateSyncState.Complete, client.State);
        Assert.Equal(sources.Newest!.StateRoot, sink.Finish());
        return (asked, lines);
    }

    private static string Hurt(TemporaryFile file, Random random, int how)
    {
        byte[] bytes = File.ReadAllBytes(file.Path);
        string hurt = "left alone";
        switch (how)
        {
            case 1:
                bytes = bytes[..^random.Next(1, 2000)];
                hurt = "torn at the end";
                break;
            case 2:
                for (int i = 0; i < 3; i++) bytes[random.Next(bytes.Length / 2, bytes.Length)] ^= (byte)(1 << random.Next(8));
                hurt = "bits flipped";
                break;
            case 3:
                random.NextBytes(bytes.AsSpan(random.Next(bytes.Length / 2, bytes.Length - 100)));
                hurt = "noise behind a place";
                break;
            case 4:
                bytes = [.. bytes, .. bytes[..random.Next(1, bytes.Length)]];
                hurt = "followed by itself";
                break;
            case 5:
                bytes[random.Next(16, 60)] ^= 1; // the height or the root of the manifest
                hurt = "with a forged manifest";
                break;
        }

        File.WriteAllBytes(file.Path, bytes);
        return hurt;
    }

    private static void Fetch(StateCopy copy, Ledger ledger, Hash256 root)
    {
        var sink = new LedgerSink(ledger);
        var client = new StateSyncClient(new StateSyncOptions(), sink, new Gullible(root));
        client.Connect(0);
        var server = new StateSyncServer(new One(copy));
        byte[] answer = new byte[StateSyncServer.MaxAnswerBytes];
        for (long now = 0; client.State is StateSyncState.Seeking or StateSyncState.Fetching; now += 1_000_000)
        {
            while (client.TryNext(now, out StateSyncQuery query))
            {
                Assert.Equal(StateServing.Send, server.Answer(query.Template, query.Message, answer, out ushort template, out int length));
                client.Receive(0, template, answer.AsSpan(0, length), now);
            }
        }

        Assert.Equal(StateSyncState.Complete, client.State);
        Assert.False(client.IsStruck(0));
        Assert.Equal(root, sink.Finish());
    }

    /// <summary>Every byte of every table, every retained result, and what is derived from them.</summary>
    private static void AssertSame(LedgerSide expected, LedgerSide actual)
    {
        ReadOnlySpan<Table> theirs = expected.Ledger.Tree.Tables, mine = actual.Ledger.Tree.Tables;
        for (int i = 0; i < theirs.Length; i++)
        {
            Assert.Equal(theirs[i].Count, mine[i].Count);
            for (uint record = 0; record < theirs[i].Count; record++) Assert.True(theirs[i].Bytes(record).SequenceEqual(mine[i].Bytes(record)));
        }

        PagedRegion window = expected.Ledger.Results.Pages, copy = actual.Ledger.Results.Pages;
        for (uint page = 0; page < expected.Ledger.Sessions.Count * (LinkChain.Length * LinkChain.EntryBytes / PagedRegion.PageBytes); page++)
        {
            // What the ring dropped by the link is no part of the window.
            uint session = page / (LinkChain.Length * LinkChain.EntryBytes / PagedRegion.PageBytes);
            if (IsRetained(expected.Ledger.Sessions[session].Commands, page)) Assert.True(window.Page(page).SequenceEqual(copy.Page(page)));
        }

        Assert.Equal(expected.Ledger.Agreements.Events.Tree.Count, actual.Ledger.Agreements.Events.Tree.Count);
        Assert.Equal(expected.Ledger.Agreements.Events.Tree.Root, actual.Ledger.Agreements.Events.Tree.Root);
        Assert.Equal(expected.Ledger.Counters.HistoryEntries, actual.Ledger.Counters.HistoryEntries);
        Assert.Equal(expected.Ledger.Expiries.Count, actual.Ledger.Expiries.Count);
    }

    private static bool IsRetained(ulong commands, uint page)
    {
        (ulong first, ulong end) = StateGeometry.LinksOf(commands);
        ulong place = page % (LinkChain.Length * LinkChain.EntryBytes / PagedRegion.PageBytes) / (LinkChain.LinkBytes / PagedRegion.PageBytes);
        for (ulong link = first; link < end; link++)
            if (link % (LinkChain.Length / LinkChain.LinkLength) == place) return true;
        return false;
    }

    private sealed class One(StateCopy copy) : IStateSources
    {
        public IStateSource? Newest => copy;

        public IStateSource? At(ulong height) => height == copy.Height ? copy : null;

        public ReadOnlySpan<byte> EpochEnd(ulong epoch) => default;
    }

    /// <summary>Believes what says that it has a root; any, if none is given.</summary>
    private sealed class Gullible(Hash256? root) : IStateAnchor
    {
        public ulong Epoch => 1;

        public AnchorAnswer Check(ulong height, in Hash256 stateRoot, ReadOnlySpan<byte> certificate, ReadOnlySpan<byte> block) =>
            (root is null || stateRoot == root) && certificate is [1] && block is [1] ? AnchorAnswer.Valid : AnchorAnswer.Invalid;

        public bool TryAdvance(ReadOnlySpan<byte> proof) => false;
    }

    private sealed class TemporaryFile : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fastledger-fetched-");

        public string Path => System.IO.Path.Combine(_folder.FullName, "fetched");

        public void Delete() => File.Delete(Path);

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
