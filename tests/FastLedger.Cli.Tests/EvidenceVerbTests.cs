// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Threading.Tasks;
using FastLedger.Consensus;
using FastLedger.Consensus.Accountability;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;
using FastLedger.Cryptography;
using FastLedger.Domain;
using FastLedger.Load.Nodes;
using FastLedger.Node.Cluster;
using FastLedger.Node.Recovery;
using FastLedger.Primitives;
using FastLedger.Protocol;
using FastLedger.Protocol.Certificates;
using FastLedger.Protocol.Messages;

namespace FastLedger.Cli.Tests;

public sealed class EvidenceVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SigningKey[] _keys = [.. Enumerable.Range(0, 4).Select(_ => SigningKey.Generate())];
    private readonly Genesis _genesis;

    public EvidenceVerbTests()
    {
        _genesis = new Genesis { Name = "market", Validators = [.. _keys.Select((key, node) => new GenesisValidator(node, key.PublicKey.ToString()))] };
        GenesisFile.Write(Path.Combine(_folder.Path, GenesisFile.Name), _genesis);
    }

    private string EvidenceFolder => Path.Combine(_folder.Path, "evidence");

    [Fact]
    public async Task Evidence_is_listed_checked_and_handed_over()
    {
        Keep(guilty: 2, signer: 2);
        string target = Path.Combine(_folder.Path, "case");
        (int exit, JsonElement result) = await Run(_folder.Path, "--out", target);
        Assert.Equal(ExitCode.Ok, exit);
        JsonElement row = Assert.Single(result.GetProperty("evidence").EnumerateArray());
        Assert.Equal(("proven", 2, _keys[2].PublicKey.ToString()), (row.GetProperty("verdict").GetString(), row.GetProperty("validator").GetInt32(), row.GetProperty("key").GetString()));

        // What was handed over is enough, and another ledger's genesis is not.
        (exit, result) = await Run(target);
        Assert.Equal((ExitCode.Ok, 1), (exit, result.GetProperty("evidence").GetArrayLength()));
        string other = Path.Combine(_folder.Path, "other.json");
        GenesisFile.Write(other, _genesis with { Name = "another" });
        Assert.Equal(ExitCode.FailedCheck, (await Run(target, "--genesis", other)).ExitCode);
    }

    [Fact]
    public async Task A_statement_that_somebody_else_signed_convicts_nobody()
    {
        Keep(guilty: 2, signer: 1);
        (int exit, JsonElement result) = await Run(_folder.Path);
        Assert.Equal((ExitCode.FailedCheck, "refused"), (exit, result.GetProperty("evidence")[0].GetProperty("verdict").GetString()));
    }

    [Fact]
    public async Task Every_changed_byte_of_the_evidence_is_refused()
    {
        Keep(guilty: 3, signer: 3);
        string file = Directory.GetFiles(EvidenceFolder).Single();
        byte[] good = await File.ReadAllBytesAsync(file);
        for (int i = 0; i < good.Length; i++)
        {
            byte[] bad = [.. good];
            bad[i] ^= 1;
            await File.WriteAllBytesAsync(file, bad);
            Assert.NotEqual(ExitCode.Ok, (await Run(_folder.Path)).ExitCode);
        }
    }

    [Fact]
    public async Task Evidence_of_a_later_epoch_is_not_judged_by_the_genesis()
    {
        Keep(guilty: 0, signer: 0, epoch: 2);
        (int exit, JsonElement result) = await Run(_folder.Path);
        Assert.Equal((ExitCode.Inconclusive, "unknown_epoch"), (exit, result.GetProperty("evidence")[0].GetProperty("verdict").GetString()));
    }

    [Fact]
    public async Task Evidence_of_a_later_epoch_is_judged_by_the_validators_that_the_hand_overs_name()
    {
        // Node 0 got another key: its old one convicts it no more.
        using SigningKey key = SigningKey.Generate();
        byte[] set = [4, 0, .. Enumerable.Range(0, 4).SelectMany(node => (byte[])[(byte)node, .. (node == 0 ? key : _keys[node]).PublicKey.Bytes])];
        var head = new StateCertificateHead { Epoch = 1, Height = 9, NextSetDigest = Blake3.Hash(set), Signers = 0b0111 };
        byte[] message = new byte[SignedMessages.StateBytes];
        SignedMessages.State(message, _genesis.ChainId, head);
        byte[] certificate = [.. Bytes(head), .. Bytes(new GroupHead { BlockLength = 64, NumInGroup = 3 }), .. _keys.Take(3).SelectMany(signer => Sign(signer, message))];
        string folder = Directory.CreateDirectory(Path.Combine(_folder.Path, "handovers")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "epoch-0000000001.handover"), HandOver.Write(certificate, set));
        Keep(guilty: 3, signer: 3, epoch: 2);
        string target = Path.Combine(_folder.Path, "case");
        (int exit, JsonElement result) = await Run(_folder.Path, "--out", target);
        Assert.Equal((ExitCode.Ok, "proven"), (exit, result.GetProperty("evidence")[0].GetProperty("verdict").GetString()));
        Assert.Equal(ExitCode.Ok, (await Run(target)).ExitCode);
        Keep(guilty: 0, signer: 0, epoch: 2);
        Assert.Equal(ExitCode.FailedCheck, (await Run(_folder.Path)).ExitCode);
    }

    [Fact]
    public async Task Nothing_kept_is_no_fault_and_a_wrong_path_is()
    {
        (int exit, JsonElement result) = await Run(_folder.Path);
        Assert.Equal((ExitCode.Ok, 0), (exit, result.GetProperty("evidence").GetArrayLength()));
        Assert.Equal(ExitCode.InputOutput, (await Run(Path.Combine(_folder.Path, "missing"))).ExitCode);
    }

    public void Dispose()
    {
        foreach (SigningKey key in _keys) key.Dispose();
        _folder.Dispose();
    }

    /// <summary>Two votes of one view, kept as a replica keeps them.</summary>
    private void Keep(int guilty, int signer, ulong epoch = 1)
    {
        const ulong view = 7;
        Span<byte> statement = stackalloc byte[Statement.MaxSize];
        Span<byte> firstSignature = stackalloc byte[ISignatureScheme.SignatureSize], secondSignature = stackalloc byte[ISignatureScheme.SignatureSize];
        Span<byte> first = stackalloc byte[64], second = stackalloc byte[64];
        Hash256 block = Blake3.Hash([1]), other = Blake3.Hash([2]);
        var signing = new Ed25519Signer(_keys[signer]);
        signing.Sign(_keys[signer].PublicKey, Statement.Vote(statement, _genesis.ChainId, epoch, view, block), firstSignature);
        signing.Sign(_keys[signer].PublicKey, Statement.Vote(statement, _genesis.ChainId, epoch, view, other), secondSignature);
        first = first[..EvidenceMessage.BlockContent(first, view, block)];
        second = second[..EvidenceMessage.BlockContent(second, view, other)];
        var writer = new FrameWriter(new byte[1024]);
        EvidenceMessage.Write(ref writer, EvidenceKind.DoubleVote, epoch, guilty, first, firstSignature, second, secondSignature, default);
        new EvidenceFolder(EvidenceFolder).Add(writer.Written, guilty, epoch);
    }

    private static byte[] Bytes<T>(T value) where T : unmanaged
    {
        byte[] bytes = new byte[Unsafe.SizeOf<T>()];
        MemoryMarshal.Write(bytes, value);
        return bytes;
    }

    private static byte[] Sign(SigningKey key, byte[] message)
    {
        byte[] signature = new byte[ISignatureScheme.SignatureSize];
        new Ed25519Signer(key).Sign(key.PublicKey, message, signature);
        return signature;
    }

    private static async Task<(int ExitCode, JsonElement Result)> Run(params string[] arguments)
    {
        var output = new StringWriter();
        int exit = await CommandLine.RunAsync(["evidence", .. arguments, "--json"], output, new StringWriter());
        return (exit, output.ToString() is { Length: > 0 } text ? JsonDocument.Parse(text).RootElement : default);
    }
}
