// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using FastLedger.Domain.Accounts;
using FastLedger.Domain.Execution;
using FastLedger.Domain.Trading;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.State;

namespace FastLedger.Domain.Tests.Trading;

/// <summary>
/// One ledger and one <see cref="NaiveMarket"/> with the same accounts and instruments, driven by the same random commands: results, events,
/// balances and books must be the same after every batch.
/// </summary>
internal sealed partial class MarketCampaign : IDisposable
{
    private const uint Sessions = 4;
    private const uint Assets = 3;
    private const uint MaxOrders = 96;

    private readonly Random _random;
    private readonly ulong _seed;
    private readonly Ledger _ledger;
    private readonly Executor _executor;
    private readonly NaiveMarket _naive = new(MaxOrders);
    private readonly ulong[] _numbers = new ulong[Sessions + 1];
    private readonly Int128[] _posted;
    private int _step;

    public MarketCampaign(ulong seed)
    {
        _seed = seed;
        _random = new Random((int)(seed * 2_654_435_761 % int.MaxValue));
        _ledger = new Ledger(
            new Genesis
            {
                Name = "campaign",
                MaxSessions = 8,
                MaxAssets = 8,
                MaxAccounts = 64,
                MaxPendingTransfers = 8,
                MaxInstruments = 8,
                MaxPriceLevels = 256,
                MaxOrders = MaxOrders + 1,
            },
            new ResidentPageStore(),
            seed);
        _executor = new Executor(_ledger);
        BeginBlock();
        SetUp();
        _posted = new Int128[2 * _naive.Accounts.Count];
        CheckHistory();
    }

    /// <summary>How often each result was given, to show what the campaign reaches.</summary>
    public SortedDictionary<ResultCode, int> Results { get; } = [];

    /// <summary>How often each reason to cancel a resting order occurred.</summary>
    public SortedDictionary<CancelReason, int> Cancels { get; } = [];

    /// <summary>Trades so far, to show that the campaign trades.</summary>
    public ulong Trades => _naive.Trades;

    /// <summary>Runs about <paramref name="commands"/> random commands.</summary>
    public void Run(int commands)
    {
        try
        {
            while (_step < commands)
            {
                uint session = (uint)Math.Max(1, _random.Next((int)Sessions + 2) - 1);
                Command[] batch = NextBatch(session);
                _step += batch.Length;
                Compare(session, batch);
                if (_random.Next(50) == 0) Rebuild();
                if (_random.Next(20) == 0) EndBlock();
            }
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"seed {_seed}, step {_step}: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        _executor.Dispose();
        _ledger.Dispose();
    }

    private void Compare(uint session, Command[] batch)
    {
        _naive.Session = _naive.Policy = session;
        CommandResult[] expected = _naive.Execute(batch);
        CommandResult[] actual = Execute(session, batch);
        for (int i = 0; i < batch.Length; i++)
        {
            BookInvariants.Demand(
                SameBytes(expected[i], actual[i]),
                $"command {i} ({batch[i].Opcode}): {actual[i].Code} {actual[i].Value:x} #{actual[i].Sequence}, expected {expected[i].Code} {expected[i].Value:x} #{expected[i].Sequence}");
        }

        BookInvariants.Demand(
            MemoryMarshal.AsBytes(_executor.Events).SequenceEqual(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_naive.Events))),
            $"other events: {string.Join(' ', _executor.Events.ToArray().Select(e => $"{e.Kind} {e.OrderId} {e.QuantityLots}"))}");
        foreach (CommandResult result in actual) Results[result.Code] = Results.GetValueOrDefault(result.Code) + 1;
        foreach (OrderEvent told in _executor.Events) Cancels[told.Reason] = Cancels.GetValueOrDefault(told.Reason) + 1;
        _naive.Events.Clear();
        BookInvariants.Check(_ledger);
        CompareState();
        CheckHistory();
    }

    private void CompareState()
    {
        for (int i = 1; i < _naive.Accounts.Count; i++)
        {
            NaiveMarket.Account expected = _naive.Accounts[i]!;
            ref readonly AccountRecord actual = ref _ledger.Accounts[(uint)i];
            BookInvariants.Demand(
                actual.DebitsPosted == (UInt128)expected.Debits && actual.CreditsPosted == (UInt128)expected.Credits && actual.Flags == expected.Flags,
                $"account {i} has another balance");
            Int128 reserved = Int128.Zero;
            foreach (NaiveMarket.Order order in _naive.Orders)
                if ((order.Side == Side.Bid ? order.QuoteAccount : order.BaseAccount) == (ulong)i) reserved += _naive.Reservation(order);
            BookInvariants.Demand(actual.DebitsPending == (UInt128)reserved, $"account {i} reserves {actual.DebitsPending}, its orders {reserved}");
        }

        BookInvariants.Demand(_ledger.Counters.LiveOrders == _naive.Orders.Count && _ledger.Counters.Trades == _naive.Trades, "other counters");
        foreach (NaiveMarket.Order expected in _naive.Orders)
        {
            ref readonly OrderRecord actual = ref _ledger.Orders[RecordId.Number(expected.Id)];
            BookInvariants.Demand(
                actual.Generation == RecordId.Generation(expected.Id)
                    && (actual.PriceTicks, actual.RemainingLots, actual.QuantityLots) == (expected.Price, expected.Open, expected.Total)
                    && (actual.BaseAccount, actual.QuoteAccount) == (expected.BaseAccount, expected.QuoteAccount)
                    && (actual.Sequence, actual.Number, actual.Session) == (expected.Priority, expected.Number, expected.Session),
                $"order {expected.Id} differs");
        }
    }

    /// <summary>The history tells every movement: its sums are the posted counters.</summary>
    private void CheckHistory()
    {
        foreach (ref readonly HistoryEntry entry in _executor.History)
        {
            _posted[2 * entry.DebitAccount] += (Int128)entry.Amount;
            _posted[(2 * entry.CreditAccount) + 1] += (Int128)entry.Amount;
        }

        _executor.ClearHistory();
        for (uint i = 1; i < _naive.Accounts.Count; i++)
        {
            ref readonly AccountRecord account = ref _ledger.Accounts[i];
            BookInvariants.Demand(
                (UInt128)_posted[2 * i] == account.DebitsPosted && (UInt128)_posted[(2 * i) + 1] == account.CreditsPosted,
                $"the history of account {i} does not add up");
        }
    }

    /// <summary>Derived structures made anew must lead to the same results from here on.</summary>
    private void Rebuild()
    {
        uint nodes = _ledger.Books.Prices.UsedNodes;
        _ledger.Books.Rebuild();
        BookInvariants.Demand(_ledger.Books.Prices.UsedNodes == nodes, "the rebuilt index has another size");
        BookInvariants.Check(_ledger);
    }

    private CommandResult[] Execute(uint session, Command[] batch)
    {
        var results = new CommandResult[batch.Length];
        _executor.ExecuteBatch(session, batch, new Hash256[batch.Length], results);
        return results;
    }

    private void BeginBlock() => _executor.BeginBlock(_ledger.Height + 1, _ledger.TimestampNs + 1_000);

    private void EndBlock()
    {
        _executor.EndBlock();
        BeginBlock();
    }

    private static bool SameBytes<T>(in T left, in T right) where T : unmanaged =>
        MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(in left, 1)).SequenceEqual(MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(in right, 1)));
}
