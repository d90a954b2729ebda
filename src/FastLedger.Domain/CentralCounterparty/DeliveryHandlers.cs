// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Clearing;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.CentralCounterparty;

/// <summary>
/// Continuous net settlement: on its day a contract is marked, then net sellers deliver what they have to net buyers that can pay, each
/// delivery against payment at the settlement price. What is left goes on to a later contract and nets with its trades. Positions that failed
/// before go first, then those opened first.
/// </summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class DeliveryHandlers
{
    private readonly Ledger _ledger;
    private readonly CounterpartyTables _tables;
    private readonly ExecutionContext _context;
    private readonly CounterpartyJournal _journal;
    private readonly PositionBook _book;

    /// <summary>Handlers over the context's ledger.</summary>
    public DeliveryHandlers(ExecutionContext context, CounterpartyJournal journal, PositionBook book)
    {
        _context = context;
        _ledger = context.Ledger;
        _tables = _ledger.Counterparties;
        _journal = journal;
        _book = book;
    }

    /// <summary>Settles the deliveries of a contract.</summary>
    public ResultCode Settle(in ContractCommand command, ref CommandResult result)
    {
        if ((command.Counterparty | command.SecuritySystem | command.SettlementDate) != 0 || command.MarginPerUnit != 0 || CounterpartyHandlers.HasReserved(command))
            return ResultCode.ReservedFieldNotZero;
        if (!_tables.Contracts.Has(command.Contract)) return ResultCode.UnknownContract;
        ref readonly ContractRecord seen = ref _tables.Contracts[command.Contract];
        if (_journal.CheckOperator(seen.Counterparty) is not ResultCode.Ok and var refused) return refused;
        if (seen.State != ContractState.Open || seen.SecuritySystem == 0) return ResultCode.ContractState;
        if (!_book.IsPrice(command.Contract, command.Price)) return ResultCode.InvalidTrade;
        ResultCode code = CheckInto(command, seen);
        if (code != ResultCode.Ok) return code;

        // A defaulter's positions are closed out, not delivered.
        if (_tables.Counterparties[seen.Counterparty].OpenDefaults != 0) return ResultCode.DefaultOpen;
        if (!_journal.IsIdle(_tables.Counterparties[seen.Counterparty].System) || !_journal.IsIdle(seen.SecuritySystem)) return ResultCode.ResolutionRunning;
        if (!_context.HasRoomForEvents) return ResultCode.Overloaded;
        if (command.Into == 0)
        {
            ulong left = seen.OpenInterest - Deliverable(command.Contract, command.Price);
            if (left != 0)
            {
                result.Value = left;
                return ResultCode.DeliveryIncomplete;
            }
        }

        _book.MarkAll(command.Contract, command.Price);
        result.Value = Deliver(command);
        CarryForward(command);
        Invariant.Check(_book.IsFlat(command.Contract) && _tables.Contracts[command.Contract].OpenInterest == 0);
        _tables.Contracts.Change(command.Contract).State = ContractState.Settled;
        return ResultCode.Ok;
    }

    private ResultCode CheckInto(in ContractCommand command, in ContractRecord from)
    {
        if (command.Into == 0) return ResultCode.Ok;
        if (!_tables.Contracts.Has(command.Into)) return ResultCode.UnknownContract;
        ref readonly ContractRecord into = ref _tables.Contracts[command.Into];
        if (into.Counterparty != from.Counterparty || into.SecuritySystem != from.SecuritySystem) return ResultCode.UnknownContract;
        if (into.State != ContractState.Open || into.SettlementDate <= from.SettlementDate) return ResultCode.ContractState;
        if (into.OpenInterest + from.OpenInterest > PositionBook.MaxOpenInterest) return ResultCode.InvalidTrade;
        return _tables.Positions.Capacity - _tables.Positions.Count < from.PositionCount ? ResultCode.TableFull : ResultCode.Ok;
    }

    /// <summary>What can be delivered: the lesser of what sellers have and what buyers can pay.</summary>
    private ulong Deliverable(uint contract, ulong price)
    {
        ulong sold = 0, bought = 0;
        for (uint at = _tables.Contracts[contract].FirstPosition; at != 0; at = _tables.Positions[at].NextOfContract)
        {
            if (_tables.Positions[at].Quantity < 0) sold += Able(at, price);
            else bought += Able(at, price);
        }

        return Math.Min(sold, bought);
    }

    /// <summary>How much of a position its member can deliver, or pay for, now.</summary>
    private ulong Able(uint number, ulong price)
    {
        ref readonly ClearedPositionRecord position = ref _tables.Positions[number];
        if (position.Quantity == 0 || _journal.IsBlocked(position.ClearingMember)) return 0;
        uint securities = SecuritiesOf(position);
        if (_ledger.Accounts[securities].IsBlocked) return 0;
        if (position.Quantity < 0) return (ulong)Int128.Min(-position.Quantity, _journal.Available(securities));
        return (ulong)Int128.Min(position.Quantity, _journal.Available(_journal.AccountOf(position.ClearingMember)) / price);
    }

    private uint SecuritiesOf(in ClearedPositionRecord position)
    {
        uint participant = _ledger.Clearing.Members[_tables.ClearingMembers[position.ClearingMember].Member].Participant;
        uint member = _ledger.Clearing.MemberByPlace.Find(PaymentTables.Pair(_tables.Contracts[position.Contract].SecuritySystem, participant));
        return _ledger.Clearing.Members[member].Account;
    }

    private ulong Deliver(in ContractCommand command)
    {
        uint contract = command.Contract;
        ulong price = command.Price, delivered = 0;
        bool sellerFailing = true, buyerFailing = true;
        uint seller = First(contract, -1, ref sellerFailing), buyer = First(contract, 1, ref buyerFailing);
        ulong gives = seller == 0 ? 0 : Able(seller, price), takes = buyer == 0 ? 0 : Able(buyer, price);
        while (seller != 0 && buyer != 0)
        {
            ulong quantity = Math.Min(gives, takes);
            if (quantity != 0) Move(command, seller, buyer, quantity);
            delivered += quantity;
            gives -= quantity;
            takes -= quantity;
            if (gives == 0)
            {
                seller = After(seller, contract, -1, ref sellerFailing);
                gives = seller == 0 ? 0 : Able(seller, price);
            }

            if (takes == 0)
            {
                buyer = After(buyer, contract, 1, ref buyerFailing);
                takes = buyer == 0 ? 0 : Able(buyer, price);
            }
        }

        _tables.Contracts.Change(contract).Delivered += delivered;
        return delivered;
    }

    /// <summary>The first position of a side: those that failed before in their order, then the others.</summary>
    private uint First(uint contract, int side, ref bool failing) => Next(_tables.Contracts[contract].FirstPosition, contract, side, ref failing);

    private uint After(uint position, uint contract, int side, ref bool failing) => Next(_tables.Positions[position].NextOfContract, contract, side, ref failing);

    private uint Next(uint at, uint contract, int side, ref bool failing)
    {
        while (true)
        {
            for (; at != 0; at = _tables.Positions[at].NextOfContract)
            {
                ref readonly ClearedPositionRecord position = ref _tables.Positions[at];
                if (Math.Sign(position.Quantity) == side && (position.FailingSince != 0) == failing) return at;
            }

            if (!failing) return 0;
            failing = false;
            at = _tables.Contracts[contract].FirstPosition;
        }
    }

    private void Move(in ContractCommand command, uint from, uint to, ulong quantity)
    {
        ref readonly ClearedPositionRecord sells = ref _tables.Positions[from];
        ref readonly ClearedPositionRecord buys = ref _tables.Positions[to];
        uint seller = sells.ClearingMember, buyer = buys.ClearingMember;
        Int128 value = (Int128)quantity * command.Price;
        _journal.Move(HistoryKind.Delivery, SecuritiesOf(sells), SecuritiesOf(buys), quantity, command.Contract, command.Code, command.Reference);
        _journal.Move(HistoryKind.DeliveryPayment, _journal.AccountOf(buyer), _journal.AccountOf(seller), (UInt128)value, command.Contract, command.Code, command.Reference);
        _book.Book(command.Contract, seller, (long)quantity, value);
        _book.Book(command.Contract, buyer, -(long)quantity, -value);
        Tell(command, seller, CounterpartyEventKind.Delivered, -(long)quantity, value);
        Tell(command, buyer, CounterpartyEventKind.Delivered, (long)quantity, -value);
    }

    private void CarryForward(in ContractCommand command)
    {
        uint date = _tables.Contracts[command.Contract].SettlementDate;
        ulong carried = 0;
        for (uint at = _tables.Contracts[command.Contract].FirstPosition; at != 0; at = _tables.Positions[at].NextOfContract)
        {
            ref readonly ClearedPositionRecord position = ref _tables.Positions[at];
            long quantity = position.Quantity;
            if (quantity == 0) continue;
            uint member = position.ClearingMember, since = position.FailingSince != 0 ? position.FailingSince : date;
            Int128 cost = position.Cost;
            _book.Book(command.Contract, member, -quantity, -cost);
            uint number = _book.Book(command.Into, member, quantity, cost);
            ref ClearedPositionRecord carriedTo = ref _tables.Positions.Change(number);
            if (carriedTo.Quantity != 0 && (carriedTo.FailingSince == 0 || since < carriedTo.FailingSince)) carriedTo.FailingSince = since;
            if (quantity > 0) carried += (ulong)quantity;
            Tell(command, member, CounterpartyEventKind.CarriedForward, quantity, Int128.Zero);
        }

        if (carried == 0) return;
        Invariant.Check(_book.IsFlat(command.Into));
        _tables.Contracts.Change(command.Contract).Carried += carried;
    }

    private void Tell(in ContractCommand command, uint member, CounterpartyEventKind kind, long quantity, Int128 amount)
    {
        ref CounterpartyEvent told = ref _journal.Tell(kind, member, command.Reference);
        told.Contract = command.Contract;
        told.Quantity = quantity;
        told.Price = command.Price;
        told.Amount = amount;
    }
}
