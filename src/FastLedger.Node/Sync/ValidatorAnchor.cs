// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using FastLedger.Consensus;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Messages;
using FastLedger.Primitives;
using FastLedger.Protocol.Certificates;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.StateSync;

namespace FastLedger.Node.Sync;

/// <summary>
/// Believes state certificates of the validators of one epoch: that of the genesis, and, one after the other, those that the validators before
/// them named.
/// </summary>
internal sealed class ValidatorAnchor : IStateAnchor
{
    private readonly CertificateVerifier _verifier = new(Ed25519Scheme.Instance);
    private readonly ValidatorSet _validators = new();
    private readonly HashSet<Hash256> _earlierKeys = [];
    private readonly List<byte[]> _handOvers = [];
    private readonly Hash256 _chainId;
    private ValidatorKeys _keys;

    public ValidatorAnchor(in Hash256 chainId, ValidatorSet genesis)
    {
        _chainId = chainId;
        _validators.CopyFrom(genesis);
        var keys = new Hash256[genesis.Count];
        for (int i = 0; i < keys.Length; i++) keys[i] = genesis.Key(i);
        _keys = new ValidatorKeys(chainId, keys);
        _verifier.Begin(chainId, Epoch, _validators, default);
    }

    public ulong Epoch => (ulong)_handOvers.Count + 1;

    /// <summary>Validators of <see cref="Epoch"/>.</summary>
    public ValidatorSet Validators => _validators;

    /// <summary>How the epochs before <see cref="Epoch"/> ended, verified.</summary>
    public IReadOnlyList<byte[]> HandOvers => _handOvers;

    /// <summary>What was signed about the last block of the epoch before; all zeros in the first.</summary>
    public StateCommitment HandedOver { get; private set; }

    /// <summary>Was the key a validator's in an epoch before <see cref="Epoch"/>?</summary>
    public bool WasNamedBefore(in Hash256 key) => _earlierKeys.Contains(key);

    public AnchorAnswer Check(ulong height, in Hash256 stateRoot, ReadOnlySpan<byte> certificate, ReadOnlySpan<byte> block)
    {
        if (MessagePrefix.Peek(certificate, out ulong epoch) != MessageKind.StateCertificate) return AnchorAnswer.Invalid;
        if (epoch > Epoch) return AnchorAnswer.Unknown;
        if (epoch < Epoch) return AnchorAnswer.Outdated;
        if (!StateCertificateMessage.TryRead(certificate, _validators.Count, out StateCertificateMessage message)) return AnchorAnswer.Invalid;
        StateCommitment commitment = message.Commitment;
        if (commitment.Height != height || commitment.StateRoot != stateRoot || !commitment.NextSetDigest.IsZero) return AnchorAnswer.Invalid;
        if (!IsBlock(commitment.BlockId, height, block)) return AnchorAnswer.Invalid;
        return _verifier.VerifyState(commitment, message.Signers, message.Signatures) ? AnchorAnswer.Valid : AnchorAnswer.Invalid;
    }

    public bool TryAdvance(ReadOnlySpan<byte> proof)
    {
        if (HandOver.EpochOf(proof) != Epoch || !HandOver.TryFollow(proof, _keys, out ValidatorKeys? next)) return false;
        _ = HandOver.TrySplit(proof, out ReadOnlySpan<byte> certificate, out _);
        StateCertificateHead head = MemoryMarshal.Read<StateCertificateHead>(certificate);
        HandedOver = new StateCommitment(head.Height, head.BlockId, head.StateRoot, head.ReceiptsRoot, head.NextSetDigest);
        foreach (Hash256 key in _keys.Keys) _earlierKeys.Add(key);
        _keys = next!;
        _validators.Clear();
        for (int i = 0; i < _keys.Keys.Count; i++) Invariant.Check(_validators.TryAdd(_keys.Nodes[i], _keys.Keys[i]));
        _handOvers.Add(proof.ToArray());
        _verifier.Begin(_chainId, Epoch, _validators, default);
        return true;
    }

    private bool IsBlock(in Hash256 id, ulong height, ReadOnlySpan<byte> bytes) =>
        BlockImage.TryRead(bytes, out BlockImage block) && BlockHeader.IdOf(Ed25519Scheme.Instance, block.HeaderBytes) == id
        && block.Header.Height == height && block.Header.Epoch == Epoch && block.Header.ChainId == _chainId
        && block.Header.PayloadRoot == Ed25519Scheme.Instance.Digest(block.Body);
}
