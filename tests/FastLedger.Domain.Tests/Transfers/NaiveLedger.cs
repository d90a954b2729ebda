// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Numerics;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Transfers;

/// <summary>
/// Accounts and transfers written for obviousness: big integers, dictionaries, whole-state copies for chains. One asset, one owner.
/// </summary>
internal sealed class NaiveLedger
{
    public sealed record Account(BigInteger DebitsPending, BigInteger DebitsPosted, BigInteger CreditsPending, BigInteger CreditsPosted, BigInteger Floor, AccountFlags Flags)
    {
        public BigInteger Balance => CreditsPosted - DebitsPosted;

        public bool Blocked => (Flags & (AccountFlags.Frozen | AccountFlags.Closed)) != 0;
    }

    public sealed record Pending(ulong Debit, ulong Credit, BigInteger Amount, long ExpiresAtNs, CommandFlags Closing, string State);

    public Dictionary<ulong, Account> Accounts { get; private set; } = [];

    /// <summary>By the order of creation.</summary>
    public Dictionary<int, Pending> Pendings { get; private set; } = [];

    public (Dictionary<ulong, Account>, Dictionary<int, Pending>) Save() => (new(Accounts), new(Pendings));

    public void Load((Dictionary<ulong, Account> Accounts, Dictionary<int, Pending> Pendings) saved) =>
        (Accounts, Pendings) = saved;

    public void Expire(long nowNs)
    {
        foreach ((int key, Pending p) in new Dictionary<int, Pending>(Pendings))
            if (p.State == "pending" && p.ExpiresAtNs != 0 && p.ExpiresAtNs <= nowNs) Resolve(key, "expired", 0);
    }

    public (ResultCode Code, BigInteger Value) Transfer(ulong debitNumber, ulong creditNumber, BigInteger amount, CommandFlags flags, uint timeoutSeconds, long nowNs)
    {
        bool pending = flags.HasFlag(CommandFlags.Pending);
        CommandFlags closing = flags & (CommandFlags.ClosingDebit | CommandFlags.ClosingCredit);
        if (!pending && timeoutSeconds != 0) return (ResultCode.TimeoutNotPending, 0);
        if (!pending && closing != 0) return (ResultCode.ClosingNotPending, 0);
        if (!Accounts.TryGetValue(debitNumber, out Account? debit) || !Accounts.TryGetValue(creditNumber, out Account? credit)) return (ResultCode.UnknownAccount, 0);
        if (debitNumber == creditNumber) return (ResultCode.SameAccount, 0);
        if (debit.Blocked || credit.Blocked)
            return (((debit.Flags | credit.Flags) & AccountFlags.Closed) != 0 ? ResultCode.AccountClosed : ResultCode.AccountFrozen, 0);
        BigInteger max = BigInteger.Pow(2, 96);
        bool unlimited = debit.Flags.HasFlag(AccountFlags.Unlimited), bounded = credit.Flags.HasFlag(AccountFlags.CreditsMustNotExceedDebits);
        BigInteger available = debit.Balance - debit.DebitsPending - debit.Floor, room = credit.DebitsPosted - credit.CreditsPosted - credit.CreditsPending;
        if ((flags & (CommandFlags.BalancingDebit | CommandFlags.BalancingCredit)) != 0)
        {
            amount = BigInteger.Min(amount, max);
            if (flags.HasFlag(CommandFlags.BalancingDebit) && !unlimited) amount = BigInteger.Min(amount, BigInteger.Max(available, 0));
            if (flags.HasFlag(CommandFlags.BalancingCredit)) amount = BigInteger.Min(amount, BigInteger.Max(room, 0));
            if (amount.IsZero) return (flags.HasFlag(CommandFlags.BalancingDebit) ? ResultCode.ExceedsBalance : ResultCode.ExceedsDebits, 0);
        }

        if (amount.IsZero && closing == 0) return (ResultCode.AmountZero, 0);
        if (amount > max) return (ResultCode.AmountTooLarge, 0);
        if (!unlimited && available < amount) return (ResultCode.ExceedsBalance, 0);
        if (bounded && room < amount) return (ResultCode.ExceedsDebits, 0);
        if (!pending)
        {
            Accounts[debitNumber] = debit with { DebitsPosted = debit.DebitsPosted + amount };
            Accounts[creditNumber] = credit with { CreditsPosted = credit.CreditsPosted + amount };
            return (ResultCode.Ok, amount);
        }

        Accounts[debitNumber] = debit with
        {
            DebitsPending = debit.DebitsPending + amount,
            Flags = debit.Flags | (closing.HasFlag(CommandFlags.ClosingDebit) ? AccountFlags.Closed : 0),
        };
        Accounts[creditNumber] = credit with
        {
            CreditsPending = credit.CreditsPending + amount,
            Flags = credit.Flags | (closing.HasFlag(CommandFlags.ClosingCredit) ? AccountFlags.Closed : 0),
        };
        Pendings[Pendings.Count] = new(debitNumber, creditNumber, amount, timeoutSeconds == 0 ? 0 : nowNs + (timeoutSeconds * 1_000_000_000L), closing, "pending");
        return (ResultCode.Ok, Pendings.Count - 1);
    }

    public (ResultCode Code, BigInteger Value) Post(int key, BigInteger? wanted)
    {
        Pending p = Pendings[key];
        if (p.State != "pending") return (Resolved(p), 0);
        Account debit = Accounts[p.Debit], credit = Accounts[p.Credit];
        if (debit.Blocked || credit.Blocked)
            return (((debit.Flags | credit.Flags) & AccountFlags.Closed) != 0 ? ResultCode.AccountClosed : ResultCode.AccountFrozen, 0);
        BigInteger amount = wanted ?? p.Amount;
        if (amount > p.Amount) return (ResultCode.ExceedsPendingAmount, 0);
        if (amount.IsZero && !p.Amount.IsZero) return (ResultCode.AmountZero, 0);
        Resolve(key, "posted", amount);
        return (ResultCode.Ok, amount);
    }

    public (ResultCode Code, BigInteger Value) Void(int key)
    {
        Pending p = Pendings[key];
        if (p.State != "pending") return (Resolved(p), 0);
        Resolve(key, "voided", 0);
        return (ResultCode.Ok, p.Amount);
    }

    private static ResultCode Resolved(Pending p) => p.State switch
    {
        "posted" => ResultCode.PendingAlreadyPosted,
        "voided" => ResultCode.PendingAlreadyVoided,
        _ => ResultCode.PendingExpired,
    };

    private void Resolve(int key, string state, BigInteger posted)
    {
        Pending p = Pendings[key];
        Pendings[key] = p with { State = state };
        Account debit = Accounts[p.Debit];
        AccountFlags opened = state != "posted" && p.Closing.HasFlag(CommandFlags.ClosingDebit) ? AccountFlags.Closed : 0;
        Accounts[p.Debit] = debit with { DebitsPending = debit.DebitsPending - p.Amount, DebitsPosted = debit.DebitsPosted + posted, Flags = debit.Flags & ~opened };
        Account credit = Accounts[p.Credit];
        opened = state != "posted" && p.Closing.HasFlag(CommandFlags.ClosingCredit) ? AccountFlags.Closed : 0;
        Accounts[p.Credit] = credit with { CreditsPending = credit.CreditsPending - p.Amount, CreditsPosted = credit.CreditsPosted + posted, Flags = credit.Flags & ~opened };
    }
}
