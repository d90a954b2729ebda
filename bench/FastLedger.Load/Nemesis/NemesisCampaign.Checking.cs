// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Load.Nodes;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;
using FastLedger.Storage;

namespace FastLedger.Load.Nemesis;

/// <content>What must hold at the end.</content>
public sealed partial class NemesisCampaign
{
    private async Task<(ulong Height, Hash256 Root)> AgreeAsync(CancellationToken ct)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            StatusAnswer[] answers = await Task.WhenAll(_probes.Select(probe => probe.Client.GetStatusAsync(ct).AsTask())).ConfigureAwait(false);
            StatusAnswer first = answers[0];
            foreach (IGrouping<ulong, StatusAnswer> same in answers.GroupBy(static answer => answer.Height))
                if (same.Any(answer => answer.StateRoot != same.First().StateRoot)) throw new InvalidDataException($"Replicas differ in the state root at height {same.Key}.");
            if (answers.All(answer => answer.Height == first.Height) && first.Height >= _history.Height) return (first.Height, first.StateRoot);
            if (Stopwatch.GetElapsedTime(start) > _plan.Deadline) throw new TimeoutException($"The replicas did not come to one height within {_plan.Deadline.TotalSeconds:0} s.");
        }
    }

    private static async Task<Dictionary<ulong, (UInt128 Debits, UInt128 Credits)>> BalancesAsync(LedgerClient client, ulong[] accounts)
    {
        var balances = new Dictionary<ulong, (UInt128, UInt128)>();
        foreach (ulong account in accounts)
        {
            AccountAnswer answer = await client.GetAccountAsync(account).ConfigureAwait(false);
            balances[account] = (answer.DebitsPosted, answer.CreditsPosted);
        }

        return balances;
    }

    private static void Compare(Dictionary<ulong, (UInt128, UInt128)>[] replicas, ReferenceLedger ledger, List<string> violations)
    {
        IReadOnlyDictionary<ulong, (UInt128 Debits, UInt128 Credits)> expected = ledger.Balances;
        for (int node = 0; node < replicas.Length; node++)
        {
            foreach ((ulong account, (UInt128, UInt128) balance) in replicas[node])
                if (expected.GetValueOrDefault(account) != balance) violations.Add($"replica {node} has {balance} on account {account}, the reference {expected.GetValueOrDefault(account)}");
        }

        UInt128 debits = 0, credits = 0;
        foreach ((UInt128 d, UInt128 c) in expected.Values)
        {
            debits += d;
            credits += c;
        }

        if (debits != credits) violations.Add($"{debits} were debited and {credits} credited");
    }

    /// <summary>All replicas committed the same batches in the same order.</summary>
    private void CompareLogs(PayloadDigest digest, List<string> violations)
    {
        Hash256[] digests = [.. Enumerable.Range(0, _plan.Replicas).Select(node =>
        {
            var hasher = Blake3Hasher.Create();
            foreach (CommittedBatch batch in Log(node, digest))
            {
                hasher.Update(BitConverter.GetBytes(batch.Height));
                hasher.Update(BitConverter.GetBytes(batch.Session));
                hasher.Update(batch.Bytes);
            }

            return hasher.Finish();
        })];
        for (int node = 1; node < digests.Length; node++)
            if (digests[node] != digests[0]) violations.Add($"the journal of replica {node} holds another order than that of replica 0");
    }

    private IEnumerable<CommittedBatch> Log(int node, PayloadDigest digest) =>
        CommittedOrder.Read(Path.Combine(NodeCluster.DirectoryOf(_folder.Path, _plan.Replicas, node), JournalFolder), digest);
}
