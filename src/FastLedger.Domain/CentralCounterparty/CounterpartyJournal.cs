// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using FastLedger.Domain.Accounts;
using FastLedger.Domain.Clearing;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.CentralCounterparty;

/// <summary>What all handlers of central counterparties share: who may act, what an account can pay, postings and events.</summary>
/// <remarks>Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class CounterpartyJournal
{
    private readonly Ledger _ledger;
    private readonly ExecutionContext _context;

    /// <summary>A journal over the context's ledger.</summary>
    public CounterpartyJournal(ExecutionContext context)
    {
        _context = context;
        _ledger = context.Ledger;
    }

    /// <summary>Whether those who approve the command operate the counterparty.</summary>
    /// <returns><see cref="ResultCode.Ok"/>, or why not.</returns>
    public ResultCode CheckOperator(uint counterparty) => _context.Check(_ledger.Counterparties.Counterparties[counterparty].OperatorPolicy);

    /// <summary>The settlement account of a clearing member.</summary>
    public uint AccountOf(uint clearingMember) => _ledger.Clearing.Members[_ledger.Counterparties.ClearingMembers[clearingMember].Member].Account;

    /// <summary>True when nothing may leave or reach a clearing member.</summary>
    public bool IsBlocked(uint clearingMember) => _ledger.Clearing.IsBlocked(_ledger.Clearing.Members[_ledger.Counterparties.ClearingMembers[clearingMember].Member]);

    /// <summary>What an account can pay now; 0 when it is blocked.</summary>
    public Int128 Available(uint account)
    {
        ref readonly AccountRecord record = ref _ledger.Accounts[account];
        return record.IsBlocked ? Int128.Zero : Int128.Max(record.Available, Int128.Zero);
    }

    /// <summary>True when no resolution of queues is at work in a payment system.</summary>
    public bool IsIdle(uint system) => _ledger.Clearing.Systems[system].Phase == ResolutionPhase.Idle;

    /// <summary>Moves an amount; the caller checked that the debit is covered.</summary>
    public void Move(HistoryKind kind, uint debitNumber, uint creditNumber, UInt128 amount, ulong link, uint code, in Hash256 reference)
    {
        if (amount == UInt128.Zero) return;
        ref AccountRecord debit = ref _ledger.Accounts.Change(debitNumber);
        ref AccountRecord credit = ref _ledger.Accounts.Change(creditNumber);
        debit.DebitsPosted += amount;
        credit.CreditsPosted += amount;
        ref HistoryEntry entry = ref _context.Record(kind, debitNumber, ref debit, creditNumber, ref credit, amount);
        entry.Code = code;
        entry.Link = link;
        entry.Reference = reference;
    }

    /// <summary>Tells a clearing member what happened to it.</summary>
    /// <returns>The event, whose other fields are zero.</returns>
    public ref CounterpartyEvent Tell(CounterpartyEventKind kind, uint clearingMember, in Hash256 reference)
    {
        ref readonly ClearingMemberRecord member = ref _ledger.Counterparties.ClearingMembers[clearingMember];
        ref CounterpartyEvent told = ref Unsafe.As<OrderEvent, CounterpartyEvent>(ref _context.Events.Add());
        told = default;
        told.Kind = kind;
        told.Counterparty = member.Counterparty;
        told.ClearingMember = clearingMember;
        told.Session = _ledger.Clearing.Participants[_ledger.Clearing.Members[member.Member].Participant].Session;
        told.Sequence = _context.Sequence;
        told.TimestampNs = _context.TimestampNs;
        told.Reference = reference;
        return ref told;
    }

    /// <summary>Tells all clearing members of a counterparty about a default.</summary>
    public void TellAll(CounterpartyEventKind kind, uint counterparty, ulong number, Int128 amount, in Hash256 reference)
    {
        for (uint at = _ledger.Counterparties.Counterparties[counterparty].FirstMember; at != 0; at = _ledger.Counterparties.ClearingMembers[at].NextMember)
        {
            ref CounterpartyEvent told = ref Tell(kind, at, reference);
            told.Number = number;
            told.Amount = amount;
        }
    }
}
