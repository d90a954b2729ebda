// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Certificates;

/// <summary>
/// The votes of one epoch whose signatures were checked: the same votes arrive one by one, and again in the certificates that others made of
/// them. One place per kind and voter for each of the last views; a vote is known only by all of its bytes. Failures are never remembered.
/// </summary>
/// <remarks>Thread: one. Alloc: when an epoch has more validators than any before.</remarks>
internal sealed class VerifiedVotes
{
    /// <summary>Views remembered: proposals carry the certificate of the view before, and little else comes back later.</summary>
    private const int Views = 8;
    private const int Kinds = 2;

    private Vote[] _votes = [];
    private int _voters;

    /// <summary>Forgets all votes and makes room for so many voters.</summary>
    public void Begin(int voters)
    {
        int size = Views * Kinds * voters;
        if (_votes.Length < size) _votes = new Vote[size];
        Array.Clear(_votes);
        _voters = voters;
    }

    /// <summary>Remembers a vote whose signature is the voter's.</summary>
    public void Add(CertificateKind kind, ulong view, int voter, in Hash256 block, ReadOnlySpan<byte> signature)
    {
        ref Vote vote = ref _votes[PlaceOf(kind, view, voter)];
        vote.View = view;
        vote.Block = block;
        signature.CopyTo(vote.Signature);
    }

    /// <summary>Exactly this vote was checked before.</summary>
    public bool Contains(CertificateKind kind, ulong view, int voter, in Hash256 block, ReadOnlySpan<byte> signature)
    {
        ref Vote vote = ref _votes[PlaceOf(kind, view, voter)];
        return view != 0 && vote.View == view && vote.Block == block && signature.SequenceEqual(vote.Signature);
    }

    private int PlaceOf(CertificateKind kind, ulong view, int voter) =>
        (((((int)(view % Views)) * Kinds) + (kind == CertificateKind.Quorum ? 0 : 1)) * _voters) + voter;

    [InlineArray(ISignatureScheme.SignatureSize)]
    private struct SignatureBytes
    {
        private byte _first;
    }

    private struct Vote
    {
        public ulong View;
        public Hash256 Block;
        public SignatureBytes Signature;
    }
}
