// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Domain.Agreements;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Agreements;

/// <summary>A small ledger with parties that have keys of their own, and chains that several of them sign.</summary>
public sealed class AgreementLedger : IDisposable
{
    private readonly List<SigningKey> _keys = [];

    public AgreementLedger(int parties, Genesis? genesis = null)
    {
        Base = new TestLedger(genesis);
        for (int i = 0; i < parties; i++)
        {
            _keys.Add(SigningKey.FromSeed(TestLedger.Key((byte)(100 + i)).Bytes));
            var register = new RegisterSessionCommand { Opcode = Opcode.RegisterSession, Key = _keys[i].PublicKey };
            Assert.Equal(ResultCode.Ok, Base.Execute(0, register).Code);
        }
    }

    public TestLedger Base { get; }

    public AgreementTables Tables => Base.Ledger.Agreements;

    public long NowNs => Base.TimestampNs;

    public Hash256 Key(int party) => _keys[party].PublicKey;

    /// <summary>Session of a party: 1, 2, …</summary>
    public static uint Session(int party) => (uint)party + 1;

    public uint Policy(int party) => Base.Ledger.Sessions[Session(party)].Policy;

    public UInt128 Ok<T>(int party, T command) where T : unmanaged, ICommand
    {
        CommandResult result = Run(party, command);
        Assert.Equal(ResultCode.Ok, result.Code);
        return result.Value;
    }

    public ResultCode Code<T>(int party, T command) where T : unmanaged, ICommand => Run(party, command).Code;

    public CommandResult Run<T>(int party, T command) where T : unmanaged, ICommand
    {
        Command raw = Of(command);
        raw.Number = Base.NextNumber(Session(party));
        return Base.Execute(Session(party), raw)[0];
    }

    /// <summary>The command with its usual opcode when it has none.</summary>
    public static Command Of<T>(T command) where T : unmanaged, ICommand
    {
        Command raw = TestLedger.Of(command);
        if (raw.Opcode == 0) raw.Opcode = T.Opcode;
        return raw;
    }

    /// <summary>Numbers and links the commands.</summary>
    public Command[] Link(int party, params Command[] commands)
    {
        for (int i = 0; i < commands.Length; i++)
        {
            commands[i].Number = Base.NextNumber(Session(party));
            commands[i].Flags = i < commands.Length - 1 ? commands[i].Flags | CommandFlags.Linked : commands[i].Flags & ~CommandFlags.Linked;
        }

        return commands;
    }

    /// <summary>Executes a linked chain that others endorse.</summary>
    public CommandResult[] Chain(int party, int[] endorsers, params Command[] commands)
    {
        Command[] chain = Link(party, [.. endorsers.Select(e => Of(new EndorseCommand { Key = Key(e) })), .. commands]);
        Sign(party, endorsers, chain);
        return Base.Execute(Session(party), chain);
    }

    /// <summary>The code of the first command of a chain that did not succeed because of the others.</summary>
    public ResultCode ChainCode(int party, int[] endorsers, params Command[] commands) => Verdict(Chain(party, endorsers, commands));

    public static ResultCode Verdict(CommandResult[] results) => results.FirstOrDefault(r => r.Code is not (ResultCode.Ok or ResultCode.LinkedFailed)).Code;

    /// <summary>Fills in the signatures of the endorsements that open a chain.</summary>
    public void Sign(int party, int[] endorsers, Command[] chain, long expiresAtNs = 0)
    {
        Span<byte> message = stackalloc byte[EndorsementMessage.Size], signature = stackalloc byte[64];
        for (int i = 0; i < endorsers.Length; i++)
        {
            EndorsementMessage.Write(message, Base.Ledger.ChainId, Session(party), expiresAtNs, ChainDigest.Endorsed(chain));
            _keys[endorsers[i]].Sign(message, signature);
            ref EndorseCommand endorsement = ref MemoryMarshal.Cast<Command, EndorseCommand>(chain.AsSpan(i, 1))[0];
            endorsement.ExpiresAtNs = expiresAtNs;
            endorsement.SignatureR = new Hash256(signature[..32]);
            endorsement.SignatureS = new Hash256(signature[32..]);
        }
    }

    /// <summary>A policy of parties with weights; the first party of the ledger may change it.</summary>
    public uint KeyPolicy(uint threshold, params (int Party, ushort Weight)[] members) =>
        KeyPolicy(threshold, [.. members.Select(m => (m.Party, m.Weight, PolicyRoles.None))]);

    public uint KeyPolicy(uint threshold, (int Party, ushort Weight, PolicyRoles Roles)[] members)
    {
        Command[] chain =
        [
            Of(new CreatePolicyCommand { Threshold = threshold, ChangePolicy = Policy(0) }),
            .. members.Select(m => Of(new SetPolicyMemberCommand { Key = Key(m.Party), Weight = m.Weight, Roles = m.Roles })),
            Of(new ActivatePolicyCommand()),
        ];
        CommandResult[] results = Chain(0, [], chain);
        Assert.Equal(ResultCode.Ok, Verdict(results));
        return (uint)results[0].Value;
    }

    public uint Asset(int issuer, AssetOptions options = AssetOptions.None) => (uint)Ok(issuer, new CreateAssetCommand { Scale = 2, Options = options });

    public ulong Account(int party, uint asset, uint policy = 0, AccountFlags flags = AccountFlags.None) =>
        (ulong)Ok(party, new OpenAccountCommand { Asset = asset, Policy = policy, AccountFlags = flags });

    public static Command Transfer(ulong debit, ulong credit, UInt128 amount) =>
        Of(new TransferCommand { DebitAccount = debit, CreditAccount = credit, Amount = amount });

    public CommandResult Pay(int party, ulong debit, ulong credit, UInt128 amount) =>
        Run(party, new TransferCommand { DebitAccount = debit, CreditAccount = credit, Amount = amount });

    public long Balance(ulong account) => (long)Base.Balance(account);

    /// <summary>Lets blocks pass.</summary>
    public void Pass(int blocks = 1)
    {
        for (int i = 0; i < blocks; i++) Base.Execute(1, new Command { Opcode = Opcode.Noop, Number = Base.NextNumber(1) });
    }

    public void Dispose()
    {
        Base.Dispose();
        foreach (SigningKey key in _keys) key.Dispose();
    }
}
