// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Primitives;

namespace FastLedger.EndToEnd.Crashes;

/// <summary>What the balances must be, kept by the client alone: arithmetic on a dictionary, no code of the ledger.</summary>
internal sealed class BalanceModel
{
    private readonly Dictionary<ulong, (UInt128 Debits, UInt128 Credits)> _accounts = [];
    private readonly ulong _issuer;

    public BalanceModel(ulong issuer, IEnumerable<ulong> accounts)
    {
        _issuer = issuer;
        _accounts[issuer] = default;
        foreach (ulong account in accounts) _accounts[account] = default;
    }

    public IEnumerable<ulong> Accounts => _accounts.Keys;

    public (UInt128 Debits, UInt128 Credits) this[ulong account] => _accounts[account];

    /// <summary>Moves money if the debit account has it.</summary>
    /// <returns>The answer that the ledger must give.</returns>
    public ResultCode Transfer(ulong debit, ulong credit, UInt128 amount)
    {
        if (debit == credit) return ResultCode.SameAccount;
        if (amount == 0) return ResultCode.AmountZero;
        (UInt128 debits, UInt128 credits) = _accounts[debit];
        if (debit != _issuer && credits - debits < amount) return ResultCode.ExceedsBalance;
        _accounts[debit] = (debits + amount, credits);
        (debits, credits) = _accounts[credit];
        _accounts[credit] = (debits, credits + amount);
        return ResultCode.Ok;
    }
}
