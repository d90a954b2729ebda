// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>Splits and distributions.</summary>
public sealed partial class LedgerClient
{
    /// <summary>A split by number.</summary>
    public ValueTask<SplitInfo> GetSplitAsync(uint split, CancellationToken cancellationToken = default) =>
        AskAsync<SplitQuery, SplitInfo>(new SplitQuery { Split = split }, DecodeSplit, cancellationToken);

    /// <summary>A split by external id.</summary>
    public ValueTask<SplitInfo> FindSplitAsync(UInt128 externalId, CancellationToken cancellationToken = default) =>
        AskAsync<SplitQuery, SplitInfo>(new SplitQuery { ExternalId = externalId }, DecodeSplit, cancellationToken);

    /// <summary>A distribution by number.</summary>
    public ValueTask<DistributionAnswer> GetDistributionAsync(uint distribution, CancellationToken cancellationToken = default) =>
        AskAsync<DistributionQuery, DistributionAnswer>(new DistributionQuery { Distribution = distribution }, cancellationToken);

    /// <summary>A distribution by external id.</summary>
    public ValueTask<DistributionAnswer> FindDistributionAsync(UInt128 externalId, CancellationToken cancellationToken = default) =>
        AskAsync<DistributionQuery, DistributionAnswer>(new DistributionQuery { ExternalId = externalId }, cancellationToken);

    /// <summary>Pays the accounts of a split. Value: the amount.</summary>
    public ValueTask<CommandResult> PaySplitAsync(ulong debitAccount, uint split, UInt128 amount, Hash256 reference = default, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new PaySplitCommand { DebitAccount = debitAccount, Split = split, Amount = amount, Reference = reference }, cancellationToken);

    /// <summary>Pays the holders of an asset; this command is the record date. Value: the distribution's number.</summary>
    public ValueTask<CommandResult> DistributeAsync(ulong debitAccount, uint heldAsset, UInt128 amount, UInt128 externalId = default, ulong unclaimedAccount = 0, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new DistributeCommand { DebitAccount = debitAccount, HeldAsset = heldAsset, Amount = amount, ExternalId = externalId, UnclaimedAccount = unclaimedAccount }, cancellationToken);

    /// <summary>Names the account that gets what is distributed to another one in its asset. Value: the account that holds.</summary>
    public ValueTask<CommandResult> SetPayoutAccountAsync(ulong account, ulong payoutAccount, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new SetPayoutAccountCommand { Account = account, PayoutAccount = payoutAccount }, cancellationToken);

    /// <summary>Creates an active split with its shares, in one chain. Its policy must be the session's, or be endorsed. Value: its number.</summary>
    public async ValueTask<CommandResult> CreateSplitAsync(
        CreateSplitCommand create, IReadOnlyList<(ulong Account, uint Weight)> shares, IReadOnlyList<SigningKey>? endorsers = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(shares);
        endorsers ??= [];
        var commands = new Command[shares.Count + 2];
        commands[0] = ToCommand(create with { Shares = create.Shares != 0 ? create.Shares : (uint)shares.Count });
        for (int i = 0; i < shares.Count; i++)
            commands[i + 1] = ToCommand(new SetShareCommand { Index = (uint)i, Account = shares[i].Account, Weight = shares[i].Weight });
        commands[^1] = ToCommand(new SetShareCommand { Opcode = Opcode.ActivateSplit });
        CommandResult[] results = await ExecuteChainAsync(commands, endorsers, cancellationToken: cancellationToken).ConfigureAwait(false);
        return First(results[0].Code == ResultCode.Ok ? results[endorsers.Count..] : results);
    }

    private static bool DecodeSplit(in Frame frame, out SplitInfo split)
    {
        split = null!;
        if (!frame.TryRead(out SplitAnswerHead head) || !frame.TryReadGroup<SplitShare>(out ReadOnlySequence<byte> shares, out int count)) return false;
        split = new SplitInfo(head, ToArray<SplitShare>(shares, count));
        return true;
    }
}
