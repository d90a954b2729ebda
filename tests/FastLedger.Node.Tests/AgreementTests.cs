// SPDX-License-Identifier: Apache-2.0
using System;
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Domain.Objects;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Proofs;
using FastLedger.Storage;

namespace FastLedger.Node.Tests;

/// <summary>Policies, objects, splits, rounds and outcomes through the wire on a running replica, with the proofs that they give.</summary>
public sealed class AgreementTests
{
    private static readonly Hash256 Document = Blake3.Hash("certificate"u8);

    [Fact]
    public async Task Several_keys_sign_a_chain_or_a_proposal()
    {
        await using var replica = new TestReplica();
        await using LedgerClient alice = await replica.ConnectAsync(1), bob = await replica.ConnectAsync(2), carol = await replica.ConnectAsync(3);
        uint policy = (uint)Ok(await alice.CreatePolicyAsync(
            new CreatePolicyCommand { Threshold = 2, ExternalId = 77 },
            [.. new[] { 1, 2, 3 }.Select(k => new SetPolicyMemberCommand { Key = TestReplica.Key((byte)k).PublicKey, Weight = 1, Roles = PolicyRoles.Role1 })]));
        PolicyInfo info = await bob.FindPolicyAsync((UInt128)77);
        Assert.Equal((policy, 2u, PolicyState.Active, 3), (info.Head.Policy, info.Head.Threshold, info.Head.State, info.Members.Count));
        Assert.Equal(TestReplica.Key(2).PublicKey, info.Members[1].Key);
        Assert.Equal(PolicyState.SingleKey, (await bob.FindPolicyAsync(TestReplica.Key(2).PublicKey)).Head.State);

        (uint asset, ulong issuer) = await AssetAsync(alice);
        ulong joint = await TestReplica.OkAsync(alice, new OpenAccountCommand { Asset = asset, Policy = policy }), sink = await TestReplica.OkAsync(carol, new OpenAccountCommand { Asset = asset });
        await TestReplica.OkAsync(alice, new TransferCommand { DebitAccount = issuer, CreditAccount = joint, Amount = 100 });
        Command pay = LedgerClient.ToCommand(new TransferCommand { DebitAccount = joint, CreditAccount = sink, Amount = 40 });
        Assert.Equal(ResultCode.ThresholdNotMet, (await alice.ExecuteAsync(new TransferCommand { DebitAccount = joint, CreditAccount = sink, Amount = 40 })).Code);
        CommandResult[] results = await alice.ExecuteChainAsync(new[] { pay }, [TestReplica.Key(3)]);
        Assert.All(results, r => Assert.Equal(ResultCode.Ok, r.Code));

        Hash256 digest = LedgerClient.ProposalDigest([pay]);
        ulong proposal = (ulong)Ok(await alice.ProposeAsync(digest));
        Assert.Equal(ResultCode.ThresholdNotMet, (await alice.EnactAsync(proposal, [pay]))[1].Code);
        Assert.Equal((UInt128)2, Ok(await bob.ApproveAsync(proposal, digest)));
        ProposalInfo open = await carol.GetProposalAsync(proposal);
        Assert.Equal((ProposalState.Open, 2), (open.Head.State, open.Approvals.Count));
        Assert.All(await bob.EnactAsync(proposal, [pay]), r => Assert.Equal(ResultCode.Ok, r.Code));
        Assert.Equal(ProposalState.Enacted, (await carol.GetProposalAsync(proposal)).Head.State);
        AccountAnswer account = await carol.GetAccountAsync(sink);
        Assert.Equal((UInt128)80, account.CreditsPosted);
        await TestReplica.OkAsync(carol, new SetSpendingLimitCommand { Account = sink, PeriodSeconds = 60, Limit = 5 });
        Assert.Equal(5u, (uint)(await alice.GetAccountRuleAsync(sink)).Limit);
    }

    [Fact]
    public async Task An_object_its_history_and_their_proofs_survive_a_restart_and_convince_a_third_party()
    {
        await using var replica = new TestReplica(Durability.Fsync);
        uint type;
        ulong certificate;
        ulong oldEvents;
        Hash256 oldRoot;
        await using (LedgerClient school = await replica.ConnectAsync(1))
        {
            type = (uint)Ok(await school.CreateClassAsync(
                new CreateClassCommand { ExternalId = 5, ClassFlags = ClassFlags.UniqueContent | ClassFlags.Revocable | ClassFlags.Transferable }, [(0, 0, TransitionRole.Issuer), (0, 1, TransitionRole.Owner)]));
            certificate = (ulong)Ok(await school.CreateObjectAsync(new CreateObjectCommand { Class = type, Content = Document }));
            for (int i = 0; i < 40; i++) Ok(await school.CreateObjectAsync(new CreateObjectCommand { Class = type, Content = Blake3.Hash([(byte)i]) }));
            EventLogPart log = await school.GetEventsAsync(limit: 1);
            (oldEvents, oldRoot) = (log.Head.Events, log.Head.LogRoot);
            Ok(await school.ChangeObjectAsync(certificate, 15));
        }

        await replica.RestartAsync();
        await using LedgerClient anyone = await replica.ConnectAsync(2);
        ObjectAnswer found = await anyone.FindObjectAsync(type, Document);
        Assert.Equal((certificate, 15u, 2ul), (found.Object, found.State, found.Version));
        Assert.Equal(TransitionRole.Owner, (TransitionRole)((await anyone.FindObjectClassAsync(5)).Table0.Bytes[0] >> 4));

        StateProofInfo proof = await anyone.GetStateProofAsync(ObjectView.Table, (uint)certificate);
        ObjectHistory history = await anyone.GetObjectHistoryAsync(certificate);
        CheckObject(proof, history, found);

        StateProofInfo logProof = await anyone.GetStateProofAsync(EventLogView.Table, 1);
        Assert.True(StateProof.Verify(logProof.Proof, logProof.Head.StateRoot, out _, out _, out ReadOnlySpan<byte> logRecord));
        Hash256 logRoot = new EventLogView(logRecord).Root;
        ulong events = new EventLogView(logRecord).Events;
        EventProofInfo eventProof = await anyone.GetEventProofAsync(history.Head.FirstEvent, oldEvents);
        Assert.True(EventProof.Verify(eventProof.Proof, logRoot, events, oldRoot, oldEvents, out ulong proved, out LedgerEvent entry));
        Assert.Equal((history.Head.FirstEvent, LedgerEventKind.ObjectChanged, certificate), (proved, entry.Kind, entry.Subject));
        EventLogPart part = await anyone.GetEventsAsync(oldEvents);
        Assert.Equal((2, events), (part.Events.Count, part.Head.Events));
    }

    [Fact]
    public async Task Money_is_reserved_split_distributed_and_bet()
    {
        await using var replica = new TestReplica();
        await using LedgerClient alice = await replica.ConnectAsync(1), bob = await replica.ConnectAsync(2);
        (uint asset, ulong issuer) = await AssetAsync(alice);
        ulong a = await TestReplica.OkAsync(alice, new OpenAccountCommand { Asset = asset }), b = await TestReplica.OkAsync(bob, new OpenAccountCommand { Asset = asset });
        await TestReplica.OkAsync(alice, new TransferCommand { DebitAccount = issuer, CreditAccount = a, Amount = 1000 });

        Hash256 secret = Blake3.Hash("secret"u8);
        ulong pending = (ulong)Ok(await alice.ReserveAsync(new ReserveCommand { DebitAccount = a, CreditAccount = b, Amount = 100, HashLock = HashLock.Of(secret), VoidPolicy = ReserveCommand.Nobody, ExpiresAtNs = 3_600_000_000_000, Flags = CommandFlags.RelativeTime }));
        Assert.Equal(HashLock.Of(secret), (await bob.GetPendingTransferAsync(pending)).HashLock);
        Assert.Equal(ResultCode.BadProof, (await bob.PostPendingAsync(pending)).Code);
        Ok(await bob.PostPendingAsync(pending, reference: secret));

        uint split = (uint)Ok(await alice.CreateSplitAsync(new CreateSplitCommand { Asset = asset, ExternalId = 9 }, [(b, 950_000), (issuer, 50_000)]));
        Ok(await alice.PaySplitAsync(a, split, 99));
        Assert.Equal((split, 2), ((await bob.FindSplitAsync(9)).Head.Split, (await bob.GetSplitAsync(split)).Shares.Count));

        uint distribution = (uint)Ok(await alice.DistributeAsync(issuer, asset, 200, externalId: 1));
        DistributionAnswer done;
        do done = await bob.GetDistributionAsync(distribution);
        while (done.State is not DistributionState.Done);
        Assert.Equal(((UInt128)200, 2ul), (done.Paid, done.Holders));

        SessionAnswer me = await alice.GetSessionAsync(alice.Session);
        UInt128 made = Ok(await alice.CreateOutcomeAsync(new CreateOutcomeCommand { OraclePolicy = me.Policy, Values = 2, CollateralAsset = asset }));
        (uint outcome, uint first) = ((uint)(made & uint.MaxValue), (uint)(made >> 64));
        ulong yes = await TestReplica.OkAsync(alice, new OpenAccountCommand { Asset = first }), no = await TestReplica.OkAsync(alice, new OpenAccountCommand { Asset = first + 1 });
        Ok(await alice.ExecuteAsync(LedgerClient.CompleteSet(Opcode.MintSet, outcome, 50, a, [yes, no])));
        Assert.Equal((UInt128)50, (await bob.FindOutcomeAsync(first + 1)).Sets);
        Assert.Equal((UInt128)(byte)OutcomeState.Final, Ok(await alice.ReportOutcomeAsync(outcome, 1)));
        Assert.Equal(ResultCode.ValueLost, (await alice.RedeemAsync(outcome, no, 50, a)).Code);
        Ok(await alice.RedeemAsync(outcome, yes, 50, a));
        Assert.Equal(UInt128.Zero, (await bob.GetOutcomeAsync(outcome)).Sets);
    }

    [Fact]
    public async Task A_sealed_round_goes_through_its_phases()
    {
        await using var replica = new TestReplica();
        await using LedgerClient alice = await replica.ConnectAsync(1), bob = await replica.ConnectAsync(2);
        uint bidder = (await bob.GetSessionAsync(bob.Session)).Policy;
        uint round = (uint)Ok(await alice.CreateRoundAsync(new CreateRoundCommand { Kind = RoundKind.Max, ClosesAtNs = 1_500_000_000, RevealEndsNs = 3_600_000_000_000, Flags = CommandFlags.RelativeTime }));
        Hash256 salt = Blake3.Hash("salt"u8);
        Ok(await bob.CommitAsync(round, bidder, 42, salt));
        Assert.Equal(ResultCode.TooEarly, (await bob.RevealAsync(round, bidder, 42, salt)).Code);
        Assert.Equal((RoundState.Open, 1u), ((await alice.GetRoundAsync(round)).State, (await alice.GetRoundAsync(round)).Commitments));
        CommandResult revealed;
        do revealed = await bob.RevealAsync(round, bidder, 42, salt);
        while (revealed.Code == ResultCode.TooEarly);
        Ok(revealed);
        RoundAnswer answer = await alice.GetRoundAsync(round);
        Assert.Equal((RoundState.Reveal, (UInt128)42, 1u, 0u), (answer.State, answer.BestValue, answer.Revealed, answer.Winner));
        Assert.Equal((BidState.Revealed, (UInt128)42), ((await alice.GetBidAsync(round, bidder)).State, (await alice.GetBidAsync((ulong)revealed.Value)).Value));
    }

    [Fact]
    public async Task What_is_not_there_is_named_so()
    {
        await using var replica = new TestReplica();
        await using LedgerClient client = await replica.ConnectAsync();
        (Func<Task> Ask, ResultCode Code)[] asked =
        [
            (async () => await client.GetPolicyAsync(999), ResultCode.UnknownPolicy),
            (async () => await client.GetProposalAsync(999), ResultCode.UnknownProposal),
            (async () => await client.GetAccountRuleAsync(999), ResultCode.UnknownAccount),
            (async () => await client.GetPendingTransferAsync(999), ResultCode.PendingNotFound),
            (async () => await client.GetObjectClassAsync(999), ResultCode.UnknownClass),
            (async () => await client.GetObjectAsync(999), ResultCode.UnknownObject),
            (async () => await client.GetObjectHistoryAsync(999), ResultCode.UnknownObject),
            (async () => await client.GetEventsAsync(1, 1001), ResultCode.QueryTooLarge),
            (async () => await client.GetSplitAsync(999), ResultCode.UnknownSplit),
            (async () => await client.GetDistributionAsync(999), ResultCode.UnknownDistribution),
            (async () => await client.GetRoundAsync(999), ResultCode.UnknownRound),
            (async () => await client.GetBidAsync(1, 1), ResultCode.UnknownBid),
            (async () => await client.GetOutcomeAsync(999), ResultCode.UnknownOutcome),
            (async () => await client.GetStateProofAsync(46, 0), ResultCode.NotFound),
            (async () => await client.GetStateProofAsync(99, 1), ResultCode.NotFound),
            (async () => await client.GetEventProofAsync(99), ResultCode.NotFound),
        ];
        foreach ((Func<Task> ask, ResultCode code) in asked) Assert.Equal(code, (await Assert.ThrowsAsync<LedgerRejectedException>(ask)).Code);
        Assert.Equal(256, ObjectView.RecordBytes);
        Assert.Equal(ObjectView.RecordBytes, System.Runtime.CompilerServices.Unsafe.SizeOf<ObjectRecord>());
    }

    private static void CheckObject(StateProofInfo proof, ObjectHistory history, in ObjectAnswer expected)
    {
        Assert.True(StateProof.Verify(proof.Proof, proof.Head.StateRoot, out uint table, out ulong number, out ReadOnlySpan<byte> record));
        var view = new ObjectView(record);
        Assert.Equal((ObjectView.Table, expected.Object, expected.State, expected.Class), (table, number, view.State, view.Class));
        Assert.Equal((Document, expected.History, expected.Owner), (view.Content, view.History, view.Owner));
        Assert.True(view.IsHistory([.. history.Events.Reverse()]));
        Assert.False(view.IsHistory([.. history.Events]));
        Assert.False(view.IsHistory([history.Events[1]]));
    }

    private static async Task<(uint Asset, ulong Issuer)> AssetAsync(LedgerClient client)
    {
        uint asset = (uint)await TestReplica.OkAsync(client, new CreateAssetCommand { Scale = 2 });
        return (asset, await TestReplica.OkAsync(client, new OpenAccountCommand { Asset = asset, AccountFlags = AccountFlags.Unlimited }));
    }

    private static UInt128 Ok(CommandResult result)
    {
        Assert.Equal(ResultCode.Ok, result.Code);
        return result.Value;
    }
}
