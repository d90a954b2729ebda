// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Messages;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Certificates;

/// <summary>
/// Decides whether certificates of one epoch are valid. Block certificates that passed are remembered byte for byte in a small
/// direct-mapped cache, because the same certificate arrives in proposals, timeouts and announcements; and so is every vote that passed,
/// because certificates of others are made of votes that were checked here one by one. Failures are never remembered.
/// </summary>
/// <remarks>Thread: one. Alloc: none once the cache is warm.</remarks>
public sealed class CertificateVerifier
{
    private const int CacheSize = 32;
    private readonly CertificateBuffer[] _verified = new CertificateBuffer[CacheSize];
    private readonly VerifiedVotes _votes = new();
    private readonly ISignatureScheme _scheme;
    private Hash256 _chain;
    private Hash256 _genesisId;
    private ulong _epoch;
    private ValidatorSet _validators = new();

    public CertificateVerifier(ISignatureScheme scheme)
    {
        _scheme = scheme;
        for (int i = 0; i < CacheSize; i++) _verified[i] = new CertificateBuffer();
    }

    /// <summary>The block that the epoch's genesis certificate names.</summary>
    public Hash256 GenesisId => _genesisId;

    /// <summary>Starts an epoch: forgets all certificates of the one before.</summary>
    public void Begin(in Hash256 chain, ulong epoch, ValidatorSet validators, in Hash256 genesisId)
    {
        _chain = chain;
        _epoch = epoch;
        _validators = validators;
        _genesisId = genesisId;
        foreach (CertificateBuffer buffer in _verified) buffer.Clear();
        _votes.Begin(validators.Count);
    }

    /// <summary>One vote or finalize vote.</summary>
    public bool VerifyVote(CertificateKind kind, ulong view, in Hash256 block, int voter, ReadOnlySpan<byte> signature)
    {
        if (_votes.Contains(kind, view, voter, block, signature)) return true;
        Span<byte> buffer = stackalloc byte[Statement.MaxSize];
        if (!_scheme.Verify(_validators.Key(voter), BlockStatement(buffer, kind, view, block), signature)) return false;
        _votes.Add(kind, view, voter, block, signature);
        return true;
    }

    /// <summary>Remembers a vote that is known to be good: one's own.</summary>
    public void Remember(CertificateKind kind, ulong view, in Hash256 block, int voter, ReadOnlySpan<byte> signature) =>
        _votes.Add(kind, view, voter, block, signature);

    /// <summary>One timeout.</summary>
    public bool VerifyTimeout(ulong view, ulong highQcView, int voter, ReadOnlySpan<byte> signature)
    {
        Span<byte> buffer = stackalloc byte[Statement.MaxSize];
        return _scheme.Verify(_validators.Key(voter), Statement.Timeout(buffer, _chain, _epoch, view, highQcView), signature);
    }

    /// <summary>One state vote.</summary>
    public bool VerifyState(in StateCommitment commitment, int voter, ReadOnlySpan<byte> signature)
    {
        Span<byte> buffer = stackalloc byte[Statement.MaxSize];
        return _scheme.Verify(_validators.Key(voter), Statement.State(buffer, _chain, _epoch, commitment), signature);
    }

    /// <summary>An author's signature over its batch.</summary>
    public bool VerifyBatch(in BatchReference batch, ReadOnlySpan<byte> signature)
    {
        Span<byte> buffer = stackalloc byte[Statement.MaxSize];
        return batch.Author < _validators.Count
            && _scheme.Verify(_validators.Key(batch.Author), Statement.Batch(buffer, _chain, _epoch, batch), signature);
    }

    /// <summary>One acknowledgement that a batch is stored.</summary>
    public bool VerifyAvailability(in BatchReference batch, int voter, ReadOnlySpan<byte> signature)
    {
        Span<byte> buffer = stackalloc byte[Statement.MaxSize];
        return _scheme.Verify(_validators.Key(voter), Statement.Availability(buffer, _chain, _epoch, batch), signature);
    }

    /// <summary>
    /// A quorum or finality certificate: of this epoch, by at least q distinct validators, every signature over exactly
    /// (epoch, view, block). The genesis certificate is a constant: view 0, the genesis block, nobody's signature.
    /// </summary>
    public bool Verify(in BlockCertificate certificate)
    {
        if (certificate.Epoch != _epoch) return false;
        if (certificate.View == 0)
        {
            return certificate.Kind == CertificateKind.Quorum && certificate.Signers == 0 && certificate.BlockId == _genesisId;
        }

        if (SignerSet.Count(certificate.Signers) < _validators.Quorum) return false;
        CertificateBuffer cached = _verified[(int)((2 * certificate.View + (byte)certificate.Kind) % CacheSize)];
        if (cached.Bytes.SequenceEqual(certificate.Bytes)) return true;

        int offset = 0;
        for (UInt128 rest = certificate.Signers; rest != 0; rest &= rest - 1, offset += ISignatureScheme.SignatureSize)
        {
            ReadOnlySpan<byte> signature = certificate.Signatures.Slice(offset, ISignatureScheme.SignatureSize);
            if (!VerifyVote(certificate.Kind, certificate.View, certificate.BlockId, SignerSet.First(rest), signature)) return false;
        }

        cached.CopyFrom(certificate, _validators.Count);
        return true;
    }

    /// <summary>
    /// A timeout certificate: at least q distinct validators, each signature over the view that its signer claimed, every claim
    /// below the view, and the attached certificate valid and exactly the highest claim
    /// (Diem, <c>TwoChainTimeoutCertificate::verify</c>).
    /// </summary>
    public bool Verify(in TimeoutCertificate certificate)
    {
        if (certificate.Epoch != _epoch || SignerSet.Count(certificate.Signers) < _validators.Quorum) return false;
        ulong highest = 0;
        int position = 0;
        for (UInt128 rest = certificate.Signers; rest != 0; rest &= rest - 1, position++)
        {
            ulong claimed = certificate.HighQcView(position);
            if (claimed >= certificate.View) return false;
            highest = Math.Max(highest, claimed);
        }

        if (certificate.HighQc.View != highest || !Verify(certificate.HighQc)) return false;
        position = 0;
        for (UInt128 rest = certificate.Signers; rest != 0; rest &= rest - 1, position++)
        {
            ReadOnlySpan<byte> signature = certificate.Signatures.Slice(position * ISignatureScheme.SignatureSize, ISignatureScheme.SignatureSize);
            if (!VerifyTimeout(certificate.View, certificate.HighQcView(position), SignerSet.First(rest), signature)) return false;
        }

        return true;
    }

    /// <summary>q or more signatures over one state commitment.</summary>
    public bool VerifyState(in StateCommitment commitment, UInt128 signers, ReadOnlySpan<byte> signatures)
    {
        Span<byte> buffer = stackalloc byte[Statement.MaxSize];
        return SignerSet.Count(signers) >= _validators.Quorum
            && VerifySignatures(signers, signatures, Statement.State(buffer, _chain, _epoch, commitment));
    }

    /// <summary>q or more signatures that a batch is stored.</summary>
    public bool VerifyAvailability(in BatchReference batch, UInt128 signers, ReadOnlySpan<byte> signatures)
    {
        Span<byte> buffer = stackalloc byte[Statement.MaxSize];
        return SignerSet.Count(signers) >= _validators.Quorum
            && VerifySignatures(signers, signatures, Statement.Availability(buffer, _chain, _epoch, batch));
    }

    private bool VerifySignatures(UInt128 signers, ReadOnlySpan<byte> signatures, ReadOnlySpan<byte> statement)
    {
        int offset = 0;
        for (UInt128 rest = signers; rest != 0; rest &= rest - 1, offset += ISignatureScheme.SignatureSize)
        {
            int voter = SignerSet.First(rest);
            if (!_scheme.Verify(_validators.Key(voter), statement, signatures.Slice(offset, ISignatureScheme.SignatureSize))) return false;
        }

        return true;
    }

    private ReadOnlySpan<byte> BlockStatement(Span<byte> buffer, CertificateKind kind, ulong view, in Hash256 block) =>
        kind == CertificateKind.Quorum
            ? Statement.Vote(buffer, _chain, _epoch, view, block)
            : Statement.Finalize(buffer, _chain, _epoch, view, block);
}
