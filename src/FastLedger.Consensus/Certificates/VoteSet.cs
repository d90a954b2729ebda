// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Encoding;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Certificates;

/// <summary>
/// The votes (or finalize votes) of one view: one per voter, counted per block id. A vote for an invented block therefore only
/// spends its own voter's place. Signatures are checked when a bucket reaches the quorum, so votes beyond it cost nothing.
/// </summary>
/// <remarks>Thread: one. Alloc: at construction.</remarks>
public sealed class VoteSet
{
    private const byte None = byte.MaxValue;
    private readonly byte[] _signatures;
    private readonly byte[] _bucketOf;
    private readonly Hash256[] _bucketIds;
    private readonly byte[] _bucketCounts;
    private int _buckets;
    private UInt128 _verified;

    public VoteSet(int capacity)
    {
        _signatures = new byte[capacity * ISignatureScheme.SignatureSize];
        _bucketOf = new byte[capacity];
        _bucketIds = new Hash256[capacity];
        _bucketCounts = new byte[capacity];
        Clear();
    }

    /// <summary>Voters that have a vote here.</summary>
    public UInt128 Voters { get; private set; }

    public void Clear()
    {
        _buckets = 0;
        _verified = 0;
        Voters = 0;
        Array.Fill(_bucketOf, None);
    }

    /// <summary>The block that <paramref name="voter"/> voted for.</summary>
    public bool TryGet(int voter, out Hash256 block, out ReadOnlySpan<byte> signature)
    {
        byte bucket = _bucketOf[voter];
        block = bucket == None ? default : _bucketIds[bucket];
        signature = bucket == None ? default : SignatureOf(voter);
        return bucket != None;
    }

    /// <summary>Files a vote of a voter that has none here.</summary>
    /// <returns>The number of votes for the block.</returns>
    public int Add(int voter, in Hash256 block, ReadOnlySpan<byte> signature, bool verified)
    {
        Invariant.Check(_bucketOf[voter] == None);
        int bucket = BucketOf(block);
        if (bucket < 0)
        {
            // Every voter has at most one vote, so there are never more buckets than voters.
            bucket = _buckets++;
            _bucketIds[bucket] = block;
            _bucketCounts[bucket] = 0;
        }

        _bucketOf[voter] = (byte)bucket;
        signature.CopyTo(_signatures.AsSpan(voter * ISignatureScheme.SignatureSize));
        Voters |= UInt128.One << voter;
        if (verified) _verified |= UInt128.One << voter;
        return ++_bucketCounts[bucket];
    }

    /// <summary>Takes a vote out again.</summary>
    public void Remove(int voter)
    {
        byte bucket = _bucketOf[voter];
        if (bucket == None) return;
        _bucketOf[voter] = None;
        _bucketCounts[bucket]--;
        Voters &= ~(UInt128.One << voter);
        _verified &= ~(UInt128.One << voter);
    }

    /// <summary>Votes for <paramref name="block"/>.</summary>
    public int CountFor(in Hash256 block)
    {
        int bucket = BucketOf(block);
        return bucket < 0 ? 0 : _bucketCounts[bucket];
    }

    /// <summary>
    /// Checks the signatures for <paramref name="block"/> that are not checked yet and drops bad ones, whose voters go into
    /// <paramref name="bad"/>.
    /// </summary>
    /// <returns>The voters whose signatures are valid.</returns>
    public UInt128 Verify(CertificateVerifier verifier, CertificateKind kind, ulong view, in Hash256 block, out UInt128 bad)
    {
        bad = 0;
        UInt128 valid = 0;
        int bucket = BucketOf(block);
        for (UInt128 rest = Voters; rest != 0; rest &= rest - 1)
        {
            int voter = SignerSet.First(rest);
            if (_bucketOf[voter] != bucket) continue;
            UInt128 bit = UInt128.One << voter;
            if ((_verified & bit) != 0 || verifier.VerifyVote(kind, view, block, voter, SignatureOf(voter)))
            {
                _verified |= bit;
                valid |= bit;
            }
            else
            {
                bad |= bit;
                Remove(voter);
            }
        }

        return valid;
    }

    /// <summary>Writes the certificate of <paramref name="signers"/>, all of which voted for <paramref name="block"/>.</summary>
    public void WriteCertificate(
        ref FrameWriter writer, CertificateKind kind, ulong epoch, ulong view, in Hash256 block, int validatorCount, UInt128 signers)
    {
        BlockCertificate.WriteHead(ref writer, kind, epoch, view, block, validatorCount, signers);
        for (UInt128 rest = signers; rest != 0; rest &= rest - 1) writer.Bytes(SignatureOf(SignerSet.First(rest)));
    }

    private ReadOnlySpan<byte> SignatureOf(int voter) =>
        _signatures.AsSpan(voter * ISignatureScheme.SignatureSize, ISignatureScheme.SignatureSize);

    private int BucketOf(in Hash256 block)
    {
        for (int i = 0; i < _buckets; i++)
        {
            if (_bucketIds[i] == block) return i;
        }

        return -1;
    }
}
