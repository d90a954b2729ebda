// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Network;

/// <summary>
/// Lets the threads that wait for sockets' events go on with the connections themselves. Nothing that serves a connection here blocks its
/// thread, which is what the runtime asks of those who choose this; work on a connection does keep others of the same thread waiting.
/// </summary>
public static class SocketEvents
{
    private const string Variable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>Processors up to which another thread's turn costs more than it wins.</summary>
    private const int FewProcessors = 2;

    /// <summary>
    /// Chooses for the whole process. The runtime looks once, when the first socket is opened: call it before.
    /// </summary>
    public static void ServeConnections(bool wanted) => Environment.SetEnvironmentVariable(Variable, wanted ? "1" : "0");

    /// <summary>Chooses what suits the machine, unless the operator has chosen in the environment.</summary>
    public static void ServeConnectionsWherePossible()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null) ServeConnections(Environment.ProcessorCount <= FewProcessors);
    }
}
