// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Consensus;

/// <summary>
/// Settings of the core. None of them may differ in effect on safety: timeouts, limits and the leader order cost time or memory
/// only. To add a setting: add the property with its default here, and use it.
/// </summary>
public sealed record ConsensusOptions
{
    /// <summary>Length of the first views. 250 ms suits one machine or one data centre.</summary>
    public ulong BaseTimeoutNs { get; init; } = 250_000_000;

    /// <summary>Longest view after back-off.</summary>
    public ulong MaxTimeoutNs { get; init; } = 10_000_000_000;

    /// <summary>How long a leader without batches waits before it proposes an empty block.</summary>
    public ulong IdleDelayNs { get; init; } = 50_000_000;

    /// <summary>
    /// A leader with batches waits while so many blocks below its proposal are not executed yet: execution could not begin with another
    /// block, and batches that come meanwhile share it, with one state root and one round of votes for all. 0 never waits.
    /// </summary>
    public ulong BlocksAhead { get; init; }

    /// <summary>Longest wait for <see cref="BlocksAhead"/>: a leader that is slow to execute holds nobody up for longer.</summary>
    public ulong AheadDelayNs { get; init; } = 20_000_000;

    /// <summary>
    /// How long a proposal's missing batches may still be on their way before they are fetched: batches travel behind votes and
    /// proposals. 0 fetches at once.
    /// </summary>
    public ulong FetchDelayNs { get; init; }

    /// <summary>Most batches in one block, 1 … <see cref="Messages.BlockImage.MaxBatches"/>.</summary>
    public int MaxBatchesPerBlock { get; init; } = Messages.BlockImage.MaxBatches;

    /// <summary>Least time between a block's timestamp and its parent's.</summary>
    public ulong TimestampStepNs { get; init; } = 1;

    /// <summary>How far a block's timestamp may lie ahead of the voter's clock; a voter waits until it has passed.</summary>
    public ulong MaxSkewNs { get; init; } = 500_000_000;

    /// <summary>Least time between two answers with blocks to one peer.</summary>
    public ulong ServeIntervalNs { get; init; } = 1_000_000;

    /// <summary>Views of which votes are remembered; eight of them lie ahead of the present view.</summary>
    public int ViewWindow { get; init; } = 72;

    /// <summary>Most blocks above the committed one.</summary>
    public int TreeCapacity { get; init; } = 1024;

    /// <summary>Batches per author above the committed ones.</summary>
    public int BatchWindow { get; init; } = 64;

    /// <summary>Heights whose execution result is remembered.</summary>
    public int StateWindow { get; init; } = 32;

    /// <summary>Committees up to this size send votes to all; larger ones to the leaders of this view and the next.</summary>
    public int AllToAllLimit { get; init; } = 16;

    /// <summary>Consecutive views of one leader.</summary>
    public uint LeaderTermViews { get; init; } = 1;

    /// <summary>A fixed order of leaders instead of the shuffled one; empty for none.</summary>
    public byte[] LeaderOrder { get; init; } = [];

    /// <summary>A proposer adds no batches while this many blocks wait for execution; above half of it, half as many.</summary>
    public ulong MaxExecutionBacklog { get; init; } = 20;

    /// <summary>An author that made a voter fetch a batch needs availability certificates for this many blocks.</summary>
    public ulong SuspicionBlocks { get; init; } = 50;
}
