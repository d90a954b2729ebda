// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Clearing;
using FastLedger.Primitives;

namespace FastLedger.Domain.CentralCounterparty;

/// <summary>
/// Positions of clearing members against the counterparty. Each leg moves the member's position and, the other way, the counterparty's own;
/// since every command books both legs, the counterparty is flat after it and the costs of all members sum to zero.
/// </summary>
/// <remarks>Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class PositionBook
{
    /// <summary>Largest quantity of a trade, and largest price and margin of one unit.</summary>
    public const ulong MaxQuantity = 1ul << 40, MaxPrice = 1ul << 40;

    /// <summary>Largest value of a trade and of a contract's long positions; a cost beyond it takes no further trade before it is marked.</summary>
    public const ulong MaxValue = 1ul << 62;

    /// <summary>Most units that the long positions of a contract hold.</summary>
    public const ulong MaxOpenInterest = 1ul << 48;

    private readonly CounterpartyTables _tables;

    /// <summary>The book over a ledger.</summary>
    public PositionBook(Ledger ledger) => _tables = ledger.Counterparties;

    /// <summary>Whether a member may take on a leg: its range, and initial margin posted for what it requires then (reducing is always allowed).</summary>
    public ResultCode CheckLeg(uint contractNumber, uint memberNumber, long quantity, Int128 cost)
    {
        ref readonly ContractRecord contract = ref _tables.Contracts[contractNumber];
        ref readonly ClearingMemberRecord member = ref _tables.ClearingMembers[memberNumber];
        uint number = _tables.PositionOf(contractNumber, memberNumber);
        long before = number == 0 ? 0 : _tables.Positions[number].Quantity;
        Int128 costAfter = (number == 0 ? Int128.Zero : _tables.Positions[number].Cost) + cost;
        if (Int128.Abs(costAfter) > MaxValue) return ResultCode.InvalidTrade;
        ulong held = Magnitude(before), holds = Magnitude(before + quantity);
        if (holds <= held) return ResultCode.Ok;
        UInt128 requirement = member.Requirement + ((UInt128)(holds - held) * contract.MarginPerUnit);
        return requirement > member.Margin ? ResultCode.ExceedsLimit : ResultCode.Ok;
    }

    /// <summary>Position records that a trade between two members may need.</summary>
    public bool HasRoom => _tables.Positions.Capacity - _tables.Positions.Count >= 2;

    /// <summary>Books one leg: the member gets the units at the cost, the counterparty gives them.</summary>
    /// <returns>The position.</returns>
    public uint Book(uint contractNumber, uint memberNumber, long quantity, Int128 cost)
    {
        uint number = _tables.PositionOf(contractNumber, memberNumber);
        if (number == 0) number = Open(contractNumber, memberNumber);
        ref ClearedPositionRecord position = ref _tables.Positions.Change(number);
        ref ContractRecord contract = ref _tables.Contracts.Change(contractNumber);
        Resize(ref position, ref contract, ref _tables.ClearingMembers.Change(memberNumber), position.Quantity + quantity);
        position.Cost += cost;
        contract.HouseQuantity -= quantity;
        contract.HouseCost -= cost;
        return number;
    }

    /// <summary>Marks all positions of a contract.</summary>
    /// <returns>The sum of what the losing side owes by it.</returns>
    public UInt128 MarkAll(uint contractNumber, ulong price)
    {
        Int128 sum = Int128.Zero, gains = Int128.Zero;
        for (uint at = _tables.Contracts[contractNumber].FirstPosition; at != 0; at = _tables.Positions[at].NextOfContract)
        {
            Int128 gain = Mark(at, price);
            sum += gain;
            if (gain > Int128.Zero) gains += gain;
        }

        Invariant.Check(sum == Int128.Zero && IsFlat(contractNumber));
        _tables.Contracts.Change(contractNumber).Price = price;
        return (UInt128)gains;
    }

    /// <summary>What a price would make of the positions is in range.</summary>
    public bool IsPrice(uint contract, ulong price) =>
        price is > 0 and <= MaxPrice && (UInt128)_tables.Contracts[contract].OpenInterest * price <= MaxValue;

    /// <summary>The counterparty has no position and no cost in a contract.</summary>
    public bool IsFlat(uint contract) =>
        _tables.Contracts[contract].HouseQuantity == Int128.Zero && _tables.Contracts[contract].HouseCost == Int128.Zero;

    /// <summary>Gives all positions of a contract a new margin for one unit.</summary>
    public void ChangeMargin(uint contractNumber, ulong marginPerUnit)
    {
        ref ContractRecord contract = ref _tables.Contracts.Change(contractNumber);
        for (uint at = contract.FirstPosition; at != 0; at = _tables.Positions[at].NextOfContract)
        {
            ulong held = Magnitude(_tables.Positions[at].Quantity);
            if (held == 0) continue;
            ref ClearingMemberRecord member = ref _tables.ClearingMembers.Change(_tables.Positions[at].ClearingMember);
            member.Requirement = member.Requirement - ((UInt128)held * contract.MarginPerUnit) + ((UInt128)held * marginPerUnit);
        }

        contract.MarginPerUnit = marginPerUnit;
    }

    private static ulong Magnitude(long quantity) => (ulong)Math.Abs(quantity);

    private static void Resize(ref ClearedPositionRecord position, ref ContractRecord contract, ref ClearingMemberRecord member, long quantity)
    {
        ulong before = Magnitude(position.Quantity), after = Magnitude(quantity);
        member.Requirement = member.Requirement - ((UInt128)before * contract.MarginPerUnit) + ((UInt128)after * contract.MarginPerUnit);
        if (before == 0 && after != 0) member.OpenPositions++;
        else if (before != 0 && after == 0) member.OpenPositions--;
        contract.OpenInterest = contract.OpenInterest - (ulong)Math.Max(position.Quantity, 0) + (ulong)Math.Max(quantity, 0);
        position.Quantity = quantity;
        if (quantity == 0) position.FailingSince = 0;
    }

    /// <summary>Marks a position: what it is worth beyond its cost becomes due, and its worth becomes its cost. Only marking all positions of a
    /// contract leaves a sum of zero due.</summary>
    private Int128 Mark(uint number, ulong price)
    {
        ref readonly ClearedPositionRecord seen = ref _tables.Positions[number];
        Int128 worth = (Int128)seen.Quantity * price;
        Int128 gain = worth - seen.Cost;
        if (gain == Int128.Zero) return gain;
        ref ClearedPositionRecord position = ref _tables.Positions.Change(number);
        _tables.Contracts.Change(position.Contract).HouseCost -= gain;
        _tables.ClearingMembers.Change(position.ClearingMember).VariationDue += gain;
        position.Cost = worth;
        return gain;
    }

    private uint Open(uint contractNumber, uint memberNumber)
    {
        uint number = _tables.Positions.Append();
        Invariant.Check(number != 0);
        ref ClearedPositionRecord position = ref _tables.Positions.Change(number);
        ref ContractRecord contract = ref _tables.Contracts.Change(contractNumber);
        ref ClearingMemberRecord member = ref _tables.ClearingMembers.Change(memberNumber);
        position.ClearingMember = memberNumber;
        position.Contract = contractNumber;
        position.NextOfMember = member.FirstPosition;
        member.FirstPosition = number;
        if (contract.LastPosition != 0) _tables.Positions.Change(contract.LastPosition).NextOfContract = number;
        else contract.FirstPosition = number;
        contract.LastPosition = number;
        contract.PositionCount++;
        _tables.PositionByMember.Add(PaymentTables.Pair(contractNumber, memberNumber), number);
        return number;
    }
}
