// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Collections.Generic;
using System.Threading;
using FastLedger.Protocol.Certificates;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>
/// A client that verifies follows the validators from epoch to epoch: on every connection it asks for the hand-overs that it does not know
/// before it sends anything, and takes none that the validators it knows did not sign.
/// </summary>
public sealed partial class LedgerClient
{
    private readonly Lock _handOverLock = new();
    private readonly List<byte[]> _handOvers = [];

    /// <summary>The validators that this client believes now; null when it believes every replica.</summary>
    public ValidatorKeys? BelievedValidators => _verification?.Validators;

    /// <summary>The hand-overs from the validators that the client was given to those that it believes now: see <see cref="HandOver"/>.</summary>
    public byte[] HandOverChain()
    {
        lock (_handOverLock) return HandOver.WriteChain(_handOvers);
    }

    /// <summary>The session is open: the client goes on when it knows the validators of the replica's epoch.</summary>
    private void FollowValidators(Link link)
    {
        if (_verification is { } verification) AskForHandOver(link, verification.Validators.Epoch);
        else Attach(link);
    }

    private void AskForHandOver(Link link, ulong epoch)
    {
        var query = new HandOverQuery { RequestId = epoch, Epoch = epoch };
        lock (_sendLock)
        {
            if (link.Writable) link.Send(in query);
        }
    }

    /// <returns>False when the answer is malformed or no hand-over of the validators believed.</returns>
    private bool ReceiveHandOver(Link link, in Frame frame)
    {
        if (_verification is not { } verification || link.Established || !frame.TryRead(out HandOverAnswerHead head) || head.RequestId != verification.Validators.Epoch) return false;
        if (head.Epoch == 0)
        {
            Attach(link);
            return true;
        }

        if (!frame.TryReadGroup<ProofPiece>(out ReadOnlySequence<byte> pieces, out _) || head.HandOverBytes > pieces.Length) return false;
        byte[] handOver = pieces.Slice(0, head.HandOverBytes).ToArray();
        if (!HandOver.TryFollow(handOver, verification.Validators, out ValidatorKeys? next)) return false;
        lock (_handOverLock) _handOvers.Add(handOver);
        verification.Validators = next!;
        AskForHandOver(link, next!.Epoch);
        return true;
    }
}
