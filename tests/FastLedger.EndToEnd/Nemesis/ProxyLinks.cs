// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Net;
using System.Threading.Tasks;
using FastLedger.Faults;
using FastLedger.Load.Nemesis;

namespace FastLedger.EndToEnd.Nemesis;

/// <summary>A proxy between each pair of replicas.</summary>
internal sealed class ProxyLinks : IPeerLinks, IAsyncDisposable
{
    private readonly Dictionary<(int From, int To), FaultProxy> _proxies = [];

    /// <summary>Connections that went through a proxy.</summary>
    public long Accepted
    {
        get
        {
            long sum = 0;
            foreach (FaultProxy proxy in _proxies.Values) sum += proxy.Accepted;
            return sum;
        }
    }

    public IPEndPoint Route(int from, int listener, IPEndPoint address)
    {
        var proxy = new FaultProxy(address);
        _proxies.Add((from, listener), proxy);
        return proxy.EndPoint;
    }

    public void Isolate(int node) => Set(node, LinkFaults.Stalled);

    public void Delay(int node, TimeSpan delay) => Set(node, new LinkFaults(DelayMs: (int)delay.TotalMilliseconds));

    public void Heal()
    {
        foreach (FaultProxy proxy in _proxies.Values) proxy.Heal();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (FaultProxy proxy in _proxies.Values) await proxy.DisposeAsync();
    }

    private void Set(int node, LinkFaults faults)
    {
        foreach (((int from, int to), FaultProxy proxy) in _proxies)
            if (from == node || to == node) proxy.Set(faults);
    }
}
