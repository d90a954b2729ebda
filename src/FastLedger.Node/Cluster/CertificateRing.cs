// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Consensus;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Messages;
using FastLedger.Primitives;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Node.Cluster;

/// <summary>The state certificates of the newest heights, as replicas exchange them and as clients get them.</summary>
/// <remarks>Thread: consensus. Alloc: none once every place was used. Blocks: no.</remarks>
internal sealed class CertificateRing
{
    /// <summary>Heights remembered.</summary>
    public const int Length = 1024;

    private readonly Place[] _places = new Place[Length];

    public CertificateRing()
    {
        for (int i = 0; i < Length; i++) _places[i] = new Place();
    }

    /// <summary>Newest certified height.</summary>
    public ulong Newest { get; private set; }

    /// <summary>The certificate of a height is here.</summary>
    public bool Has(ulong height) => height > 0 && At(height).Height == height;

    /// <summary>The certificate as replicas exchange it; empty when it is not here.</summary>
    public ReadOnlySpan<byte> Message(ulong height) => Has(height) ? At(height).Message.Bytes : default;

    /// <summary>The certificate as clients get it, a finished frame; empty when it is not here.</summary>
    public ReadOnlySpan<byte> Frame(ulong height) => Has(height) ? At(height).Frame.Bytes : default;

    /// <summary>Keeps a certificate.</summary>
    /// <param name="message">A <see cref="StateCertificateMessage"/> that the core verified.</param>
    /// <param name="validatorCount">Validators of its epoch.</param>
    public void Add(ReadOnlySpan<byte> message, int validatorCount)
    {
        Invariant.Check(StateCertificateMessage.TryRead(message, validatorCount, out StateCertificateMessage certificate));
        StateCommitment commitment = certificate.Commitment;
        Place place = At(commitment.Height);
        if (commitment.Height < place.Height) return;
        place.Height = commitment.Height;
        place.Message.CopyFrom(message);
        int signers = SignerSet.Count(certificate.Signers);
        Span<byte> frame = stackalloc byte[FrameWriter.LengthOf<StateCertificateHead, CertificateSignature>(ValidatorSet.MaxCount)];
        var writer = new FrameWriter(frame);
        writer.Begin(new StateCertificateHead
        {
            Epoch = certificate.Epoch,
            Height = commitment.Height,
            BlockId = commitment.BlockId,
            StateRoot = commitment.StateRoot,
            ReceiptsRoot = commitment.ReceiptsRoot,
            NextSetDigest = commitment.NextSetDigest,
            Signers = certificate.Signers,
        });
        certificate.Signatures.CopyTo(MemoryMarshal.AsBytes(writer.Group<CertificateSignature>(signers)));
        place.Frame.CopyFrom(frame[..writer.Complete(0, 0)]);
        if (commitment.Height > Newest) Newest = commitment.Height;
    }

    private Place At(ulong height) => _places[(int)(height % Length)];

    private sealed class Place
    {
        public ulong Height { get; set; }

        public ByteBuffer Message { get; } = new();

        public ByteBuffer Frame { get; } = new();
    }
}
