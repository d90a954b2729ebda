// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;

namespace FastLedger.Load.Nodes;

/// <summary>Ports for replicas that must know each other's before any of them runs, and come back under their own.</summary>
public static class LoopbackPorts
{
    /// <summary>Below the ports that systems give to outgoing connections, so that none of these takes the port of a replica that is down.</summary>
    private const int First = 20_000, End = 32_000;

    /// <summary>Ports that were free a moment ago, each another one.</summary>
    /// <param name="count">How many.</param>
    public static int[] TakeFree(int count)
    {
        var listeners = new List<TcpListener>();
        try
        {
            while (listeners.Count < count)
            {
                var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(First, End));
                try
                {
                    listener.Start();
                    listeners.Add(listener);
                }
                catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
                {
                    listener.Dispose();
                }
            }

            return [.. listeners.Select(static listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (TcpListener listener in listeners) listener.Dispose();
        }
    }
}
