// SPDX-License-Identifier: Apache-2.0
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Primitives.Commands;

namespace FastLedger.Node.Tests;

/// <summary>One instrument without fees and two traders with plenty of both assets.</summary>
internal sealed record Market(uint Instrument, ulong MakerBase, ulong MakerQuote, ulong TakerBase, ulong TakerQuote)
{
    public static async Task<Market> OpenAsync(LedgerClient maker, LedgerClient taker)
    {
        uint shares = (uint)await TestReplica.OkAsync(maker, new CreateAssetCommand { Opcode = Opcode.CreateAsset });
        uint money = (uint)await TestReplica.OkAsync(maker, new CreateAssetCommand { Opcode = Opcode.CreateAsset });
        ulong fees = await AccountAsync(maker, money, AccountFlags.None, default);
        ulong makerBase = await AccountAsync(maker, shares, AccountFlags.Unlimited, default);
        ulong makerQuote = await AccountAsync(maker, money, AccountFlags.Unlimited, default);
        Primitives.Hash256 takerKey = TestReplica.Key(2).PublicKey;
        ulong takerBase = await AccountAsync(maker, shares, AccountFlags.Unlimited, takerKey);
        ulong takerQuote = await AccountAsync(maker, money, AccountFlags.Unlimited, takerKey);
        uint instrument = (uint)await TestReplica.OkAsync(maker, new CreateInstrumentCommand
        {
            Opcode = Opcode.CreateInstrument,
            BaseAsset = shares,
            QuoteAsset = money,
            LotSize = 1,
            TickValue = 1,
            FeeAccount = fees,
            MaxQuantityLots = 1 << 20,
            MaxPriceTicks = 1 << 20,
        });
        return new Market(instrument, makerBase, makerQuote, takerBase, takerQuote);
    }

    public PlaceOrderCommand Order(bool maker, Side side, long price, ulong quantity) => new()
    {
        Opcode = Opcode.PlaceOrder,
        Instrument = Instrument,
        Side = side,
        PriceTicks = price,
        QuantityLots = quantity,
        BaseAccount = maker ? MakerBase : TakerBase,
        QuoteAccount = maker ? MakerQuote : TakerQuote,
    };

    private static Task<ulong> AccountAsync(LedgerClient client, uint asset, AccountFlags flags, Primitives.Hash256 key) =>
        TestReplica.OkAsync(client, new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset, AccountFlags = flags, PolicyKey = key });
}
