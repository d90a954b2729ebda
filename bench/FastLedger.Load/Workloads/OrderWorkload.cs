// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;
using FastLedger.Client;
using FastLedger.Load.Driving;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Load.Workloads;

/// <summary>
/// Order flow in the proportions of an equity venue's day (NASDAQ ITCH, 2018-03-29, rounded): 45 % adds, 43 % cancels, 7 % amendments, 2 %
/// reductions and 3 % aggressive orders. Adds are passive, 1 to 50 ticks from the middle; aggressors are immediate-or-cancel and reach 5 ticks
/// into the other side. Cancels, amendments and reductions name orders that the ledger acknowledged as resting; those filled meanwhile are
/// refused as unknown, as on a venue.
/// </summary>
public sealed class OrderWorkload : IWorkload
{
    /// <summary>Orders that rest before cancels begin, and twice as many before adds give way to cancels.</summary>
    public const int RestingTarget = 20_000;

    private const ulong OpeningBalance = 1_000_000_000_000_000;
    private const long MidTicks = 10_000;
    private const uint PassiveLevels = 50, QuantityUnit = 100;
    private const int AggressiveReach = 5;

    private readonly int _accounts;
    private readonly uint[] _instruments;
    private readonly RestingOrders _resting = new(4 * RestingTarget);
    private XorShift64 _random;
    private AccountRange _base, _quote;
    private long _trades;

    /// <param name="accounts">Trading parties; each has one account in the base and one in the quote asset.</param>
    /// <param name="instruments">At least 1.</param>
    /// <param name="seed">Not zero.</param>
    public OrderWorkload(int accounts, int instruments = 1, ulong seed = XorShift64.PublishedSeed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(accounts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(instruments, 1);
        _accounts = accounts;
        _instruments = new uint[instruments];
        _random = new XorShift64(seed);
    }

    public string Name => "orders";

    public long Accounts => 2L * _accounts;

    public ResultMode ResultMode => ResultMode.All;

    public long Refused { get; private set; }

    public long Trades => Volatile.Read(ref _trades);

    public void SetUp(LedgerClient client, IProgress<double>? progress, CancellationToken ct)
    {
        uint baseAsset = AccountOpening.CreateAsset(client, 0), quoteAsset = AccountOpening.CreateAsset(client, 2);
        ulong baseIssuer = AccountOpening.OpenIssuer(client, baseAsset), quoteIssuer = AccountOpening.OpenIssuer(client, quoteAsset);
        _base = AccountOpening.OpenFunded(client, baseAsset, baseIssuer, _accounts, OpeningBalance, progress, ct);
        _quote = AccountOpening.OpenFunded(client, quoteAsset, quoteIssuer, _accounts, OpeningBalance, progress, ct);
        ulong fees = AccountOpening.OpenPlain(client, quoteAsset);
        for (int i = 0; i < _instruments.Length; i++)
        {
            _instruments[i] = AccountOpening.CreateInstrument(client, new CreateInstrumentCommand
            {
                BaseAsset = baseAsset,
                QuoteAsset = quoteAsset,
                LotSize = 1,
                TickValue = 1,
                FeeAccount = fees,
                TakerFeePpm = 20,
                MaxQuantityLots = 1_000_000,
                MaxPriceTicks = 1_000_000,
            });
        }
    }

    public void Fill(CommandBatch batch, int count)
    {
        ArgumentNullException.ThrowIfNull(batch);
        XorShift64 random = _random;
        for (int i = 0; i < count; i++)
        {
            ulong bits = random.Next();
            uint kind = XorShift64.Scale((uint)(bits >> 32), 100);
            bool few = _resting.Count < RestingTarget, many = _resting.Count > 2 * RestingTarget;
            bool rests = few || (kind < 45 && !many);
            if (rests) Add(batch, bits, random.Next());
            else if (kind < 88) batch.Add<ChangeOrderCommand>().OrderId = _resting.Take(Place(bits));
            else if (kind < 95) Amend(batch, bits, random.Next());
            else if (kind < 97) Reduce(batch, bits);
            else Aggress(batch, bits, random.Next());
        }

        _random = random;
    }

    public void Answered(CommandBatch batch, in BatchOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Refused += outcome.Failed;
        ReadOnlySpan<Command> commands = batch.Commands;
        foreach (ref readonly CommandResult result in outcome.Results)
        {
            if (commands[(int)result.Index].Opcode != Opcode.PlaceOrder || result.Code != ResultCode.Ok) continue;
            // The low half is the id of what rests: 0 for an immediate-or-cancel order.
            ulong order = (ulong)result.Value;
            if (order != 0) _resting.Add(order);
        }
    }

    public void OnOrderEvents(ReadOnlySpan<OrderEvent> events)
    {
        int fills = 0;
        foreach (ref readonly OrderEvent change in events) fills += change.Kind == OrderEventKind.Fill ? 1 : 0;
        Interlocked.Add(ref _trades, fills);
    }

    private uint Place(ulong bits) => XorShift64.Scale((uint)bits, (uint)_resting.Count);

    private void Add(CommandBatch batch, ulong bits, ulong more)
    {
        bool bid = (bits & 1) == 0;
        long offset = 1 + XorShift64.Scale((uint)(more >> 32), PassiveLevels);
        ref PlaceOrderCommand order = ref Order(batch, bid, more);
        order.PriceTicks = bid ? MidTicks - offset : MidTicks + offset;
        order.QuantityLots = (1 + ((bits >> 8) % 10)) * QuantityUnit;
    }

    private void Aggress(CommandBatch batch, ulong bits, ulong more)
    {
        bool bid = (bits & 1) == 0;
        ref PlaceOrderCommand order = ref Order(batch, bid, more);
        order.TimeInForce = TimeInForce.ImmediateOrCancel;
        order.PriceTicks = bid ? MidTicks + AggressiveReach : MidTicks - AggressiveReach;
        order.QuantityLots = (1 + ((bits >> 8) % 5)) * QuantityUnit;
    }

    private ref PlaceOrderCommand Order(CommandBatch batch, bool bid, ulong more)
    {
        uint party = XorShift64.Scale((uint)more, (uint)_accounts);
        ref PlaceOrderCommand order = ref batch.Add<PlaceOrderCommand>();
        order.Instrument = _instruments[XorShift64.Scale((uint)(more >> 16), (uint)_instruments.Length)];
        order.Side = bid ? Side.Bid : Side.Ask;
        order.BaseAccount = _base.First + party;
        order.QuoteAccount = _quote.First + party;
        return ref order;
    }

    /// <summary>A new open quantity at the same price: smaller keeps the order's place, larger loses it.</summary>
    private void Amend(CommandBatch batch, ulong bits, ulong more)
    {
        ref ChangeOrderCommand change = ref batch.Add<ChangeOrderCommand>();
        change.Opcode = Opcode.AmendOrder;
        change.Flags = CommandFlags.QuantityIsOpen;
        change.OrderId = _resting.Peek(Place(bits));
        change.QuantityLots = (1 + (more % 10)) * QuantityUnit;
    }

    private void Reduce(CommandBatch batch, ulong bits)
    {
        ref ChangeOrderCommand change = ref batch.Add<ChangeOrderCommand>();
        change.Opcode = Opcode.ReduceOrder;
        change.OrderId = _resting.Peek(Place(bits));
        change.QuantityLots = 1;
    }
}
