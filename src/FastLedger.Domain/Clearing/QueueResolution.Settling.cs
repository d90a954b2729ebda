// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Accounts;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Clearing;

// The set is found: reserve, settle, admit what arrived meanwhile.
public sealed partial class QueueResolution
{
    /// <summary>
    /// The set is found if the accounts still hold what they held at the start; a block may have passed since. Smaller balances lead to a
    /// subset of the set, by the argument above, so removing simply goes on.
    /// </summary>
    private void Reserve(ref PaymentSystemRecord system)
    {
        for (uint number = system.FirstMember; number != 0; number = _tables.Members[number].NextMember)
        {
            ref readonly MemberRecord member = ref _tables.Members[number];
            ref ResolutionRecord run = ref _tables.Resolutions.Change(number);
            run.Available = _tables.Available(member) + run.In - run.Out;
            run.Blocked = (run.Out != Int128.Zero || run.In != Int128.Zero) && _tables.IsBlocked(member) ? 1u : 0;
            if (run.Blocked != 0 && run.In != Int128.Zero)
            {
                // Somebody who is to be paid was blocked since the start: the set is no longer one that can settle.
                Abandon(ref system);
                return;
            }

            List(ref system, number);
        }

        if (system.FirstViolator != 0) return;
        for (uint number = system.FirstMember; number != 0; number = _tables.Members[number].NextMember)
        {
            ref readonly ResolutionRecord run = ref _tables.Resolutions[number];
            if (run.Out == Int128.Zero && run.In == Int128.Zero) continue;
            ref AccountRecord account = ref _ledger.Accounts.Change(_tables.Members[number].Account);
            account.DebitsPending += (UInt128)run.Out;
            account.Floor -= run.In;
        }

        system.Phase = ResolutionPhase.Settling;
        system.SettlingMember = system.FirstMember;
    }

    private static void Abandon(ref PaymentSystemRecord system)
    {
        system.FirstViolator = 0;
        system.SettlingMember = 0;
        system.Phase = ResolutionPhase.Admitting;
    }

    private void Settle(ref PaymentSystemRecord system, ref int budget)
    {
        for (; system.SettlingMember != 0; system.SettlingMember = _tables.Members[system.SettlingMember].NextMember)
        {
            uint number = system.SettlingMember;
            while (_tables.Resolutions[number].End != 0)
            {
                if (budget <= 0 || !_context.HasRoomForEvents) return;
                budget--;
                uint head = PaymentTables.Head(_tables.Members[number]);
                if (head == _tables.Resolutions[number].End) _tables.Resolutions.Change(number).End = 0;
                system.ResolvedCount++;
                system.ResolvedValue += _tables.Payments[head].Amount;
                _queues.Remove(head);
                _settlement.Settle(head, PaymentEventKind.SettledByResolution, reserved: true);
            }
        }

        system.Phase = ResolutionPhase.Admitting;
    }

    private void Admit(ref PaymentSystemRecord system, ref int budget)
    {
        while (system.HeldHead != 0)
        {
            if (budget-- <= 0 || !_context.HasRoomForEvents) return;
            uint number = system.HeldHead;
            system.HeldHead = _tables.Payments[number].Next;
            if (system.HeldHead == 0) system.HeldTail = 0;
            ref PaymentRecord payment = ref _tables.Payments.Change(number);
            payment.Next = 0;
            payment.Previous = 0;
            if (payment.State == PaymentState.Warehoused)
            {
                // Its day has come; its from-time may not have.
                payment.State = PaymentState.Held;
                payment.ValueDate = _tables.BusinessDays[system.Day].Date;
                if (payment.EnteredNs > _context.TimestampNs)
                {
                    payment.State = PaymentState.Waiting;
                    _tables.Times.Add(number, payment.EnteredNs);
                    continue;
                }

                payment.EnteredNs = _context.TimestampNs;
            }

            _gross.Place(number);
        }

        system.Phase = ResolutionPhase.Idle;
        for (uint number = system.FirstMember; number != 0; number = _tables.Members[number].NextMember) _queues.Touch(number);
    }
}
