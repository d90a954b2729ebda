// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using FastLedger.Domain;
using FastLedger.Primitives;
using FastLedger.State;

namespace FastLedger.Node.Recovery;

/// <summary>
/// Where a replica's state left the way of the others. The replica's journal is executed again beside the state that it held: where the two
/// differ, memory or a page was corrupted; where they do not, the same program on the same input gave the same result, so the program (or what
/// it was configured to) differs from the others'.
/// </summary>
/// <param name="Height">Last height that the replica executed; both states are of this height.</param>
/// <param name="HeldRoot">State root that the replica held.</param>
/// <param name="ReplayedRoot">State root that the replay gives.</param>
/// <param name="Tables">Where they differ, by number of the table; empty when they do not.</param>
public sealed record DivergenceReport(ulong Height, string HeldRoot, string ReplayedRoot, IReadOnlyList<TableDifference> Tables)
{
    /// <summary>The file in the data directory that keeps the report.</summary>
    public const string FileName = "divergence.json";

    /// <summary>What an operator must know, a line each.</summary>
    public IEnumerable<string> Describe()
    {
        if (Tables.Count == 0)
        {
            yield return FormattableString.Invariant($"The replay of the journal up to height {Height} gives the same state: the program differs from the other replicas', not this machine's memory. Compare versions.");
            yield break;
        }

        foreach (TableDifference table in Tables)
        {
            yield return FormattableString.Invariant($"Table {table.Table} ({table.TableId}), record {table.FirstRecord}, byte {table.FirstByte}: the replica's memory differs from the replay of its journal at height {Height}; {table.Records} records of the table do.");
            yield return $"  held     {table.Held}";
            yield return $"  replayed {table.Replayed}";
        }

        if (HeldRoot == ReplayedRoot) yield return "The roots are the same: the records were corrupted after they were hashed.";
    }

    /// <summary>Writes the report into a data directory.</summary>
    public void Write(string dataDirectory) =>
        File.WriteAllBytes(Path.Combine(dataDirectory, FileName), JsonSerializer.SerializeToUtf8Bytes(this, DivergenceJson.Default.DivergenceReport));

    /// <summary>Executes the journal of a stopped replica again and compares.</summary>
    /// <param name="folders">Of the replica; its threads have stopped.</param>
    /// <param name="held">The state that it held.</param>
    /// <param name="progress">Told how many commands were executed.</param>
    internal static DivergenceReport Make(ReplicaFolders folders, Ledger held, Action<ulong>? progress)
    {
        using OfflineReplica replay = OfflineReplica.Load(folders, held.Height, progress, comparesRoots: false);
        var tables = new List<TableDifference>();
        for (int i = 0; i < held.Tree.Tables.Length; i++)
            if (Compare(held.Tree.Tables[i], replay.Ledger.Tree.Tables[i]) is { } difference) tables.Add(difference);
        return new DivergenceReport(held.Height, held.Tree.Root.ToString(), replay.StateRoot.ToString(), tables);
    }

    private static TableDifference? Compare(Table held, Table replayed)
    {
        Invariant.Check(held.Id == replayed.Id && held.RecordSize == replayed.RecordSize);
        uint both = Math.Min(held.Count, replayed.Count), all = Math.Max(held.Count, replayed.Count);
        uint records = all - both, first = both;
        for (uint number = both - 1; number != uint.MaxValue; number--)
        {
            if (held.Bytes(number).SequenceEqual(replayed.Bytes(number))) continue;
            records++;
            first = number;
        }

        if (records == 0) return null;
        ReadOnlySpan<byte> ours = first < held.Count ? held.Bytes(first) : default, theirs = first < replayed.Count ? replayed.Bytes(first) : default;
        return new TableDifference(
            held.Id.ToString(), (uint)held.Id, records, first, ours.IsEmpty || theirs.IsEmpty ? 0 : ours.CommonPrefixLength(theirs), Convert.ToHexStringLower(ours), Convert.ToHexStringLower(theirs));
    }
}
