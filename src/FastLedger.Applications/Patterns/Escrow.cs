// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Applications.Patterns;

/// <summary>
/// Escrow: an amount leaves the payer's reach, and goes to the payee or back by the decision of a policy, by a code, by an attested outcome,
/// or by time.
/// </summary>
public static class Escrow
{
    /// <summary>Sets an amount aside. The value of the command's result is the escrow's id.</summary>
    /// <param name="chain">Where the command goes.</param>
    /// <param name="payer">Account that is debited.</param>
    /// <param name="payee">Account that is credited on release.</param>
    /// <param name="amount">Minor units.</param>
    /// <param name="terms">Who decides, and until when.</param>
    /// <returns>Place of the command in the chain.</returns>
    public static int Open(CommandChain chain, ulong payer, ulong payee, UInt128 amount, EscrowTerms terms)
    {
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(terms);
        return chain.Add(new ReserveCommand
        {
            Flags = CommandFlags.RelativeTime,
            DebitAccount = payer,
            CreditAccount = payee,
            Amount = amount,
            ReleasePolicy = terms.ReleasePolicy,
            VoidPolicy = terms.VoidPolicy,
            NotBeforeNs = terms.NotBefore.Ticks * 100,
            ExpiresAtNs = terms.Timeout.Ticks * 100,
            Outcome = terms.Outcome,
            OutcomeValue = terms.OutcomeValue,
            HashLock = terms.HashLock,
        });
    }

    /// <summary>Pays all of it to the payee.</summary>
    public static int Release(CommandChain chain, ulong escrow, in Hash256 preimage = default) => Release(chain, escrow, UInt128.MaxValue, preimage);

    /// <summary>Pays a part of it to the payee.</summary>
    /// <param name="chain">Where the command goes.</param>
    /// <param name="escrow">The escrow.</param>
    /// <param name="amount">Minor units.</param>
    /// <param name="preimage">What the hash lock is the SHA-256 of; zero without one.</param>
    /// <param name="keepRemainder">The rest stays in escrow; otherwise it goes back.</param>
    public static int Release(CommandChain chain, ulong escrow, UInt128 amount, in Hash256 preimage = default, bool keepRemainder = false)
    {
        ArgumentNullException.ThrowIfNull(chain);
        return chain.Add(new TransferCommand
        {
            Opcode = Opcode.PostPending,
            Flags = keepRemainder ? CommandFlags.KeepRemainder : CommandFlags.None,
            PendingId = escrow,
            Amount = amount,
            Reference = preimage,
        });
    }

    /// <summary>Gives all of it back to the payer.</summary>
    public static int Refund(CommandChain chain, ulong escrow)
    {
        ArgumentNullException.ThrowIfNull(chain);
        return chain.Add(new TransferCommand { Opcode = Opcode.VoidPending, PendingId = escrow });
    }
}
