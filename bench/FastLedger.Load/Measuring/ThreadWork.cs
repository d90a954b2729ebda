// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using FastLedger.Load.Machine;

namespace FastLedger.Load.Measuring;

/// <summary>What a group of threads does, for the table of processor time.</summary>
/// <param name="Key">Key in <see cref="StageFigures.ThreadNs"/>.</param>
/// <param name="Work">What it covers, for the reader of a report.</param>
public sealed record ThreadWork(string Key, string Work)
{
    /// <summary>All of them, in the order in which a command passes them.</summary>
    public static IReadOnlyList<ThreadWork> All { get; } =
    [
        new("sockets", "socket events, and connections that their thread serves"),
        new(ThreadTimes.Rest, "connections: read, hash, check signatures, send to clients and peers"),
        new("consensus", "consensus: bundles, votes and their signatures, journal"),
        new("execution", "execution: commands, receipts, state root, answers"),
        new("history", "history to its file"),
        new("storage", "checkpoints, files of the journal"),
        new("compiler", "just-in-time compiler"),
    ];
}
