// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Primitives.Commands;

namespace FastLedger.Node.Tests.Clusters;

/// <summary>Two accounts of one session, the first one funded.</summary>
public sealed record Bank(ulong Alice, ulong Bob)
{
    public static async Task<Bank> OpenAsync(LedgerClient client, UInt128 amount)
    {
        uint asset = (uint)await TestReplica.OkAsync(client, new CreateAssetCommand { Opcode = Opcode.CreateAsset, Scale = 2 });
        ulong issuer = await TestReplica.OkAsync(client, new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset, AccountFlags = AccountFlags.Unlimited });
        ulong alice = await TestReplica.OkAsync(client, new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset });
        ulong bob = await TestReplica.OkAsync(client, new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset });
        await TestReplica.OkAsync(client, new TransferCommand { Opcode = Opcode.Transfer, DebitAccount = issuer, CreditAccount = alice, Amount = amount });
        return new Bank(alice, bob);
    }

    /// <summary>Sends transfers of 1 in one batch, all of which take effect.</summary>
    /// <param name="client">The session that opened the bank.</param>
    /// <param name="count">How many, at most as many as a batch holds.</param>
    /// <returns>How many.</returns>
    public async Task<int> SendAsync(LedgerClient client, int count)
    {
        using CommandBatch batch = client.RentBatch();
        for (int i = 0; i < count; i++) batch.Add(Transfer(1));
        Assert.Equal(0, (await client.SubmitAsync(batch)).Failed);
        return count;
    }

    public TransferCommand Transfer(UInt128 amount) =>
        new() { Opcode = Opcode.Transfer, DebitAccount = Alice, CreditAccount = Bob, Amount = amount };
}
