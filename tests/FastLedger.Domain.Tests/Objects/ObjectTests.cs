// SPDX-License-Identifier: Apache-2.0
using System;
using System.Linq;
using System.Runtime.InteropServices;
using CsCheck;
using FastLedger.Cryptography;
using FastLedger.Domain.Objects;
using FastLedger.Domain.Tests.Agreements;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Objects;

public sealed class ObjectTests : IDisposable
{
    private readonly AgreementLedger _ledger = new(6);

    private ObjectRecord this[ulong item] => _ledger.Tables.Objects.Objects[(uint)item];

    [Fact]
    public void A_name_and_a_content_are_taken_once_per_class()
    {
        uint titles = Class(new CreateClassCommand { ClassFlags = ClassFlags.UniqueContent }), others = Class(new CreateClassCommand { ClassFlags = ClassFlags.UniqueContent });
        ulong first = Create(titles, id: 7, content: 1);
        CommandResult again = _ledger.Run(0, new CreateObjectCommand { Class = titles, ExternalId = 7, Content = TestLedger.Key(2) });
        Assert.Equal((ResultCode.ExternalIdExists, (UInt128)first), (again.Code, again.Value));
        again = _ledger.Run(0, new CreateObjectCommand { Class = titles, ExternalId = 8, Content = TestLedger.Key(1) });
        Assert.Equal((ResultCode.ContentExists, (UInt128)first), (again.Code, again.Value));
        Assert.NotEqual(first, Create(others, id: 7, content: 1));

        // A chain that fails gives the name back.
        Assert.Equal(ResultCode.UnknownObject, _ledger.ChainCode(0, [], Of(new CreateObjectCommand { Class = titles, ExternalId = 9, Content = TestLedger.Key(3) }), Of(new CheckObjectCommand { Object = 999 })));
        Create(titles, id: 9, content: 3);
    }

    /// <summary>Random creations, hand-overs and failing chains against a count over the table; the index is made anew on the way.</summary>
    [Fact]
    public void An_owner_gets_no_more_objects_than_its_class_allows()
    {
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                using var ledger = new AgreementLedger(6);
                ObjectTables tables = ledger.Tables.Objects;
                var random = new Random(seed);
                uint most = (uint)random.Next(1, 4);
                uint type = (uint)ledger.Ok(0, new CreateClassCommand { ClassFlags = ClassFlags.Transferable, MaxPerOwner = most });
                Assert.Equal(ResultCode.Ok, ledger.Code(0, new SetTransitionCommand { Opcode = Opcode.ActivateClass, Class = type }));
                for (int step = 0; step < 60; step++)
                {
                    int owner = random.Next(6), giver = random.Next(6);
                    uint held = 0, given = 0;
                    for (uint n = 1; n < tables.Objects.Count; n++)
                    {
                        if (tables.Objects[n].Owner == ledger.Policy(owner)) held++;
                        if (tables.Objects[n].Owner == ledger.Policy(giver)) given = n;
                    }

                    ResultCode room = held < most ? ResultCode.Ok : ResultCode.OwnerLimit;
                    var create = new CreateObjectCommand { Class = type, Owner = ledger.Policy(owner) };
                    switch (random.Next(4))
                    {
                        case 0:
                            Assert.Equal(room, ledger.Code(0, create));
                            break;
                        case 1:
                            ResultCode first = ledger.ChainCode(0, [], Of(create), Of(new CheckObjectCommand { Object = 9999 }));
                            Assert.Equal(room == ResultCode.Ok ? ResultCode.UnknownObject : room, first);
                            break;
                        case 2 when given != 0 && owner != giver:
                            Assert.Equal(room, ledger.Code(giver, new ObjectPartyCommand { Opcode = Opcode.TransferObject, Object = given, Party = ledger.Policy(owner) }));
                            break;
                        case 3 when given != 0 && owner != giver:
                            first = ledger.ChainCode(giver, [], Of(new ObjectPartyCommand { Opcode = Opcode.TransferObject, Object = given, Party = ledger.Policy(owner) }), Of(new CheckObjectCommand { Object = 9999 }));
                            Assert.Equal(room == ResultCode.Ok ? ResultCode.UnknownObject : room, first);
                            break;
                    }
                }
            },
            iter: 100);
    }

    [Fact]
    public void A_title_with_a_lien_changes_hands_only_with_the_holder_and_all_at_once()
    {
        uint titles = Class(new CreateClassCommand { ClassFlags = ClassFlags.Transferable | ClassFlags.Lienable | ClassFlags.ReceiverSigns });
        const int seller = 1, buyer = 2, oldBank = 3, newBank = 4;
        ulong parcel = Create(titles, owner: seller);
        Assert.Equal(ResultCode.Unauthorized, _ledger.Code(seller, Party(Opcode.SetLien, parcel, oldBank)));
        Assert.Equal(ResultCode.Ok, _ledger.ChainCode(seller, [oldBank], Of(Party(Opcode.SetLien, parcel, oldBank))));
        Assert.Equal(ResultCode.LienBlocks, _ledger.ChainCode(seller, [buyer], Of(Party(Opcode.TransferObject, parcel, buyer))));
        Assert.Equal(ResultCode.LienBlocks, _ledger.ChainCode(seller, [newBank], Of(Party(Opcode.SetLien, parcel, newBank))));
        Assert.Equal(ResultCode.NotOwner, _ledger.ChainCode(buyer, [oldBank], Of(Party(Opcode.TransferObject, parcel, buyer))));
        Assert.Equal(ResultCode.Unauthorized, _ledger.Code(seller, new ObjectPartyCommand { Opcode = Opcode.ReleaseLien, Object = parcel }));

        Command[] closing =
        [
            Of(new ObjectPartyCommand { Opcode = Opcode.ReleaseLien, Object = parcel }),
            Of(Party(Opcode.TransferObject, parcel, buyer)),
            Of(Party(Opcode.SetLien, parcel, newBank)),
        ];
        foreach (int missing in new[] { buyer, oldBank, newBank })
            Assert.NotEqual(ResultCode.Ok, _ledger.ChainCode(seller, [.. new[] { buyer, oldBank, newBank }.Except([missing])], [.. closing]));
        Assert.Equal(_ledger.Policy(seller), this[parcel].Owner);
        Assert.Equal(ResultCode.Ok, _ledger.ChainCode(seller, [buyer, oldBank, newBank], closing));
        Assert.Equal((_ledger.Policy(buyer), _ledger.Policy(newBank)), (this[parcel].Owner, this[parcel].LienHolder));
        Assert.Equal(5ul, this[parcel].Version);
    }

    [Fact]
    public void Lineage_and_parties_of_the_parent_decide_who_may_create()
    {
        uint orders = Class(new CreateClassCommand { IssuePolicy = ReserveCommand.Nobody, ClassFlags = ClassFlags.OwnerSigns }, (0, 1, TransitionRole.Owner));
        uint ratings = Class(new CreateClassCommand
        {
            IssuePolicy = ReserveCommand.Nobody,
            ParentClass = orders,
            ParentStates = 1 << 1,
            ClassFlags = ClassFlags.ParentPartySigns | ClassFlags.ParentValid,
            MinValue = 1,
            MaxValue = 5,
        });
        Assert.Equal(ResultCode.NotOwner, _ledger.Code(2, new CreateObjectCommand { Class = orders, Owner = _ledger.Policy(1) }));
        ulong order = (ulong)_ledger.Ok(1, new CreateObjectCommand { Class = orders, Counterparty = _ledger.Policy(2), ValidToNs = 100 * TestLedger.SecondNs, Flags = CommandFlags.RelativeTime });
        var rating = new CreateObjectCommand { Class = ratings, Parent0 = order, Value = 5 };
        Assert.Equal(ResultCode.InvalidParent, _ledger.Code(1, rating));
        _ledger.Ok(1, new ChangeObjectCommand { Object = order, State = 1, Value = ulong.MaxValue });
        Assert.Equal(ResultCode.Unauthorized, _ledger.Code(3, rating));
        Assert.Equal(ResultCode.Forbidden, _ledger.Code(1, rating with { Value = 6 }));
        _ledger.Ok(1, rating);
        _ledger.Ok(2, rating);
        _ledger.Base.Wait(101);
        Assert.Equal(ResultCode.Expired, _ledger.Code(1, rating));
    }

    [Fact]
    public void The_end_of_validity_takes_the_edge_for_it()
    {
        uint invoices = Class(new CreateClassCommand(), (0, 3, TransitionRole.Expiry), (0, 1, TransitionRole.Owner));
        ulong late = Create(invoices, validFor: 10), paid = Create(invoices, validFor: 10);
        _ledger.Ok(0, new ChangeObjectCommand { Object = paid, State = 1, Value = ulong.MaxValue });
        _ledger.Base.Wait(9);
        _ledger.Pass();
        Assert.Equal((0u, 1u), (this[late].State, this[paid].State));
        _ledger.Base.Wait(1);
        _ledger.Pass();
        Assert.Equal((3u, 1u), (this[late].State, this[paid].State));
        Assert.Equal(LedgerEventKind.ObjectExpired, _ledger.Tables.Events.Events[(uint)this[late].LastEvent].Kind);
        Assert.Equal(long.MaxValue, _ledger.Base.Ledger.NextDueNs);
    }

    [Fact]
    public void An_issuer_revokes_what_is_revocable_and_content_stays()
    {
        uint certificates = Class(new CreateClassCommand { IssuePolicy = _ledger.Policy(1), ClassFlags = ClassFlags.Revocable }, (0, 0, TransitionRole.Owner));
        Assert.Equal(ResultCode.Unauthorized, _ledger.Code(2, new CreateObjectCommand { Class = certificates }));
        ulong item = (ulong)_ledger.Ok(1, new CreateObjectCommand { Class = certificates, Owner = _ledger.Policy(2), Content = TestLedger.Key(1) });
        var revoke = new ChangeObjectCommand { Object = item, State = 15, Value = ulong.MaxValue };
        Assert.Equal(ResultCode.Unauthorized, _ledger.Code(2, revoke));
        Assert.Equal(ResultCode.Forbidden, _ledger.Code(2, new ChangeObjectCommand { Object = item, Content = TestLedger.Key(2), Value = ulong.MaxValue }));
        _ledger.Ok(1, revoke);
        Assert.Equal(ResultCode.BadState, _ledger.Code(1, revoke));
        Assert.Equal((15u, TestLedger.Key(1)), (this[item].State, this[item].Content));
    }

    [Fact]
    public void A_check_guards_a_chain()
    {
        uint grants = Class(new CreateClassCommand(), (0, 1, TransitionRole.Owner));
        ulong grant = (ulong)_ledger.Ok(0, new CreateObjectCommand { Class = grants, Counterparty = _ledger.Policy(2), ValidToNs = 7 * TestLedger.SecondNs, Flags = CommandFlags.RelativeTime, Content = TestLedger.Key(4) });
        var check = new CheckObjectCommand { Object = grant, Class = grants, States = 1, Checks = ObjectChecks.Valid | ObjectChecks.CounterpartySigns | ObjectChecks.NoLien, Content = TestLedger.Key(4) };
        Assert.Equal(ResultCode.Ok, _ledger.Code(2, check));
        Assert.Equal(ResultCode.Unauthorized, _ledger.Code(3, check));
        Assert.Equal(ResultCode.BadProof, _ledger.Code(2, check with { Content = TestLedger.Key(5) }));
        Assert.Equal(ResultCode.BadState, _ledger.Code(2, check with { States = 2 }));
        Assert.Equal(ResultCode.NotOwner, _ledger.Code(2, check with { Owner = _ledger.Policy(2) }));
        Assert.Equal(ResultCode.VersionDiffers, _ledger.Code(2, check with { Version = 2 }));
        _ledger.Base.Wait(8);
        Assert.Equal(ResultCode.Expired, _ledger.Code(2, check));
    }

    [Fact]
    public void History_is_a_chain_of_digests_over_all_events()
    {
        uint type = Class(new CreateClassCommand { ClassFlags = ClassFlags.Transferable }, (0, 1, TransitionRole.Owner), (1, 0, TransitionRole.Owner));
        ulong item = Create(type), other = Create(type);
        for (uint i = 0; i < 20; i++)
        {
            _ledger.Ok(0, new ChangeObjectCommand { Object = item, State = 1 - (i & 1), Value = i });
            _ledger.Ok(0, new ChangeObjectCommand { Object = other, State = 1 - (i & 1), Value = i });
        }

        ulong[] events = Events(item);
        Assert.Equal(this[item].Version, (ulong)events.Length);
        Hash256 digest = default;
        foreach (ulong number in events)
            digest = Blake3.Hash([.. digest.Bytes, .. _ledger.Tables.Events.Events.Bytes((uint)number)]);
        Assert.Equal(digest, this[item].History);

        LogTree log = _ledger.Tables.Events.Tree;
        Assert.Equal(_ledger.Tables.Events.Record.Root, log.Root);
        Assert.Equal(_ledger.Tables.Events.Events.Count - 1, log.Count);
        var path = new Hash256[MerkleProof.MaxPathLength];
        foreach (ulong number in events)
        {
            int length = log.ProveInclusion(number - 1, log.Count, path);
            Assert.True(MerkleProof.VerifyInclusion(log.Root, log.Count, number - 1, Merkle.Leaf(_ledger.Tables.Events.Events.Bytes((uint)number)), path.AsSpan(0, length)));
        }
    }

    [Fact]
    public void A_correct_path_to_the_leaf_asked_for_releases_the_payment()
    {
        uint asset = _ledger.Asset(0);
        ulong issuer = _ledger.Account(0, asset, flags: AccountFlags.Unlimited), renter = _ledger.Account(1, asset), farmer = _ledger.Account(2, asset);
        _ledger.Pay(0, issuer, renter, 100);
        uint contracts = Class(new CreateClassCommand { IssuePolicy = ReserveCommand.Nobody, ClassFlags = ClassFlags.Provable, MinValue = 1, ProofSeconds = 86_400 });
        Hash256[] leaves = [.. Enumerable.Range(0, 13).Select(i => Merkle.Leaf([(byte)i]))];
        using var tree = new LogTree(16);
        tree.Append(leaves);
        ulong contract = (ulong)_ledger.Ok(1, new CreateObjectCommand { Class = contracts, Counterparty = _ledger.Policy(2), Content = tree.Root, Value = 13 });
        ulong pending = (ulong)_ledger.Ok(1, new ReserveCommand { DebitAccount = renter, CreditAccount = farmer, Amount = 30, ReleasePolicy = this[contract].ProofPolicy, VoidPolicy = ReserveCommand.Nobody });
        Command post = Of(new TransferCommand { Opcode = Opcode.PostPending, PendingId = pending, Amount = 1, Flags = CommandFlags.KeepRemainder });

        Assert.Equal(ResultCode.Unauthorized, _ledger.ChainCode(2, [], post));
        Assert.Equal(ResultCode.Unauthorized, _ledger.Code(1, new TransferCommand { Opcode = Opcode.VoidPending, PendingId = pending }));
        Assert.Equal(ResultCode.TooEarly, _ledger.ChainCode(2, [], [.. Path(contract, tree, leaves, Index(contract)), post]));
        _ledger.Base.Wait(86_400);
        ulong yesterday = Index(contract);
        Command[] path = Path(contract, tree, leaves, yesterday);
        Command[] wrong = [.. path];
        MemoryMarshal.Cast<Command, CheckPathCommand>(wrong.AsSpan())[0].Hash0 = TestLedger.Key(1);
        Assert.Equal(ResultCode.BadProof, _ledger.ChainCode(2, [], [.. wrong, post]));
        Assert.Equal(ResultCode.BadProof, _ledger.ChainCode(2, [], [.. Path(contract, tree, leaves, (yesterday + 1) % 13), post]));
        Assert.Equal(ResultCode.BadProof, _ledger.ChainCode(2, [], path[0], new Command { Opcode = Opcode.Noop }, path[1], path[2], post));
        Assert.Equal(ResultCode.Ok, _ledger.ChainCode(2, [], [.. path, post]));
        Assert.Equal(1, _ledger.Balance(farmer));
        for (int day = 1; day < 12; day++)
        {
            Assert.Equal(ResultCode.TooEarly, _ledger.ChainCode(2, [], [.. Path(contract, tree, leaves, Index(contract)), post]));
            _ledger.Base.Wait(86_400);
            if (Index(contract) != yesterday) Assert.Equal(ResultCode.BadProof, _ledger.ChainCode(2, [], [.. path, post]));
            Assert.Equal(ResultCode.Ok, _ledger.ChainCode(2, [], [.. Path(contract, tree, leaves, Index(contract)), post]));
        }

        Assert.Equal((12, 18), (_ledger.Balance(farmer), (long)_ledger.Base.Record(renter).DebitsPending));
    }

    public void Dispose() => _ledger.Dispose();

    private static Command Of<T>(T command) where T : unmanaged, ICommand => AgreementLedger.Of(command);

    private static Command[] Path(ulong item, LogTree tree, Hash256[] leaves, ulong index)
    {
        var path = new Hash256[MerkleProof.MaxPathLength];
        int length = tree.ProveInclusion(index, tree.Count, path);
        Hash256[] hashes = [leaves[index], .. path[..length]];
        return [.. hashes.Chunk(2).Select((pair, part) => Of(new CheckPathCommand
        {
            Object = item,
            Index = index,
            Part = (uint)part,
            Count = (ushort)pair.Length,
            Last = (ushort)((part + 1) * 2 >= hashes.Length ? 1 : 0),
            Hash0 = pair[0],
            Hash1 = pair.Length > 1 ? pair[1] : default,
        }))];
    }

    private ulong Index(ulong item) => ObjectHandlers.Challenge((uint)item, this[item]);

    private ulong[] Events(ulong item)
    {
        var events = new System.Collections.Generic.List<ulong>();
        for (ulong at = this[item].LastEvent; at != 0; at = _ledger.Tables.Events.Events[(uint)at].Previous) events.Add(at);
        events.Reverse();
        return [.. events];
    }

    private ObjectPartyCommand Party(Opcode opcode, ulong item, int party) => new() { Opcode = opcode, Object = item, Party = _ledger.Policy(party) };

    private uint Class(CreateClassCommand create, params (byte From, byte To, TransitionRole Role)[] edges)
    {
        CommandResult[] results = _ledger.Chain(
            0,
            [],
            [Of(create), .. edges.Select(e => Of(new SetTransitionCommand { From = e.From, To = e.To, Role = e.Role })), Of(new SetTransitionCommand { Opcode = Opcode.ActivateClass })]);
        Assert.Equal(ResultCode.Ok, AgreementLedger.Verdict(results));
        return (uint)results[0].Value;
    }

    private ulong Create(uint type, ulong id = 0, byte content = 0, int owner = 0, long validFor = 0) => (ulong)_ledger.Ok(0, new CreateObjectCommand
    {
        Class = type,
        ExternalId = id,
        Owner = _ledger.Policy(owner),
        Content = content == 0 ? default : TestLedger.Key(content),
        ValidToNs = validFor * TestLedger.SecondNs,
        Flags = CommandFlags.RelativeTime,
    });
}
