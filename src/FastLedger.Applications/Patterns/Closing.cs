// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Applications.Patterns;

/// <summary>Closing: an object and the money for it change hands in one chain of any number of parties.</summary>
public static class Closing
{
    /// <summary>Pays out of an account; the chain must be approved by the account's policy.</summary>
    public static int Pay(CommandChain chain, ulong from, ulong to, UInt128 amount)
    {
        ArgumentNullException.ThrowIfNull(chain);
        return chain.Add(new TransferCommand { DebitAccount = from, CreditAccount = to, Amount = amount });
    }

    /// <summary>Gives the object to a new owner; the chain must be approved by the owner, and by the holder of a lien.</summary>
    public static int HandOver(CommandChain chain, ulong thing, uint newOwner, in Hash256 reference = default)
    {
        ArgumentNullException.ThrowIfNull(chain);
        return chain.Add(new ObjectPartyCommand { Opcode = Opcode.TransferObject, Object = thing, Party = newOwner, Reference = reference });
    }

    /// <summary>Ends the lien on the object; the chain must be approved by its holder.</summary>
    public static int ReleaseLien(CommandChain chain, ulong thing)
    {
        ArgumentNullException.ThrowIfNull(chain);
        return chain.Add(new ObjectPartyCommand { Opcode = Opcode.ReleaseLien, Object = thing });
    }

    /// <summary>Gives a lien on the object; the chain must be approved by the owner and the new holder.</summary>
    /// <param name="chain">Where the command goes.</param>
    /// <param name="thing">The object.</param>
    /// <param name="holder">Policy of the creditor.</param>
    /// <param name="secured">What the lien secures, minor units.</param>
    public static int SetLien(CommandChain chain, ulong thing, uint holder, ulong secured)
    {
        ArgumentNullException.ThrowIfNull(chain);
        return chain.Add(new ObjectPartyCommand { Opcode = Opcode.SetLien, Object = thing, Party = holder, LienAmount = secured });
    }
}
