// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using Xunit.Abstractions;

namespace FastLedger.Node.Tests.Clusters;

/// <summary>One replica's wall clock jumps while the cluster works; the others' do not.</summary>
public sealed class ClockTests(ITestOutputHelper output)
{
    private const int Jumping = 1, Transfers = 25;

    [Fact]
    public async Task A_clock_that_jumps_stops_nobody_and_block_time_never_goes_back()
    {
        var clock = new JumpingClock();
        await using var cluster = new TestCluster(clock: node => node == Jumping ? clock : TimeProvider.System);
        await using LedgerClient client = await cluster.ConnectAsync();
        Bank bank = await Bank.OpenAsync(client, 1_000_000);
        long last = 0;
        TimeSpan[] jumps = [TimeSpan.FromHours(1), TimeSpan.FromHours(-2), TimeSpan.FromMinutes(10), TimeSpan.FromDays(-400), TimeSpan.FromSeconds(3), TimeSpan.Zero];
        foreach (TimeSpan jump in jumps)
        {
            clock.Offset = jump;
            for (int i = 0; i < Transfers; i++)
            {
                using CommandBatch batch = client.RentBatch(1);
                batch.Add(bank.Transfer(1));
                BatchOutcome outcome = await client.SubmitAsync(batch);
                Assert.Equal(0, outcome.Failed);
                Assert.True(outcome.TimestampNs > last, $"block time went from {last} to {outcome.TimestampNs}");
                last = outcome.TimestampNs;
            }
        }

        double ahead = (last / 1e9) - DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1e3;
        output.WriteLine($"block time is {ahead:0.0} s ahead of the clock of those whose clock did not jump");
        await cluster.AgreeAsync((ulong)(jumps.Length * Transfers));
        Assert.Equal((UInt128)(jumps.Length * Transfers), (await client.GetAccountAsync(bank.Bob)).CreditsPosted);
    }

    private sealed class JumpingClock : TimeProvider
    {
        private long _offset;

        public TimeSpan Offset
        {
            set => Volatile.Write(ref _offset, value.Ticks);
        }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _offset));
    }
}
