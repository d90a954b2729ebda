// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using FastLedger.Domain.Clearing;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Clearing;

/// <summary>Random queue states: the resolution against every combination of prefixes, tried one by one.</summary>
public sealed class ResolutionModelTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private sealed record Case(long[] Balances, long[] Urgent, long[] High, long[] Caps, long[] Multilateral, Dictionary<(int, int), long> Limits, List<(int To, long Amount, int Priority)>[] Queues);

    /// <summary>States to try: 500, or what FASTLEDGER_RESOLUTION_CASES says.</summary>
    private static int Cases => int.TryParse(Environment.GetEnvironmentVariable("FASTLEDGER_RESOLUTION_CASES"), out int cases) ? cases : 500;

    [Fact]
    public void A_resolution_settles_what_the_best_combination_of_prefixes_settles()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("FASTLEDGER_SEED"), out int given) ? given : 20011;
        output.WriteLine($"seed {seed}, {Cases} cases");
        var random = new Random(seed);
        TestLedger? ledger = null;
        long settledInAll = 0;
        for (int i = 0; i < Cases; i++)
        {
            if (ledger is null || ledger.Ledger.Clearing.Systems.Count + 2 > PaymentTables.MaxSystems)
            {
                ledger?.Dispose();
                ledger = new TestLedger(TestLedger.Small with { MaxAssets = 512 });
            }

            Case state = Random(random);
            int[] best = Best(state);
            int[] settled = Resolve(ledger, state, gross: false, random);
            Assert.True(best.SequenceEqual(settled), $"case {i}: expected {string.Join(',', best)} got {string.Join(',', settled)} in {Describe(state)}");
            settledInAll += settled.Sum();
            if (state.Limits.Count == 0 && Plain(state))
                Assert.Equal(best, Resolve(ledger, state, gross: true, random));
        }

        ledger?.Dispose();
        Assert.True(settledInAll > Cases / 2, "hardly anything settled: the cases prove nothing");
    }

    private static bool Plain(Case c) => c.Urgent.All(v => v == 0) && c.High.All(v => v == 0) && c.Caps.All(v => v < 0) && c.Multilateral.All(v => v < 0);

    private static Case Random(Random random)
    {
        int n = random.Next(2, 9);
        int longest = n <= 3 ? 5 : n <= 4 ? 4 : n <= 6 ? 2 : 2;
        bool plain = random.Next(3) == 0, limits = !plain && random.Next(2) == 0, classes = !plain && random.Next(2) == 0;
        var queues = new List<(int, long, int)>[n];
        for (int p = 0; p < n; p++)
        {
            int count = random.Next(longest + 1);
            queues[p] = [.. Enumerable.Range(0, count)
                .Select(_ => ((p + random.Next(1, n)) % n, (long)random.Next(1, 10), classes ? random.Next(3) : 2)).OrderBy(q => q.Item3)];
        }

        var bilateral = new Dictionary<(int, int), long>();
        for (int p = 0; limits && p < n; p++)
            for (int q = 0; q < n; q++)
                if (p != q && random.Next(10) < 3) bilateral[(p, q)] = random.Next(9);
        long[] Some(bool on, int chance, long none) => [.. Enumerable.Range(0, n).Select(_ => on && random.Next(10) < chance ? random.Next(9) : none)];
        return new Case([.. Enumerable.Range(0, n).Select(_ => (long)random.Next(7))], Some(classes, 4, 0), Some(classes, 3, 0), Some(limits, 2, -1), Some(limits, 3, -1), bilateral, queues);
    }

    private static int[] Best(Case c)
    {
        int n = c.Balances.Length;
        var best = new int[n];
        var k = new int[n];
        while (true)
        {
            if (Feasible(c, k))
                for (int p = 0; p < n; p++) best[p] = Math.Max(best[p], k[p]);
            int at = 0;
            while (at < n && k[at] == c.Queues[at].Count) k[at++] = 0;
            if (at == n) break;
            k[at]++;
        }

        Assert.True(Feasible(c, best));
        return best;
    }

    private static bool Feasible(Case c, int[] k)
    {
        int n = c.Balances.Length;
        Span<long> all = stackalloc long[n * n];
        Span<long> normal = stackalloc long[n * n];
        Span<int> counts = stackalloc int[n * n];
        for (int p = 0; p < n; p++)
            for (int i = 0; i < k[p]; i++)
            {
                (int to, long amount, int priority) = c.Queues[p][i];
                all[(p * n) + to] += amount;
                if (priority != 2) continue;
                normal[(p * n) + to] += amount;
                counts[(p * n) + to]++;
            }

        for (int p = 0; p < n; p++)
        {
            if (k[p] == 0) continue;
            long left = c.Balances[p], net = 0, multilateral = 0;
            bool anyNormal = false, anyMultilateral = false;
            for (int q = 0; q < n; q++)
            {
                left += all[(q * n) + p] - all[(p * n) + q];
                long flow = normal[(p * n) + q] - normal[(q * n) + p];
                net += flow;
                anyNormal |= counts[(p * n) + q] > 0;
                if (c.Limits.TryGetValue((p, q), out long limit))
                {
                    if (counts[(p * n) + q] > 0 && flow > limit) return false;
                }
                else
                {
                    multilateral += flow;
                    anyMultilateral |= counts[(p * n) + q] > 0;
                }
            }

            int last = c.Queues[p][k[p] - 1].Priority;
            long reserve = last == 0 ? 0 : last == 1 ? c.Urgent[p] : c.Urgent[p] + c.High[p];
            if (left < reserve) return false;
            if (anyNormal && c.Caps[p] >= 0 && net > c.Caps[p]) return false;
            if (anyMultilateral && c.Multilateral[p] >= 0 && multilateral > c.Multilateral[p]) return false;
        }

        return true;
    }

    /// <summary>Puts the state into a ledger and resolves it, with or without gross settlement before.</summary>
    private static int[] Resolve(TestLedger ledger, Case c, bool gross, Random random)
    {
        int n = c.Balances.Length;
        var system = new ClearingLedger(gross ? [.. c.Balances.Select(_ => 0L)] : c.Balances, gross ? PaymentSystemOptions.None : PaymentSystemOptions.ResolutionOnly, ledger: ledger);
        for (int p = 0; p < n; p++)
        {
            if (c.Urgent[p] > 0) Assert.Equal(ResultCode.Ok, system.Set(Opcode.SetReservation, p, c.Urgent[p]));
            if (c.High[p] > 0) Assert.Equal(ResultCode.Ok, system.Set(Opcode.SetReservation, p, c.High[p], PaymentPriority.High));
            if (c.Caps[p] >= 0) Assert.Equal(ResultCode.Ok, system.Set(Opcode.SetNetDebitCap, p, c.Caps[p]));
            if (c.Multilateral[p] >= 0) Assert.Equal(ResultCode.Ok, system.Set(Opcode.SetMultilateralLimit, p, c.Multilateral[p]));
        }

        // Limits come before, in the middle of, or after the payments: the sums must not depend on it.
        var limits = new Queue<((int From, int To) Pair, long Limit)>(c.Limits.Select(l => (l.Key, l.Value)));
        void NextLimit()
        {
            if (limits.TryDequeue(out var limit)) Assert.Equal(ResultCode.Ok, system.Set(Opcode.SetBilateralLimit, limit.Pair.From, limit.Limit, counterparty: limit.Pair.To));
        }

        var ids = new ulong[n][];
        foreach (int p in Enumerable.Range(0, n).OrderBy(_ => random.Next()))
        {
            if (random.Next(2) == 0) NextLimit();
            ids[p] = [.. c.Queues[p].OrderBy(_ => 0).Select(q => system.Pay(p, q.To, q.Amount, (PaymentPriority)q.Priority))];
        }

        while (limits.Count > 0) NextLimit();
        if (gross)
        {
            for (int p = 0; p < n; p++)
                if (c.Balances[p] > 0) system.Credit(p, c.Balances[p]);
        }

        system.Resolve();
        ledger.AssertSumsAreZero();
        return [.. ids.Select(q => system.Settled(q))];
    }

    private static string Describe(Case c) =>
        $"balances [{string.Join(',', c.Balances)}] urgent [{string.Join(',', c.Urgent)}] high [{string.Join(',', c.High)}] caps [{string.Join(',', c.Caps)}] ml [{string.Join(',', c.Multilateral)}] "
        + $"limits {{{string.Join(' ', c.Limits.Select(l => $"{l.Key.Item1}>{l.Key.Item2}:{l.Value}"))}}} queues "
        + string.Join(" ", c.Queues.Select((q, p) => $"{p}:[{string.Join(' ', q.Select(x => $"→{x.To} {x.Amount}/{x.Priority}"))}]"));
}
