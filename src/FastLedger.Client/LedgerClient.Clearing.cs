// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>Payment clearing: queries, and the verbs that are a single command.</summary>
public sealed partial class LedgerClient
{
    /// <summary>A payment by the id that its submission answered.</summary>
    public ValueTask<PaymentAnswer> GetPaymentAsync(ulong paymentId, CancellationToken cancellationToken = default) =>
        AskAsync<PaymentQuery, PaymentAnswer>(new PaymentQuery { PaymentId = paymentId }, cancellationToken);

    /// <summary>A member of a payment system: liquidity by class, queue, limits, positions.</summary>
    public ValueTask<MemberAnswer> GetMemberAsync(uint member, CancellationToken cancellationToken = default) =>
        AskAsync<MemberQuery, MemberAnswer>(new MemberQuery { Member = member }, cancellationToken);

    /// <summary>The member whose settlement account this is.</summary>
    public ValueTask<MemberAnswer> FindMemberAsync(ulong account, CancellationToken cancellationToken = default) =>
        AskAsync<MemberQuery, MemberAnswer>(new MemberQuery { Account = account }, cancellationToken);

    /// <summary>A payment system and what it settled.</summary>
    public ValueTask<PaymentSystemAnswer> GetPaymentSystemAsync(uint system, CancellationToken cancellationToken = default) =>
        AskAsync<PaymentSystemQuery, PaymentSystemAnswer>(new PaymentSystemQuery { System = system }, cancellationToken);

    /// <summary>A netting cycle, with the position of a member when one is named.</summary>
    public ValueTask<CycleAnswer> GetCycleAsync(uint cycle, uint member = 0, CancellationToken cancellationToken = default) =>
        AskAsync<CycleQuery, CycleAnswer>(new CycleQuery { Cycle = cycle, Member = member }, cancellationToken);

    /// <summary>An exchange (payment versus payment): what settled, what waits.</summary>
    public ValueTask<ExchangeAnswer> GetExchangeAsync(uint exchange, CancellationToken cancellationToken = default) =>
        AskAsync<ExchangeQuery, ExchangeAnswer>(new ExchangeQuery { Exchange = exchange }, cancellationToken);

    /// <summary>A pair of payments of an exchange.</summary>
    public ValueTask<ExchangePairAnswer> GetExchangePairAsync(uint pair, CancellationToken cancellationToken = default) =>
        AskAsync<ExchangePairQuery, ExchangePairAnswer>(new ExchangePairQuery { Pair = pair }, cancellationToken);

    /// <summary>Takes a pair that waits out of its exchange.</summary>
    public ValueTask<CommandResult> WithdrawExchangeAsync(uint exchange, uint pair, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new ExchangeCommand { Opcode = Opcode.WithdrawExchange, Exchange = exchange, Amount = pair }, cancellationToken);

    /// <summary>Sends a payment. Value: its id in the low 64 bits, its <see cref="PaymentState"/> above.</summary>
    /// <param name="sender">Member that pays.</param>
    /// <param name="receiver">Member that is paid.</param>
    /// <param name="amount">Minor units, 1 … 2^63 − 1.</param>
    /// <param name="priority">Its class.</param>
    /// <param name="flags">How it may settle.</param>
    /// <param name="uetr">Unique end-to-end transaction reference; 0 for none.</param>
    /// <param name="cancellationToken">Ends the wait, not the command.</param>
    public ValueTask<CommandResult> PayAsync(
        uint sender, uint receiver, ulong amount, PaymentPriority priority = PaymentPriority.Normal, PaymentFlags flags = PaymentFlags.None, UInt128 uetr = default,
        CancellationToken cancellationToken = default) =>
        ExecuteAsync(new SubmitPaymentCommand { Sender = sender, Receiver = receiver, Amount = amount, Priority = priority, PaymentFlags = flags, Uetr = uetr }, cancellationToken);

    /// <summary>Revokes a payment that has not settled.</summary>
    public ValueTask<CommandResult> RevokeAsync(ulong paymentId, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new PaymentChangeCommand { Opcode = Opcode.RevokePayment, Payment = paymentId }, cancellationToken);

    /// <summary>Gives a queued payment another priority.</summary>
    public ValueTask<CommandResult> ReprioritiseAsync(ulong paymentId, PaymentPriority priority, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new PaymentChangeCommand { Opcode = Opcode.ReprioritisePayment, Payment = paymentId, Priority = priority }, cancellationToken);

    /// <summary>Resolves the queues of a payment system. Value: payments settled so far.</summary>
    public ValueTask<CommandResult> ResolveQueuesAsync(uint system, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new PaymentSystemWorkCommand { Opcode = Opcode.ResolveQueues, System = system }, cancellationToken);

    /// <summary>Sets the balance below which no payment may take a member's settlement account; −1 for none.</summary>
    public ValueTask<CommandResult> SetMinimumPositionAsync(uint member, long amount, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new MemberCommand { Opcode = Opcode.SetMinimumPosition, Member = member, Amount = amount }, cancellationToken);

    /// <summary>Sets the balance above which no payment may take a member's settlement account; −1 for none.</summary>
    public ValueTask<CommandResult> SetMaximumPositionAsync(uint member, long amount, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new MemberCommand { Opcode = Opcode.SetMaximumPosition, Member = member, Amount = amount }, cancellationToken);

    /// <summary>Settles a closed netting cycle, all or nothing.</summary>
    public ValueTask<CommandResult> SettleCycleAsync(
        uint cycle, ShortfallRule rule = ShortfallRule.Abort, ulong guaranteeAccount = 0, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new CycleCommand { Opcode = Opcode.SettleCycle, Cycle = cycle, Rule = rule, GuaranteeAccount = guaranteeAccount }, cancellationToken);
}
