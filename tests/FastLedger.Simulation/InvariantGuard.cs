// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Simulation;

/// <summary>Turns a violated invariant into an exception while it lives, instead of the end of the process.</summary>
internal sealed class InvariantGuard : IDisposable
{
    public InvariantGuard() => Invariant.Violated += Throw;

    public void Dispose() => Invariant.Violated -= Throw;

    private static void Throw(string message) => throw new SimulatedInvariantException(message);
}
