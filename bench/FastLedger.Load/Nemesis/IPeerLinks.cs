// SPDX-License-Identifier: Apache-2.0
using System;
using System.Net;

namespace FastLedger.Load.Nemesis;

/// <summary>Stands between the replicas of a cluster, if anything does.</summary>
public interface IPeerLinks
{
    /// <summary>The address under which a replica is to reach another one.</summary>
    /// <param name="from">Node number of the one that may dial.</param>
    /// <param name="listener">Node number of the one that listens.</param>
    /// <param name="address">Where it listens.</param>
    IPEndPoint Route(int from, int listener, IPEndPoint address);

    /// <summary>Lets nothing pass between a replica and the others; nobody is told.</summary>
    void Isolate(int node);

    /// <summary>Makes everything between a replica and the others late.</summary>
    void Delay(int node, TimeSpan delay);

    /// <summary>Lets everything pass at once.</summary>
    void Heal();
}
