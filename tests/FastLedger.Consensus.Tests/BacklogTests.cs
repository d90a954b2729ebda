// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Consensus.Tests;

/// <summary>When a leader holds batches back because execution is behind, and when it goes on.</summary>
public sealed class BacklogTests
{
    private const ulong NeverNs = 1UL << 60;

    [Theory]
    [InlineData(1UL)]
    [InlineData(3UL)]
    [InlineData(20UL)]
    public void Batches_held_back_by_a_backlog_are_ordered_as_soon_as_it_shrinks(ulong backlog)
    {
        using var lone = new LoneCore(new ConsensusOptions { IdleDelayNs = NeverNs, MaxExecutionBacklog = backlog });
        for (ulong i = 0; i < backlog; i++) lone.Author();
        Assert.Equal(backlog, lone.Core.CommittedHeight);
        lone.Author();
        Assert.Equal(backlog, lone.Core.CommittedHeight);
        Assert.Equal(backlog, lone.Core.CommittedBatch(0));
        lone.Execute();
        Assert.Equal(backlog + 1, lone.Core.CommittedHeight);
        Assert.Equal(backlog + 1, lone.Core.CommittedBatch(0));
    }

    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    public void Batches_that_come_while_execution_is_busy_share_a_block(ulong ahead)
    {
        using var lone = new LoneCore(new ConsensusOptions { IdleDelayNs = NeverNs, BlocksAhead = ahead, AheadDelayNs = NeverNs });
        for (ulong i = 0; i < ahead; i++) lone.Author();
        Assert.Equal(ahead, lone.Core.CommittedHeight);
        for (int i = 0; i < 3; i++) lone.Author();
        Assert.Equal(ahead, lone.Core.CommittedHeight);
        lone.Execute();
        Assert.Equal(ahead + 1, lone.Core.CommittedHeight);
        Assert.Equal(ahead + 3, lone.Core.CommittedBatch(0));
    }

    [Fact]
    public void A_leader_that_is_slow_to_execute_does_not_hold_batches_back_for_ever()
    {
        const ulong DelayNs = 5_000;
        using var lone = new LoneCore(new ConsensusOptions { IdleDelayNs = NeverNs, BlocksAhead = 1, AheadDelayNs = DelayNs });
        lone.Author();
        lone.Author();
        Assert.Equal(1UL, lone.Core.CommittedHeight);
        ulong deadline = lone.Core.NextDeadlineNs;
        Assert.InRange(deadline, lone.Now, lone.Now + DelayNs);
        lone.Now = deadline;
        lone.Step(ConsensusEvent.Tick);
        Assert.Equal(2UL, lone.Core.CommittedHeight);
        Assert.Equal(2UL, lone.Core.CommittedBatch(0));
    }
}
