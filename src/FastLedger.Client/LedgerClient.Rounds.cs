// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>Sealed rounds.</summary>
public sealed partial class LedgerClient
{
    /// <summary>A sealed round.</summary>
    public ValueTask<RoundAnswer> GetRoundAsync(uint round, CancellationToken cancellationToken = default) =>
        AskAsync<RoundQuery, RoundAnswer>(new RoundQuery { Round = round }, cancellationToken);

    /// <summary>The bid of a bidder in a round.</summary>
    public ValueTask<BidAnswer> GetBidAsync(uint round, uint bidder, CancellationToken cancellationToken = default) =>
        AskAsync<BidQuery, BidAnswer>(new BidQuery { Round = round, Bidder = bidder }, cancellationToken);

    /// <summary>A bid by its number.</summary>
    public ValueTask<BidAnswer> GetBidAsync(ulong bid, CancellationToken cancellationToken = default) =>
        AskAsync<BidQuery, BidAnswer>(new BidQuery { Bid = bid }, cancellationToken);

    /// <summary>Creates a round. Value: its number.</summary>
    public ValueTask<CommandResult> CreateRoundAsync(CreateRoundCommand command, CancellationToken cancellationToken = default) =>
        ExecuteAsync(command, cancellationToken);

    /// <summary>Changes the rules of a round before it opens. Value: its number.</summary>
    public ValueTask<CommandResult> AmendRoundAsync(uint round, Hash256 rules, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new AmendRoundCommand { Round = round, Rules = rules }, cancellationToken);

    /// <summary>Hands in a commitment, see <see cref="SealedCommitment"/>. Value: the bid's number.</summary>
    public ValueTask<CommandResult> CommitAsync(CommitCommand command, CancellationToken cancellationToken = default) =>
        ExecuteAsync(command, cancellationToken);

    /// <summary>Commits the policy of a bidder to a value. Value: the bid's number.</summary>
    public ValueTask<CommandResult> CommitAsync(uint round, uint bidder, UInt128 value, Hash256 salt, ulong depositAccount = 0, ulong eligibilityAccount = 0, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new CommitCommand { Round = round, Bidder = bidder, Commitment = SealedCommitment.Of(ChainId, round, bidder, value, salt), DepositAccount = depositAccount, EligibilityAccount = eligibilityAccount }, cancellationToken);

    /// <summary>Opens a commitment. Value: the bid's number.</summary>
    public ValueTask<CommandResult> RevealAsync(uint round, uint bidder, UInt128 value, Hash256 salt, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new RevealCommand { Round = round, Bidder = bidder, Value = value, Salt = salt }, cancellationToken);
}
