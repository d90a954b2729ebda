// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Linq;
using FastLedger.Cryptography;
using FastLedger.Domain.Tests.Agreements;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Policies;

/// <summary>All policies of up to four keys, all sets of approvers, all sets of expired members, all rotations: against the definition.</summary>
public sealed class PolicyModelTests
{
    private const int Outsider = 0, FirstMember = 1, NewKey = 5;
    private static readonly uint Expired = (uint)(TestLedger.StartNs / TestLedger.SecondNs);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_policy_is_satisfied_exactly_when_the_weights_of_living_approvers_reach_the_threshold(int n)
    {
        using var ledger = new AgreementLedger(6);
        uint asset = ledger.Asset(Outsider);
        ulong issuer = ledger.Account(Outsider, asset, flags: AccountFlags.Unlimited), sink = ledger.Account(Outsider, asset);
        foreach (int[] weights in Tuples(n, [1, 2]))
            for (uint threshold = 1; threshold <= weights.Sum(); threshold++)
            {
                // Heavier keys add nothing new for four members: one of each pattern is enough.
                if (n == 4 && !weights.SequenceEqual(weights.Order())) continue;
                uint policy = ledger.KeyPolicy(threshold, [.. weights.Select((w, i) => (FirstMember + i, (ushort)w))]);
                ulong account = ledger.Account(Outsider, asset, policy);
                ledger.Pay(Outsider, issuer, account, 1000);
                foreach (int dead in n == 4 ? [0, 1, 8, 9, 15] : Enumerable.Range(0, 1 << n))
                {
                    for (int i = 0; i < n; i++)
                        ledger.Ok(Outsider, Member(policy, ledger.Key(FirstMember + i), weights[i], (dead >> i & 1) != 0 ? Expired : 0));
                    for (int approvers = 0; approvers < 1 << n; approvers++)
                    {
                        ResultCode expected = Expect(weights, threshold, approvers, dead);
                        Assert.Equal(expected, Try(ledger, account, sink, [.. Enumerable.Range(0, n).Where(i => (approvers >> i & 1) != 0).Select(i => FirstMember + i)]));
                    }
                }
            }

        ledger.Base.AssertSumsAreZero();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_rotated_key_counts_from_then_on_and_the_old_one_no_more(int n)
    {
        using var ledger = new AgreementLedger(6);
        uint asset = ledger.Asset(Outsider);
        ulong issuer = ledger.Account(Outsider, asset, flags: AccountFlags.Unlimited), sink = ledger.Account(Outsider, asset);
        for (uint m = 1; m <= n; m++)
            for (int rotated = 0; rotated < n; rotated++)
            {
                uint policy = ledger.KeyPolicy(m, [.. Enumerable.Range(0, n).Select(i => (FirstMember + i, (ushort)1))]);
                ulong account = ledger.Account(Outsider, asset, policy);
                ledger.Pay(Outsider, issuer, account, 1000);
                ledger.Ok(Outsider, new SetPolicyMemberCommand { Policy = policy, Key = ledger.Key(FirstMember + rotated), NewKey = ledger.Key(NewKey), Weight = 1 });
                int[] members = [.. Enumerable.Range(0, n).Select(i => i == rotated ? NewKey : FirstMember + i)];
                for (int approvers = 0; approvers < 1 << n; approvers++)
                {
                    int[] signing = [.. Enumerable.Range(0, n).Where(i => (approvers >> i & 1) != 0).Select(i => members[i])];
                    ResultCode expected = signing.Length >= m ? ResultCode.Ok : signing.Length > 0 ? ResultCode.ThresholdNotMet : ResultCode.Unauthorized;
                    Assert.Equal(expected, Try(ledger, account, sink, signing));
                    if (signing.Length == 0) continue;

                    // The old key in the place of any that signs makes one approval less.
                    signing[0] = FirstMember + rotated;
                    expected = signing.Length - 1 >= m ? ResultCode.Ok : signing.Length > 1 ? ResultCode.ThresholdNotMet : ResultCode.Unauthorized;
                    Assert.Equal(expected, Try(ledger, account, sink, signing.Distinct().ToArray()));
                }
            }
    }

    /// <summary>The definition, from the protocol.</summary>
    private static ResultCode Expect(int[] weights, uint threshold, int approvers, int dead)
    {
        int weight = weights.Where((_, i) => (approvers >> i & 1) != 0 && (dead >> i & 1) == 0).Sum();
        return weight >= threshold ? ResultCode.Ok : approvers == 0 ? ResultCode.Unauthorized : ResultCode.ThresholdNotMet;
    }

    /// <summary>An outsider proposes a debit, the approvers approve, the outsider enacts.</summary>
    private static ResultCode Try(AgreementLedger ledger, ulong account, ulong sink, int[] approvers)
    {
        Command transfer = AgreementLedger.Transfer(account, sink, 1);
        Hash256 digest = ChainDigest.Proposed([transfer]);
        ulong proposal = (ulong)ledger.Ok(Outsider, new ProposalCommand { Digest = digest });
        foreach (int approver in approvers)
            ledger.Ok(approver, new ProposalCommand { Opcode = Opcode.Approve, Proposal = proposal, Digest = digest });
        return ledger.ChainCode(Outsider, [], AgreementLedger.Of(new ProposalCommand { Opcode = Opcode.Enact, Proposal = proposal }), transfer);
    }

    private static SetPolicyMemberCommand Member(uint policy, Hash256 key, int weight, uint expires) =>
        new() { Policy = policy, Key = key, Weight = (ushort)weight, ExpiresSeconds = expires };

    private static IEnumerable<int[]> Tuples(int length, int[] values) =>
        length == 0 ? [[]] : Tuples(length - 1, values).SelectMany(t => values.Select(v => (int[])[.. t, v]));
}
