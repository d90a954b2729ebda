// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using FastLedger.Primitives;

namespace FastLedger.Load.Nemesis;

/// <summary>One batch as its client saw it. All clients share one monotonic clock.</summary>
/// <param name="Session">Who sent it.</param>
/// <param name="FirstNumber">Number of its first command; the others follow one by one.</param>
/// <param name="Count">Commands.</param>
/// <param name="Digest">BLAKE3 over the commands' bytes.</param>
/// <param name="SentAt">Ticks of the stopwatch before it was handed to the client library.</param>
public sealed record BatchObservation(uint Session, ulong FirstNumber, int Count, Hash256 Digest, long SentAt)
{
    public BatchFate Fate { get; init; }

    /// <summary>Ticks of the stopwatch when its fate was known.</summary>
    public long AnsweredAt { get; init; }

    /// <summary>Ledger sequence of its first command; the others follow one by one.</summary>
    public ulong FirstSequence { get; init; }

    /// <summary>Height that the answer names.</summary>
    public ulong Height { get; init; }

    /// <summary>Commands that had no effect, by ascending place.</summary>
    public IReadOnlyList<(uint Index, ResultCode Code)> Failures { get; init; } = [];
}
