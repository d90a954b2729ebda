// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Applications.Patterns;

/// <summary>Minting by attestation: units come into being only together with a record that cannot be made twice (a nullifier).</summary>
public static class Attestation
{
    /// <summary>Adds the record and the issue. The chain must be approved by the class's issuer and by the asset's.</summary>
    /// <param name="chain">Where the commands go.</param>
    /// <param name="class">Class of the records.</param>
    /// <param name="nullifier">What must not be attested twice: a voter, a trip, a meter's interval.</param>
    /// <param name="value">A quantity that the class bounds; 0 without one.</param>
    /// <param name="evidence">Digest of the evidence.</param>
    /// <param name="issuer">The issuer's account.</param>
    /// <param name="receiver">Account that gets the units.</param>
    /// <param name="amount">Minor units.</param>
    /// <returns>Place of the record's command in the chain.</returns>
    public static int Mint(
        CommandChain chain, uint @class, UInt128 nullifier, ulong value, in Hash256 evidence, ulong issuer, ulong receiver, UInt128 amount)
    {
        ArgumentNullException.ThrowIfNull(chain);
        int place = chain.Add(new CreateObjectCommand { Class = @class, ExternalId = nullifier, Value = value, Content = evidence });
        chain.Add(new TransferCommand { DebitAccount = issuer, CreditAccount = receiver, Amount = amount });
        return place;
    }
}
