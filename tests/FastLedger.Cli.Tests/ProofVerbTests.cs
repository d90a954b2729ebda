// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Domain;
using FastLedger.Load.Nodes;
using FastLedger.Node.Embedding;
using FastLedger.Node.Recovery;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Certificates;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Proofs;
using LedgerCommand = FastLedger.Primitives.Commands.Command;

namespace FastLedger.Cli.Tests;

public sealed class ProofVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string At(string name) => System.IO.Path.Combine(_folder.Path, name);

    private static async Task<(int ExitCode, string Output, string Error)> Run(params string[] arguments)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        int exit = await CommandLine.RunAsync(arguments, output, error);
        return (exit, output.ToString(), error.ToString());
    }

    private async Task<string> Prove(EmbeddedCluster cluster, string file, params string[] arguments)
    {
        (int exit, string output, string error) = await Run(["proof", .. arguments, "--out", At(file), "--endpoint", cluster.EndPoints[1].ToString()!, "--genesis", At("genesis.json")]);
        Assert.True(exit == ExitCode.Ok, output + error);
        Assert.InRange(new FileInfo(At(file)).Length, 500, 8192);
        return At(file);
    }

    private async Task<JsonElement> Verified(string file)
    {
        (int exit, string output, string error) = await Run("verify-proof", file, "--genesis", At("genesis.json"), "--json");
        Assert.True(exit == ExitCode.Ok, output + error);
        JsonElement root = JsonDocument.Parse(output).RootElement;
        Assert.InRange(root.GetProperty("signers").GetInt32(), 3, 4);
        return root.GetProperty("fields");
    }

    private static async Task<ulong> Ok<T>(LedgerClient client, T command) where T : unmanaged, ICommand
    {
        CommandResult result = await client.ExecuteAsync(command);
        Assert.Equal(Primitives.ResultCode.Ok, result.Code);
        return (ulong)result.Value;
    }

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Every bit of every byte is turned over, every shorter file and a longer one are tried.</summary>
    private static void EveryMutationIsRefused(string file, Genesis genesis)
    {
        byte[] proof = System.IO.File.ReadAllBytes(file);
        var validators = new ValidatorKeys(genesis.ChainId, [.. System.Linq.Enumerable.Select(genesis.Validators, v => v.Key)]);
        Assert.True(FactProof.Verify(proof, genesis.ChainId, validators, out _));
        for (int i = 0; i < proof.Length; i++)
        {
            byte sound = proof[i];
            for (int bit = 0; bit < 8; bit++)
            {
                proof[i] = (byte)(sound ^ (1 << bit));
                Assert.False(FactProof.Verify(proof, genesis.ChainId, validators, out _), $"{file}: byte {i}, bit {bit}");
            }

            proof[i] = sound;
            Assert.False(FactProof.Verify(proof.AsSpan(0, i), genesis.ChainId, validators, out _), $"{file}: cut to {i} bytes");
        }

        Assert.False(FactProof.Verify([.. proof, 0], genesis.ChainId, validators, out _));
        Assert.False(FactProof.Verify(proof, default, validators, out _));
        using SigningKey stranger = SigningKey.Generate();
        Assert.False(FactProof.Verify(proof, genesis.ChainId, new ValidatorKeys(genesis.ChainId, [stranger.PublicKey]), out _));
    }

    [Fact]
    public async Task Accounts_orders_records_and_commands_are_proven_offline_and_no_changed_proof_is_believed()
    {
        EmbeddedCluster cluster = await EmbeddedCluster.StartAsync(_folder.Path, 4);
        await using (cluster)
        {
            Genesis genesis = cluster.Genesis;
            GenesisFile.Write(At("genesis.json"), genesis);
            using SigningKey key = KeyFile.Generate(At("session.key"));
            var options = new ClientOptions { Endpoints = cluster.EndPoints, Key = key, ChainId = genesis.ChainId, Validators = cluster.Validators };
            LedgerClient client = await LedgerClient.ConnectAsync(options);
            uint money = (uint)await Ok(client, new CreateAssetCommand { Opcode = Opcode.CreateAsset }), shares = (uint)await Ok(client, new CreateAssetCommand { Opcode = Opcode.CreateAsset });
            ulong issuer = await Ok(client, new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = money, AccountFlags = AccountFlags.Unlimited });
            ulong holder = await Ok(client, new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = money, Code = 7, UserData64 = 99 });
            ulong owner = await Ok(client, new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = shares, AccountFlags = AccountFlags.Unlimited });

            // A transfer whose bytes are kept, among others in its batch and in its block.
            LedgerCommand transfer;
            CommandResult original;
            using (CommandBatch batch = client.RentBatch(3))
            {
                for (ulong amount = 1; amount <= 3; amount++)
                    batch.Add(new TransferCommand { Opcode = Opcode.Transfer, DebitAccount = issuer, CreditAccount = holder, Amount = 100 * amount });
                BatchOutcome outcome = await client.SubmitAsync(batch, ResultMode.All);
                transfer = batch.Commands[1];
                original = outcome.Results[1];
            }

            uint instrument = (uint)await Ok(client, new CreateInstrumentCommand
            {
                Opcode = Opcode.CreateInstrument,
                BaseAsset = shares,
                QuoteAsset = money,
                LotSize = 1,
                TickValue = 1,
                FeeAccount = holder,
                MaxQuantityLots = 1 << 20,
                MaxPriceTicks = 1 << 20,
            });
            ulong order = await Ok(client, new PlaceOrderCommand
            {
                Opcode = Opcode.PlaceOrder,
                Instrument = instrument,
                Side = Side.Bid,
                PriceTicks = 50,
                QuantityLots = 3,
                BaseAccount = owner,
                QuoteAccount = holder,
            });
            await client.DisposeAsync();

            string account = await Prove(cluster, "account.proof", "account", Text(holder));
            JsonElement fields = await Verified(account);
            string Field(string name) => fields.GetProperty(name).GetString()!;
            Assert.Equal(("600", "600", "0", "150"), (Field("balance"), Field("credits_posted"), Field("debits_posted"), Field("debits_pending")));
            Assert.Equal((Text(holder), Text(money), "7", "99"), (Field("account"), Field("asset"), Field("code"), Field("user_data")));

            fields = await Verified(await Prove(cluster, "order.proof", "order", Text(order)));
            Assert.Equal((Text(order), "50", "3", "True"), (Field("order"), Field("price_ticks"), Field("remaining_lots"), Field("live")));
            Assert.Equal((Text(owner), Text(holder), Text(instrument)), (Field("base_account"), Field("quote_account"), Field("instrument")));
            fields = await Verified(await Prove(cluster, "asset.proof", "record", "4", Text(money)));
            Assert.Equal(Text(money), Field("record"));

            await File.WriteAllBytesAsync(At("transfer.bin"), MemoryMarshal.AsBytes(new ReadOnlySpan<LedgerCommand>(in transfer)).ToArray());
            string command = await Prove(cluster, "command.proof", "command", At("transfer.bin"), "--key", At("session.key"));
            fields = await Verified(command);
            Assert.Equal(("Ok", Text(original.Sequence), Text(transfer.Number)), (Field("result_code"), Field("sequence"), Field("command_number")));

            EveryMutationIsRefused(account, genesis);
            EveryMutationIsRefused(command, genesis);
            Assert.Equal(ExitCode.Unavailable, (await Run("proof", "order", Text(order + 1), "--out", At("none.proof"), "--endpoint", cluster.EndPoints[0].ToString()!)).ExitCode);

            byte[] forged = await File.ReadAllBytesAsync(account);
            forged[^1] ^= 1;
            await File.WriteAllBytesAsync(At("forged.proof"), forged);
            Assert.Equal(ExitCode.FailedCheck, (await Run("verify-proof", At("forged.proof"), "--genesis", At("genesis.json"))).ExitCode);
        }
    }

    [Fact]
    public void The_result_of_a_command_deep_in_its_batch_and_its_block_is_proven_by_both_paths()
    {
        using SigningKey key = SigningKey.Generate();
        var chain = Blake3.Hash("chain"u8);
        var validators = new ValidatorKeys(chain, [key.PublicKey]);
        foreach ((int commands, int at, int receipts, int place) in new[] { (1, 0, 1, 0), (2, 1, 2, 1), (5, 4, 3, 2), (7, 3, 5, 4), (7, 6, 6, 1), (8, 5, 7, 6) })
        {
            byte[] proof = Proof(key, chain, commands, at, receipts, place, out LedgerCommand command, out CommandResult result);
            Assert.True(FactProof.Verify(proof, chain, validators, out ProvenFact fact));
            Assert.Equal((command.Number, result.Sequence, (uint)commands), (fact.Command.Number, fact.Result.Sequence, fact.Receipt.Count));
            for (int i = 0; i < proof.Length; i++)
            {
                byte[] changed = [.. proof];
                changed[i] ^= (byte)(1 << (i % 8));
                Assert.False(FactProof.Verify(changed, chain, validators, out _), $"byte {i}");
            }
        }
    }

    /// <summary>A block of one validator, built by hand from the words of the format's description.</summary>
    private static byte[] Proof(SigningKey key, Primitives.Hash256 chain, int commands, int at, int receipts, int place, out LedgerCommand command, out CommandResult result)
    {
        var all = new LedgerCommand[commands];
        var results = new CommandResult[commands];
        var leaves = new Primitives.Hash256[commands];
        for (int i = 0; i < commands; i++)
        {
            all[i] = new LedgerCommand { Opcode = Opcode.Noop, Number = 10 + (ulong)i };
            results[i] = new CommandResult { Index = (uint)i, Sequence = 1000 + (ulong)i };
            leaves[i] = Blake3.Hash([.. Blake3.Hash(MemoryMarshal.AsBytes(all.AsSpan(i, 1))).Bytes, .. MemoryMarshal.AsBytes(results.AsSpan(i, 1))]);
        }

        (command, result) = (all[at], results[at]);
        var receipt = new BatchReceipt { ResultsRoot = Root(leaves), Count = (uint)commands, FirstSequence = 1000 };
        var blockLeaves = new Primitives.Hash256[receipts];
        for (int i = 0; i < receipts; i++) blockLeaves[i] = i == place ? Blake3.Hash(MemoryMarshal.AsBytes(new ReadOnlySpan<BatchReceipt>(in receipt))) : Blake3.Hash([(byte)i]);
        var head = new StateCertificateHead { Epoch = 1, Height = 5, ReceiptsRoot = Root(blockLeaves), Signers = 1 };
        byte[] message = new byte[Protocol.SignedMessages.StateBytes], signature = new byte[64];
        Protocol.SignedMessages.State(message, chain, head);
        key.Sign(message, signature);
        var group = new GroupHead { BlockLength = 64, NumInGroup = 1 };
        byte[] certificate = [.. MemoryMarshal.AsBytes(new ReadOnlySpan<StateCertificateHead>(in head)), .. MemoryMarshal.AsBytes(new ReadOnlySpan<GroupHead>(in group)), .. signature];
        var proofHead = new ReceiptProofHead { Height = 5, LeafIndex = (uint)place, LeafCount = (uint)receipts, Receipt = receipt };
        Primitives.Hash256[] up = PathOf(blockLeaves, place);
        return FactProof.OfCommand(chain, certificate, proofHead, MemoryMarshal.Cast<Primitives.Hash256, PathNode>(up), command, result, PathOf(leaves, at));
    }

    private static Primitives.Hash256 Root(ReadOnlySpan<Primitives.Hash256> leaves)
    {
        if (leaves.Length == 1) return leaves[0];
        int left = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)leaves.Length) / 2;
        return Merkle.Node(Root(leaves[..left]), Root(leaves[left..]));
    }

    private static Primitives.Hash256[] PathOf(ReadOnlySpan<Primitives.Hash256> leaves, int at)
    {
        if (leaves.Length == 1) return [];
        int left = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)leaves.Length) / 2;
        return at < left ? [.. PathOf(leaves[..left], at), Root(leaves[left..])] : [.. PathOf(leaves[left..], at - left), Root(leaves[..left])];
    }
}
