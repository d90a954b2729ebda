// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Primitives.Commands;

/// <summary>Flags of a command. Bit 0 has the same meaning for every opcode; the others belong to the opcode named.</summary>
[Flags]
public enum CommandFlags : ushort
{
    None = 0,
    /// <summary>This command and the next one take effect together or not at all.</summary>
    Linked = 1 << 0,
    /// <summary>Transfer: reserve now, post or void later.</summary>
    Pending = 1 << 1,
    /// <summary>Transfer: move at most what the debit account's floor leaves.</summary>
    BalancingDebit = 1 << 2,
    /// <summary>Transfer: move at most what the credit account's debits leave.</summary>
    BalancingCredit = 1 << 3,
    /// <summary>Transfer (pending): closes the debit account until the transfer is voided.</summary>
    ClosingDebit = 1 << 4,
    /// <summary>Transfer (pending): closes the credit account until the transfer is voided.</summary>
    ClosingCredit = 1 << 5,
    /// <summary>PlaceOrder: reject instead of taking liquidity.</summary>
    PostOnly = 1 << 6,
    /// <summary>AmendOrder: the quantity is the open quantity wanted, not the total quantity.</summary>
    QuantityIsOpen = 1 << 7,
    /// <summary>Commands with block times: those that are not zero count from the time of the block.</summary>
    RelativeTime = 1 << 12,
    /// <summary>PostPending: what is not posted stays reserved.</summary>
    KeepRemainder = 1 << 13,
}
