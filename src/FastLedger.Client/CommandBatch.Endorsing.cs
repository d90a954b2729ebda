// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Client;

/// <summary>Linked chains that further keys sign.</summary>
public sealed partial class CommandBatch
{
    private IReadOnlyList<SigningKey> _endorsers = [];
    private long _endorsementExpiresAtNs;

    /// <summary>Opens an empty batch with endorsements by these keys, which are signed when the batch is submitted. What follows must be one
    /// linked chain.</summary>
    /// <param name="keys">At most 16 keys that the ledger knows.</param>
    /// <param name="expiresAtNs">Block time from which the signatures count no more; 0 for never.</param>
    /// <exception cref="InvalidOperationException">The batch is not empty.</exception>
    public void EndorseWith(IReadOnlyList<SigningKey> keys, long expiresAtNs = 0)
    {
        if (Count != 0) throw new InvalidOperationException("Endorsements stand at the front of a batch");
        _endorsers = keys;
        _endorsementExpiresAtNs = expiresAtNs;
        foreach (SigningKey key in keys) Add(new EndorseCommand { Key = key.PublicKey, ExpiresAtNs = expiresAtNs });
    }

    /// <summary>Marks all commands but the last one as linked.</summary>
    public void Link()
    {
        Span<Command> commands = Slots[..Count];
        for (int i = 0; i < commands.Length; i++)
            commands[i].Flags = i < commands.Length - 1 ? commands[i].Flags | CommandFlags.Linked : commands[i].Flags & ~CommandFlags.Linked;
    }

    /// <summary>Signs the endorsements, now that the numbers are final.</summary>
    internal void Endorse(in Hash256 chainId, uint session)
    {
        if (_endorsers.Count == 0) return;
        Span<Command> commands = Slots[..Count];
        Span<byte> message = stackalloc byte[EndorsementMessage.Size], signature = stackalloc byte[Ed25519.SignatureSize];
        EndorsementMessage.Write(message, in chainId, session, _endorsementExpiresAtNs, ChainDigest.Endorsed(commands));
        for (int i = 0; i < _endorsers.Count; i++)
        {
            _endorsers[i].Sign(message, signature);
            ref EndorseCommand endorsement = ref Unsafe.As<Command, EndorseCommand>(ref commands[i]);
            endorsement.SignatureR = new Hash256(signature[..Hash256.Size]);
            endorsement.SignatureS = new Hash256(signature[Hash256.Size..]);
        }
    }
}
