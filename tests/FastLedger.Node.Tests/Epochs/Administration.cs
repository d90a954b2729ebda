// SPDX-License-Identifier: Apache-2.0
using System;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Node.Tests.Clusters;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Peers;

namespace FastLedger.Node.Tests.Epochs;

/// <summary>What an operator does to the validators of a test cluster.</summary>
internal static class Administration
{
    public const byte Seed = 77;

    public static string Key
    {
        get
        {
            using var key = TestReplica.Key(Seed);
            return key.PublicKey.ToString();
        }
    }

    public static ChangeValidatorsCommand Add(int node, Hash256 key, IPEndPoint endPoint)
    {
        PeerEndpoint peer = PeerEndpoint.Of(endPoint);
        return new ChangeValidatorsCommand { Opcode = Opcode.ChangeValidators, Action = ValidatorAction.Add, Node = (uint)node, Key = key, Address = peer.Address, Port = peer.Port };
    }

    public static ChangeValidatorsCommand Remove(int node) => new() { Opcode = Opcode.ChangeValidators, Action = ValidatorAction.Remove, Node = (uint)node };

    public static ChangeValidatorsCommand Rotate(int node, Hash256 key) =>
        new() { Opcode = Opcode.ChangeValidators, Action = ValidatorAction.Replace, Node = (uint)node, Key = key };

    /// <summary>Waits until these replicas are in an epoch, and gives one status.</summary>
    public static async Task AwaitEpochAsync(TestCluster cluster, ulong epoch, params int[] nodes)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        foreach (int node in nodes)
        {
            while ((await StatusAsync(cluster, node)).Epoch < epoch) await Task.Delay(10, patience.Token);
        }
    }

    /// <summary>Waits until all replicas that are up have executed the same height, and compares their roots. Works with observers, too.</summary>
    public static async Task AgreeAsync(TestCluster cluster)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        int[] up = [.. Enumerable.Range(0, cluster.Count).Where(cluster.IsUp)];
        while (true)
        {
            ClusterStatusAnswer[] answers = await Task.WhenAll(up.Select(node => StatusAsync(cluster, node)));
            if (answers.All(a => a.Height == answers[0].Height))
            {
                Assert.All(answers, a => Assert.Equal(answers[0].StateRoot, a.StateRoot));
                return;
            }

            await Task.Delay(1, patience.Token);
        }
    }

    public static async Task<ClusterStatusAnswer> StatusAsync(TestCluster cluster, int node) => await ReplicaProbe.AskAsync(cluster[node].EndPoint, TimeSpan.FromSeconds(30));
}
