// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Execution;

/// <summary>
/// The records that a batch names, so that their pages come into memory before it executes. It need not be complete: what it leaves out, such
/// as orders that an order meets, is read when it is touched.
/// </summary>
/// <remarks>Thread: executor only. Alloc: none. Blocks: no.</remarks>
internal static class Footprint
{
    /// <summary>Asks for the pages of all commands.</summary>
    public static void Want(Ledger ledger, uint session, ReadOnlySpan<Command> commands)
    {
        ledger.Sessions.Want(session);
        ledger.Accounts.Want(ledger.Accounts.Count - 1);
        foreach (ref readonly Command command in commands) Want(ledger, command);
    }

    private static void Want(Ledger ledger, in Command command)
    {
        switch (command.Opcode)
        {
            case Opcode.Transfer:
                ref readonly TransferCommand transfer = ref Command.As<TransferCommand>(in command);
                ledger.Accounts.Want(transfer.DebitAccount);
                ledger.Accounts.Want(transfer.CreditAccount);
                break;
            case Opcode.PostPending or Opcode.VoidPending:
                ledger.PendingTransfers.Want(RecordId.Number(Command.As<TransferCommand>(in command).PendingId));
                break;
            case Opcode.PlaceOrder:
                ref readonly PlaceOrderCommand order = ref Command.As<PlaceOrderCommand>(in command);
                ledger.Instruments.Want(order.Instrument);
                ledger.Accounts.Want(order.BaseAccount);
                ledger.Accounts.Want(order.QuoteAccount);
                break;
            case Opcode.CancelOrder or Opcode.ReduceOrder or Opcode.AmendOrder:
                ledger.Orders.Want(RecordId.Number(Command.As<ChangeOrderCommand>(in command).OrderId));
                break;
            case Opcode.SetFloor or Opcode.FreezeAccount or Opcode.UnfreezeAccount or Opcode.CloseAccount or Opcode.ReopenAccount:
                ledger.Accounts.Want(Command.As<ChangeAccountCommand>(in command).Account);
                break;
        }
    }
}
