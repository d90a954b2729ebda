// SPDX-License-Identifier: Apache-2.0
using System;
using System.Security.Cryptography;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Applications.Patterns;

/// <summary>A bid or vote in a sealed round: committed to first, opened later. Whoever makes it must keep the salt.</summary>
/// <param name="Round">The round.</param>
/// <param name="Bidder">Policy that bids.</param>
/// <param name="Value">The bid, or the choice.</param>
/// <param name="Salt">32 random bytes.</param>
public sealed record SealedBid(uint Round, uint Bidder, UInt128 Value, Hash256 Salt)
{
    /// <summary>A bid with a new salt.</summary>
    public static SealedBid Make(uint round, uint bidder, UInt128 value) => new(round, bidder, value, new Hash256(RandomNumberGenerator.GetBytes(Hash256.Size)));

    /// <summary>Hands in the commitment.</summary>
    /// <param name="chain">Where the command goes.</param>
    /// <param name="chainId">The ledger.</param>
    /// <param name="depositAccount">Account that the deposit is reserved on; 0 without a deposit.</param>
    /// <param name="eligibilityAccount">The bidder's account of the eligibility asset; 0 when none is asked for.</param>
    public int Commit(CommandChain chain, in Hash256 chainId, ulong depositAccount = 0, ulong eligibilityAccount = 0)
    {
        ArgumentNullException.ThrowIfNull(chain);
        return chain.Add(new CommitCommand
        {
            Round = Round,
            Bidder = Bidder,
            DepositAccount = depositAccount,
            EligibilityAccount = eligibilityAccount,
            Commitment = SealedCommitment.Of(in chainId, Round, Bidder, Value, Salt),
        });
    }

    /// <summary>Opens the commitment.</summary>
    public int Reveal(CommandChain chain)
    {
        ArgumentNullException.ThrowIfNull(chain);
        return chain.Add(new RevealCommand { Round = Round, Bidder = Bidder, Value = Value, Salt = Salt });
    }
}
