// SPDX-License-Identifier: Apache-2.0
using System;
using Xunit.Abstractions;

namespace FastLedger.Domain.Tests.Trading;

/// <summary>The order books against the naive reference, on random commands of every kind.</summary>
public sealed class MarketModelTests(ITestOutputHelper output)
{
    private const int CommandsPerSeed = 50_000;

    /// <summary>300,000 commands; ten million with <c>FASTLEDGER_CAMPAIGN=long</c>. <c>FASTLEDGER_CAMPAIGN_FIRST_SEED</c> and
    /// <c>FASTLEDGER_CAMPAIGN_SEEDS</c> choose another part of the seeds.</summary>
    [Fact]
    public void Books_answer_and_settle_like_the_naive_reference()
    {
        bool isLong = Environment.GetEnvironmentVariable("FASTLEDGER_CAMPAIGN") == "long";
        ulong first = ulong.Parse(Environment.GetEnvironmentVariable("FASTLEDGER_CAMPAIGN_FIRST_SEED") ?? "1");
        ulong seeds = ulong.Parse(Environment.GetEnvironmentVariable("FASTLEDGER_CAMPAIGN_SEEDS") ?? (isLong ? "200" : "6"));
        ulong trades = 0;
        for (ulong seed = first; seed < first + seeds; seed++)
        {
            using var campaign = new MarketCampaign(seed);
            campaign.Run(CommandsPerSeed);
            output.WriteLine($"seed {seed}: {CommandsPerSeed} commands, {campaign.Trades} trades, {string.Join(' ', campaign.Results)} {string.Join(' ', campaign.Cancels)}");
            trades += campaign.Trades;
        }

        Assert.True(trades > seeds * CommandsPerSeed / 25, "the campaign hardly trades");
    }
}
