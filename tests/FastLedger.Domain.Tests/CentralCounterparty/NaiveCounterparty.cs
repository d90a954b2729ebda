// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using FastLedger.Primitives;

namespace FastLedger.Domain.Tests.CentralCounterparty;

/// <summary>
/// What a central counterparty means, in the plainest form: dictionaries and big integers, every sum counted anew. Says for each command
/// which code it must answer.
/// </summary>
public sealed class NaiveCounterparty(long[] cash, long[] securities, BigInteger capitalAtRisk, BigInteger assessmentPpm)
{
    public enum Standing
    {
        Active,
        Defaulted,
        Resolved,
    }

    public sealed record Loss(BigInteger Total, BigInteger Margin, BigInteger Own, BigInteger Capital, BigInteger Fund, BigInteger Assessed, BigInteger Uncovered);

    public sealed class Contract
    {
        public required int Date { get; set; }

        public required BigInteger Margin { get; set; }

        public required bool Delivers { get; init; }

        public bool Settled { get; set; }

        /// <summary>Members in the order in which they first had a position.</summary>
        public List<int> Order { get; } = [];

        public Dictionary<int, BigInteger> Quantity { get; } = [];

        public Dictionary<int, BigInteger> Cost { get; } = [];

        public Dictionary<int, int> Failing { get; } = [];

        public BigInteger Of(int member) => Quantity.GetValueOrDefault(member);

        public BigInteger OpenInterest => Quantity.Values.Where(q => q > 0).Aggregate(BigInteger.Zero, (a, b) => a + b);
    }

    public int Members { get; } = cash.Length;

    public BigInteger[] Cash { get; } = [.. cash.Select(c => (BigInteger)c)];

    public BigInteger[] Securities { get; } = [.. securities.Select(c => (BigInteger)c)];

    public BigInteger[] Margin { get; } = new BigInteger[cash.Length];

    public BigInteger[] Fund { get; } = new BigInteger[cash.Length];

    public BigInteger[] Due { get; } = new BigInteger[cash.Length];

    public Standing[] State { get; } = new Standing[cash.Length];

    public BigInteger Capital { get; set; }

    public BigInteger DefaultHeld { get; set; }

    public BigInteger DefaultDue { get; set; }

    public List<Contract> Contracts { get; } = [];

    public List<Loss> Losses { get; } = [];

    public BigInteger Requirement(int member) => Contracts.Aggregate(BigInteger.Zero, (sum, c) => sum + (BigInteger.Abs(c.Of(member)) * c.Margin));

    public ResultCode Trade(int contract, int buyer, int seller, BigInteger quantity, BigInteger price, bool closes)
    {
        Contract c = Contracts[contract];
        if (c.Settled) return ResultCode.ContractState;
        foreach ((int member, BigInteger units) in new[] { (buyer, quantity), (seller, -quantity) })
        {
            if (closes && State[member] == Standing.Defaulted)
            {
                bool shrinks = c.Of(member).Sign == -units.Sign && BigInteger.Abs(c.Of(member)) >= quantity;
                if (!shrinks) return ResultCode.InvalidTrade;
                continue;
            }

            if (State[member] != Standing.Active) return ResultCode.DefaultState;
            BigInteger more = (BigInteger.Abs(c.Of(member) + units) - BigInteger.Abs(c.Of(member))) * c.Margin;
            if (BigInteger.Abs(c.Of(member) + units) > BigInteger.Abs(c.Of(member)) && Requirement(member) + more > Margin[member]) return ResultCode.ExceedsLimit;
        }

        if (closes && State[buyer] != Standing.Defaulted && State[seller] != Standing.Defaulted) return ResultCode.DefaultState;
        Add(c, buyer, quantity, quantity * price);
        Add(c, seller, -quantity, -quantity * price);
        return ResultCode.Ok;
    }

    public ResultCode PostMargin(int member, BigInteger amount) => PayIn(member, amount, Margin);

    public ResultCode Contribute(int member, BigInteger amount) => PayIn(member, amount, Fund);

    public ResultCode WithdrawMargin(int member, BigInteger amount)
    {
        if (State[member] == Standing.Defaulted) return ResultCode.DefaultState;
        if (Margin[member] - amount < Requirement(member) || Margin[member] < amount) return ResultCode.MarginInUse;
        Margin[member] -= amount;
        Cash[member] += amount;
        return ResultCode.Ok;
    }

    public ResultCode WithdrawContribution(int member, BigInteger amount)
    {
        if (State.Contains(Standing.Defaulted)) return ResultCode.DefaultOpen;
        if (Fund[member] < amount) return ResultCode.MarginInUse;
        Fund[member] -= amount;
        Cash[member] += amount;
        return ResultCode.Ok;
    }

    public ResultCode Mark(int contract, BigInteger price)
    {
        Contract c = Contracts[contract];
        if (c.Settled) return ResultCode.ContractState;
        foreach (int member in c.Order)
        {
            Due[member] += (c.Of(member) * price) - c.Cost[member];
            c.Cost[member] = c.Of(member) * price;
        }

        return ResultCode.Ok;
    }

    public ResultCode SettleVariation()
    {
        if (State.Contains(Standing.Defaulted)) return ResultCode.DefaultOpen;
        if (Enumerable.Range(0, Members).Any(m => Cash[m] + Due[m] < 0)) return ResultCode.VariationShortfall;
        if (DefaultHeld < DefaultDue) return ResultCode.LossUncovered;
        for (int m = 0; m < Members; m++)
        {
            Cash[m] += Due[m];
            Due[m] = 0;
        }

        DefaultHeld -= DefaultDue;
        DefaultDue = 0;
        return ResultCode.Ok;
    }

    public ResultCode Deliver(int contract, BigInteger price, int into)
    {
        Contract c = Contracts[contract];
        if (c.Settled || !c.Delivers) return ResultCode.ContractState;
        if (into >= 0 && (Contracts[into].Settled || Contracts[into].Date <= c.Date)) return ResultCode.ContractState;
        if (State.Contains(Standing.Defaulted)) return ResultCode.DefaultOpen;
        int[] order = [.. c.Order.Where(c.Failing.ContainsKey), .. c.Order.Where(m => !c.Failing.ContainsKey(m))];
        var give = order.Where(m => c.Of(m) < 0).ToDictionary(m => m, m => BigInteger.Min(-c.Of(m), Securities[m]));
        var take = order.Where(m => c.Of(m) > 0).ToDictionary(m => m, m => BigInteger.Min(c.Of(m), Cash[m] / price));
        BigInteger total = BigInteger.Min(Sum(give.Values), Sum(take.Values));
        if (into < 0 && total < c.OpenInterest) return ResultCode.DeliveryIncomplete;
        Mark(contract, price);
        foreach ((Dictionary<int, BigInteger> able, int sign) in new[] { (give, -1), (take, 1) })
        {
            BigInteger left = total;
            foreach (int member in order.Where(able.ContainsKey))
            {
                BigInteger units = BigInteger.Min(left, able[member]);
                left -= units;
                Securities[member] += sign * units;
                Cash[member] -= sign * units * price;
                Add(c, member, -sign * units, -sign * units * price);
            }
        }

        foreach (int member in c.Order.Where(m => c.Of(m) != 0))
        {
            BigInteger units = c.Of(member), cost = c.Cost[member];
            int since = c.Failing.GetValueOrDefault(member, c.Date);
            Add(c, member, -units, -cost);
            Add(Contracts[into], member, units, cost);
            if (Contracts[into].Of(member) != 0) Contracts[into].Failing[member] = Math.Min(since, Contracts[into].Failing.GetValueOrDefault(member, int.MaxValue));
        }

        c.Settled = true;
        return ResultCode.Ok;
    }

    public ResultCode Declare(int member)
    {
        if (State[member] != Standing.Active) return ResultCode.DefaultState;
        State[member] = Standing.Defaulted;
        return ResultCode.Ok;
    }

    public ResultCode ApplyWaterfall(int member)
    {
        if (State[member] != Standing.Defaulted) return ResultCode.DefaultState;
        if (Contracts.Any(c => c.Of(member) != 0 || c.Cost.GetValueOrDefault(member) != 0)) return ResultCode.PositionsOpen;
        BigInteger loss = BigInteger.Max(0, -Due[member]), left = loss;
        BigInteger margin = BigInteger.Min(left, Margin[member]);
        Margin[member] -= margin;
        left -= margin;
        BigInteger own = BigInteger.Min(left, Fund[member]);
        Fund[member] -= own;
        left -= own;
        BigInteger capital = BigInteger.Min(left, BigInteger.Min(capitalAtRisk, Capital));
        Capital -= capital;
        left -= capital;
        int[] survivors = [.. Enumerable.Range(0, Members).Where(m => State[m] == Standing.Active)];
        BigInteger[] contributions = [.. survivors.Select(m => Fund[m])], bounds = [.. contributions.Select(f => f * assessmentPpm / 1_000_000)];
        BigInteger fund = BigInteger.Min(left, Sum(contributions));
        left -= fund;
        foreach ((int m, BigInteger share) in survivors.Zip(Split(fund, contributions))) Fund[m] -= share;
        BigInteger assessed = 0;
        foreach ((int m, BigInteger share) in survivors.Zip(Split(BigInteger.Min(left, Sum(bounds)), bounds)))
        {
            BigInteger paid = BigInteger.Min(share, Cash[m]);
            Cash[m] -= paid;
            assessed += paid;
        }

        left -= assessed;
        DefaultHeld += loss - left;
        DefaultDue += loss;
        if (loss > 0) Due[member] = 0;
        State[member] = Standing.Resolved;
        Losses.Add(new Loss(loss, margin, own, capital, fund, assessed, left));
        return ResultCode.Ok;
    }

    private static BigInteger Sum(IEnumerable<BigInteger> values) => values.Aggregate(BigInteger.Zero, (a, b) => a + b);

    private static BigInteger[] Split(BigInteger amount, BigInteger[] weights)
    {
        BigInteger total = Sum(weights);
        if (total.IsZero) return new BigInteger[weights.Length];
        BigInteger[] shares = [.. weights.Select(w => amount * w / total)];
        int left = (int)(amount - Sum(shares));
        foreach (int i in Enumerable.Range(0, weights.Length).OrderByDescending(i => amount * weights[i] % total).ThenBy(i => i).Take(left)) shares[i]++;
        return shares;
    }

    private static void Add(Contract c, int member, BigInteger units, BigInteger cost)
    {
        if (!c.Quantity.ContainsKey(member)) c.Order.Add(member);
        c.Quantity[member] = c.Of(member) + units;
        c.Cost[member] = c.Cost.GetValueOrDefault(member) + cost;
        if (c.Of(member) == 0) c.Failing.Remove(member);
    }

    private ResultCode PayIn(int member, BigInteger amount, BigInteger[] account)
    {
        if (State[member] != Standing.Active) return ResultCode.DefaultState;
        if (Cash[member] < amount) return ResultCode.ExceedsBalance;
        Cash[member] -= amount;
        account[member] += amount;
        return ResultCode.Ok;
    }
}
