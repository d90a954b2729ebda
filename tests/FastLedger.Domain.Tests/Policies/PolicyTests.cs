// SPDX-License-Identifier: Apache-2.0
using System;
using System.Linq;
using FastLedger.Cryptography;
using FastLedger.Domain.Tests.Agreements;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Policies;

public sealed class PolicyTests : IDisposable
{
    private readonly AgreementLedger _ledger = new(5);
    private readonly uint _asset;
    private readonly ulong _issuer;

    public PolicyTests()
    {
        _asset = _ledger.Asset(0);
        _issuer = _ledger.Account(0, _asset, flags: AccountFlags.Unlimited);
    }

    [Fact]
    public void Two_of_three_sign_inside_one_chain()
    {
        (ulong account, ulong sink) = Joint(2, 1, 2, 3);
        Assert.Equal(ResultCode.ThresholdNotMet, _ledger.Pay(1, account, sink, 5).Code);
        Assert.Equal(ResultCode.Unauthorized, _ledger.Pay(4, account, sink, 5).Code);
        Assert.Equal(ResultCode.Ok, _ledger.ChainCode(1, [2], AgreementLedger.Transfer(account, sink, 5)));
        Assert.Equal(ResultCode.Ok, _ledger.ChainCode(4, [2, 3], AgreementLedger.Transfer(account, sink, 5)));
        Assert.Equal(ResultCode.ThresholdNotMet, _ledger.ChainCode(4, [3], AgreementLedger.Transfer(account, sink, 5)));
        Assert.Equal(10, _ledger.Balance(sink));
    }

    [Fact]
    public void An_endorsement_is_good_for_one_chain_of_one_session()
    {
        (ulong account, ulong sink) = Joint(2, 1, 2, 3);
        Command[] chain = _ledger.Link(1, AgreementLedger.Of(new EndorseCommand { Key = _ledger.Key(2) }), AgreementLedger.Transfer(account, sink, 5));
        _ledger.Sign(1, [2], chain);

        Command[] copy = [.. chain];
        copy[1] = AgreementLedger.Transfer(account, sink, 6);
        copy[1].Number = chain[1].Number;
        Assert.Equal(ResultCode.BadSignature, AgreementLedger.Verdict(_ledger.Base.Execute(AgreementLedger.Session(3), copy)));
        Assert.Equal(ResultCode.BadSignature, AgreementLedger.Verdict(_ledger.Base.Execute(AgreementLedger.Session(4), chain)));
        Assert.Equal(ResultCode.Ok, AgreementLedger.Verdict(_ledger.Base.Execute(AgreementLedger.Session(1), chain)));
        Command[] again = [.. chain];
        for (int i = 0; i < again.Length; i++) again[i].Number = _ledger.Base.NextNumber(AgreementLedger.Session(1));
        Assert.Equal(ResultCode.BadSignature, AgreementLedger.Verdict(_ledger.Base.Execute(AgreementLedger.Session(1), again)));
        Assert.Equal(5, _ledger.Balance(sink));
    }

    [Fact]
    public void An_endorsement_expires_and_stands_only_at_the_front()
    {
        (ulong account, ulong sink) = Joint(2, 1, 2, 3);
        Command[] chain = _ledger.Link(1, AgreementLedger.Of(new EndorseCommand { Key = _ledger.Key(2) }), AgreementLedger.Transfer(account, sink, 5));
        _ledger.Sign(1, [2], chain, _ledger.NowNs + 1);
        Assert.Equal(ResultCode.Expired, AgreementLedger.Verdict(_ledger.Base.Execute(AgreementLedger.Session(1), chain)));
        Assert.Equal(ResultCode.MustLeadChain, _ledger.Code(1, new EndorseCommand { Key = _ledger.Key(2) }));
        chain = _ledger.Link(1, new Command { Opcode = Opcode.Noop }, AgreementLedger.Of(new EndorseCommand { Key = _ledger.Key(2) }), AgreementLedger.Transfer(account, sink, 5));
        Assert.Equal(ResultCode.MustLeadChain, AgreementLedger.Verdict(_ledger.Base.Execute(AgreementLedger.Session(1), chain)));
        Assert.Equal(ResultCode.UnknownPolicy, _ledger.ChainCode(1, [], AgreementLedger.Of(new EndorseCommand { Key = TestLedger.Key(77) }), AgreementLedger.Transfer(account, sink, 5)));
    }

    [Fact]
    public void A_proposal_is_carried_out_once_as_it_was_approved_and_in_time()
    {
        (ulong account, ulong sink) = Joint(2, 1, 2, 3);
        Command transfer = AgreementLedger.Transfer(account, sink, 5), other = AgreementLedger.Transfer(account, sink, 6);
        Hash256 digest = ChainDigest.Proposed([transfer]);
        ulong id = (ulong)_ledger.Ok(1, new ProposalCommand { Digest = digest, ExpiresAtNs = 10 * TestLedger.SecondNs, Flags = CommandFlags.RelativeTime });
        Assert.Equal(ResultCode.ThresholdNotMet, _ledger.ChainCode(1, [], Enact(id), transfer));
        Assert.Equal(ResultCode.ProposalMismatch, _ledger.Code(2, new ProposalCommand { Opcode = Opcode.Approve, Proposal = id, Digest = TestLedger.Key(9) }));
        Assert.Equal((UInt128)2, _ledger.Ok(2, new ProposalCommand { Opcode = Opcode.Approve, Proposal = id, Digest = digest }));
        Assert.Equal(ResultCode.AlreadyInState, _ledger.Code(2, new ProposalCommand { Opcode = Opcode.Approve, Proposal = id, Digest = digest }));
        Assert.Equal(ResultCode.ProposalMismatch, _ledger.ChainCode(1, [], Enact(id), other));
        Assert.Equal(ResultCode.Unauthorized, _ledger.ChainCode(4, [], Enact(id), transfer));
        Assert.Equal((UInt128)1, _ledger.Ok(2, new ProposalCommand { Opcode = Opcode.WithdrawApproval, Proposal = id }));
        Assert.Equal(ResultCode.ThresholdNotMet, _ledger.ChainCode(1, [], Enact(id), transfer));
        _ledger.Ok(3, new ProposalCommand { Opcode = Opcode.Approve, Proposal = id, Digest = digest });
        Assert.Equal(ResultCode.Ok, _ledger.ChainCode(3, [], Enact(id), transfer));
        Assert.Equal(ResultCode.ProposalClosed, _ledger.ChainCode(3, [], Enact(id), transfer));

        ulong late = (ulong)_ledger.Ok(1, new ProposalCommand { Digest = digest, ExpiresAtNs = TestLedger.SecondNs, Flags = CommandFlags.RelativeTime });
        _ledger.Base.Wait(2);
        Assert.Equal(ResultCode.ProposalClosed, _ledger.Code(2, new ProposalCommand { Opcode = Opcode.Approve, Proposal = late, Digest = digest }));
        Assert.Equal(5, _ledger.Balance(sink));
    }

    [Fact]
    public void Administration_has_a_maker_and_a_checker()
    {
        uint admin = _ledger.KeyPolicy(2, (1, 1), (2, 1));
        uint asset = (uint)_ledger.Ok(4, new CreateAssetCommand { Policy = admin });
        Assert.Equal(ResultCode.ThresholdNotMet, _ledger.Code(1, new OpenAccountCommand { Asset = asset, AccountFlags = AccountFlags.Unlimited }));
        Assert.Equal(ResultCode.Ok, _ledger.ChainCode(1, [2], AgreementLedger.Of(new OpenAccountCommand { Asset = asset, AccountFlags = AccountFlags.Unlimited })));
        ulong account = _ledger.Account(3, asset);
        var freeze = new ChangeAccountCommand { Opcode = Opcode.FreezeAccount, Account = account };
        Assert.Equal(ResultCode.ThresholdNotMet, _ledger.Code(2, freeze));
        Assert.Equal(ResultCode.Unauthorized, _ledger.Code(3, freeze));
        Command made = AgreementLedger.Of(freeze);
        ulong id = (ulong)_ledger.Ok(1, new ProposalCommand { Digest = ChainDigest.Proposed([made]) });
        _ledger.Ok(2, new ProposalCommand { Opcode = Opcode.Approve, Proposal = id, Digest = ChainDigest.Proposed([made]) });
        Assert.Equal(ResultCode.Ok, _ledger.ChainCode(2, [], Enact(id), made));
        Assert.True(_ledger.Base.Record(account).IsBlocked);
    }

    [Fact]
    public void A_policy_is_in_force_between_its_times_and_never_becomes_unsatisfiable()
    {
        CommandResult[] made = _ledger.Chain(
            0,
            [],
            AgreementLedger.Of(new CreatePolicyCommand { Threshold = 2, NotBeforeNs = 10 * TestLedger.SecondNs, ExpiresAtNs = 20 * TestLedger.SecondNs, Flags = CommandFlags.RelativeTime }),
            AgreementLedger.Of(new SetPolicyMemberCommand { Key = _ledger.Key(1), Weight = 2 }),
            AgreementLedger.Of(new ActivatePolicyCommand()));
        Assert.Equal(ResultCode.Ok, AgreementLedger.Verdict(made));
        uint policy = (uint)made[0].Value;
        ulong account = _ledger.Account(0, _asset, policy);
        _ledger.Pay(0, _issuer, account, 100);
        Assert.Equal(ResultCode.PolicyNotInForce, _ledger.Pay(1, account, _issuer, 1).Code);
        _ledger.Base.Wait(11);
        Assert.Equal(ResultCode.Ok, _ledger.Pay(1, account, _issuer, 1).Code);
        Assert.Equal(ResultCode.InvalidPolicy, _ledger.Code(1, new SetPolicyMemberCommand { Policy = policy, Key = _ledger.Key(1), Weight = 1 }));
        Assert.Equal(ResultCode.InvalidPolicy, _ledger.Code(1, new SetPolicyMemberCommand { Policy = policy, Key = _ledger.Key(1) }));
        Assert.Equal(ResultCode.Unauthorized, _ledger.Code(0, new SetPolicyMemberCommand { Policy = policy, Key = _ledger.Key(2), Weight = 1 }));
        Assert.Equal((UInt128)2, _ledger.Ok(1, new SetPolicyMemberCommand { Policy = policy, Key = _ledger.Key(2), Weight = 1 }));
        Assert.Equal(ResultCode.InvalidPolicy, _ledger.Code(1, new ActivatePolicyCommand { Policy = policy, Threshold = 4 }));
        _ledger.Ok(1, new ActivatePolicyCommand { Policy = policy, Threshold = 3 });
        Assert.Equal(ResultCode.ThresholdNotMet, _ledger.Pay(1, account, _issuer, 1).Code);
        _ledger.Base.Wait(10);
        Assert.Equal(ResultCode.PolicyNotInForce, _ledger.ChainCode(1, [2], AgreementLedger.Transfer(account, _issuer, 1)));
    }

    [Fact]
    public void A_draft_authorises_nothing_and_only_its_creator_completes_it()
    {
        uint policy = (uint)_ledger.Ok(1, new CreatePolicyCommand { Threshold = 1 });
        Assert.Equal(ResultCode.Unauthorized, _ledger.Code(2, new SetPolicyMemberCommand { Policy = policy, Key = _ledger.Key(2), Weight = 1 }));
        _ledger.Ok(1, new SetPolicyMemberCommand { Policy = policy, Key = _ledger.Key(2), Weight = 1 });
        ulong account = _ledger.Account(0, _asset, policy);
        Assert.Equal(ResultCode.PolicyNotInForce, _ledger.Pay(2, account, _issuer, 1).Code);
        _ledger.Ok(1, new ActivatePolicyCommand { Policy = policy });
        Assert.Equal(ResultCode.Unauthorized, _ledger.Code(1, new SetPolicyMemberCommand { Policy = policy, Key = _ledger.Key(1), Weight = 1 }));
        Assert.Equal(ResultCode.UnknownPolicy, _ledger.Code(1, new SetPolicyMemberCommand { Key = _ledger.Key(1), Weight = 1 }));
    }

    [Fact]
    public void An_account_moves_to_another_policy_and_the_old_key_is_out()
    {
        ulong account = _ledger.Account(1, _asset);
        _ledger.Pay(0, _issuer, account, 50);
        Assert.Equal(ResultCode.Unauthorized, _ledger.Code(0, Assign(account, _ledger.Key(2))));
        _ledger.Ok(1, Assign(account, _ledger.Key(2)));
        Assert.Equal(ResultCode.Unauthorized, _ledger.Pay(1, account, _issuer, 1).Code);
        Assert.Equal(ResultCode.Ok, _ledger.Pay(2, account, _issuer, 1).Code);
    }

    [Fact]
    public void A_daily_cap_bounds_what_a_stolen_key_can_spend()
    {
        ulong car = _ledger.Account(1, _asset), toll = _ledger.Account(2, _asset);
        _ledger.Pay(0, _issuer, car, 100_000);
        _ledger.Ok(1, new SetSpendingLimitCommand { Account = car, PeriodSeconds = 86_400, Limit = 5000, GuardPolicy = _ledger.Policy(3) });
        Assert.Equal(ResultCode.Ok, _ledger.Pay(1, car, toll, 750).Code);
        Assert.Equal(ResultCode.ExceedsSpendingLimit, _ledger.Pay(1, car, toll, 6000).Code);
        Assert.Equal(ResultCode.ExceedsSpendingLimit, _ledger.Pay(1, car, toll, 4251).Code);
        Assert.Equal(ResultCode.Ok, _ledger.Run(1, new ReserveCommand { DebitAccount = car, CreditAccount = toll, Amount = 4250 }).Code);
        Assert.Equal(ResultCode.ExceedsSpendingLimit, _ledger.Pay(1, car, toll, 1).Code);
        Assert.Equal(ResultCode.Unauthorized, _ledger.Code(1, new SetSpendingLimitCommand { Account = car }));
        _ledger.Base.Wait(86_400);
        Assert.Equal(ResultCode.Ok, _ledger.Pay(1, car, toll, 5000).Code);
        _ledger.Ok(3, new SetSpendingLimitCommand { Account = car });
        Assert.Equal(ResultCode.Ok, _ledger.Pay(1, car, toll, 6000).Code);
    }

    [Fact]
    public void A_closed_loop_pays_only_whom_the_issuer_names()
    {
        uint cards = _ledger.Asset(0, AssetOptions.ClosedLoop);
        ulong issuer = _ledger.Account(0, cards, flags: AccountFlags.Unlimited), holder = _ledger.Account(1, cards), friend = _ledger.Account(2, cards), shop = _ledger.Account(3, cards);
        Assert.Equal(ResultCode.Ok, _ledger.Pay(0, issuer, holder, 100).Code);
        Assert.Equal(ResultCode.Forbidden, _ledger.Pay(1, holder, friend, 10).Code);
        Assert.Equal(ResultCode.Forbidden, _ledger.Pay(1, holder, shop, 10).Code);
        Assert.Equal(ResultCode.Unauthorized, _ledger.Code(3, new SetAccountGroupsCommand { Account = shop, Groups = 1 }));
        _ledger.Ok(0, new SetAccountGroupsCommand { Account = shop, Groups = 1 });
        Assert.Equal(ResultCode.Ok, _ledger.Pay(1, holder, shop, 10).Code);
        Assert.Equal(ResultCode.Ok, _ledger.Pay(1, holder, issuer, 5).Code);
        Assert.Equal((85, 10), (_ledger.Balance(holder), _ledger.Balance(shop)));
    }

    public void Dispose() => _ledger.Dispose();

    private static Command Enact(ulong id) => AgreementLedger.Of(new ProposalCommand { Opcode = Opcode.Enact, Proposal = id });

    private static AssignPolicyCommand Assign(ulong account, Hash256 key) => new() { Target = PolicyTarget.Account, Record = account, PolicyKey = key };

    /// <summary>An account with 1,000 under a policy of the parties, and one to pay to.</summary>
    private (ulong Account, ulong Sink) Joint(uint threshold, params int[] parties)
    {
        ulong account = _ledger.Account(0, _asset, _ledger.KeyPolicy(threshold, [.. parties.Select(p => (p, (ushort)1))]));
        _ledger.Pay(0, _issuer, account, 1000);
        return (account, _ledger.Account(0, _asset));
    }
}
