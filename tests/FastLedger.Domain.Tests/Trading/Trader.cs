// SPDX-License-Identifier: Apache-2.0
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Trading;

/// <summary>A session with an account in each asset of the market.</summary>
public sealed record Trader(TestMarket Market, uint Session, ulong Base, ulong Quote)
{
    public PlaceOrderCommand Order(Side side, long price, ulong lots) => new()
    {
        Opcode = Opcode.PlaceOrder,
        Instrument = Market.Instrument,
        Side = side,
        PriceTicks = price,
        QuantityLots = lots,
        BaseAccount = Base,
        QuoteAccount = Quote,
    };

    public CommandResult Place(
        Side side,
        long price,
        ulong lots,
        TimeInForce timeInForce = TimeInForce.GoodTillCancel,
        SelfTradePrevention prevention = SelfTradePrevention.None,
        CommandFlags flags = CommandFlags.None,
        OrderType type = OrderType.Limit)
    {
        PlaceOrderCommand command = Order(side, price, lots);
        command.TimeInForce = timeInForce;
        command.SelfTradePrevention = prevention;
        command.Flags = flags;
        command.Type = type;
        return Market.Test.Execute(Session, command);
    }

    /// <summary>Places a limit order that must rest wholly or in part.</summary>
    public ulong Rest(Side side, long price, ulong lots)
    {
        CommandResult result = Place(side, price, lots);
        Assert.Equal(ResultCode.Ok, result.Code);
        Assert.NotEqual(0UL, TestMarket.Id(result));
        return TestMarket.Id(result);
    }

    public CommandResult Cancel(ulong id) => Change(Opcode.CancelOrder, id);

    public CommandResult Reduce(ulong id, ulong lots) => Change(Opcode.ReduceOrder, id, 0, lots);

    public CommandResult Amend(ulong id, long price = 0, ulong lots = 0, CommandFlags flags = CommandFlags.None) =>
        Change(Opcode.AmendOrder, id, price, lots, flags);

    public CommandResult MassCancel(ulong quoteAccount = 0, uint instrument = 0) =>
        Market.Test.Execute(Session, new MassCancelCommand { Opcode = Opcode.MassCancel, QuoteAccount = quoteAccount, Instrument = instrument });

    private CommandResult Change(Opcode opcode, ulong id, long price = 0, ulong lots = 0, CommandFlags flags = CommandFlags.None) =>
        Market.Test.Execute(Session, new ChangeOrderCommand { Opcode = opcode, OrderId = id, PriceTicks = price, QuantityLots = lots, Flags = flags });
}
