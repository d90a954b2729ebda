// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;

namespace FastLedger.Load.Nodes;

/// <summary>Ports for replicas that must know each other's before any of them runs.</summary>
public static class LoopbackPorts
{
    /// <summary>Ports that were free a moment ago, each another one.</summary>
    /// <param name="count">How many.</param>
    public static int[] TakeFree(int count)
    {
        var listeners = new List<TcpListener>();
        try
        {
            for (int i = 0; i < count; i++)
            {
                var listener = new TcpListener(IPAddress.Loopback, 0);
                listeners.Add(listener);
                listener.Start();
            }

            return [.. listeners.Select(static listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (TcpListener listener in listeners) listener.Dispose();
        }
    }
}
