// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Tests.Agreements;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Clearing;

/// <summary>A payment system whose operator is two of three people: what one of them makes, another checks.</summary>
public sealed class MakerCheckerTests : IDisposable
{
    private const long Credit = 1_000;
    private readonly AgreementLedger _ledger = new(5);

    [Fact]
    public void Credit_lines_and_suspensions_need_two_operators_and_payments_do_not()
    {
        uint asset = _ledger.Asset(1);
        uint system = (uint)_ledger.Ok(1, new PaymentSystemCommand { Opcode = Opcode.CreatePaymentSystem, Asset = asset });
        uint group = _ledger.KeyPolicy(2, (1, 1), (2, 1), (3, 1));
        Assert.Equal(ResultCode.Unauthorized, _ledger.Code(4, Assign(PolicyTarget.PaymentSystem, system, group)));
        Assert.Equal(ResultCode.UnknownPaymentSystem, _ledger.Code(1, Assign(PolicyTarget.PaymentSystem, system + 1, group)));
        _ledger.Ok(1, Assign(PolicyTarget.PaymentSystem, system, group));
        (uint participant, uint member) = Open(system, asset, "BANKAAXX");
        uint other = Open(system, asset, "BANKBAXX").Member;

        var line = new MemberCommand { Opcode = Opcode.SetCreditLine, Member = member, Amount = Credit };
        Assert.Equal(ResultCode.Unauthorized, _ledger.Code(1, line));
        Assert.Equal(ResultCode.Unauthorized, _ledger.ChainCode(4, [3], AgreementLedger.Of(line)));
        Assert.Equal(ResultCode.Ok, _ledger.ChainCode(1, [3], AgreementLedger.Of(line)));
        Assert.Equal(Credit, _ledger.Base.Ledger.Clearing.Members[member].CreditLine);

        // The participant pays alone.
        _ledger.Ok(4, new SubmitPaymentCommand { Opcode = Opcode.SubmitPayment, Sender = member, Receiver = other, Amount = 7, Priority = PaymentPriority.Normal });
        Assert.Equal(7, (int)_ledger.Base.Ledger.Clearing.Systems[system].SettledValue);
        var suspend = new MemberCommand { Opcode = Opcode.SuspendParticipant, Participant = participant };
        Assert.Equal(ResultCode.Unauthorized, _ledger.Code(2, suspend));
        Assert.Equal(ResultCode.Ok, _ledger.ChainCode(2, [1], AgreementLedger.Of(suspend)));
        Assert.Equal(1u, _ledger.Base.Ledger.Clearing.Participants[participant].Suspended);
        _ledger.Base.AssertSumsAreZero();
    }

    [Fact]
    public void An_exchange_can_be_put_under_a_policy_of_several_keys()
    {
        uint exchange = (uint)_ledger.Ok(1, new ExchangeCommand { Opcode = Opcode.CreateExchange, Amount = 10 });
        uint group = _ledger.KeyPolicy(2, (1, 1), (2, 1));
        _ledger.Ok(1, Assign(PolicyTarget.Exchange, exchange, group));
        uint asset = _ledger.Asset(1);
        uint system = (uint)_ledger.Ok(1, new PaymentSystemCommand { Opcode = Opcode.CreatePaymentSystem, Asset = asset });
        var currency = new ExchangeCommand { Opcode = Opcode.SetExchangeCurrency, Exchange = exchange, System = system, RateNumerator = 1, RateDenominator = 1 };
        Assert.Equal(ResultCode.ThresholdNotMet, _ledger.Code(1, currency));
        Assert.Equal(ResultCode.Ok, _ledger.ChainCode(1, [2], AgreementLedger.Of(currency)));
        Assert.Equal(ResultCode.UnknownExchange, _ledger.Code(1, Assign(PolicyTarget.Exchange, exchange + 1, group)));
    }

    public void Dispose() => _ledger.Dispose();

    private static AssignPolicyCommand Assign(PolicyTarget target, uint record, uint policy) => new() { Target = target, Record = record, Policy = policy };

    /// <summary>Party 4 takes part; the operators admit it.</summary>
    private (uint Participant, uint Member) Open(uint system, uint asset, string bic)
    {
        UInt128 code = UInt128.Zero;
        for (int i = bic.Length - 1; i >= 0; i--) code = (code << 8) | bic[i];
        uint participants = _ledger.Base.Ledger.Clearing.Participants.Count, members = _ledger.Base.Ledger.Clearing.Members.Count;
        var open = new OpenParticipantCommand { Opcode = Opcode.OpenParticipant, System = system, Bic = code, PolicyKey = _ledger.Key(4) };
        Assert.Equal(ResultCode.Unauthorized, _ledger.Code(1, open));
        Assert.Equal(ResultCode.Ok, _ledger.ChainCode(1, [2], AgreementLedger.Of(open)));
        ulong account = _ledger.Account(4, asset);
        var join = new MemberCommand { Opcode = Opcode.JoinPaymentSystem, System = system, Participant = participants, Account = account };
        Assert.Equal(ResultCode.Ok, _ledger.ChainCode(1, [2, 4], AgreementLedger.Of(join)));
        return (participants, members);
    }
}
