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

    /// <summary>The state root that is to be trusted.</summary>
    /// <param name="certificate">The certificate of a proof; empty for none.</param>
    /// <returns>Null when nobody trusted vouches for any.</returns>
    public Hash256? RootOf(ReadOnlySpan<byte> certificate)
    {
        if (_validators is null) return _root;
        return _validators.TryVerify(certificate, out StateCertificateHead head) ? head.StateRoot : null;
    }
}
