// SPDX-License-Identifier: Apache-2.0
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Certificates;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Proofs;

namespace FastLedger.Node.Tests;

public sealed class OperatorTests
{
    private const uint LedgerTable = 1, SessionTable = 3, AccountTable = 5, AuthorTable = 61;

    [Fact]
    public async Task The_roots_of_the_tables_make_up_the_state_root_and_show_which_tables_a_command_touched()
    {
        await using var replica = new TestReplica();
        await using LedgerClient client = await replica.ConnectAsync();
        uint asset = (uint)await TestReplica.OkAsync(client, new CreateAssetCommand());
        TableRoots before = await client.GetTableRootsAsync();
        Assert.Equal(before.Head.StateRoot, Blake3.Hash(System.Runtime.InteropServices.MemoryMarshal.AsBytes<TableRoot>(before.Tables.ToArray())));

        Assert.Equal(ResultCode.UnknownAccount, (await client.ExecuteAsync(new TransferCommand { DebitAccount = 9, CreditAccount = 8, Amount = 1 })).Code);
        TableRoots refused = await client.GetTableRootsAsync();
        Assert.Equal([LedgerTable, SessionTable, AuthorTable], Changed(before, refused));

        await TestReplica.OkAsync(client, new OpenAccountCommand { Asset = asset });
        Assert.Contains(AccountTable, Changed(refused, await client.GetTableRootsAsync()));
    }

    [Fact]
    public async Task Commands_sent_again_under_their_numbers_are_answered_and_not_executed_again()
    {
        await using var replica = new TestReplica();
        await using LedgerClient client = await replica.ConnectAsync();
        ulong first = client.NextNumber;
        using CommandBatch batch = client.RentBatch(1);
        batch.Add(new CreateAssetCommand { Scale = 2 });
        CommandResult original = (await client.SubmitAsync(batch, ResultMode.All)).Results[0];

        // The process lost the answer with its memory: a new client knows the command and its number only.
        await using LedgerClient other = await replica.ConnectAsync();
        using CommandBatch again = other.RentBatch(1);
        again.Add(new CreateAssetCommand { Scale = 2 });
        CommandResult resent = (await other.ResubmitAsync(again, first)).Results[0];
        Assert.Equal((original.Code, original.Sequence, original.Value), (resent.Code, resent.Sequence, resent.Value));

        using CommandBatch altered = other.RentBatch(1);
        altered.Add(new CreateAssetCommand { Scale = 3 });
        Assert.Equal(ResultCode.ExistsDifferent, (await other.ResubmitAsync(altered, first)).Results[0].Code);
        Assert.Equal(1u, (await other.GetStatusAsync()).Assets);
        Assert.Equal(first + 1, other.NextNumber);
    }

    [Fact]
    public async Task A_state_proof_comes_with_the_certificate_of_its_state()
    {
        await using var replica = new TestReplica();
        ulong height;
        await using (LedgerClient client = await replica.ConnectAsync())
        {
            await TestReplica.OkAsync(client, new CreateAssetCommand());
            StateProofInfo proof = await client.GetStateProofAsync(AccountTable - 1, 1);
            Assert.True(StateProof.Verify(proof.Proof, proof.Head.StateRoot, out _, out _, out _));
            height = proof.Head.Height;
            using SigningKey key = KeyFile.Read(System.IO.Path.Combine(replica.Options.DataDirectory, "validator.key"));
            var keys = new ValidatorKeys(client.ChainId, [key.PublicKey]);
            Assert.True(keys.TryVerify(proof.Certificate, out StateCertificateHead head));
            Assert.Equal((proof.Head.Height, proof.Head.StateRoot), (head.Height, head.StateRoot));
            for (int bit = 0; bit < proof.Certificate.Length * 8; bit++)
            {
                byte[] forged = [.. proof.Certificate];
                forged[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.False(keys.TryVerify(forged, out _));
            }
        }

        // A replica that has executed nothing since it started has no certificate at hand, and says so at once.
        await replica.RestartAsync();
        await using LedgerClient later = await replica.ConnectAsync();
        StateProofInfo uncertified = await later.GetStateProofAsync(AccountTable - 1, 1);
        Assert.Equal(height, uncertified.Head.Height);
        Assert.Empty(uncertified.Certificate);
    }

    [Fact]
    public async Task A_replica_keeps_its_genesis_beside_its_data()
    {
        await using var replica = new TestReplica();
        Assert.Equal(replica.Replica.ChainId, Recovery.GenesisFile.Read(System.IO.Path.Combine(replica.Options.DataDirectory, Recovery.GenesisFile.Name)).ChainId);
    }

    private static uint[] Changed(TableRoots before, TableRoots after) =>
        [.. before.Tables.Zip(after.Tables).Where(t => t.First.Root != t.Second.Root || t.First.Count != t.Second.Count).Select(t => t.First.Table)];
}
