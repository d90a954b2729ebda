// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Accounts;
using FastLedger.Domain.Events;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Distributions;

// The work on distributions, one at a time, in bounded steps: add up what is held; rank the remainders; pay.
public sealed partial class DistributionHandlers
{
    /// <summary>What paying an account costs of the work per block, against looking at one.</summary>
    public const int PaymentCost = 4;

    private const int DigitBits = 8;

    /// <summary>Holdings that sum to more cannot be divided by: such a distribution ends as if nobody held anything.</summary>
    private static readonly UInt128 MaxHeld = UInt128.One << 127;

    /// <summary>Goes on with the distribution that is first in line.</summary>
    /// <param name="budget">Accounts to look at.</param>
    public void Work(int budget)
    {
        while (budget > 0 && _log.Record.FirstDistribution != 0)
        {
            uint number = _log.Record.FirstDistribution;
            _context.Sequence = ++_ledger.Counters.Sequence;
            switch (_tables.Distributions[number].Phase)
            {
                case DistributionPhase.Waiting:
                    Begin(number, DistributionPhase.Summing);
                    break;
                case DistributionPhase.Summing:
                    Sum(number, ref budget);
                    break;
                case DistributionPhase.Ranking:
                    Rank(number, ref budget);
                    break;
                default:
                    Pay(number, ref budget);
                    break;
            }
        }
    }

    private static UInt128 LowDigits(int digits) => digits >= 16 ? UInt128.MaxValue : (UInt128.One << (digits * DigitBits)) - UInt128.One;

    private void Begin(uint number, DistributionPhase phase)
    {
        ref DistributionRecord distribution = ref _tables.Distributions.Change(number);
        distribution.Phase = phase;
        distribution.Cursor = 1;
    }

    /// <summary>First pass: the sum of the holdings.</summary>
    private void Sum(uint number, ref int budget)
    {
        ref DistributionRecord distribution = ref _tables.Distributions.Change(number);
        for (; budget > 0 && distribution.Cursor < distribution.AccountsEnd; budget--, distribution.Cursor++)
        {
            UInt128 held = _context.Balances.Held(number, distribution, distribution.Cursor);
            if (held == UInt128.Zero) continue;
            if (distribution.Held > MaxHeld - held)
            {
                Finish(number, DistributionPhase.NoHolders);
                return;
            }

            distribution.Held += held;
            distribution.Holders++;
        }

        if (distribution.Cursor < distribution.AccountsEnd) return;
        if (distribution.Holders == 0)
        {
            Finish(number, DistributionPhase.NoHolders);
            return;
        }

        // The remainders are below what is held: no digit above its highest one matters.
        int bits = 128 - (int)UInt128.LeadingZeroCount(distribution.Held);
        distribution.Digit = (bits - 1) / DigitBits;
        ClearCounts();
        Begin(number, DistributionPhase.Ranking);
    }

    /// <summary>
    /// A pass per digit, the highest first: counts the digits of the remainders that begin with those found, then finds the next one, so that
    /// exactly the units that are left go to the remainders above the threshold and to the first of those equal to it.
    /// </summary>
    private void Rank(uint number, ref int budget)
    {
        ref DistributionRecord distribution = ref _tables.Distributions.Change(number);
        int digit = distribution.Digit;
        bool isFirst = distribution.Needed == 0 && distribution.Threshold == UInt128.Zero;
        UInt128 mask = ~LowDigits(digit + 1);
        for (; budget > 0 && distribution.Cursor < distribution.AccountsEnd; budget--, distribution.Cursor++)
        {
            UInt128 held = _context.Balances.Held(number, distribution, distribution.Cursor);
            if (held == UInt128.Zero) continue;
            UInt128 whole = WideProduct.Divide(distribution.Amount, held, distribution.Held, out UInt128 remainder);
            if (isFirst) distribution.Floors += whole;
            if ((remainder & mask) != distribution.Threshold) continue;
            int value = (int)((remainder >> (digit * DigitBits)) & 0xFF);
            _tables.RankCounts.Change(1 + ((uint)value / RankCountRecord.Length)).Counts[value % RankCountRecord.Length]++;
        }

        if (distribution.Cursor < distribution.AccountsEnd) return;
        ulong needed = isFirst ? (ulong)(distribution.Amount - distribution.Floors) : distribution.Needed;
        if (needed == 0)
        {
            // Nothing is left over: no remainder is rounded up.
            distribution.Threshold = UInt128.MaxValue;
            Begin(number, DistributionPhase.Paying);
            return;
        }

        int found = 0xFF;
        while (Count(found) < needed) needed -= Count(found--);
        distribution.Threshold |= (UInt128)(uint)found << (digit * DigitBits);
        distribution.Needed = needed;
        ClearCounts();
        if (digit == 0)
        {
            Begin(number, DistributionPhase.Paying);
            return;
        }

        distribution.Digit--;
        Begin(number, DistributionPhase.Ranking);
    }

    private uint Count(int value) => _tables.RankCounts[1 + ((uint)value / RankCountRecord.Length)].Counts[value % RankCountRecord.Length];

    private void ClearCounts()
    {
        for (uint record = 1; record < _tables.RankCounts.Count; record++) _tables.RankCounts.Change(record) = default;
    }

    /// <summary>Last pass: each holder's whole part, and a unit more for the remainders above the threshold and the first equal to it.</summary>
    private void Pay(uint number, ref int budget)
    {
        ref DistributionRecord distribution = ref _tables.Distributions.Change(number);
        for (; budget > 0 && distribution.Cursor < distribution.AccountsEnd; budget--)
        {
            uint account = distribution.Cursor;
            UInt128 held = _context.Balances.Held(number, distribution, account);
            distribution.Cursor++;
            _context.Balances.Forget(number, account);
            if (held == UInt128.Zero) continue;
            UInt128 share = WideProduct.Divide(distribution.Amount, held, distribution.Held, out UInt128 remainder);
            if (remainder > distribution.Threshold)
            {
                share++;
            }
            else if (remainder == distribution.Threshold && distribution.Needed > 0)
            {
                share++;
                distribution.Needed--;
            }

            if (share == UInt128.Zero) continue;
            PayHolder(number, ref distribution, account, share);
            budget -= PaymentCost;
        }

        if (distribution.Cursor < distribution.AccountsEnd) return;
        Invariant.Check(distribution.Paid == distribution.Amount);
        Finish(number, DistributionPhase.Done);
    }

    private void PayHolder(uint number, ref DistributionRecord distribution, uint holder, UInt128 share)
    {
        uint asset = _ledger.Accounts[distribution.DebitAccount].Asset;
        uint payee = _tables.Payout(holder, asset);
        if (payee == 0 && asset == distribution.HeldAsset) payee = holder;
        bool claimed = payee != 0 && payee != distribution.DebitAccount && _movements.CheckCredit(payee, share) == ResultCode.Ok;
        if (!claimed)
        {
            payee = distribution.UnclaimedAccount;
            distribution.Unclaimed += share;
        }

        distribution.Paid += share;
        ref AccountRecord debit = ref _ledger.Accounts.Change(distribution.DebitAccount);
        debit.DebitsPending -= share;

        // What nobody can be paid goes back to where it came from.
        if (payee == distribution.DebitAccount || _movements.CheckCredit(payee, share) != ResultCode.Ok) return;
        ref HistoryEntry entry = ref _movements.Move(HistoryKind.Distribution, distribution.DebitAccount, payee, share);
        entry.Code = distribution.Code;
        entry.Link = number;
        entry.UserData128 = distribution.UserData128;
        entry.Reference = distribution.Reference;
    }

    private void Finish(uint number, DistributionPhase phase)
    {
        ref DistributionRecord distribution = ref _tables.Distributions.Change(number);
        if (phase == DistributionPhase.NoHolders) _ledger.Accounts.Change(distribution.DebitAccount).DebitsPending -= distribution.Amount;
        distribution.Phase = phase;
        ref EventLogRecord log = ref _log.Change();
        log.FirstDistribution = distribution.Next;
        if (log.FirstDistribution == 0) log.LastDistribution = 0;
        log.OpenDistributions--;
        distribution.Next = 0;

        // Record dates are in the order of the line, so the newest is the last one's.
        _ledger.Counters.RecordPoint = log.LastDistribution == 0 ? 0 : _tables.Distributions[log.LastDistribution].RecordPoint;
        if (_context.HasRoomForEvent) Note(ref distribution, number, LedgerEventKind.DistributionDone);
    }
}
