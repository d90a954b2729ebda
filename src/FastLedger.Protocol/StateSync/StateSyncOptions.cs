// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Protocol.StateSync;

/// <summary>How a state is fetched.</summary>
public sealed class StateSyncOptions
{
    /// <summary>States below this height are of no use.</summary>
    public ulong LeastHeight { get; init; } = 1;

    /// <summary>A state so many blocks behind the newest one offered is not fetched.</summary>
    public ulong StaleBlocks { get; init; } = 4096;

    /// <summary>A server whose answer takes longer is left alone as long again, in milliseconds.</summary>
    public int SlowMs { get; init; } = 1000;

    /// <summary>Chunks asked of one server at a time.</summary>
    public int InFlightPerServer { get; init; } = 4;

    /// <summary>How long to wait for the manifests of all servers once one is there, in milliseconds.</summary>
    public int ChoiceMs { get; init; } = 500;

    /// <summary>An answer that takes longer is asked of another server, in milliseconds; doubled for a server each time, up to 16 times.</summary>
    public int TimeoutMs { get; init; } = 2000;
}
