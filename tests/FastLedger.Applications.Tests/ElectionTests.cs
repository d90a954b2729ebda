// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Applications.Patterns;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Applications.Tests;

public sealed class ElectionTests
{
    private const int Voters = 10_000, Wave = 100, BatchLength = 1_000;
    private const byte Choices = 5;

    [Fact]
    public async Task Ten_thousand_sealed_votes_are_recounted_from_the_export_and_no_vote_can_be_dropped_or_changed()
    {
        await using TestLedger ledger = await TestLedger.StartAsync();
        using SigningKey key = SigningKey.Generate();
        await using LedgerClient registrar = await LedgerClient.ConnectAsync(new ClientOptions { Endpoints = ledger.Cluster.EndPoints, Key = key, Deadline = TimeSpan.FromSeconds(60) });
        uint round = (uint)(await Ok(registrar.CreateRoundAsync(new CreateRoundCommand
        {
            Flags = CommandFlags.RelativeTime,
            Kind = RoundKind.Tally,
            Choices = Choices,
            OpensAtNs = 1,
            ClosesAtNs = 3_600_000_000_000,
            RevealEndsNs = 7_200_000_000_000,
        }))).Value;

        var expected = new int[Choices];
        var votes = new SealedBid[Voters];
        for (int start = 0; start < Voters; start += Wave)
        {
            await Task.WhenAll(Enumerable.Range(start, Wave).Select(async voter =>
            {
                // One in a hundred never reveals.
                int choice = voter * 7 % Choices;
                if (voter % 100 != 0) Interlocked.Increment(ref expected[choice]);
                using SigningKey own = SigningKey.Generate();
                await using LedgerClient session = await LedgerClient.ConnectAsync(new ClientOptions { Endpoints = ledger.Cluster.EndPoints, Key = own, Deadline = TimeSpan.FromSeconds(60) });
                SessionAnswer answer = await session.GetSessionAsync(session.Session);
                votes[voter] = SealedBid.Make(round, answer.Policy, (UInt128)choice);
                var chain = new CommandChain();
                votes[voter].Commit(chain, session.ChainId);
                Assert.Equal(ResultCode.Ok, (await chain.SubmitAsync(session)).Code);
            }));
        }

        await ledger.PassAsync(registrar, TimeSpan.FromSeconds(3_601));
        for (int start = 0; start < Voters; start += BatchLength)
        {
            // Whoever knows value and salt may open a commitment: voters hand both to a scrutineer.
            var chain = new CommandChain { IsLinked = false };
            foreach (SealedBid vote in votes.Skip(start).Take(BatchLength).Where((_, i) => (start + i) % 100 != 0)) vote.Reveal(chain);
            Assert.Equal(ResultCode.Ok, (await chain.SubmitAsync(registrar)).Code);
        }

        await ledger.PassAsync(registrar, TimeSpan.FromSeconds(3_601));
        RoundAnswer result = await registrar.GetRoundAsync(round);
        while (result.State != RoundState.Final)
        {
            await ledger.PassAsync(registrar, TimeSpan.FromSeconds(1));
            result = await registrar.GetRoundAsync(round);
        }

        EventExport export = await ExportAsync(registrar);
        Assert.True(export.IsComplete);
        IReadOnlyDictionary<ulong, int> recount = export.CountRound(round);
        ulong[] tally = [result.Count0, result.Count1, result.Count2, result.Count3, result.Count4];
        for (int choice = 0; choice < Choices; choice++)
        {
            Assert.Equal(expected[choice], recount[(ulong)choice]);
            Assert.Equal((ulong)expected[choice], tally[choice]);
        }

        Assert.Equal(Voters - (Voters / 100), (int)result.Revealed);
        foreach (int at in Enumerable.Range(0, export.Events.Count).Where(i => export.Events[i].Kind == LedgerEventKind.Revealed).Where((_, i) => i % 1_000 == 0))
        {
            LedgerEvent changed = export.Events[at];
            changed.Value = (changed.Value + 1) % Choices;
            LedgerEvent[] forged = [.. export.Events];
            forged[at] = changed;
            Assert.False((export with { Events = forged }).IsComplete);
            Assert.False((export with { Events = [.. export.Events.Where((_, i) => i != at)] }).IsComplete);
        }
    }

    private static async Task<EventExport> ExportAsync(LedgerClient client)
    {
        var events = new List<LedgerEvent>();
        while (true)
        {
            EventLogPart part = await client.GetEventsAsync((ulong)events.Count + 1);
            events.AddRange(part.Events);
            if ((ulong)events.Count >= part.Head.Events) return new EventExport(events, part.Head.LogRoot);
        }
    }

    private static async ValueTask<CommandResult> Ok(ValueTask<CommandResult> pending)
    {
        CommandResult result = await pending;
        Assert.Equal(ResultCode.Ok, result.Code);
        return result;
    }
}
