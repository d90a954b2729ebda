// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Load.Workloads;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol;
using FastLedger.Protocol.Messages;

namespace FastLedger.Load.OrderFlow;

/// <summary>
/// Sends a translated session to a ledger, as several copies on as many instruments if wanted, and collects the fills that come out.
/// A command that names an order waits until the ledger has answered with that order's id; everything else is sent ahead. Copies are
/// interleaved command by command, so more copies make larger batches out of the same dependencies.
/// </summary>
/// <remarks>Thread: one, but for <see cref="OnOrderEvents"/>, which the client's receive thread calls.</remarks>
public sealed class FlowReplay
{
    private const int InFlight = 8;
    /// <summary>How long after the last answer events may still arrive.</summary>
    private static readonly TimeSpan EventDeadline = TimeSpan.FromSeconds(10);

    private readonly FlowSession _session;
    private readonly Copy[] _copies;
    /// <summary>Dense place of the order that each command names; of a trade, of its aggressor.</summary>
    private readonly int[] _orderOfCommand;
    private readonly ulong[] _venueIds;
    private readonly Queue<(CommandBatch Batch, Task<BatchOutcome> Answer)> _flights = new();
    /// <summary>For each command sent: its place in the session, by client command number from <see cref="_firstNumber"/>.</summary>
    private readonly List<int> _sent = [];
    private readonly List<(ulong TakerNumber, ulong Maker, ulong QuantityLots)> _fills = [];
    private readonly Lock _fillsLock = new();
    private ulong _fillLots, _tradedLots, _firstNumber;
    private long _batchesSent, _batchesAnswered;
    private int _refused, _withdrawn;

    /// <summary>One copy of the session: its instrument, its accounts and its orders.</summary>
    private sealed class Copy(int orders)
    {
        public uint Instrument;
        public ulong MakerBase, MakerQuote, TakerBase, TakerQuote;
        /// <summary>The ledger's order ids by dense place; 0 for what does not rest.</summary>
        public readonly ulong[] Ids = new ulong[orders];
        /// <summary>Batch that places the order, counted from 1; its id is known once that batch is answered.</summary>
        public readonly long[] PlacedBy = new long[orders];
    }

    /// <summary>Prepares a replay.</summary>
    /// <param name="session">What to send.</param>
    /// <param name="copies">Instruments, at least 1.</param>
    public FlowReplay(FlowSession session, int copies)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentOutOfRangeException.ThrowIfLessThan(copies, 1);
        _session = session;
        var places = new Dictionary<ulong, int>();
        _orderOfCommand = new int[session.Commands.Count];
        for (int i = 0; i < _orderOfCommand.Length; i++)
        {
            ulong order = session.Commands[i].Order;
            if (!places.TryGetValue(order, out int place)) places.Add(order, place = places.Count);
            _orderOfCommand[i] = place;
        }

        _venueIds = new ulong[places.Count];
        foreach ((ulong order, int place) in places) _venueIds[place] = order;
        _copies = [.. Enumerable.Range(0, copies).Select(_ => new Copy(places.Count))];
    }

    /// <summary>Takes events of resting orders; give it to <see cref="ClientOptions.OrderEvents"/>.</summary>
    public void OnOrderEvents(ReadOnlySpan<OrderEvent> events)
    {
        lock (_fillsLock)
        {
            foreach (ref readonly OrderEvent change in events)
            {
                if (change.Kind != OrderEventKind.Fill) continue;
                _fills.Add((change.TakerNumber, change.UserData64, change.QuantityLots));
                _fillLots += change.QuantityLots;
            }
        }
    }

    /// <summary>Makes assets, instruments and accounts with enough of everything that no order is refused for want of funds.</summary>
    public void SetUp(LedgerClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        uint baseAsset = AccountOpening.CreateAsset(client, 0), quoteAsset = AccountOpening.CreateAsset(client, 2);
        ulong baseIssuer = AccountOpening.OpenIssuer(client, baseAsset), quoteIssuer = AccountOpening.OpenIssuer(client, quoteAsset);
        ulong fees = AccountOpening.OpenPlain(client, quoteAsset);
        int parties = 2 * _copies.Length;
        AccountRange bases = AccountOpening.OpenFunded(client, baseAsset, baseIssuer, parties, Math.Max(1, _session.QuantityLots), null, CancellationToken.None);
        AccountRange quotes = AccountOpening.OpenFunded(
            client, quoteAsset, quoteIssuer, parties, UInt128.Max(1, _session.NotionalTicks), null, CancellationToken.None);
        for (int i = 0; i < _copies.Length; i++)
        {
            Copy copy = _copies[i];
            (copy.MakerBase, copy.TakerBase) = (bases.First + (2 * (ulong)i), bases.First + (2 * (ulong)i) + 1);
            (copy.MakerQuote, copy.TakerQuote) = (quotes.First + (2 * (ulong)i), quotes.First + (2 * (ulong)i) + 1);
            copy.Instrument = AccountOpening.CreateInstrument(client, new CreateInstrumentCommand
            {
                BaseAsset = baseAsset,
                QuoteAsset = quoteAsset,
                LotSize = 1,
                TickValue = 1,
                FeeAccount = fees,
                MaxQuantityLots = 1UL << 32,
                MaxPriceTicks = _session.HighestPriceTicks,
            });
        }
    }

    /// <summary>Sends everything and waits for every answer and every event.</summary>
    /// <exception cref="InvalidDataException">The ledger's answers contradict each other.</exception>
    public FlowReplayResult Run(LedgerClient client, IProgress<double>? progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(client);
        var clock = Stopwatch.StartNew();
        CommandBatch batch = client.RentBatch();
        for (int i = 0; i < _session.Commands.Count; i++)
        {
            ct.ThrowIfCancellationRequested();
            for (int copy = 0; copy < _copies.Length; copy++)
            {
                if (!IsKnown(i, copy))
                {
                    if (_copies[copy].PlacedBy[_orderOfCommand[i]] > _batchesSent) batch = Submit(client, batch);
                    while (!IsKnown(i, copy)) TakeAnswer();
                }

                Add(batch, i, copy);
                if (batch.Count == ProtocolLimits.MaxBatchCommands) batch = Submit(client, batch);
            }

            if ((i & 1023) == 0) progress?.Report((double)i / _session.Commands.Count);
        }

        if (batch.Count > 0) batch = Submit(client, batch);
        batch.Dispose();
        while (_flights.Count > 0) TakeAnswer();
        double seconds = clock.Elapsed.TotalSeconds;
        AwaitEvents();
        return new FlowReplayResult(seconds, _sent.Count, _batchesSent, _refused, _withdrawn, Compare());
    }

    /// <summary>True when the id that a command needs is known, or it needs none.</summary>
    private bool IsKnown(int command, int copy) =>
        _session.Commands[command].Kind is FlowCommandKind.Place or FlowCommandKind.Trade
        || _copies[copy].PlacedBy[_orderOfCommand[command]] <= _batchesAnswered;

    private void Add(CommandBatch batch, int index, int copyIndex)
    {
        FlowCommand command = _session.Commands[index];
        Copy copy = _copies[copyIndex];
        int place = _orderOfCommand[index];
        switch (command.Kind)
        {
            case FlowCommandKind.Place or FlowCommandKind.Trade:
                bool rests = command.Kind == FlowCommandKind.Place;
                ref PlaceOrderCommand order = ref batch.Add<PlaceOrderCommand>();
                order.Instrument = copy.Instrument;
                order.Side = command.Side;
                order.TimeInForce = rests ? TimeInForce.GoodTillCancel : TimeInForce.ImmediateOrCancel;
                order.PriceTicks = command.PriceTicks;
                order.QuantityLots = command.QuantityLots;
                order.BaseAccount = rests ? copy.MakerBase : copy.TakerBase;
                order.QuoteAccount = rests ? copy.MakerQuote : copy.TakerQuote;
                order.UserData64 = ((ulong)(uint)copyIndex << 32) | (uint)place;
                if (rests) copy.PlacedBy[place] = _batchesSent + 1;
                break;
            case var _ when copy.Ids[place] == 0:
                // The order traded completely when it came in, unlike on the venue: there is nothing to name.
                _withdrawn++;
                return;
            default:
                ref ChangeOrderCommand change = ref batch.Add<ChangeOrderCommand>();
                change.OrderId = copy.Ids[place];
                if (command.Kind == FlowCommandKind.Cancel) break;
                change.Opcode = Opcode.AmendOrder;
                change.Flags = CommandFlags.QuantityIsOpen;
                change.PriceTicks = command.PriceTicks;
                change.QuantityLots = command.QuantityLots;
                break;
        }

        _sent.Add(index);
    }

    private CommandBatch Submit(LedgerClient client, CommandBatch batch)
    {
        if (_flights.Count == InFlight) TakeAnswer();
        _flights.Enqueue((batch, client.SubmitAsync(batch, ResultMode.All).AsTask()));
        _batchesSent++;
        return client.RentBatch();
    }

    private void TakeAnswer()
    {
        (CommandBatch batch, Task<BatchOutcome> answer) = _flights.Dequeue();
        BatchOutcome outcome = answer.GetAwaiter().GetResult();
        if (_batchesAnswered == 0) _firstNumber = outcome.FirstNumber;
        ReadOnlySpan<Command> commands = batch.Commands;
        foreach (ref readonly CommandResult result in outcome.Results)
        {
            ref readonly Command command = ref commands[(int)result.Index];
            if (result.Code != ResultCode.Ok) _refused++;
            if (command.Opcode == Opcode.CancelOrder) continue;
            if (result.Code == ResultCode.Ok) _tradedLots += (ulong)(result.Value >> 64);
            if (command.Opcode != Opcode.PlaceOrder) continue;
            ulong name = Command.As<PlaceOrderCommand>(in command).UserData64;
            if (Command.As<PlaceOrderCommand>(in command).TimeInForce == TimeInForce.GoodTillCancel)
                _copies[name >> 32].Ids[(uint)name] = result.Code == ResultCode.Ok ? (ulong)result.Value : 0;
        }

        batch.Dispose();
        _batchesAnswered++;
    }

    private void AwaitEvents()
    {
        var waiting = Stopwatch.StartNew();
        while (true)
        {
            lock (_fillsLock)
            {
                if (_fillLots == _tradedLots) return;
                bool contradicts = _fillLots > _tradedLots || waiting.Elapsed > EventDeadline;
                if (contradicts) throw new InvalidDataException($"Events tell of {_fillLots} lots filled, results of {_tradedLots} lots traded.");
            }

            Thread.Sleep(1);
        }
    }

    private FillReport Compare()
    {
        FillComparison[] comparisons = [.. _copies.Select(_ => new FillComparison(_session))];
        foreach ((ulong taker, ulong maker, ulong lots) in _fills)
        {
            FlowCommand command = _session.Commands[_sent[(int)(taker - _firstNumber)]];
            comparisons[maker >> 32].Add(command.Trade, _venueIds[(uint)maker], lots);
        }

        return FillComparison.Sum(comparisons.Select(static comparison => comparison.Report()));
    }
}
