// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Primitives.Commands;

namespace FastLedger.Applications.Patterns;

/// <summary>Market and settle: orders whose fills settle at once, and complete sets of outcome assets that are redeemed when the outcome is final.</summary>
public static class Market
{
    /// <summary>Places a limit order. Value of the result: the order's id in the low 64 bits (0 when nothing rests), lots traded at once above.</summary>
    /// <param name="chain">Where the command goes.</param>
    /// <param name="instrument">What is traded.</param>
    /// <param name="side">To buy or to sell.</param>
    /// <param name="priceTicks">Worst price.</param>
    /// <param name="lots">Quantity.</param>
    /// <param name="baseAccount">The party's account of what is traded.</param>
    /// <param name="quoteAccount">The party's account of what it is paid in.</param>
    public static int Place(CommandChain chain, uint instrument, Side side, long priceTicks, ulong lots, ulong baseAccount, ulong quoteAccount)
    {
        ArgumentNullException.ThrowIfNull(chain);
        return chain.Add(new PlaceOrderCommand
        {
            Instrument = instrument,
            Side = side,
            SelfTradePrevention = SelfTradePrevention.CancelTaker,
            PriceTicks = priceTicks,
            QuantityLots = lots,
            BaseAccount = baseAccount,
            QuoteAccount = quoteAccount,
        });
    }

    /// <summary>Turns collateral into one unit of every value's asset.</summary>
    /// <param name="chain">Where the command goes.</param>
    /// <param name="outcome">The outcome.</param>
    /// <param name="collateral">Account that is debited.</param>
    /// <param name="accounts">Accounts that are credited: one for each value, in their order.</param>
    /// <param name="amount">Minor units of collateral, and of every value's asset.</param>
    public static int MintSet(CommandChain chain, uint outcome, ulong collateral, IReadOnlyList<ulong> accounts, UInt128 amount)
    {
        ArgumentNullException.ThrowIfNull(chain);
        return chain.Add(Set(Opcode.MintSet, outcome, collateral, accounts, amount));
    }

    /// <summary>Turns one unit of every value's asset back into collateral.</summary>
    public static int BurnSet(CommandChain chain, uint outcome, ulong collateral, IReadOnlyList<ulong> accounts, UInt128 amount)
    {
        ArgumentNullException.ThrowIfNull(chain);
        return chain.Add(Set(Opcode.BurnSet, outcome, collateral, accounts, amount));
    }

    /// <summary>Exchanges units of a value's asset for collateral after the outcome is final.</summary>
    public static int Redeem(CommandChain chain, uint outcome, ulong account, UInt128 amount, ulong collateral)
    {
        ArgumentNullException.ThrowIfNull(chain);
        return chain.Add(new RedeemCommand { Outcome = outcome, Account = account, Amount = amount, CollateralAccount = collateral });
    }

    private static CompleteSetCommand Set(Opcode opcode, uint outcome, ulong collateral, IReadOnlyList<ulong> accounts, UInt128 amount)
    {
        ArgumentNullException.ThrowIfNull(accounts);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(accounts.Count, CreateOutcomeCommand.MaxValues);
        ulong Account(int place) => place < accounts.Count ? accounts[place] : 0;
        return new CompleteSetCommand
        {
            Opcode = opcode,
            Outcome = outcome,
            CollateralAccount = collateral,
            Amount = amount,
            Account1 = Account(0),
            Account2 = Account(1),
            Account3 = Account(2),
            Account4 = Account(3),
            Account5 = Account(4),
            Account6 = Account(5),
            Account7 = Account(6),
            Account8 = Account(7),
        };
    }
}
