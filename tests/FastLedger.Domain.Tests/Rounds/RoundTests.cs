// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using FastLedger.Cryptography;
using FastLedger.Domain.Rounds;
using FastLedger.Domain.Tests.Agreements;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Rounds;

public sealed class RoundTests
{
    private const int Agency = 0;

    [Fact]
    public void A_tender_goes_to_the_lowest_bid_and_silence_costs_the_deposit()
    {
        using var ledger = new AgreementLedger(6);
        (uint round, ulong[] accounts, ulong purse) = Open(ledger, RoundKind.Min, deposit: 10_000);
        Assert.Equal(ResultCode.TooEarly, ledger.Code(1, Commit(ledger, round, 1, 1, accounts[1])));
        ledger.Ok(Agency, new AmendRoundCommand { Round = round, Rules = TestLedger.Key(3) });
        ledger.Base.Wait(10);
        Assert.Equal(ResultCode.BadState, ledger.Code(Agency, new AmendRoundCommand { Round = round, Rules = TestLedger.Key(4) }));
        int[] bids = [0, 980_000, 1_020_000, 955_000, 970_000];
        for (int i = 1; i < bids.Length; i++) ledger.Ok(i, Commit(ledger, round, i, (UInt128)bids[i], accounts[i]));
        Assert.Equal(ResultCode.AlreadyCommitted, ledger.Code(1, Commit(ledger, round, 1, 1, accounts[1])));
        Assert.Equal(ResultCode.TooEarly, ledger.Code(3, Reveal(round, 955_000)));

        // A copied commitment binds its maker's policy, not the copier's.
        Hash256 copied = ledger.Tables.Rounds.Bids[3].Commitment;
        ledger.Ok(5, new CommitCommand { Round = round, DepositAccount = accounts[5], Commitment = copied });
        Assert.Equal(ResultCode.Unauthorized, ledger.Code(1, new TransferCommand { Opcode = Opcode.VoidPending, PendingId = ledger.Tables.Rounds.Bids[1].PendingId }));
        ledger.Base.Wait(90);
        Assert.Equal(ResultCode.RoundClosed, ledger.Code(Agency, Commit(ledger, round, Agency, 1, purse)));
        Assert.Equal(ResultCode.CommitMismatch, ledger.Code(5, Reveal(round, 955_000)));
        Assert.Equal(ResultCode.CommitMismatch, ledger.Code(3, Reveal(round, 940_000)));
        Assert.Equal(ResultCode.UnknownBid, ledger.Code(Agency, Reveal(round, 1)));
        for (int i = 1; i < 4; i++) ledger.Ok(i, Reveal(round, (UInt128)bids[i]));
        Assert.Equal(ResultCode.AlreadyRevealed, ledger.Code(1, Reveal(round, 980_000)));
        ledger.Base.Wait(100);
        Assert.Equal(ResultCode.RoundClosed, ledger.Code(4, Reveal(round, 970_000)));
        ledger.Pass(2);

        RoundRecord record = ledger.Tables.Rounds.Rounds[round];
        Assert.Equal((RoundState.Final, ledger.Policy(3), (UInt128)955_000), (record.Stored, ledger.Tables.Rounds.Bids[record.BestBid].Bidder, record.Price));
        Assert.Equal([10_000, 10_000, 10_000, 0, 0], Enumerable.Range(1, 5).Select(i => ledger.Balance(accounts[i])));
        Assert.Equal(20_000, ledger.Balance(purse));
        Assert.Equal((5u, 3u, 2u), (record.Commitments, record.Revealed, record.Forfeited));
        Assert.Equal(long.MaxValue, ledger.Base.Ledger.NextDueNs);
    }

    [Fact]
    public void Every_action_in_every_phase_answers_as_the_table_of_phases_says()
    {
        // Block times: the action runs one nanosecond after the wait, so a phase is tried at its first and in its last moment.
        (long At, RoundState Phase)[] times =
        [
            (5 * S, RoundState.Announced), (10 * S - 1, RoundState.Announced), (10 * S, RoundState.Open), (100 * S - 1, RoundState.Open),
            (100 * S, RoundState.Reveal), (200 * S - 1, RoundState.Reveal), (200 * S, RoundState.Final), (999 * S, RoundState.Final),
        ];
        foreach ((long at, RoundState phase) in times)
            foreach (string action in new[] { "amend", "commit", "commit again", "reveal", "reveal again", "reveal other", "reveal of stranger" })
                foreach (RoundKind kind in Enum.GetValues<RoundKind>())
                {
                    using var ledger = new AgreementLedger(3);
                    long start = ledger.NowNs;
                    uint round = (uint)ledger.Ok(Agency, new CreateRoundCommand
                    {
                        Kind = kind,
                        Choices = (byte)(kind == RoundKind.Tally ? 3 : 0),
                        OpensAtNs = start + (10 * S),
                        ClosesAtNs = start + (100 * S),
                        RevealEndsNs = start + (200 * S),
                    });
                    bool committed = action is "commit again" or "reveal" or "reveal again" or "reveal other" && at >= 10 * S;
                    if (committed && at > 10 * S)
                    {
                        Until(ledger, start + (10 * S));
                        ledger.Ok(1, Commit(ledger, round, 1, 2, 0));
                    }

                    bool revealed = action == "reveal again" && at > 100 * S;
                    if (revealed)
                    {
                        Until(ledger, start + (100 * S));
                        ledger.Ok(1, Reveal(round, 2));
                    }

                    committed = committed && at > 10 * S;
                    Until(ledger, start + at);
                    ResultCode code = action switch
                    {
                        "amend" => ledger.Code(Agency, new AmendRoundCommand { Round = round, Rules = TestLedger.Key(1) }),
                        "commit" or "commit again" => ledger.Code(1, Commit(ledger, round, 1, 2, 0)),
                        "reveal of stranger" => ledger.Code(2, Reveal(round, 2)),
                        "reveal other" => ledger.Code(1, Reveal(round, 1)),
                        _ => ledger.Code(1, Reveal(round, 2)),
                    };
                    Assert.True(code == Expect(action, phase, committed, revealed), $"{action} in {phase} at {at} ({kind}): {code}");
                }
    }

    [Theory]
    [InlineData(RoundKind.Min)]
    [InlineData(RoundKind.Max)]
    [InlineData(RoundKind.SecondPrice)]
    [InlineData(RoundKind.Tally)]
    public void Random_rounds_end_as_a_list_sorted_by_hand_does(RoundKind kind)
    {
        var random = new Random(5);
        for (int trial = 0; trial < 60; trial++)
        {
            using var ledger = new AgreementLedger(9, TestLedger.Small with { PaymentWorkPerBlock = trial % 2 == 0 ? 2u : 1u << 16 });
            uint reserve = kind != RoundKind.Tally && random.Next(2) == 0 ? 5u : 0;
            (uint round, ulong[] accounts, ulong purse) = Open(ledger, kind, deposit: 1, reserve);
            ledger.Base.Wait(10);
            int bidders = random.Next(1, 9);
            UInt128[] values = [.. Enumerable.Range(0, bidders).Select(_ => (UInt128)(uint)random.Next(1, kind == RoundKind.Tally ? 4 : 10))];
            for (int i = 0; i < bidders; i++) ledger.Ok(i, Commit(ledger, round, i, values[i], accounts[i]));
            ledger.Base.Wait(90);
            int[] revealing = [.. Enumerable.Range(0, bidders).Where(_ => random.Next(4) != 0).OrderBy(_ => random.Next())];
            foreach (int i in revealing) ledger.Ok(i, Reveal(round, values[i]));
            ledger.Base.Wait(100);
            ledger.Pass();
            while (ledger.Base.Ledger.NextDueNs == 0) ledger.Pass();

            RoundRecord record = ledger.Tables.Rounds.Rounds[round];
            Assert.Equal((RoundState.Final, (uint)bidders, (uint)revealing.Length, (uint)(bidders - revealing.Length)), (record.Stored, record.Commitments, record.Revealed, record.Forfeited));
            bool tally = kind == RoundKind.Tally;
            Assert.Equal(tally ? bidders : bidders - revealing.Length, ledger.Balance(purse));
            if (tally)
            {
                for (int choice = 0; choice < 4; choice++) Assert.Equal((ulong)revealing.Count(i => values[i] == (UInt128)(uint)choice), record.Counts[choice]);
                continue;
            }

            (int Who, UInt128 Value)[] ranking = [.. revealing.Select(i => (i, values[i])).Where(b => reserve == 0 || (kind == RoundKind.Min ? b.Item2 <= reserve : b.Item2 >= reserve))];
            ranking = kind == RoundKind.Min ? [.. ranking.OrderBy(b => b.Value).ThenBy(b => b.Who)] : [.. ranking.OrderByDescending(b => b.Value).ThenBy(b => b.Who)];
            Assert.Equal(ranking.Length == 0 ? 0 : ledger.Policy(ranking[0].Who), record.BestBid == 0 ? 0 : ledger.Tables.Rounds.Bids[record.BestBid].Bidder);
            if (ranking.Length == 0) continue;
            UInt128 price = kind != RoundKind.SecondPrice ? ranking[0].Value : ranking.Length > 1 ? ranking[1].Value : reserve != 0 ? reserve : ranking[0].Value;
            Assert.Equal(price, record.Price);
        }
    }

    [Fact]
    public void A_ballot_is_spent_once_and_only_by_who_holds_one()
    {
        using var ledger = new AgreementLedger(4);
        uint ballots = ledger.Asset(Agency, AssetOptions.ClosedLoop);
        ulong roll = ledger.Account(Agency, ballots, flags: AccountFlags.Unlimited), urn = ledger.Account(Agency, ballots);
        ledger.Ok(Agency, new SetAccountGroupsCommand { Account = urn, Groups = 1 });
        ulong voter = ledger.Account(1, ballots), other = ledger.Account(2, ballots);
        ledger.Pay(Agency, roll, voter, 1);
        uint first = Vote(ledger, urn), second = Vote(ledger, urn);
        Assert.Equal(ResultCode.Forbidden, ledger.Pay(1, voter, other, 1).Code);
        Assert.Equal(ResultCode.ExceedsBalance, ledger.Code(2, Commit(ledger, first, 2, 0, other)));
        ledger.Ok(1, Commit(ledger, first, 1, 2, voter));
        Assert.Equal(ResultCode.ExceedsBalance, ledger.Code(1, Commit(ledger, second, 1, 2, voter)));
        ledger.Base.Wait(11);
        ledger.Ok(1, Reveal(first, 2));
        Assert.Equal((1ul, 1, 0), (ledger.Tables.Rounds.Rounds[first].Counts[2], ledger.Balance(urn), ledger.Balance(voter)));
    }

    private const long S = TestLedger.SecondNs;

    private static ResultCode Expect(string action, RoundState phase, bool committed, bool revealed) => action switch
    {
        "amend" => phase == RoundState.Announced ? ResultCode.Ok : ResultCode.BadState,
        "commit" or "commit again" => phase switch
        {
            RoundState.Announced => ResultCode.TooEarly,
            RoundState.Open => committed ? ResultCode.AlreadyCommitted : ResultCode.Ok,
            _ => ResultCode.RoundClosed,
        },
        _ => phase switch
        {
            RoundState.Announced or RoundState.Open => ResultCode.TooEarly,
            RoundState.Reveal => !committed ? ResultCode.UnknownBid : revealed ? ResultCode.AlreadyRevealed : action == "reveal other" ? ResultCode.CommitMismatch : ResultCode.Ok,
            _ => ResultCode.RoundClosed,
        },
    };

    private static void Until(AgreementLedger ledger, long timeNs) => ledger.Base.WaitNs(timeNs - 1 - ledger.NowNs);

    private static uint Vote(AgreementLedger ledger, ulong urn) => (uint)ledger.Ok(Agency, new CreateRoundCommand
    {
        Kind = RoundKind.Tally,
        Choices = 3,
        Deposit = 1,
        DepositAccount = urn,
        ClosesAtNs = 10 * S,
        RevealEndsNs = 20 * S,
        Flags = CommandFlags.RelativeTime,
    });

    private static (uint Round, ulong[] Accounts, ulong Purse) Open(AgreementLedger ledger, RoundKind kind, ulong deposit, uint reserve = 0)
    {
        uint asset = ledger.Asset(Agency);
        ulong issuer = ledger.Account(Agency, asset, flags: AccountFlags.Unlimited), purse = ledger.Account(Agency, asset);
        var accounts = new List<ulong>();
        for (int i = 0; i < ledger.Base.Ledger.Sessions.Count - 1; i++)
        {
            accounts.Add(ledger.Account(i, asset));
            ledger.Pay(Agency, issuer, accounts[i], deposit);
        }

        return ((uint)ledger.Ok(Agency, new CreateRoundCommand
        {
            Kind = kind,
            Choices = (byte)(kind == RoundKind.Tally ? 4 : 0),
            Deposit = deposit,
            DepositAccount = purse,
            OpensAtNs = 10 * S,
            ClosesAtNs = 100 * S,
            RevealEndsNs = 200 * S,
            ReservePrice = reserve,
            Flags = CommandFlags.RelativeTime,
        }), [.. accounts], purse);
    }

    private static CommitCommand Commit(AgreementLedger ledger, uint round, int bidder, UInt128 value, ulong account) => new()
    {
        Round = round,
        DepositAccount = account,
        Commitment = SealedCommitment.Of(ledger.Base.Ledger.ChainId, round, ledger.Policy(bidder), value, TestLedger.Key(7)),
    };

    private static RevealCommand Reveal(uint round, UInt128 value) => new() { Round = round, Value = value, Salt = TestLedger.Key(7) };
}
