// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Tests;

/// <summary>Four validators with real keys, and certificates made with them.</summary>
internal sealed class TestKeys
{
    public const ulong Epoch = 3;

    public TestKeys(int count = 4)
    {
        Keys = new SigningKey[count];
        Span<byte> seed = stackalloc byte[SigningKey.SeedSize];
        for (int i = 0; i < count; i++)
        {
            seed.Fill((byte)(i + 1));
            Keys[i] = SigningKey.FromSeed(seed);
            Assert.True(Set.TryAdd(i, Keys[i].PublicKey));
        }

        Verifier.Begin(Chain, Epoch, Set, Genesis);
    }

    public static Ed25519Scheme Scheme => Ed25519Scheme.Instance;

    public SigningKey[] Keys { get; }

    public ValidatorSet Set { get; } = new();

    public CertificateVerifier Verifier { get; } = new(Ed25519Scheme.Instance);

    public Hash256 Chain { get; } = Blake3.Hash("chain"u8);

    public Hash256 Genesis { get; } = Blake3.Hash("genesis"u8);

    public static Hash256 Block(int number) => Blake3.Hash([(byte)number, 7]);

    public byte[] Sign(int validator, ReadOnlySpan<byte> statement)
    {
        byte[] signature = new byte[64];
        Keys[validator].Sign(statement, signature);
        return signature;
    }

    public byte[] Vote(int validator, ulong view, Hash256 block, bool finalize = false)
    {
        Span<byte> buffer = stackalloc byte[Statement.MaxSize];
        return Sign(validator, finalize ? Statement.Finalize(buffer, Chain, Epoch, view, block) : Statement.Vote(buffer, Chain, Epoch, view, block));
    }

    public byte[] Timeout(int validator, ulong view, ulong highQcView)
    {
        Span<byte> buffer = stackalloc byte[Statement.MaxSize];
        return Sign(validator, Statement.Timeout(buffer, Chain, Epoch, view, highQcView));
    }

    public byte[] GenesisCertificate()
    {
        var writer = new FrameWriter(new byte[1024]);
        BlockCertificate.WriteHead(ref writer, CertificateKind.Quorum, Epoch, 0, Genesis, Set.Count, 0);
        return writer.Written.ToArray();
    }

    public byte[] Certificate(ulong view, Hash256 block, UInt128 signers, CertificateKind kind = CertificateKind.Quorum)
    {
        var writer = new FrameWriter(new byte[8192]);
        BlockCertificate.WriteHead(ref writer, kind, Epoch, view, block, Set.Count, signers);
        for (UInt128 rest = signers; rest != 0; rest &= rest - 1) writer.Bytes(Vote(SignerSet.First(rest), view, block, kind == CertificateKind.Finality));
        return writer.Written.ToArray();
    }

    public byte[] TimeoutCertificate(ulong view, ulong[] claims, byte[] highQc)
    {
        var writer = new FrameWriter(new byte[8192]);
        UInt128 signers = (UInt128.One << claims.Length) - 1;
        Certificates.TimeoutCertificate.WriteHead(ref writer, Epoch, view, Set.Count, signers);
        foreach (ulong claim in claims) writer.U64(claim);
        for (int i = 0; i < claims.Length; i++) writer.Bytes(Timeout(i, view, claims[i]));
        writer.Bytes(highQc);
        return writer.Written.ToArray();
    }

    public BlockHeader Header(ulong view, ulong height, Hash256 parent, ulong parentView) => new()
    {
        ChainId = Chain,
        Epoch = Epoch,
        View = view,
        Height = height,
        ParentId = parent,
        ParentView = parentView,
        TimestampNs = height,
        PayloadRoot = Block(1),
    };

    public static byte[] Encode(in BlockHeader header)
    {
        var writer = new FrameWriter(new byte[BlockHeader.Size]);
        header.Write(ref writer);
        return writer.Written.ToArray();
    }
}
