// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>Central counterparties: queries, and the verbs that are a single command.</summary>
public sealed partial class LedgerClient
{
    /// <summary>A central counterparty.</summary>
    public ValueTask<CounterpartyAnswer> GetCounterpartyAsync(uint counterparty, CancellationToken cancellationToken = default) =>
        AskAsync<CounterpartyQuery, CounterpartyAnswer>(new CounterpartyQuery { Counterparty = counterparty }, cancellationToken);

    /// <summary>A clearing member: margin, contribution, what is due.</summary>
    public ValueTask<ClearingMemberAnswer> GetClearingMemberAsync(uint clearingMember, CancellationToken cancellationToken = default) =>
        AskAsync<ClearingMemberQuery, ClearingMemberAnswer>(new ClearingMemberQuery { ClearingMember = clearingMember }, cancellationToken);

    /// <summary>The clearing member that a member of the payment system is.</summary>
    public ValueTask<ClearingMemberAnswer> FindClearingMemberAsync(uint counterparty, uint member, CancellationToken cancellationToken = default) =>
        AskAsync<ClearingMemberQuery, ClearingMemberAnswer>(new ClearingMemberQuery { Counterparty = counterparty, Member = member }, cancellationToken);

    /// <summary>A contract, with the position of a clearing member when one is named.</summary>
    public ValueTask<ContractAnswer> GetContractAsync(uint contract, uint clearingMember = 0, CancellationToken cancellationToken = default) =>
        AskAsync<ContractQuery, ContractAnswer>(new ContractQuery { Contract = contract, ClearingMember = clearingMember }, cancellationToken);

    /// <summary>A default and what its loss consumed.</summary>
    public ValueTask<DefaultAnswer> GetDefaultAsync(uint number, CancellationToken cancellationToken = default) =>
        AskAsync<DefaultQuery, DefaultAnswer>(new DefaultQuery { Default = number }, cancellationToken);

    /// <summary>Turns a trade into two positions against the counterparty. Value: the trade's number there.</summary>
    /// <param name="contract">What is traded.</param>
    /// <param name="buyer">Clearing member that buys.</param>
    /// <param name="seller">Clearing member that sells.</param>
    /// <param name="quantity">Units, 1 … 2^40.</param>
    /// <param name="price">Minor units for one unit, 1 … 2^40.</param>
    /// <param name="tradeId">Name of the trade where it was made; 0 for none.</param>
    /// <param name="cancellationToken">Ends the wait, not the command.</param>
    public ValueTask<CommandResult> NovateAsync(
        uint contract, uint buyer, uint seller, ulong quantity, ulong price, UInt128 tradeId = default, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new NovationCommand { Contract = contract, Buyer = buyer, Seller = seller, Quantity = quantity, Price = price, TradeId = tradeId }, cancellationToken);

    /// <summary>Closes a position of a defaulter against another member, who buys from it or sells to it.</summary>
    public ValueTask<CommandResult> CloseOutAsync(
        uint contract, uint buyer, uint seller, ulong quantity, ulong price, CancellationToken cancellationToken = default) =>
        ExecuteAsync(
            new NovationCommand { Opcode = Opcode.CloseOutPosition, Contract = contract, Buyer = buyer, Seller = seller, Quantity = quantity, Price = price }, cancellationToken);

    /// <summary>Posts initial margin. Value: what is posted in all.</summary>
    public ValueTask<CommandResult> PostMarginAsync(uint clearingMember, ulong amount, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new ClearingMemberCommand { Opcode = Opcode.PostMargin, ClearingMember = clearingMember, Amount = amount }, cancellationToken);

    /// <summary>Takes initial margin back that the positions do not require. Value: what stays posted.</summary>
    public ValueTask<CommandResult> WithdrawMarginAsync(uint clearingMember, ulong amount, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new ClearingMemberCommand { Opcode = Opcode.WithdrawMargin, ClearingMember = clearingMember, Amount = amount }, cancellationToken);

    /// <summary>Pays into the default fund. Value: the member's contribution in all.</summary>
    public ValueTask<CommandResult> ContributeToFundAsync(uint clearingMember, ulong amount, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new ClearingMemberCommand { Opcode = Opcode.ContributeToFund, ClearingMember = clearingMember, Amount = amount }, cancellationToken);

    /// <summary>Calls missing initial margin. Value: what is missing.</summary>
    public ValueTask<CommandResult> CallMarginAsync(uint clearingMember, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new ClearingMemberCommand { Opcode = Opcode.CallMargin, ClearingMember = clearingMember }, cancellationToken);

    /// <summary>Marks a contract to a settlement price. Value: what the losing side owes by it.</summary>
    public ValueTask<CommandResult> MarkContractAsync(uint contract, ulong price, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new ContractCommand { Opcode = Opcode.MarkContract, Contract = contract, Price = price }, cancellationToken);

    /// <summary>Pays all variation margin that is due, or nothing. Value: what was paid in all.</summary>
    public ValueTask<CommandResult> SettleVariationAsync(uint counterparty, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new CounterpartyCommand { Opcode = Opcode.SettleVariation, Counterparty = counterparty }, cancellationToken);

    /// <summary>Delivers the net positions of a contract against payment. Value: units delivered.</summary>
    /// <param name="contract">The contract whose day has come.</param>
    /// <param name="price">Settlement price.</param>
    /// <param name="into">Later contract that takes over what is not delivered; 0 to refuse unless all is.</param>
    /// <param name="cancellationToken">Ends the wait, not the command.</param>
    public ValueTask<CommandResult> SettleDeliveriesAsync(uint contract, ulong price, uint into = 0, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new ContractCommand { Opcode = Opcode.SettleDeliveries, Contract = contract, Price = price, Into = into }, cancellationToken);

    /// <summary>Declares a clearing member in default. Value: the default's number.</summary>
    public ValueTask<CommandResult> DeclareDefaultAsync(uint clearingMember, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new ClearingMemberCommand { Opcode = Opcode.DeclareDefault, ClearingMember = clearingMember }, cancellationToken);

    /// <summary>Covers the loss of a default by the layers of the waterfall. Value: what no layer covered.</summary>
    public ValueTask<CommandResult> ApplyWaterfallAsync(uint clearingMember, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new ClearingMemberCommand { Opcode = Opcode.ApplyWaterfall, ClearingMember = clearingMember }, cancellationToken);
}
