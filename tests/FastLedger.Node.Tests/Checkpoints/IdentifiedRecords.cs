// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Node.Tests.Checkpoints;

/// <summary>Records that were created, by id; ids are shared between the kinds.</summary>
internal sealed class IdentifiedRecords(uint asset, uint @class)
{
    private readonly Dictionary<UInt128, ulong> _accounts = [], _objects = [];
    private UInt128 _next = 1;

    public static async Task<IdentifiedRecords> BeginAsync(TestReplica replica)
    {
        await using LedgerClient client = await replica.ConnectAsync();
        uint asset = (uint)await TestReplica.OkAsync(client, new CreateAssetCommand { Opcode = Opcode.CreateAsset });
        uint quote = (uint)await TestReplica.OkAsync(client, new CreateAssetCommand { Opcode = Opcode.CreateAsset });
        ulong fees = await TestReplica.OkAsync(client, new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = quote });
        _ = await TestReplica.OkAsync(client, new CreateInstrumentCommand { FeeAccount = fees, Opcode = Opcode.CreateInstrument, ExternalId = 1, BaseAsset = asset, QuoteAsset = quote, LotSize = 1, TickValue = 1, MaxQuantityLots = 100, MaxPriceTicks = 100 });
        CommandResult created = await client.CreateClassAsync(new CreateClassCommand { ExternalId = 1, IssuePolicy = uint.MaxValue }, []);
        Assert.Equal(ResultCode.Ok, created.Code);
        return new IdentifiedRecords(asset, (uint)created.Value);
    }

    public async Task AddAsync(LedgerClient client, Random random)
    {
        UInt128 id = random.Next(4) == 0 ? 0 : _next++;
        if (random.Next(3) == 0)
        {
            CommandResult created = await client.CreateObjectAsync(new CreateObjectCommand { Class = @class, ExternalId = id });
            Assert.Equal(ResultCode.Ok, created.Code);
            if (id != 0) _objects.Add(id, (ulong)created.Value);
        }
        else
        {
            ulong account = await TestReplica.OkAsync(client, new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset, ExternalId = id });
            if (id != 0) _accounts.Add(id, account);
        }
    }

    /// <summary>Every id finds its record: an object by a query, an account by the refusal of a second one, which names the first.</summary>
    public async Task CheckAsync(LedgerClient client)
    {
        Assert.Equal(@class, (await client.FindObjectClassAsync(1)).Class);
        foreach ((UInt128 id, ulong number) in _objects) Assert.Equal(number, (await client.FindObjectAsync(@class, id)).Object);
        foreach ((UInt128 id, ulong number) in _accounts)
        {
            CommandResult again = await client.ExecuteAsync(new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset, ExternalId = id });
            Assert.Equal((ResultCode.ExternalIdExists, (Int128)number), (again.Code, (Int128)again.Value));
        }
    }
}
