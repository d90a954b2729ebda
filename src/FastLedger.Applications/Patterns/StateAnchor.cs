// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Primitives;
using FastLedger.Protocol.Certificates;
using FastLedger.Protocol.Messages;

namespace FastLedger.Applications.Patterns;

/// <summary>What a verifier trusts: a state root that it knows, or the validators of a ledger, whose quorum signs state roots.</summary>
public sealed class StateAnchor
{
    private readonly Hash256 _root;
    private readonly ValidatorKeys? _validators;

    private StateAnchor(in Hash256 root, ValidatorKeys? validators) => (_root, _validators) = (root, validators);

    /// <summary>Trusts one state root.</summary>
    public static StateAnchor Of(in Hash256 stateRoot) => new(in stateRoot, null);

    /// <summary>Trusts a quorum of the validators that a genesis names.</summary>
    /// <param name="chainId">The ledger.</param>
    /// <param name="validators">Public keys by ascending node number, at least one.</param>
    public static StateAnchor Of(in Hash256 chainId, IReadOnlyList<Hash256> validators) => new(default, new ValidatorKeys(in chainId, validators));

    /// <summary>Follows the chain of hand-overs in front of a proof, if there is one.</summary>
    /// <param name="proof">Any bytes; advanced behind the chain.</param>
    /// <returns>What is to be trusted for the rest; null when the chain does not lead from here.</returns>
    public StateAnchor? Follow(ref ReadOnlySpan<byte> proof)
    {
        if (!HandOver.IsChain(proof)) return this;
        if (_validators is null) return HandOver.TrySkip(ref proof) ? this : null;
        return HandOver.TryFollow(ref proof, _validators, out ValidatorKeys? later) ? new StateAnchor(default, later) : null;
    }

    /// <summary>The state root that is to be trusted.</summary>
    /// <param name="certificate">The certificate of a proof; empty for none.</param>
    /// <returns>Null when nobody trusted vouches for any.</returns>
    public Hash256? RootOf(ReadOnlySpan<byte> certificate)
    {
        if (_validators is null) return _root;
        return _validators.TryVerify(certificate, out StateCertificateHead head) ? head.StateRoot : null;
    }
}
