// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.CentralCounterparty;

/// <summary>Trades become positions against the counterparty; positions of a defaulter are closed the same way.</summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class NovationHandlers
{
    private readonly Ledger _ledger;
    private readonly CounterpartyTables _tables;
    private readonly ExecutionContext _context;
    private readonly CounterpartyJournal _journal;
    private readonly PositionBook _book;

    /// <summary>Handlers over the context's ledger.</summary>
    public NovationHandlers(ExecutionContext context, CounterpartyJournal journal, PositionBook book)
    {
        _context = context;
        _ledger = context.Ledger;
        _tables = _ledger.Counterparties;
        _journal = journal;
        _book = book;
    }

    /// <summary>Novates a trade between two active members, or closes out between a defaulter and a survivor.</summary>
    public ResultCode Novate(in NovationCommand command, ref CommandResult result)
    {
        if (command.Reserved0 != 0 || !command.Reserved1.IsZero) return ResultCode.ReservedFieldNotZero;
        if (!_tables.Contracts.Has(command.Contract)) return ResultCode.UnknownContract;
        ref readonly ContractRecord seen = ref _tables.Contracts[command.Contract];
        if (_journal.CheckOperator(seen.Counterparty) is not ResultCode.Ok and var refused) return refused;
        if (!IsMember(command.Buyer, seen.Counterparty) || !IsMember(command.Seller, seen.Counterparty)) return ResultCode.UnknownClearingMember;
        if (command.Buyer == command.Seller) return ResultCode.SameAccount;
        if (command.Quantity is 0 or > PositionBook.MaxQuantity || command.Price is 0 or > PositionBook.MaxPrice) return ResultCode.InvalidTrade;
        if ((UInt128)command.Quantity * command.Price > PositionBook.MaxValue || seen.OpenInterest + command.Quantity > PositionBook.MaxOpenInterest)
            return ResultCode.InvalidTrade;
        if (seen.State != ContractState.Open) return ResultCode.ContractState;
        long quantity = (long)command.Quantity;
        Int128 notional = (Int128)command.Quantity * command.Price;
        bool closes = command.Opcode == Opcode.CloseOutPosition;
        int defaulted = 0;
        ResultCode code = CheckSide(command.Contract, seen.SecuritySystem, command.Buyer, quantity, notional, closes, ref defaulted);
        if (code == ResultCode.Ok) code = CheckSide(command.Contract, seen.SecuritySystem, command.Seller, -quantity, -notional, closes, ref defaulted);
        if (code != ResultCode.Ok) return code;
        if (closes && defaulted == 0) return ResultCode.DefaultState;
        if (!_book.HasRoom) return ResultCode.TableFull;
        if (!_context.HasRoomForEvents) return ResultCode.Overloaded;

        uint bought = _book.Book(command.Contract, command.Buyer, quantity, notional);
        uint sold = _book.Book(command.Contract, command.Seller, -quantity, -notional);
        Invariant.Check(_book.IsFlat(command.Contract));
        _tables.Positions.Change(bought).Bought += command.Quantity;
        _tables.Positions.Change(sold).Sold += command.Quantity;
        _tables.Contracts.Change(command.Contract).Traded += command.Quantity;
        ulong trade = ++_tables.Counterparties.Change(seen.Counterparty).Trades;
        Tell(command, command.Buyer, quantity, notional, trade);
        Tell(command, command.Seller, -quantity, -notional, trade);
        result.Value = trade;
        return ResultCode.Ok;
    }

    private bool IsMember(uint number, uint counterparty) => _tables.ClearingMembers.Has(number) && _tables.ClearingMembers[number].Counterparty == counterparty;

    private ResultCode CheckSide(uint contract, uint securitySystem, uint number, long quantity, Int128 cost, bool closes, ref int defaulted)
    {
        ref readonly ClearingMemberRecord member = ref _tables.ClearingMembers[number];
        if (member.State == ClearingMemberState.Defaulted && closes)
        {
            // A defaulter's position only shrinks.
            defaulted++;
            uint position = _tables.PositionOf(contract, number);
            long held = position == 0 ? 0 : _tables.Positions[position].Quantity;
            return Math.Sign(held) == -Math.Sign(quantity) && Math.Abs(held) >= Math.Abs(quantity) ? _book.CheckLeg(contract, number, quantity, cost) : ResultCode.InvalidTrade;
        }

        if (member.State != ClearingMemberState.Active) return ResultCode.DefaultState;
        uint participant = _ledger.Clearing.Members[member.Member].Participant;
        if (_ledger.Clearing.Participants[participant].Suspended != 0) return ResultCode.ParticipantSuspended;
        if (securitySystem != 0 && _ledger.Clearing.MemberByPlace.Find(Clearing.PaymentTables.Pair(securitySystem, participant)) == 0) return ResultCode.UnknownMember;
        return _book.CheckLeg(contract, number, quantity, cost);
    }

    private void Tell(in NovationCommand command, uint member, long quantity, Int128 amount, ulong trade)
    {
        ref CounterpartyEvent told = ref _journal.Tell(
            command.Opcode == Opcode.CloseOutPosition ? CounterpartyEventKind.ClosedOut : CounterpartyEventKind.Novated, member, command.Reference);
        told.Contract = command.Contract;
        told.Number = trade;
        told.Quantity = quantity;
        told.Price = command.Price;
        told.Amount = amount;
        told.TradeId = command.TradeId;
    }
}
