// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using FastLedger.Cryptography;
using FastLedger.Domain.Validators;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Validators;

public sealed class ValidatorTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private const byte Administrator = 1;

    [Fact]
    public void The_genesis_set_is_in_the_state()
    {
        using var ledger = Open(4);
        Assert.Equal(1UL, ledger.Ledger.Validators.Epoch);
        Assert.Equal(DigestOf([(0, Key(0)), (1, Key(1)), (2, Key(2)), (3, Key(3))]), ledger.Ledger.Validators.Set.Key);
    }

    [Fact]
    public void A_change_counts_from_the_block_that_ends_the_epoch_and_no_other_is_taken_before()
    {
        using var ledger = Open(4);
        uint admin = ledger.Session(Administrator);
        CommandResult result = ledger.Execute(admin, Add(4));
        Assert.Equal((ResultCode.Ok, (UInt128)2), (result.Code, result.Value));
        Assert.Equal(1UL, ledger.Ledger.Validators.Epoch);
        Assert.Equal(ValidatorState.None, ledger.Ledger.Validators.Node(4).State);
        Assert.Equal(ResultCode.ValidatorChangePending, ledger.Execute(admin, Add(5)).Code);
        EndEpoch(ledger);
        Assert.Equal(2UL, ledger.Ledger.Validators.Epoch);
        Assert.Equal(DigestOf([(0, Key(0)), (1, Key(1)), (2, Key(2)), (3, Key(3)), (4, Key(4))]), ledger.Ledger.Validators.Set.Key);
        Assert.Equal(((UInt128)77, (ushort)9460, ValidatorState.Member), (ledger.Ledger.Validators.Node(4).Address, ledger.Ledger.Validators.Node(4).Port, ledger.Ledger.Validators.Node(4).State));
        Assert.Equal(ResultCode.Ok, ledger.Execute(admin, Remove(0)).Code);
        EndEpoch(ledger);
        Assert.Equal(ValidatorState.Former, ledger.Ledger.Validators.Node(0).State);
        Assert.Equal(ResultCode.Ok, ledger.Execute(admin, Replace(1, Key(9))).Code);
        EndEpoch(ledger);
        Assert.Equal(ValidatorState.None, ledger.Ledger.Validators.Node(0).State);
        Assert.Equal(DigestOf([(1, Key(9)), (2, Key(2)), (3, Key(3)), (4, Key(4))]), ledger.Ledger.Validators.Set.Key);
    }

    [Fact]
    public void Every_refusal_names_its_reason_and_changes_nothing()
    {
        using var ledger = Open(3);
        uint admin = ledger.Session(Administrator), other = ledger.Session(2);
        Hash256 before = ledger.Ledger.Validators.Records.Root;
        void Refused(ResultCode code, ChangeValidatorsCommand command, uint session = 0) => Assert.Equal(code, ledger.Execute(session == 0 ? admin : session, command).Code);
        Refused(ResultCode.Unauthorized, Add(4), other);
        Refused(ResultCode.InvalidValidatorChange, Add(4) with { Action = 0 });
        Refused(ResultCode.InvalidValidatorChange, Add(4) with { Action = (ValidatorAction)4 });
        Refused(ResultCode.InvalidValidatorChange, Add(4) with { Node = 128 });
        Refused(ResultCode.EpochDiffers, Add(4) with { Epoch = 2 });
        Refused(ResultCode.ValidatorExists, Add(2));
        Refused(ResultCode.ValidatorKeyInUse, Add(4) with { Key = Key(1) });
        Refused(ResultCode.InvalidKey, Add(4) with { Key = default });
        Refused(ResultCode.InvalidPeerAddress, Add(4) with { Port = 0 });
        Refused(ResultCode.InvalidPeerAddress, Add(4) with { Address = 0 });
        Refused(ResultCode.UnknownValidator, Remove(3));
        Refused(ResultCode.UnknownValidator, Replace(3, Key(9)));
        Refused(ResultCode.ValidatorKeyInUse, Replace(1, Key(1)));
        Refused(ResultCode.ValidatorKeyInUse, Replace(1, Key(2)));
        Refused(ResultCode.InvalidPeerAddress, Replace(1, Key(9)) with { Port = 1 });
        Refused(ResultCode.ReservedFieldNotZero, Remove(1) with { Key = Key(1) });
        Refused(ResultCode.ReservedFieldNotZero, Remove(1) with { Reserved2 = 1 });
        Refused(ResultCode.InvalidFlags, Remove(1) with { Flags = CommandFlags.RelativeTime });
        Assert.Equal(before, ledger.Ledger.Validators.Records.Root);
        Assert.Equal(ResultCode.Ok, ledger.Execute(admin, Remove(1) with { Epoch = 1 }).Code);
        EndEpoch(ledger);
        Refused(ResultCode.TooFewValidators, Remove(2));
    }

    [Fact]
    public void Nobody_changes_the_validators_of_a_ledger_without_administrator_or_of_one_replica()
    {
        using var ledger = new TestLedger(TestLedger.Small with { Validators = Named(4) });
        uint session = ledger.Session(Administrator);
        Assert.Equal(ResultCode.NoAdministrator, ledger.Execute(session, Add(4)).Code);
        Assert.Equal(ResultCode.NoAdministrator, ledger.Execute(session, Assign(1)).Code);
        using var alone = Open(1);
        Assert.Equal(ResultCode.TooFewValidators, alone.Execute(alone.Session(Administrator), Add(4)).Code);
    }

    [Fact]
    public void As_many_validators_as_an_epoch_can_have_are_enough()
    {
        using var ledger = Open(127);
        uint admin = ledger.Session(Administrator);
        Assert.Equal(ResultCode.Ok, ledger.Execute(admin, Add(127)).Code);
        EndEpoch(ledger);
        Assert.Equal(128, ledger.Ledger.Validators.Set.Count);
        Assert.Equal(ResultCode.ValidatorExists, ledger.Execute(admin, Add(5)).Code);
    }

    [Fact]
    public void The_administrator_passes_the_right_on_to_a_policy()
    {
        using var ledger = Open(4);
        uint admin = ledger.Session(Administrator), other = ledger.Session(2);
        uint policy = ledger.Ledger.Sessions[other].Policy;
        Assert.Equal(ResultCode.Unauthorized, ledger.Execute(other, Assign(policy)).Code);
        Assert.Equal(ResultCode.Ok, ledger.Execute(admin, Assign(policy)).Code);
        Assert.Equal(ResultCode.Unauthorized, ledger.Execute(admin, Add(4)).Code);
        Assert.Equal(ResultCode.Ok, ledger.Execute(other, Add(4)).Code);
    }

    [Fact]
    public void A_chain_that_fails_takes_the_change_back()
    {
        using var ledger = Open(4);
        uint admin = ledger.Session(Administrator);
        Hash256 before = ledger.Ledger.Validators.Records.Root;
        Command change = TestLedger.Of(Add(4) with { Flags = CommandFlags.Linked, Number = ledger.NextNumber(admin) });
        Command bad = TestLedger.Of(Remove(9) with { Number = ledger.NextNumber(admin) });
        CommandResult[] results = ledger.Execute(admin, change, bad);
        Assert.Equal([ResultCode.LinkedFailed, ResultCode.ValidatorChangePending], results.Select(r => r.Code));
        Assert.Equal(before, ledger.Ledger.Validators.Records.Root);
    }

    [Fact]
    public void Random_changes_leave_the_set_that_a_naive_model_has()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("FASTLEDGER_SEED"), out int given) ? given : 184;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var ledger = Open(4);
        uint admin = ledger.Session(Administrator);
        var model = new SortedDictionary<int, Hash256>(Enumerable.Range(0, 4).ToDictionary(n => n, n => Key(n)));
        ulong epoch = 1;
        int changes = 0;
        for (int i = 0; i < 2_000; i++)
        {
            int node = random.Next(8);
            Hash256 key = Key(random.Next(12));
            ChangeValidatorsCommand command = random.Next(3) switch { 0 => Add(node) with { Key = key }, 1 => Remove(node), _ => Replace(node, key) };
            bool isIn = model.ContainsKey(node), isTaken = model.ContainsValue(key);
            bool expected = command.Action switch
            {
                ValidatorAction.Add => !isIn && !isTaken,
                ValidatorAction.Remove => isIn && model.Count > 2,
                _ => isIn && !isTaken,
            };
            Assert.Equal(expected, ledger.Execute(admin, command).Code == ResultCode.Ok);
            if (!expected) continue;
            changes++;
            if (command.Action == ValidatorAction.Remove) model.Remove(node);
            else model[node] = key;
            EndEpoch(ledger);
            Assert.Equal(++epoch, ledger.Ledger.Validators.Epoch);
            Assert.Equal(DigestOf([.. model.Select(m => (m.Key, m.Value))]), ledger.Ledger.Validators.Set.Key);
            Assert.Equal(model.Count, ledger.Ledger.Validators.Set.Count);
        }

        Assert.True(changes > 100);
    }

    private static TestLedger Open(int validators) =>
        new(TestLedger.Small with { Validators = Named(validators), Administrator = TestLedger.Key(Administrator).ToString() });

    private static GenesisValidator[] Named(int count) => [.. Enumerable.Range(0, count).Select(n => new GenesisValidator(n, Key(n).ToString()))];

    private static Hash256 Key(int number) => Blake3.Hash([(byte)number, 200]);

    private static void EndEpoch(TestLedger ledger)
    {
        ledger.WaitNs(1);
        ledger.Executor.BeginBlock(ledger.Ledger.Height + 1, ledger.TimestampNs);
        ledger.Executor.EndBlock(endsEpoch: true);
    }

    private static ChangeValidatorsCommand Add(int node) => new()
    {
        Opcode = Opcode.ChangeValidators,
        Action = ValidatorAction.Add,
        Node = (uint)node,
        Key = Key(node),
        Address = 77,
        Port = 9460,
    };

    private static ChangeValidatorsCommand Remove(int node) => new() { Opcode = Opcode.ChangeValidators, Action = ValidatorAction.Remove, Node = (uint)node };

    private static ChangeValidatorsCommand Replace(int node, Hash256 key) =>
        new() { Opcode = Opcode.ChangeValidators, Action = ValidatorAction.Replace, Node = (uint)node, Key = key };

    private static AssignPolicyCommand Assign(uint policy) =>
        new() { Opcode = Opcode.AssignPolicy, Target = PolicyTarget.ValidatorSet, Record = ValidatorTable.SetRecord, Policy = policy };

    /// <summary>Digest of count, then node and key of each, by ascending node.</summary>
    private static Hash256 DigestOf((int Node, Hash256 Key)[] validators)
    {
        List<byte> image = [(byte)validators.Length, 0];
        foreach ((int node, Hash256 key) in validators)
        {
            image.Add((byte)node);
            image.AddRange(key.Bytes);
        }

        return Blake3.Hash(image.ToArray());
    }
}
