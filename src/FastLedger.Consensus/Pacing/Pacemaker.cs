// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Consensus.Pacing;

/// <summary>
/// The length of views. A view that ends by a timeout certificate counts as a failure; after six in a row the timeout grows by
/// 6/5 per failure up to a bound, and shrinks by the same per view that ends by a quorum certificate (Flow's defaults).
/// </summary>
public sealed class Pacemaker(ConsensusOptions options)
{
    private const uint FreeFailures = 6;
    private const uint MaxFailures = 64;
    private uint _failures;

    /// <summary>Present length of a view.</summary>
    public ulong TimeoutNs { get; private set; } = options.BaseTimeoutNs;

    /// <summary>When the present view is to be given up, or the timeout to be sent again; monotonic clock.</summary>
    public ulong DeadlineNs { get; private set; }

    public void Clear()
    {
        _failures = 0;
        TimeoutNs = options.BaseTimeoutNs;
        DeadlineNs = 0;
    }

    /// <summary>A view begins.</summary>
    public void EnterView(bool byTimeout, ulong nowNs)
    {
        if (byTimeout) _failures = Math.Min(_failures + 1, MaxFailures);
        else _failures = _failures > FreeFailures ? _failures - 1 : 0;

        ulong timeout = options.BaseTimeoutNs;
        for (uint i = FreeFailures; i < _failures && timeout < options.MaxTimeoutNs; i++) timeout = timeout / 5 * 6;
        TimeoutNs = Math.Min(timeout, options.MaxTimeoutNs);
        DeadlineNs = nowNs + TimeoutNs;
    }

    /// <summary>The deadline passed: the next one is for sending again.</summary>
    public void Rearm(ulong nowNs) => DeadlineNs = nowNs + TimeoutNs / 2;
}
