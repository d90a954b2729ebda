// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Applications.Scenarios;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;

namespace FastLedger.Applications.Running;

/// <summary>What must hold after every step.</summary>
internal static class LedgerChecks
{
    /// <summary>Tables that every command changes, refused or not: the counters, the numbers of the sessions, and those of the validators' bundles.</summary>
    private const uint LedgerTable = 1, SessionTable = 3, AuthorTable = 61;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Checks that what the accounts of every asset hold adds up to nothing.</summary>
    /// <exception cref="ScenarioException">It does not.</exception>
    public static async ValueTask SumZeroAsync(World world)
    {
        LedgerClient observer = world.Observer;
        StatusAnswer status = await observer.GetStatusAsync(world.CancellationToken).ConfigureAwait(false);
        var questions = new List<Task<AccountAnswer>>();
        for (ulong number = world.FirstAccount; number <= status.Accounts; number++)
            questions.Add(observer.GetAccountAsync(number, world.CancellationToken).AsTask());
        var sums = new Dictionary<uint, Int128>();
        foreach (AccountAnswer account in await Task.WhenAll(questions).ConfigureAwait(false))
            sums[account.Asset] = sums.GetValueOrDefault(account.Asset) + (Int128)account.CreditsPosted - (Int128)account.DebitsPosted;
        foreach ((uint asset, Int128 sum) in sums)
        {
            if (sum != 0) throw new ScenarioException($"The accounts in {world.Assets.FirstOrDefault(a => a.Number == asset)?.Code ?? "asset " + asset} add up to {sum}, not to 0.");
        }
    }

    /// <summary>Digest of all tables but those that every command changes: equal before and after whatever has no effect.</summary>
    public static async ValueTask<Hash256> EffectsAsync(World world)
    {
        TableRoots roots = await RootsAsync(world, world.Observer).ConfigureAwait(false);
        var bytes = new List<byte>();
        foreach (TableRoot table in roots.Tables)
        {
            if (table.Table is LedgerTable or SessionTable or AuthorTable) continue;
            bytes.AddRange(BitConverter.GetBytes(table.Count));
            bytes.AddRange(table.Root.Bytes);
        }

        return Blake3.Hash(bytes.ToArray());
    }

    /// <summary>Checks that all replicas come to the same state root at the same height.</summary>
    /// <exception cref="ScenarioException">They do not.</exception>
    public static async ValueTask SameRootsAsync(World world)
    {
        IReadOnlyList<LedgerClient> observers = world.Host.Observers;
        if (observers.Count < 2) return;

        // Replicas pass the same heights, if not at the same time: what each had at a height is kept until all have been seen there.
        var seen = new Dictionary<ulong, List<Hash256>>();
        var waited = Stopwatch.StartNew();
        var heights = new ulong[observers.Count];
        while (waited.Elapsed < Patience)
        {
            for (int i = 0; i < observers.Count; i++)
            {
                TableRootsAnswerHead head = (await observers[i].GetTableRootsAsync(world.CancellationToken).ConfigureAwait(false)).Head;
                if (head.AsOfSequence < world.LastSequence || head.Height == heights[i]) continue;
                heights[i] = head.Height;
                if (!seen.TryGetValue(head.Height, out List<Hash256>? roots)) seen[head.Height] = roots = [];
                roots.Add(head.StateRoot);
                if (roots.Count < observers.Count) continue;
                if (roots.Any(r => r != roots[0])) throw new ScenarioException($"The replicas differ at height {head.Height}: {string.Join(", ", roots)}.");
                return;
            }
        }

        throw new ScenarioException("The replicas do not come to the same height.");
    }

    /// <summary>Waits until the replica that is asked has executed what the scenario sent.</summary>
    public static async ValueTask CatchUpAsync(World world)
    {
        if (world.Host.Observers.Count > 1) await RootsAsync(world, world.Observer).ConfigureAwait(false);
    }

    /// <summary>The roots of a replica that has executed what the scenario sent.</summary>
    private static async ValueTask<TableRoots> RootsAsync(World world, LedgerClient observer)
    {
        var waited = Stopwatch.StartNew();
        do
        {
            TableRoots roots = await observer.GetTableRootsAsync(world.CancellationToken).ConfigureAwait(false);
            if (roots.Head.AsOfSequence >= world.LastSequence) return roots;
        }
        while (waited.Elapsed < Patience);
        throw new ScenarioException($"A replica does not come to sequence {world.LastSequence}.");
    }
}
