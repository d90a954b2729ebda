// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Primitives.Commands;

namespace FastLedger.Applications.Patterns;

/// <summary>Paying to many: fixed shares (a split), or in proportion to what is held (a distribution). Sums are exact to the last unit.</summary>
public static class RevenueShare
{
    /// <summary>Agrees on shares. The chain must be approved by <paramref name="policy"/>. The value of the first result is the split's number.</summary>
    /// <param name="chain">Where the commands go.</param>
    /// <param name="asset">Asset that is split.</param>
    /// <param name="policy">Who must agree, now and to every change; 0 for the session's.</param>
    /// <param name="shares">Accounts and parts per million, which sum to 1,000,000; equal remainders go to the first ones.</param>
    /// <returns>Place of the command that creates the split.</returns>
    public static int Agree(CommandChain chain, uint asset, uint policy, IReadOnlyList<(ulong Account, uint Weight)> shares)
    {
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(shares);
        int place = chain.Add(new CreateSplitCommand { Asset = asset, Policy = policy, Shares = (uint)shares.Count });
        Change(chain, 0, shares);
        return place;
    }

    /// <summary>Changes the shares of a split (0: of the one that the chain creates).</summary>
    public static void Change(CommandChain chain, uint split, IReadOnlyList<(ulong Account, uint Weight)> shares)
    {
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(shares);
        for (int i = 0; i < shares.Count; i++)
            chain.Add(new SetShareCommand { Split = split, Index = (uint)i, Account = shares[i].Account, Weight = shares[i].Weight });
        chain.Add(new SetShareCommand { Opcode = Opcode.ActivateSplit, Split = split });
    }

    /// <summary>Pays to the accounts of a split.</summary>
    public static int Pay(CommandChain chain, ulong from, uint split, UInt128 amount)
    {
        ArgumentNullException.ThrowIfNull(chain);
        return chain.Add(new PaySplitCommand { DebitAccount = from, Split = split, Amount = amount });
    }

    /// <summary>Pays to the holders of an asset as of this command. The value of the result is the distribution's number.</summary>
    /// <param name="chain">Where the command goes.</param>
    /// <param name="from">Account that pays.</param>
    /// <param name="heldAsset">Asset whose holders are paid.</param>
    /// <param name="amount">Minor units.</param>
    /// <param name="period">Name of the distribution, which no second one gets; 0 for none.</param>
    public static int Distribute(CommandChain chain, ulong from, uint heldAsset, UInt128 amount, UInt128 period = default)
    {
        ArgumentNullException.ThrowIfNull(chain);
        return chain.Add(new DistributeCommand { DebitAccount = from, HeldAsset = heldAsset, Amount = amount, ExternalId = period });
    }
}
