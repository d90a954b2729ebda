// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Node.Configuration;
using FastLedger.Primitives;

namespace FastLedger.Node.Pipeline;

/// <summary>The rings between the stages of one replica, and the bells that wake their readers.</summary>
internal sealed class StageRings(NodeOptions options) : IDisposable
{
    /// <summary>Clients' batches and registrations, for the consensus stage.</summary>
    public ByteRing Batches { get; } = new(options.Limits.IngressBytes);

    /// <summary>Queries and everything else that clients ask, for the execution stage.</summary>
    public ByteRing Queries { get; } = new(1 << 20);

    /// <summary>Ordered blocks, from the consensus to the execution stage.</summary>
    public ByteRing Ordered { get; } = new(1 << 18);

    /// <summary>What they gave, from the execution to the consensus stage.</summary>
    public ByteRing Executed { get; } = new(1 << 18);

    /// <summary>Answers, from the execution stage; the consensus stage lets them go.</summary>
    public ByteRing Egress { get; } = new(options.Limits.EgressBytes);

    /// <summary>Wakes the consensus stage.</summary>
    public Doorbell ConsensusBell { get; } = new();

    /// <summary>Wakes the execution stage.</summary>
    public Doorbell ExecutionBell { get; } = new();

    public void Dispose()
    {
        Batches.Dispose();
        Queries.Dispose();
        Ordered.Dispose();
        Executed.Dispose();
        Egress.Dispose();
        ConsensusBell.Dispose();
        ExecutionBell.Dispose();
    }
}
