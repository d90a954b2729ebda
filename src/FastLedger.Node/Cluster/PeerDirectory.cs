// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Net;
using System.Threading;
using FastLedger.Domain.Validators;
using FastLedger.Network.Peers;
using FastLedger.Primitives;

namespace FastLedger.Node.Cluster;

/// <summary>
/// Whom this replica keeps connections with: the validators of the present epoch, those of the next as soon as it is decided, and those that
/// left last, so that they learn of it and may follow. Of a node's addresses the one given at run time counts before the ledger's, and the
/// ledger's before the one in the settings.
/// </summary>
/// <remarks>Thread: any, under a lock. Alloc: when something changes. Blocks: no.</remarks>
internal sealed class PeerDirectory(PeerNetwork? network, int self, IReadOnlyDictionary<int, IPEndPoint> configured)
{
    private readonly Lock _lock = new();
    private IReadOnlyDictionary<int, IPEndPoint> _given = new Dictionary<int, IPEndPoint>();
    private ValidatorPlan? _plan;

    /// <summary>The validators changed.</summary>
    public void SetPlan(ValidatorPlan plan)
    {
        lock (_lock)
        {
            _plan = plan;
            Apply();
        }
    }

    /// <summary>Where nodes are from now on.</summary>
    public void SetEndPoints(IReadOnlyDictionary<int, IPEndPoint> endPoints)
    {
        lock (_lock)
        {
            _given = endPoints;
            Apply();
        }
    }

    private void Apply()
    {
        if (_plan is not { } plan || network is null) return;
        var peers = new List<PeerAddress>();
        foreach (PlannedValidator validator in plan.Nodes)
        {
            if (validator.Node == self) continue;
            Hash256 key = validator.Change == ValidatorChange.Joins ? validator.NextKey : validator.Key;
            peers.Add(new PeerAddress(validator.Node, key, EndPointOf(validator)));
        }

        network.SetPeers(peers);
    }

    private IPEndPoint? EndPointOf(PlannedValidator validator) =>
        _given.TryGetValue(validator.Node, out IPEndPoint? given) ? given : validator.EndPoint ?? configured.GetValueOrDefault(validator.Node);
}
