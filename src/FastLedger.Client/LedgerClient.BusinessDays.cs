// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>Business days of payment systems: the calendar's verbs, and statements.</summary>
public sealed partial class LedgerClient
{
    /// <summary>A business day.</summary>
    /// <param name="system">The payment system.</param>
    /// <param name="date">Days since 1970-01-01; 0 for the day that is open or was last.</param>
    /// <param name="member">Member whose statement is wanted, or 0.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<BusinessDayAnswer> GetBusinessDayAsync(uint system, uint date = 0, uint member = 0, CancellationToken cancellationToken = default) =>
        AskAsync<BusinessDayQuery, BusinessDayAnswer>(new BusinessDayQuery { System = system, Date = date, Member = member }, cancellationToken);

    /// <summary>Plans a business day, or changes the cut-offs of a planned one.</summary>
    /// <param name="system">The payment system.</param>
    /// <param name="date">Days since 1970-01-01.</param>
    /// <param name="customerCutoffNs">Block time after which customers' payments are late.</param>
    /// <param name="interbankCutoffNs">Block time after which every payment is late.</param>
    /// <param name="cancellationToken">Ends the wait, not the command.</param>
    public ValueTask<CommandResult> PlanBusinessDayAsync(
        uint system, uint date, long customerCutoffNs, long interbankCutoffNs, CancellationToken cancellationToken = default) =>
        DayAsync(Opcode.PlanBusinessDay, system, date, customerCutoffNs, interbankCutoffNs, cancellationToken);

    /// <summary>Makes a planned business day a holiday.</summary>
    public ValueTask<CommandResult> DeclareHolidayAsync(uint system, uint date, CancellationToken cancellationToken = default) =>
        DayAsync(Opcode.DeclareHoliday, system, date, 0, 0, cancellationToken);

    /// <summary>Opens the next planned business day. Value: warehoused payments that were released.</summary>
    public ValueTask<CommandResult> OpenBusinessDayAsync(uint system, uint date, CancellationToken cancellationToken = default) =>
        DayAsync(Opcode.OpenBusinessDay, system, date, 0, 0, cancellationToken);

    /// <summary>Changes the cut-offs of the open business day.</summary>
    public ValueTask<CommandResult> SetCutoffsAsync(
        uint system, uint date, long customerCutoffNs, long interbankCutoffNs, CancellationToken cancellationToken = default) =>
        DayAsync(Opcode.SetCutoffs, system, date, customerCutoffNs, interbankCutoffNs, cancellationToken);

    /// <summary>Closes the business day after its last cut-off.</summary>
    public ValueTask<CommandResult> CloseBusinessDayAsync(uint system, uint date, CancellationToken cancellationToken = default) =>
        DayAsync(Opcode.CloseBusinessDay, system, date, 0, 0, cancellationToken);

    /// <summary>A member's statement of the last day that was closed, with all its postings.</summary>
    /// <param name="system">The payment system.</param>
    /// <param name="member">The member.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="LedgerRejectedException"><see cref="ResultCode.NotFound"/>: the present day is not closed, or the member has no statement of it.</exception>
    public async ValueTask<DayStatement> GetDayStatementAsync(uint system, uint member, CancellationToken cancellationToken = default)
    {
        BusinessDayAnswer day = await GetBusinessDayAsync(system, 0, member, cancellationToken).ConfigureAwait(false);
        if (day.Member == 0) throw new LedgerRejectedException(ResultCode.NotFound);
        var entries = new List<HistoryEntry>();
        UInt128 credits = UInt128.Zero, debits = UInt128.Zero;
        ulong from = 0;
        do
        {
            AccountStatement piece = await GetStatementAsync(day.Account, from, cancellationToken: cancellationToken).ConfigureAwait(false);
            from = piece.Head.NextEntry;
            if (from != 0 && piece.Entries.Count == 0) throw new LedgerRejectedException(ResultCode.NotFound); // the replica's history begins later
            foreach (HistoryEntry entry in piece.Entries)
            {
                if (entry.Sequence > day.ClosedSequence || entry.Kind is HistoryKind.Pending or HistoryKind.PendingVoided or HistoryKind.PendingExpired) continue;
                if (entry.Sequence <= day.FromSequence)
                {
                    from = 0;
                    break;
                }

                entries.Add(entry);
                if (entry.CreditAccount == day.Account) credits += entry.Amount;
                else debits += entry.Amount;
            }
        }
        while (from != 0);
        entries.Reverse();
        return new DayStatement(day, entries, credits, debits);
    }

    private ValueTask<CommandResult> DayAsync(Opcode opcode, uint system, uint date, long customerCutoffNs, long interbankCutoffNs, CancellationToken cancellationToken) =>
        ExecuteAsync(
            new PaymentSystemWorkCommand { Opcode = opcode, System = system, Date = date, CustomerCutoffNs = customerCutoffNs, InterbankCutoffNs = interbankCutoffNs },
            cancellationToken);
}
