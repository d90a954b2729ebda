// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Cryptography;
using FastLedger.Domain.Tests.Agreements;
using FastLedger.Domain.Transfers;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Transfers;

/// <summary>Every combination of conditions, actor, moment and action on a pending transfer: against the table of the protocol.</summary>
public sealed class ConditionModelTests
{
    private const int Issuer = 0, Payer = 1, Payee = 2, Releaser = 3, Voider = 4, Stranger = 5, Oracle = 6;
    private const long S = TestLedger.SecondNs;

    private enum Lock
    {
        None,
        Opened,
        Wrong,
    }

    private enum Waits
    {
        No,
        Open,
        Same,
        Other,
    }

    [Fact]
    public void A_conditional_transfer_resolves_exactly_as_its_conditions_say()
    {
        using var ledger = new AgreementLedger(7);
        uint asset = ledger.Asset(Issuer);
        ulong issuer = ledger.Account(Issuer, asset, flags: AccountFlags.Unlimited), debit = ledger.Account(Payer, asset), credit = ledger.Account(Payee, asset);
        ledger.Pay(Issuer, issuer, debit, 1_000_000);
        uint open = Outcome(ledger), final = Outcome(ledger);
        ledger.Ok(Oracle, new OutcomeCommand { Outcome = final, Value = 1 });
        Hash256 secret = TestLedger.Key(50);
        int cases = 0;
        foreach (Lock hashLock in Enum.GetValues<Lock>())
            foreach (Waits waits in Enum.GetValues<Waits>())
                foreach (bool early in new[] { false, true })
                    foreach (bool late in new[] { false, true })
                        foreach (int release in new[] { 0, Releaser })
                            foreach (int cancel in new[] { 0, Voider, -1 })
                                for (int actor = Payer; actor <= Stranger; actor++)
                                    foreach (bool post in new[] { true, false })
                                    {
                                        if (early && late) continue;
                                        cases++;
                                        long start = ledger.NowNs;
                                        long before = ledger.Balance(credit);
                                        ulong id = (ulong)ledger.Ok(Payer, new ReserveCommand
                                        {
                                            DebitAccount = debit,
                                            CreditAccount = credit,
                                            Amount = 10,
                                            HashLock = hashLock == Lock.None ? default : HashLock.Of(secret),
                                            NotBeforeNs = early ? start + (100 * S) : 0,
                                            ExpiresAtNs = late ? start + S : start + (200 * S),
                                            ReleasePolicy = release == 0 ? 0 : ledger.Policy(release),
                                            VoidPolicy = cancel == 0 ? 0 : cancel < 0 ? ReserveCommand.Nobody : ledger.Policy(cancel),
                                            Outcome = waits == Waits.No ? 0 : waits == Waits.Open ? open : final,
                                            OutcomeValue = waits == Waits.Other ? 2u : waits == Waits.No ? 0u : 1,
                                        });
                                        if (late) ledger.Base.Wait(2);
                                        ResultCode code = ledger.Code(actor, new TransferCommand
                                        {
                                            Opcode = post ? Opcode.PostPending : Opcode.VoidPending,
                                            PendingId = id,
                                            Amount = post ? UInt128.MaxValue : 0,
                                            Reference = post ? hashLock == Lock.Wrong ? TestLedger.Key(51) : secret : default,
                                        });
                                        ResultCode expected = Expect(hashLock, waits, early, late, release, cancel, actor, post);
                                        Assert.True(expected == code, $"{hashLock} {waits} early {early} late {late} release {release} void {cancel} actor {actor} post {post}: {code}, not {expected}");
                                        Assert.Equal(expected == ResultCode.Ok && post ? 10 : 0, ledger.Balance(credit) - before);
                                        PendingTransferRecord record = ledger.Base.Ledger.PendingTransfers[RecordId.Number(id)];
                                        Assert.Equal(expected == ResultCode.Ok ? post ? PendingState.Posted : PendingState.Voided : late ? PendingState.Expired : PendingState.Pending, record.State);
                                        Assert.Equal(record.State == PendingState.Pending, record.Condition != 0);
                                    }

        Assert.Equal(3 * 4 * 3 * 2 * 3 * 5 * 2, cases);
        ledger.Base.Wait(300);
        ledger.Pass();
        Assert.Equal(0u, ledger.Base.Ledger.Counters.LivePending);
        Assert.Equal(UInt128.Zero, ledger.Base.Record(debit).DebitsPending);
    }

    [Fact]
    public void A_part_can_be_posted_and_the_rest_stays_reserved()
    {
        using var ledger = new AgreementLedger(3);
        uint asset = ledger.Asset(Issuer);
        ulong issuer = ledger.Account(Issuer, asset, flags: AccountFlags.Unlimited), debit = ledger.Account(Payer, asset), credit = ledger.Account(Payee, asset);
        ledger.Pay(Issuer, issuer, debit, 30);
        ulong id = (ulong)ledger.Ok(Payer, new ReserveCommand { DebitAccount = debit, CreditAccount = credit, Amount = 30 });
        var post = new TransferCommand { Opcode = Opcode.PostPending, PendingId = id, Amount = 1, Flags = CommandFlags.KeepRemainder };
        for (int day = 1; day <= 12; day++)
        {
            ledger.Ok(Payee, post);
            Assert.Equal((day, (long)(30 - day)), (ledger.Balance(credit), (long)ledger.Base.Record(debit).DebitsPending));
        }

        Assert.Equal(ResultCode.ExceedsPendingAmount, ledger.Code(Payee, post with { Amount = 19 }));
        Assert.Equal(ResultCode.InvalidFlags, ledger.Code(Payee, new TransferCommand { Opcode = Opcode.VoidPending, PendingId = id, Flags = CommandFlags.KeepRemainder }));
        ledger.Ok(Payee, post with { Amount = 18 });
        Assert.Equal(ResultCode.PendingAlreadyPosted, ledger.Code(Payee, post));
        Assert.Equal((30, 0L), (ledger.Balance(credit), (long)ledger.Base.Record(debit).DebitsPending));
    }

    [Fact]
    public void A_chain_that_fails_takes_its_conditions_back()
    {
        using var ledger = new AgreementLedger(3);
        uint asset = ledger.Asset(Issuer);
        ulong issuer = ledger.Account(Issuer, asset, flags: AccountFlags.Unlimited), debit = ledger.Account(Payer, asset), credit = ledger.Account(Payee, asset);
        ledger.Pay(Issuer, issuer, debit, 30);
        Command reserve = AgreementLedger.Of(new ReserveCommand { DebitAccount = debit, CreditAccount = credit, Amount = 10, VoidPolicy = ReserveCommand.Nobody, ExpiresAtNs = S, Flags = CommandFlags.RelativeTime });
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(ResultCode.ExceedsBalance, ledger.ChainCode(Payer, [], reserve, reserve, reserve, reserve));
            Assert.Equal((0L, 0, long.MaxValue), ((long)ledger.Base.Record(debit).DebitsPending, ledger.Base.Ledger.Expiries.Count, ledger.Base.Ledger.NextDueNs));
            Assert.Equal(ResultCode.Ok, ledger.ChainCode(Payer, [], reserve, reserve));
            ledger.Base.Wait(2);
            ledger.Pass();
        }

        Assert.Equal(3u, ledger.Tables.Conditions.Count);
    }

    /// <summary>The table of the protocol, in its order: found, in time, approved, then each condition.</summary>
    private static ResultCode Expect(Lock hashLock, Waits waits, bool early, bool late, int release, int cancel, int actor, bool post)
    {
        if (late) return ResultCode.PendingExpired;
        bool party = actor is Payer or Payee;
        if (!post)
        {
            bool lost = waits == Waits.Other;
            bool may = cancel == 0 || lost ? party : cancel > 0 && actor == cancel;
            return may ? ResultCode.Ok : ResultCode.Unauthorized;
        }

        if (release == 0 ? !party : actor != release) return ResultCode.Unauthorized;
        if (early) return ResultCode.TooEarly;
        if (waits == Waits.Open) return ResultCode.OutcomeNotFinal;
        if (waits == Waits.Other) return ResultCode.OutcomeDiffers;
        return hashLock == Lock.Wrong ? ResultCode.BadProof : ResultCode.Ok;
    }

    private static uint Outcome(AgreementLedger ledger) =>
        (uint)(ledger.Ok(Issuer, new CreateOutcomeCommand { OraclePolicy = ledger.Policy(Oracle), Values = 2 }) & uint.MaxValue);
}
