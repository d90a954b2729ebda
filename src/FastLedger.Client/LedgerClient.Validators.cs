// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Primitives;
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

    /// <summary>Puts the hand-overs that lead from the genesis to a certificate's epoch in front of a proof; a proof of epoch 1 needs none.</summary>
    /// <param name="certificate">Body of the StateCertificate message that the proof rests on.</param>
    /// <param name="proof">The proof.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="LedgerRejectedException">The replica does not have them all.</exception>
    public async ValueTask<byte[]> WithHandOversAsync(ReadOnlyMemory<byte> certificate, byte[] proof, CancellationToken cancellationToken = default)
    {
        ulong epoch = certificate.Length < sizeof(ulong) ? 1 : BinaryPrimitives.ReadUInt64LittleEndian(certificate.Span);
        if (epoch <= 1) return proof;
        var handOvers = new List<byte[]>();
        for (ulong ended = 1; ended < epoch; ended++)
        {
            byte[] handOver = await AskAsync<HandOverQuery, byte[]>(new HandOverQuery { Epoch = ended }, ReplicaProbe.TryReadHandOver, cancellationToken).ConfigureAwait(false);
            if (handOver.Length == 0) throw new LedgerRejectedException(ResultCode.NotFound);
            handOvers.Add(handOver);
        }

        return [.. HandOver.WriteChain(handOvers), .. proof];
    }

    /// <summary>The session is open: the client goes on when it knows the validators of the replica's epoch.</summary>
    private void FollowValidators(Link link)
    {
        if (_verification is { } verification) AskForHandOver(link, verification.Validators.Epoch);
        else OnReady(link);
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
        if (link.Established) return ReceiveAnswer(in frame);
        if (_verification is not { } verification || !frame.TryRead(out HandOverAnswerHead head) || head.RequestId != verification.Validators.Epoch) return false;
        if (head.Epoch == 0)
        {
            OnReady(link);
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
