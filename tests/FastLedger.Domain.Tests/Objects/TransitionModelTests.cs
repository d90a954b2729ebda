// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using FastLedger.Domain.Tests.Agreements;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Objects;

/// <summary>Every role with every set of one or two signers, and every edge of random tables: against the definition.</summary>
public sealed class TransitionModelTests
{
    private const int Administrator = 0, Issuer = 1, Owner = 2, Counterparty = 3, LienHolder = 4, FirstRole = 5, Stranger = 9;

    public static TheoryData<TransitionRole> Roles => [.. Enum.GetValues<TransitionRole>()];

    [Theory]
    [MemberData(nameof(Roles))]
    public void An_edge_opens_to_exactly_those_whom_its_role_names(TransitionRole role)
    {
        using var ledger = new AgreementLedger(10);
        uint roles = ledger.KeyPolicy(4, [.. Enumerable.Range(0, 4).Select(i => (FirstRole + i, (ushort)1, (PolicyRoles)(1 << i)))]);
        uint type = Class(ledger, roles, [(0, 1, role)]);
        for (int first = 0; first <= Stranger; first++)
            for (int second = first; second <= Stranger; second++)
            {
                ulong item = Item(ledger, type);
                Command change = AgreementLedger.Of(new ChangeObjectCommand { Object = item, State = 1, Value = ulong.MaxValue });
                ResultCode code = ledger.ChainCode(first, second == first ? [] : [second], change);
                Assert.Equal(Expect(role, [first, second]), code == ResultCode.Ok);
                Assert.Equal(code == ResultCode.Ok ? 1u : 0u, ledger.Tables.Objects.Objects[(uint)item].State);
                Assert.True(code is ResultCode.Ok or ResultCode.BadState or ResultCode.NotOwner or ResultCode.Unauthorized, code.ToString());
            }
    }

    [Fact]
    public void Every_edge_of_a_table_is_open_or_shut_as_it_was_set()
    {
        using var ledger = new AgreementLedger(10);
        var random = new Random(7);
        for (int round = 0; round < 3; round++)
        {
            bool[,] open = new bool[16, 16];
            var edges = new List<(int, int, TransitionRole)>();
            for (int from = 0; from < 16; from++)
                for (int to = 0; to < 16; to++)
                    if (open[from, to] = random.Next(2) == 0) edges.Add((from, to, TransitionRole.Anyone));
            uint type = Class(ledger, 0, [.. edges]);
            uint item = (uint)Item(ledger, type, lien: false);
            for (uint from = 0; from < 16; from++)
                for (uint to = 0; to < 16; to++)
                {
                    ledger.Tables.Objects.Objects.Change(item).State = from;
                    ResultCode code = ledger.Code(Stranger, new ChangeObjectCommand { Object = item, State = to, Value = ulong.MaxValue });
                    Assert.Equal(open[from, to] ? ResultCode.Ok : ResultCode.BadState, code);
                }
        }
    }

    internal static uint Class(AgreementLedger ledger, uint rolePolicy, (int From, int To, TransitionRole Role)[] edges, ClassFlags flags = ClassFlags.Lienable)
    {
        Command[] chain =
        [
            AgreementLedger.Of(new CreateClassCommand { IssuePolicy = ledger.Policy(Issuer), RolePolicy = rolePolicy, ClassFlags = flags }),
            .. edges.Select(e => AgreementLedger.Of(new SetTransitionCommand { From = (byte)e.From, To = (byte)e.To, Role = e.Role })),
            AgreementLedger.Of(new SetTransitionCommand { Opcode = Opcode.ActivateClass }),
        ];
        CommandResult[] results = ledger.Chain(Administrator, [], chain);
        Assert.Equal(ResultCode.Ok, AgreementLedger.Verdict(results));
        return (uint)results[0].Value;
    }

    private static ulong Item(AgreementLedger ledger, uint type, bool lien = true)
    {
        ulong item = (ulong)ledger.Ok(Issuer, new CreateObjectCommand { Class = type, Owner = ledger.Policy(Owner), Counterparty = ledger.Policy(Counterparty) });
        if (lien) Assert.Equal(ResultCode.Ok, ledger.ChainCode(Owner, [LienHolder], AgreementLedger.Of(new ObjectPartyCommand { Opcode = Opcode.SetLien, Object = item, Party = ledger.Policy(LienHolder) })));
        return item;
    }

    private static bool Expect(TransitionRole role, int[] signers) => role switch
    {
        TransitionRole.None or TransitionRole.Expiry => false,
        TransitionRole.Anyone => true,
        TransitionRole.Owner => signers.Contains(Owner),
        TransitionRole.Counterparty => signers.Contains(Counterparty),
        TransitionRole.Issuer => signers.Contains(Issuer),
        TransitionRole.Administrator => signers.Contains(Administrator),
        TransitionRole.LienHolder => signers.Contains(LienHolder),
        TransitionRole.OwnerAndCounterparty => signers.Contains(Owner) && signers.Contains(Counterparty),
        TransitionRole.OwnerOrCounterparty => signers.Contains(Owner) || signers.Contains(Counterparty),
        TransitionRole.OwnerAndIssuer => signers.Contains(Owner) && signers.Contains(Issuer),
        TransitionRole.CounterpartyAndIssuer => signers.Contains(Counterparty) && signers.Contains(Issuer),
        _ => signers.Contains(FirstRole + (role - TransitionRole.Role1)),
    };
}
