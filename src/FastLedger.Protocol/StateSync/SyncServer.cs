// SPDX-License-Identifier: Apache-2.0
using FastLedger.Primitives;

namespace FastLedger.Protocol.StateSync;

/// <summary>What a <see cref="StateSyncClient"/> knows about one server.</summary>
internal sealed class SyncServer(int node)
{
    private const int MostDoublings = 4;

    public int Node { get; } = node;

    /// <summary>Messages reach it.</summary>
    public bool IsConnected { get; set; } = true;

    /// <summary>It lied; it is not asked again.</summary>
    public bool IsStruck { get; set; }

    /// <summary>Answers that came too late or not at all.</summary>
    public int Failures { get; private set; }

    /// <summary>Not to be asked before this time.</summary>
    public long BenchedUntilNs { get; private set; }

    /// <summary>It said that it does not hold the state that is fetched.</summary>
    public bool Lacks { get; set; }

    /// <summary>Queries without an answer.</summary>
    public int InFlight { get; set; }

    /// <summary>It answered the present search, with a manifest or a refusal.</summary>
    public bool HasAnswered { get; set; }

    /// <summary>Its manifest is of an epoch whose validators are not known yet.</summary>
    public bool IsAhead { get; set; }

    /// <summary>Its manifest, certified; null when it gave none.</summary>
    public SyncTarget? Offer { get; set; }

    /// <summary>It was asked for a chunk of the state that is fetched.</summary>
    public bool WasAsked { get; set; }

    /// <summary>It gave a chunk of the state that is fetched.</summary>
    public bool HasDelivered { get; set; }

    /// <summary>How long it may take, in nanoseconds.</summary>
    public long TimeoutNs(long baseNs) => baseNs << System.Math.Min(Failures, MostDoublings);

    /// <summary>It failed to answer in time.</summary>
    public void Fail(long nowNs, long baseNs)
    {
        BenchedUntilNs = nowNs + TimeoutNs(baseNs);
        Failures++;
    }

    /// <summary>It has nothing to give before a time.</summary>
    public void Bench(long untilNs) => BenchedUntilNs = untilNs;

    /// <summary>It answered well: patience is restored step by step.</summary>
    public void Succeed()
    {
        if (Failures > 0) Failures--;
    }

    /// <summary>May be asked now.</summary>
    public bool IsUsable(long nowNs) => IsConnected && !IsStruck && nowNs >= BenchedUntilNs;
}

/// <summary>A certified state, and the manifest that said so.</summary>
internal sealed record SyncTarget(ulong Height, Hash256 StateRoot, StateTableEntry[] Tables, byte[] Certificate, byte[] Block, byte[] Manifest);
