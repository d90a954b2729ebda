// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
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
    /// <summary>Tables that every command changes, refused or not: the counters, and the numbers of the sessions.</summary>
    private const uint LedgerTable = 1, SessionTable = 3;

    private const int MaxAttempts = 1_000;

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
            if (table.Table is LedgerTable or SessionTable) continue;
            bytes.AddRange(BitConverter.GetBytes(table.Count));
            bytes.AddRange(table.Root.Bytes);
        }

        return Blake3.Hash(bytes.ToArray());
    }

    /// <summary>Checks that all replicas have the same state root at the same height.</summary>
    /// <exception cref="ScenarioException">They do not.</exception>
    public static async ValueTask SameRootsAsync(World world)
    {
        if (world.Host.Observers.Count < 2) return;
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var heads = new List<TableRootsAnswerHead>();
            foreach (LedgerClient observer in world.Host.Observers) heads.Add((await RootsAsync(world, observer).ConfigureAwait(false)).Head);
            if (heads.Any(h => h.Height != heads[0].Height)) continue;
            if (heads.Any(h => h.StateRoot != heads[0].StateRoot))
                throw new ScenarioException($"The replicas differ at height {heads[0].Height}: {string.Join(", ", heads.Select(h => h.StateRoot))}.");
            return;
        }

        throw new ScenarioException("The replicas do not come to the same height.");
    }

    /// <summary>The roots of a replica that has executed what the scenario sent.</summary>
    private static async ValueTask<TableRoots> RootsAsync(World world, LedgerClient observer)
    {
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            TableRoots roots = await observer.GetTableRootsAsync(world.CancellationToken).ConfigureAwait(false);
            if (roots.Head.AsOfSequence >= world.LastSequence) return roots;
        }

        throw new ScenarioException($"A replica does not come to sequence {world.LastSequence}.");
    }
}
