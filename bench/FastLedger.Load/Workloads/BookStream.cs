// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives.Commands;

namespace FastLedger.Load.Workloads;

/// <summary>
/// The published stream that measures matching alone, so that other engines can be run on the same one.
/// One instrument; xorshift64 from 88172645463325252; every choice is one draw, taken by remainder, in this order:
/// <list type="number">
/// <item>while fewer than 2,000 commands were made the command is an add and no kind is drawn; later <c>draw % 100</c>: below 48 an add,
/// below 95 a cancel, otherwise an aggressive limit order;</item>
/// <item>add: side <c>draw % 2</c> (0 bid, 1 ask), offset <c>draw % 50</c>, quantity <c>(1 + draw % 10) × 100</c>; the bid's price is
/// 9999 − offset, the ask's 10001 + offset; its id goes to the end of the list of live orders;</item>
/// <item>cancel: place <c>draw % length</c> of that list; the last id moves into the gap. Ids that were filled stay in the list, and
/// cancelling them answers "unknown order";</item>
/// <item>aggressor: side <c>draw % 2</c>, quantity <c>(1 + draw % 5) × 100</c>; a bid at 10005, an ask at 9995. It is a plain limit
/// order; its id is not put on the list.</item>
/// </list>
/// Ids count adds and aggressors from 1. Should the list be empty when a cancel is drawn, the command becomes an add.
/// </summary>
public static class BookStream
{
    /// <summary>Commands of the published stream.</summary>
    public const int PublishedCount = 4_000_000;
    /// <summary>Commands before the first one that is not an add.</summary>
    public const int OpeningAdds = 2_000;
    /// <summary>Lots of one unit of quantity.</summary>
    public const uint QuantityUnit = 100;
    /// <summary>Prices of a side: the offset is below this.</summary>
    public const int PassiveLevels = 50;

    private const int BestBid = 9_999, BestAsk = 10_001, AggressiveBid = 10_005, AggressiveAsk = 9_995;

    /// <summary>Makes the first <paramref name="count"/> commands of the stream.</summary>
    public static BookCommand[] Generate(int count = PublishedCount, ulong seed = XorShift64.PublishedSeed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var random = new XorShift64(seed);
        var commands = new BookCommand[count];
        var live = new LiveOrders(count);
        uint orders = 0;
        for (int i = 0; i < commands.Length; i++)
        {
            ulong kind = i < OpeningAdds ? 0 : random.Below(100);
            if (kind < 48 || (kind < 95 && live.Count == 0))
            {
                var side = (Side)random.Below(2);
                int offset = (int)random.Below(PassiveLevels);
                uint quantity = (1 + (uint)random.Below(10)) * QuantityUnit;
                orders++;
                live.Add(orders, side);
                commands[i] = new BookCommand(BookCommandKind.Add, side, orders, side == Side.Bid ? BestBid - offset : BestAsk + offset, quantity);
            }
            else if (kind < 95)
            {
                (uint order, Side side) = live.Take((int)random.Below((ulong)live.Count));
                commands[i] = new BookCommand(BookCommandKind.Cancel, side, order, 0, 0);
            }
            else
            {
                var side = (Side)random.Below(2);
                uint quantity = (1 + (uint)random.Below(5)) * QuantityUnit;
                orders++;
                commands[i] = new BookCommand(BookCommandKind.Aggress, side, orders, side == Side.Bid ? AggressiveBid : AggressiveAsk, quantity);
            }
        }

        return commands;
    }

    /// <summary>The swap-remove list of ids that were added and not cancelled yet.</summary>
    private sealed class LiveOrders(int capacity)
    {
        private readonly uint[] _orders = new uint[capacity];
        private readonly Side[] _sides = new Side[capacity];

        public int Count { get; private set; }

        public void Add(uint order, Side side)
        {
            _orders[Count] = order;
            _sides[Count++] = side;
        }

        public (uint Order, Side Side) Take(int place)
        {
            (uint, Side) taken = (_orders[place], _sides[place]);
            Count--;
            _orders[place] = _orders[Count];
            _sides[place] = _sides[Count];
            return taken;
        }
    }
}
