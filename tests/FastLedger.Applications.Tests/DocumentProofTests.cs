// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using FastLedger.Applications.Patterns;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Applications.Tests;

public sealed class DocumentProofTests
{
    private static readonly byte[] Diploma = Encoding.UTF8.GetBytes("Diploma of a student");

    [Fact]
    public async Task A_document_is_judged_by_proof_and_genesis_alone_and_each_changed_byte_is_refused()
    {
        await using TestLedger ledger = await TestLedger.StartAsync();
        using SigningKey key = SigningKey.Generate();
        await using LedgerClient school = await LedgerClient.ConnectAsync(new ClientOptions { Endpoints = ledger.Cluster.EndPoints, Key = key });
        uint @class = await DefineAsync(school);
        CommandResult created = await school.CreateObjectAsync(new CreateObjectCommand { Class = @class, Content = Notary.Digest(Diploma) });
        Assert.Equal(ResultCode.Ok, created.Code);
        byte[] proof = await Notary.ProveAsync(school, (ulong)created.Value);

        Hash256 chainId = ledger.Cluster.Genesis.ChainId;
        StateAnchor anchor = StateAnchor.Of(in chainId, ledger.Cluster.Validators);
        DocumentStatus Judge(byte[] document, byte[] by, uint inClass = 0) => DocumentProof.Judge(Notary.Digest(document), by, in chainId, anchor, inClass).Status;
        Assert.Equal(DocumentStatus.Valid, Judge(Diploma, proof, @class));
        Assert.Equal(DocumentStatus.Unknown, Judge(Diploma, proof, @class + 1));
        foreach (byte[] forged in Mutations(Diploma)) Assert.Equal(DocumentStatus.Forged, Judge(forged, proof));
        foreach (byte[] forged in Mutations(proof)) Assert.NotEqual(DocumentStatus.Valid, Judge(Diploma, forged));
        for (int length = 0; length < proof.Length; length++) Assert.NotEqual(DocumentStatus.Valid, Judge(Diploma, proof[..length]));
        Assert.NotEqual(DocumentStatus.Valid, Judge(Diploma, [.. proof, 0]));

        Hash256 otherLedger = (ledger.Cluster.Genesis with { Name = "another" }).ChainId;
        Assert.Equal(DocumentStatus.Unknown, DocumentProof.Judge(Notary.Digest(Diploma), proof, in otherLedger, anchor).Status);
        using SigningKey stranger = SigningKey.Generate();
        Assert.Equal(DocumentStatus.Unknown, DocumentProof.Judge(Notary.Digest(Diploma), proof, in chainId, StateAnchor.Of(in chainId, [stranger.PublicKey])).Status);

        CommandResult revoked = await school.ChangeObjectAsync((ulong)created.Value, DocumentProof.RevokedState);
        Assert.Equal(ResultCode.Ok, revoked.Code);
        Assert.Equal(DocumentStatus.Revoked, Judge(Diploma, await Notary.ProveAsync(school, (ulong)created.Value)));
    }

    private static async Task<uint> DefineAsync(LedgerClient school)
    {
        var chain = new CommandChain();
        chain.Add(new CreateClassCommand { ClassFlags = ClassFlags.UniqueContent | ClassFlags.Revocable });
        chain.Add(new SetTransitionCommand { Opcode = Opcode.ActivateClass });
        ChainOutcome outcome = await chain.SubmitAsync(school);
        Assert.Equal(ResultCode.Ok, outcome.Code);
        return (uint)outcome[0];
    }

    private static IEnumerable<byte[]> Mutations(byte[] bytes) => Enumerable.Range(0, bytes.Length * 8).Select(bit =>
    {
        byte[] copy = [.. bytes];
        copy[bit / 8] ^= (byte)(1 << (bit % 8));
        return copy;
    });
}
