// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>Attested outcomes and complete sets.</summary>
public sealed partial class LedgerClient
{
    /// <summary>An outcome by number.</summary>
    public ValueTask<OutcomeAnswer> GetOutcomeAsync(uint outcome, CancellationToken cancellationToken = default) =>
        AskAsync<OutcomeQuery, OutcomeAnswer>(new OutcomeQuery { Outcome = outcome }, cancellationToken);

    /// <summary>The outcome that an asset belongs to.</summary>
    public ValueTask<OutcomeAnswer> FindOutcomeAsync(uint asset, CancellationToken cancellationToken = default) =>
        AskAsync<OutcomeQuery, OutcomeAnswer>(new OutcomeQuery { Asset = asset }, cancellationToken);

    /// <summary>Creates an outcome. Value: its number in the low 64 bits, its first asset above.</summary>
    public ValueTask<CommandResult> CreateOutcomeAsync(CreateOutcomeCommand command, CancellationToken cancellationToken = default) =>
        ExecuteAsync(command, cancellationToken);

    /// <summary>Reports the value of an outcome, 0 for invalid. Value: its state.</summary>
    public ValueTask<CommandResult> ReportOutcomeAsync(uint outcome, uint value, Hash256 evidence = default, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new OutcomeCommand { Opcode = Opcode.ReportOutcome, Outcome = outcome, Value = value, Reference = evidence }, cancellationToken);

    /// <summary>Disputes the value reported, against a bond. Value: the outcome's state.</summary>
    public ValueTask<CommandResult> DisputeOutcomeAsync(uint outcome, uint value, ulong bondFrom, Hash256 evidence = default, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new OutcomeCommand { Opcode = Opcode.DisputeOutcome, Outcome = outcome, Value = value, Account = bondFrom, Reference = evidence }, cancellationToken);

    /// <summary>Turns collateral into complete sets. Value: the amount.</summary>
    public ValueTask<CommandResult> MintSetAsync(uint outcome, UInt128 amount, ulong collateralAccount, ReadOnlySpan<ulong> accounts, CancellationToken cancellationToken = default) =>
        ExecuteAsync(CompleteSet(Opcode.MintSet, outcome, amount, collateralAccount, accounts), cancellationToken);

    /// <summary>Turns complete sets back into collateral. Value: the amount.</summary>
    public ValueTask<CommandResult> BurnSetAsync(uint outcome, UInt128 amount, ulong collateralAccount, ReadOnlySpan<ulong> accounts, CancellationToken cancellationToken = default) =>
        ExecuteAsync(CompleteSet(Opcode.BurnSet, outcome, amount, collateralAccount, accounts), cancellationToken);

    /// <summary>Exchanges units of a final outcome's asset for collateral. Value: collateral paid.</summary>
    public ValueTask<CommandResult> RedeemAsync(uint outcome, ulong account, UInt128 amount, ulong collateralAccount, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new RedeemCommand { Outcome = outcome, Account = account, Amount = amount, CollateralAccount = collateralAccount }, cancellationToken);

    /// <summary>A command on complete sets.</summary>
    /// <param name="opcode"><see cref="Opcode.MintSet"/> or <see cref="Opcode.BurnSet"/>.</param>
    /// <param name="outcome">The outcome.</param>
    /// <param name="amount">Minor units.</param>
    /// <param name="collateralAccount">Account of the collateral asset.</param>
    /// <param name="accounts">One account per value, 2 … 8.</param>
    public static CompleteSetCommand CompleteSet(Opcode opcode, uint outcome, UInt128 amount, ulong collateralAccount, ReadOnlySpan<ulong> accounts)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(accounts.Length, CreateOutcomeCommand.MaxValues);
        Span<ulong> all = stackalloc ulong[CreateOutcomeCommand.MaxValues];
        all.Clear();
        accounts.CopyTo(all);
        return new CompleteSetCommand
        {
            Opcode = opcode,
            Outcome = outcome,
            Amount = amount,
            CollateralAccount = collateralAccount,
            Account1 = all[0],
            Account2 = all[1],
            Account3 = all[2],
            Account4 = all[3],
            Account5 = all[4],
            Account6 = all[5],
            Account7 = all[6],
            Account8 = all[7],
        };
    }
}
