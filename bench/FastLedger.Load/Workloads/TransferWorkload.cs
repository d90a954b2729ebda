// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;
using FastLedger.Client;
using FastLedger.Load.Driving;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Load.Workloads;

/// <summary>Immediate transfers between two different accounts, uniform over all accounts or by Zipf's law, of 1 to 256 minor units.</summary>
public sealed class TransferWorkload : IWorkload
{
    /// <summary>Each account starts with this much: enough for any run.</summary>
    public const ulong OpeningBalance = 1_000_000_000_000;

    private readonly int _accounts;
    private readonly ZipfNumbers? _zipf;
    private XorShift64 _random;
    private AccountRange _range;

    /// <param name="accounts">At least 2.</param>
    /// <param name="seed">Not zero.</param>
    /// <param name="zipf">Skew of the choice of accounts, above 0 and below 1; 0 chooses uniformly.</param>
    public TransferWorkload(int accounts, ulong seed = XorShift64.PublishedSeed, double zipf = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(accounts, 2);
        _accounts = accounts;
        _zipf = zipf == 0 ? null : new ZipfNumbers((uint)accounts, zipf);
        _random = new XorShift64(seed);
    }

    public string Name => "transfers";

    public long Accounts => _accounts;

    public ResultMode ResultMode => ResultMode.FailuresOnly;

    public long Refused { get; private set; }

    public long Trades => 0;

    /// <summary>The accounts, once set up.</summary>
    public AccountRange Range => _range;

    /// <summary>The account that all money came from.</summary>
    public ulong Issuer { get; private set; }

    public void SetUp(LedgerClient client, IProgress<double>? progress, CancellationToken ct)
    {
        uint asset = AccountOpening.CreateAsset(client, 2);
        Issuer = AccountOpening.OpenIssuer(client, asset);
        _range = AccountOpening.OpenFunded(client, asset, Issuer, _accounts, OpeningBalance, progress, ct);
    }

    public void Fill(CommandBatch batch, int count)
    {
        ArgumentNullException.ThrowIfNull(batch);
        XorShift64 random = _random;
        ulong first = _range.First;
        uint accounts = _range.Count;
        for (int i = 0; i < count; i++)
        {
            ulong bits = random.Next();
            (uint debit, uint credit) = _zipf is null ? Uniform(bits, accounts) : Skewed(bits, accounts, _zipf);
            ref TransferCommand transfer = ref batch.Add<TransferCommand>();
            transfer.DebitAccount = first + debit;
            transfer.CreditAccount = first + credit;
            transfer.Amount = 1 + ((bits >> 24) & 255);
        }

        _random = random;
    }

    private static (uint Debit, uint Credit) Uniform(ulong bits, uint accounts)
    {
        uint debit = XorShift64.Scale((uint)(bits >> 32), accounts);

        // One of the others: skip the debit account.
        uint credit = XorShift64.Scale((uint)bits, accounts - 1);
        return (debit, credit + (credit >= debit ? 1u : 0u));
    }

    private static (uint Debit, uint Credit) Skewed(ulong bits, uint accounts, ZipfNumbers zipf)
    {
        uint debit = zipf.Next((uint)(bits >> 32)), credit = zipf.Next((uint)bits);
        return (debit, credit != debit ? credit : credit + 1 < accounts ? credit + 1 : 0);
    }

    public void Answered(CommandBatch batch, in BatchOutcome outcome) => Refused += outcome.Failed;

    public void OnOrderEvents(ReadOnlySpan<OrderEvent> events)
    {
    }
}
