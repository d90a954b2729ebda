// SPDX-License-Identifier: Apache-2.0
using System;
using System.Linq;
using System.Text;
using FastLedger.Domain.Clearing;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Clearing;

/// <summary>A payment system with members that one session operates, one member per starting balance.</summary>
public sealed class ClearingLedger : IDisposable
{
    private ulong _uetr;

    public ClearingLedger(long[] balances, PaymentSystemOptions options = PaymentSystemOptions.None, ulong resolvePeriodMs = 0, TestLedger? ledger = null)
    {
        Base = ledger ?? new TestLedger();
        Operator = Base.Session(1);
        Asset = Base.Asset(Operator);
        Issuer = Base.Account(Operator, Asset, AccountFlags.Unlimited);
        ClearingAccount = Base.Account(Operator, Asset);
        System = (uint)Ok(new PaymentSystemCommand
        {
            Opcode = Opcode.CreatePaymentSystem,
            Asset = Asset,
            Options = options,
            ResolvePeriodMs = resolvePeriodMs,
            ClearingAccount = ClearingAccount,
        });
        Members = new uint[balances.Length];
        for (int i = 0; i < balances.Length; i++)
        {
            uint participant = Participant(Base, Operator, System, i);
            Members[i] = Join(System, participant, Base.Account(Operator, Asset));
            if (balances[i] > 0) Credit(i, balances[i]);
        }
    }

    public TestLedger Base { get; }

    public uint Operator { get; }

    public uint Asset { get; }

    public ulong Issuer { get; }

    public ulong ClearingAccount { get; }

    public uint System { get; }

    public uint[] Members { get; }

    public PaymentTables Tables => Base.Ledger.Clearing;

    public ref readonly PaymentSystemRecord Record => ref Tables.Systems[System];

    /// <summary>Admits participant number <paramref name="at"/>, or finds it when it is there.</summary>
    public static uint Participant(TestLedger ledger, uint session, uint system, int at)
    {
        CommandResult result = ledger.Execute(session, new OpenParticipantCommand
        {
            Opcode = Opcode.OpenParticipant,
            System = system,
            Bic = Bic($"BANK{(char)('A' + (at / 26 % 26))}{(char)('A' + (at % 26))}{at % 10}X"),
            PolicyKey = TestLedger.Key(1),
        });
        Assert.True(result.Code is ResultCode.Ok or ResultCode.ExternalIdExists, result.Code.ToString());
        return (uint)result.Value;
    }

    public static UInt128 Bic(string text) =>
        Encoding.ASCII.GetBytes(text).Reverse().Aggregate(UInt128.Zero, (value, c) => (value << 8) | c);

    public uint Join(uint system, uint participant, ulong account) =>
        (uint)Ok(new MemberCommand { Opcode = Opcode.JoinPaymentSystem, System = system, Participant = participant, Account = account });

    public UInt128 Ok<T>(T command) where T : unmanaged, ICommand
    {
        CommandResult result = Base.Execute(Operator, command);
        Assert.Equal(ResultCode.Ok, result.Code);
        return result.Value;
    }

    public ResultCode Code<T>(T command) where T : unmanaged, ICommand => Base.Execute(Operator, command).Code;

    public ulong Account(int member) => Tables.Members[Members[member]].Account;

    public void Credit(int member, long amount) => Assert.Equal(ResultCode.Ok, Base.Transfer(Operator, Issuer, Account(member), (UInt128)amount).Code);

    public long Balance(int member) => (long)Base.Balance(Account(member));

    public long[] Balances => [.. Enumerable.Range(0, Members.Length).Select(Balance)];

    public SubmitPaymentCommand Payment(int from, int to, long amount, PaymentPriority priority = PaymentPriority.Normal, PaymentFlags flags = PaymentFlags.None) => new()
    {
        Opcode = Opcode.SubmitPayment,
        Sender = Members[from],
        Receiver = Members[to],
        Amount = (ulong)amount,
        Priority = priority,
        PaymentFlags = flags,
        Uetr = ++_uetr,
    };

    /// <summary>Submits a payment.</summary>
    /// <returns>Its id.</returns>
    public ulong Pay(int from, int to, long amount, PaymentPriority priority = PaymentPriority.Normal, PaymentFlags flags = PaymentFlags.None) =>
        (ulong)(Ok(Payment(from, to, amount, priority, flags)) & ulong.MaxValue);

    public PaymentState State(ulong id) => Tables.Payments[RecordId.Number(id)].State;

    public int Settled(params ulong[] ids) => ids.Count(id => State(id) == PaymentState.Settled);

    public ulong Resolve() => (ulong)Ok(new PaymentSystemWorkCommand { Opcode = Opcode.ResolveQueues, System = System });

    public ResultCode Set(Opcode opcode, int member, long amount, PaymentPriority priority = PaymentPriority.Urgent, int counterparty = -1) =>
        Code(new MemberCommand
        {
            Opcode = opcode,
            Member = Members[member],
            Amount = amount,
            Priority = priority,
            Counterparty = counterparty < 0 ? 0 : Members[counterparty],
        });

    public ResultCode Change(Opcode opcode, ulong payment, PaymentPriority priority = PaymentPriority.Urgent, ulong before = 0) =>
        Code(new PaymentChangeCommand { Opcode = opcode, Payment = payment, Priority = priority, Before = before });

    /// <summary>Makes a block that does nothing by itself.</summary>
    public void Pass() => Base.Execute(Operator, new Command { Opcode = Opcode.Noop, Number = Base.NextNumber(Operator) });

    public void Dispose() => Base.Dispose();
}
