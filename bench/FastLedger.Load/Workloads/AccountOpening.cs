// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol;
using FastLedger.Protocol.Messages;

namespace FastLedger.Load.Workloads;

/// <summary>Set-up steps that the workloads share: assets, accounts by the thousand, and their money.</summary>
internal static class AccountOpening
{
    /// <summary>Batches of a set-up in flight.</summary>
    private const int InFlight = 4;

    /// <summary>Creates an asset.</summary>
    public static uint CreateAsset(LedgerClient client, uint scale) =>
        (uint)Require(client.Execute(new CreateAssetCommand { Scale = scale }), "create an asset");

    /// <summary>Opens the account that the asset is issued from: it may be debited without bound.</summary>
    public static ulong OpenIssuer(LedgerClient client, uint asset) =>
        Require(client.Execute(new OpenAccountCommand { Asset = asset, AccountFlags = AccountFlags.Unlimited }), "open the issuer's account");

    /// <summary>Opens an account without money or credit.</summary>
    public static ulong OpenPlain(LedgerClient client, uint asset) => Require(client.Execute(new OpenAccountCommand { Asset = asset }), "open an account");

    /// <summary>Creates an instrument.</summary>
    public static uint CreateInstrument(LedgerClient client, in CreateInstrumentCommand command) => (uint)Require(client.Execute(command), "create an instrument");

    /// <summary>Opens accounts of an asset and funds each.</summary>
    /// <returns>The accounts' numbers: dense, because no other session is at work.</returns>
    public static AccountRange OpenFunded(LedgerClient client, uint asset, ulong issuer, int count, UInt128 amount, IProgress<double>? progress, CancellationToken ct)
    {
        ulong first = 0;
        int numbered = 0;
        Submit(client, count, ResultMode.All, progress, 0,
            (batch, _) => batch.Add<OpenAccountCommand>().Asset = asset,
            (in CommandResult result) =>
            {
                ulong number = Require(result, "open an account");
                if (numbered == 0) first = number;
                else if (number != first + (ulong)numbered) throw new InvalidDataException("Another session opened accounts during the set-up.");
                numbered++;
            },
            ct);
        Submit(client, count, ResultMode.FailuresOnly, progress, 0.5,
            (batch, index) =>
            {
                ref TransferCommand transfer = ref batch.Add<TransferCommand>();
                transfer.DebitAccount = issuer;
                transfer.CreditAccount = first + (ulong)index;
                transfer.Amount = amount;
            },
            (in CommandResult result) => Require(result, "fund an account"), ct);
        return new AccountRange(first, (uint)count);
    }

    /// <summary>The value of a result that must be a success.</summary>
    public static ulong Require(in CommandResult result, string what) =>
        result.Code == ResultCode.Ok ? (ulong)result.Value : throw new InvalidDataException($"The ledger refused to {what}: {result.Code} ({(uint)result.Code}).");

    private static void Submit(
        LedgerClient client, int count, ResultMode mode, IProgress<double>? progress, double progressFrom,
        Action<CommandBatch, int> add, ResultHandler take, CancellationToken ct)
    {
        var flights = new Queue<(CommandBatch Batch, Task<BatchOutcome> Answer)>();
        for (int done = 0; done < count || flights.Count > 0;)
        {
            ct.ThrowIfCancellationRequested();
            if (done < count && flights.Count < InFlight)
            {
                CommandBatch batch = client.RentBatch();
                int end = Math.Min(count, done + ProtocolLimits.MaxBatchCommands);
                while (done < end) add(batch, done++);
                flights.Enqueue((batch, client.SubmitAsync(batch, mode, ct).AsTask()));
                continue;
            }

            (CommandBatch answered, Task<BatchOutcome> answer) = flights.Dequeue();
            BatchOutcome outcome = answer.GetAwaiter().GetResult();
            foreach (ref readonly CommandResult result in outcome.Results) take(result);
            answered.Dispose();
            progress?.Report(progressFrom + (0.5 * (done - flights.Count * ProtocolLimits.MaxBatchCommands) / count));
        }
    }

    private delegate void ResultHandler(in CommandResult result);
}
