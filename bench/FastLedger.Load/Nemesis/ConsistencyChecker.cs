// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Load.Nemesis;

/// <summary>
/// Strict serializability at the client: the committed order is the witness, so no order has to be searched and the check takes one pass over
/// the log and one over the history.
/// </summary>
/// <remarks>
/// Linearizability: Herlihy, Wing, "Linearizability: a correctness condition for concurrent objects", TOPLAS 12(3), 1990; that it is linear when
/// the order is known: Wing, Gong, "Testing and verifying concurrent objects", JPDC 17, 1993.
/// </remarks>
public static class ConsistencyChecker
{
    private const int MostViolations = 20;

    /// <summary>Checks that what clients were told is what happened, exactly once, and in an order that real time allows.</summary>
    /// <param name="history">What clients saw.</param>
    /// <param name="log">What one replica committed.</param>
    /// <param name="ledger">Receives the reference's state after the log.</param>
    /// <returns>What is wrong, at most 20 sentences; empty when nothing is.</returns>
    public static IReadOnlyList<string> Check(IReadOnlyList<BatchObservation> history, IEnumerable<CommittedBatch> log, ReferenceLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(ledger);
        var violations = new List<string>();
        var digests = new Dictionary<(uint Session, ulong FirstNumber), Hash256>();
        foreach (CommittedBatch batch in log)
        {
            ledger.Apply(batch);
            if (batch.Session == 0) continue;
            Hash256 digest = DigestOf(batch.Bytes);
            if (!digests.TryAdd((batch.Session, batch.Commands[0].Number), digest) && digests[(batch.Session, batch.Commands[0].Number)] != digest)
                violations.Add($"session {batch.Session}: number {batch.Commands[0].Number} was ordered with different bytes");
        }

        foreach (BatchObservation entry in history)
        {
            if (violations.Count >= MostViolations) return violations;
            if (entry.Fate == BatchFate.Answered) CheckAnswered(entry, digests, ledger, violations);
            else if (entry.Fate == BatchFate.Refused) CheckRefused(entry, ledger, violations);
        }

        BatchObservation[] answered = [.. history.Where(static e => e.Fate == BatchFate.Answered).OrderBy(static e => e.FirstSequence)];
        CheckSessions(answered, violations);
        CheckRealTime(answered, violations);
        return violations;
    }

    /// <summary>BLAKE3 over the bytes of commands.</summary>
    public static Hash256 DigestOf(ReadOnlySpan<byte> commands) => Blake3.Hash(commands);

    /// <summary>Every command of an answered batch stands once in the log, where the answer says, with the answered result.</summary>
    private static void CheckAnswered(
        BatchObservation entry, Dictionary<(uint Session, ulong FirstNumber), Hash256> digests, ReferenceLedger ledger, List<string> violations)
    {
        string who = $"session {entry.Session}, batch {entry.FirstNumber}";
        if (!digests.TryGetValue((entry.Session, entry.FirstNumber), out Hash256 digest)) violations.Add($"{who}: answered, and not in the log");
        else if (digest != entry.Digest) violations.Add($"{who}: the log holds other bytes");
        int failure = 0;
        for (uint i = 0; i < entry.Count; i++)
        {
            ResultCode told = ResultCode.Ok;
            if (failure < entry.Failures.Count && entry.Failures[failure].Index == i) told = entry.Failures[failure++].Code;
            ulong number = entry.FirstNumber + i, sequence = entry.FirstSequence + i;
            if (!ledger.TryFind(entry.Session, number, out ReferenceLedger.Executed executed)) violations.Add($"{who}: command {number} was answered and is lost");
            else if (executed.Sequence != sequence) violations.Add($"{who}: command {number} was answered with sequence {sequence} and has {executed.Sequence}");
            else if (executed.Code != told) violations.Add($"{who}: command {number} was answered {told} and is {executed.Code}");
            else if (executed.Height > entry.Height) violations.Add($"{who}: command {number} was answered at height {entry.Height} and executed at {executed.Height}");
            else continue;
            return;
        }

        if (failure != entry.Failures.Count) violations.Add($"{who}: a failure was told of no command");
    }

    private static void CheckRefused(BatchObservation entry, ReferenceLedger ledger, List<string> violations)
    {
        for (uint i = 0; i < entry.Count; i++)
        {
            if (!ledger.TryFind(entry.Session, entry.FirstNumber + i, out _)) continue;
            violations.Add($"session {entry.Session}, batch {entry.FirstNumber}: refused, and executed");
            return;
        }
    }

    private static void CheckSessions(BatchObservation[] answered, List<string> violations)
    {
        var last = new Dictionary<uint, BatchObservation>();
        foreach (BatchObservation entry in answered)
        {
            if (last.TryGetValue(entry.Session, out BatchObservation? before) && before.FirstNumber + (ulong)before.Count > entry.FirstNumber)
                violations.Add($"session {entry.Session}: batch {entry.FirstNumber} stands behind batch {before.FirstNumber}");
            last[entry.Session] = entry;
            if (violations.Count >= MostViolations) return;
        }
    }

    /// <summary>What was answered before another batch was sent stands before it: walking back, nothing may be sent after the earliest answer behind it.</summary>
    private static void CheckRealTime(BatchObservation[] answered, List<string> violations)
    {
        BatchObservation? earliest = null;
        for (int i = answered.Length - 1; i >= 0 && violations.Count < MostViolations; i--)
        {
            BatchObservation entry = answered[i];
            if (earliest is not null && entry.SentAt > earliest.AnsweredAt)
                violations.Add($"sequence {entry.FirstSequence} was sent after sequence {earliest.FirstSequence} had been answered");
            if (earliest is null || entry.AnsweredAt < earliest.AnsweredAt) earliest = entry;
        }
    }
}
