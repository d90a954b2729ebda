// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Faults;

/// <summary>What a <see cref="FaultProxy"/> does to the bytes of one direction.</summary>
/// <param name="DelayMs">Every byte arrives this much later; throughput does not suffer.</param>
/// <param name="JitterMs">Up to this much is added by chance; order is kept.</param>
/// <param name="BytesPerSecond">Bytes let through per second; 0 for no bound.</param>
/// <param name="IsStalled">Nothing passes, and nobody is told: what a partition looks like from either end.</param>
public sealed record LinkFaults(int DelayMs = 0, int JitterMs = 0, int BytesPerSecond = 0, bool IsStalled = false)
{
    /// <summary>Bytes pass at once.</summary>
    public static LinkFaults None { get; } = new();

    /// <summary>Nothing passes.</summary>
    public static LinkFaults Stalled { get; } = new(IsStalled: true);
}
