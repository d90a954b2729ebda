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

    public TransferCommand Transfer(UInt128 amount) =>
        new() { Opcode = Opcode.Transfer, DebitAccount = Alice, CreditAccount = Bob, Amount = amount };
}
