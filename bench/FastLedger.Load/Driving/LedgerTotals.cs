// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Protocol.Messages;

namespace FastLedger.Load.Driving;

/// <summary>Every account of a quiet ledger, read over the wire and added up.</summary>
/// <param name="Accounts">Accounts read.</param>
/// <param name="Assets">Assets they hold.</param>
/// <param name="SumZero">The posted balances of each asset add up to zero. (Reservations of resting orders have no counterpart.)</param>
public readonly record struct LedgerTotals(long Accounts, int Assets, bool SumZero)
{
    private const int QueriesInFlight = 256;

    /// <summary>Reads all accounts that the replica's status counts.</summary>
    public static async Task<LedgerTotals> ReadAsync(LedgerClient client, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(client);
        StatusAnswer status = await client.GetStatusAsync(ct).ConfigureAwait(false);
        var posted = new Dictionary<uint, Int128>();
        var queries = new Queue<Task<AccountAnswer>>(QueriesInFlight);
        for (ulong number = 1; number <= status.Accounts || queries.Count > 0;)
        {
            if (number <= status.Accounts && queries.Count < QueriesInFlight)
            {
                queries.Enqueue(client.GetAccountAsync(number++, ct).AsTask());
                continue;
            }

            AccountAnswer account = await queries.Dequeue().ConfigureAwait(false);
            posted[account.Asset] = posted.GetValueOrDefault(account.Asset) + (Int128)account.CreditsPosted - (Int128)account.DebitsPosted;
        }

        return new LedgerTotals((long)status.Accounts, posted.Count, posted.Values.All(static sum => sum == 0));
    }
}
