// SPDX-License-Identifier: Apache-2.0
using FastLedger.Consensus.Blocks;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;
using FastLedger.Consensus.Pacing;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Tests;

public sealed class PacingTests
{
    private readonly TestKeys _keys = new();

    [Fact]
    public void Timeouts_grow_after_six_failures_and_shrink_with_success()
    {
        var options = new ConsensusOptions { BaseTimeoutNs = 1000, MaxTimeoutNs = 5000 };
        var pacemaker = new Pacemaker(options);
        for (int i = 0; i < 6; i++) pacemaker.EnterView(byTimeout: true, 0);
        Assert.Equal(1000UL, pacemaker.TimeoutNs);
        pacemaker.EnterView(byTimeout: true, 0);
        Assert.Equal(1200UL, pacemaker.TimeoutNs);
        for (int i = 0; i < 200; i++) pacemaker.EnterView(byTimeout: true, 0);
        Assert.Equal(5000UL, pacemaker.TimeoutNs);
        for (int i = 0; i < 200; i++) pacemaker.EnterView(byTimeout: false, 7);
        Assert.Equal(1000UL, pacemaker.TimeoutNs);
        Assert.Equal(1007UL, pacemaker.DeadlineNs);
    }

    [Fact]
    public void Every_validator_leads_once_per_round_and_all_agree()
    {
        var schedule = new LeaderSchedule();
        schedule.Shuffle(TestKeys.Scheme, TestKeys.Block(1), 7, 2);
        int seen = 0;
        for (ulong view = 1; view <= 14; view++) seen |= 1 << schedule.Leader(view);
        Assert.Equal(0x7F, seen);
        Assert.Equal(schedule.Leader(1), schedule.Leader(2));
        Assert.Equal(schedule.Leader(1), schedule.Leader(15));
    }

    [Fact]
    public void A_full_tree_gives_up_its_lowest_uncertified_leaf()
    {
        var tree = new BlockTree(4);
        BlockNode root = tree.Reset(_keys.Genesis, _keys.Header(1, 1, default, 0), 4);
        BlockNode kept = Add(tree, root, 2)!;
        kept.Certified = true;
        BlockNode old = Add(tree, root, 3)!;
        Hash256 oldId = old.Id;
        Assert.NotNull(Add(tree, kept, 4));
        Assert.NotNull(Add(tree, kept, 5));
        Assert.Null(tree.Find(oldId));
        Assert.Equal(4, tree.Count);
    }

    [Fact]
    public void Moving_the_root_drops_every_other_branch()
    {
        var tree = new BlockTree(16);
        BlockNode root = tree.Reset(_keys.Genesis, _keys.Header(1, 1, default, 0), 4);
        BlockNode left = Add(tree, root, 2)!;
        BlockNode right = Add(tree, root, 3)!;
        BlockNode child = Add(tree, right, 4)!;
        Hash256 leftId = left.Id;
        tree.AdvanceRoot(right);
        Assert.Equal(2, tree.Count);
        Assert.Null(tree.Find(leftId));
        Assert.Same(child, tree.Find(child.Id));
        Assert.True(BlockTree.Descends(child, tree.Root));
    }

    private BlockNode? Add(BlockTree tree, BlockNode parent, ulong view)
    {
        var writer = new FrameWriter(new byte[1024]);
        _keys.Header(view, parent.Height + 1, parent.Id, parent.View).Write(ref writer);
        writer.Blob(default);
        Assert.True(BlockImage.TryRead(writer.Written, out BlockImage block));
        return tree.Add(BlockHeader.IdOf(TestKeys.Scheme, block.HeaderBytes), block, parent, null, ulong.MaxValue);
    }
}
