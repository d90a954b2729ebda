// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.Peers;

/// <summary>From PeerHello to PeerReady.</summary>
public sealed partial class PeerSession
{
    /// <summary>Appends the handshake's next message to the connection's output.</summary>
    public void WriteHandshake(IBufferWriter<byte> output, long nowNs)
    {
        Invariant.Check(HasHandshake);
        HasHandshake = false;
        switch (State)
        {
            case PeerSessionState.AwaitingChallenge:
                Write(output, in _hello, nowNs);
                break;
            case PeerSessionState.AwaitingProof:
                Write(output, in _challenge, nowNs);
                break;
            case PeerSessionState.AwaitingReady:
                var proof = default(PeerProof);
                Sign(proof.Signature.Bytes, dialer: true);
                Write(output, in proof, nowNs);
                break;
            case PeerSessionState.Established:
                var ready = default(PeerReady);
                Sign(ready.Signature.Bytes, dialer: false);
                Write(output, in ready, nowNs);
                break;
            default:
                return; // ended meanwhile
        }
    }

    private void Write<T>(IBufferWriter<byte> output, in T message, long nowNs) where T : unmanaged, IMessage =>
        FrameWriter.Write(output, in message, TakeSeqNum(nowNs), (ulong)nowNs);

    private PeerAction ReceiveHandshake(in Frame frame)
    {
        FrameHeader header = frame.Header;
        if (header.TemplateId == TemplateId.Terminate) return ReceiveTerminate(in frame);
        if (header.Flags != FrameFlags.None) return Terminate(ResultCode.MessageMalformed, in header);
        switch (State, header.TemplateId)
        {
            case (PeerSessionState.AwaitingHello, TemplateId.PeerHello):
                return TryReadExactly(in frame, out _hello) ? ReceiveHello(in header) : Terminate(ResultCode.MessageMalformed, in header);
            case (PeerSessionState.AwaitingChallenge, TemplateId.PeerChallenge):
                return TryReadExactly(in frame, out _challenge) ? ReceiveChallenge(in header) : Terminate(ResultCode.MessageMalformed, in header);
            case (PeerSessionState.AwaitingProof, TemplateId.PeerProof):
                return TryReadExactly(in frame, out PeerProof proof)
                    ? ReceiveSignature(ref proof.Signature, dialer: true, PeerSessionState.AwaitingProof, in header)
                    : Terminate(ResultCode.MessageMalformed, in header);
            case (PeerSessionState.AwaitingReady, TemplateId.PeerReady):
                return TryReadExactly(in frame, out PeerReady ready)
                    ? ReceiveSignature(ref ready.Signature, dialer: false, PeerSessionState.AwaitingReady, in header)
                    : Terminate(ResultCode.MessageMalformed, in header);
            default:
                return Terminate(ResultCode.UnexpectedMessage, in header);
        }
    }

    private PeerAction ReceiveHello(in FrameHeader header)
    {
        if (_hello.ChainId != _options.ChainId) return Terminate(ResultCode.WrongChain, in header);
        if (_hello.Reserved0 != 0 || !IsInterval(_hello.HeartbeatMs)) return Terminate(ResultCode.MessageMalformed, in header);
        if (_hello.To != (uint)_options.Self || _hello.Encryption != _options.Encryption) return Terminate(ResultCode.PeerMismatch, in header);
        if (_options.Advertised is { } here && here != new PeerEndpoint(_hello.Address, _hello.Port))
            return Terminate(ResultCode.PeerMismatch, in header);

        // The smaller number dials, so two replicas never dial each other at the same time.
        if (_hello.From >= (uint)_options.Self || !_options.Keys.TryGetKey((int)_hello.From, out _peerKey))
            return Terminate(ResultCode.Unauthorized, in header);
        Peer = (int)_hello.From;
        _challenge.To = _hello.From;
        HasHandshake = true;
        return Advance(PeerSessionState.AwaitingHello, PeerSessionState.AwaitingProof) ? PeerAction.Send : PeerAction.Close;
    }

    private PeerAction ReceiveChallenge(in FrameHeader header)
    {
        if (_challenge.Reserved0 != 0 || !IsInterval(_challenge.HeartbeatMs)) return Terminate(ResultCode.MessageMalformed, in header);
        if (_challenge.From != (uint)Peer || _challenge.To != (uint)_options.Self) return Terminate(ResultCode.PeerMismatch, in header);
        HasHandshake = true;
        return Advance(PeerSessionState.AwaitingChallenge, PeerSessionState.AwaitingReady) ? PeerAction.Send : PeerAction.Close;
    }

    private PeerAction ReceiveSignature(ref Signature signature, bool dialer, PeerSessionState from, in FrameHeader header)
    {
        if (!IsSigned(ref signature, dialer)) return Terminate(ResultCode.BadSignature, in header);
        _heartbeat.SetInterval(Math.Max(_hello.HeartbeatMs, _challenge.HeartbeatMs));
        HasHandshake = dialer; // the accepter answers the dialler's proof with its own
        return Advance(from, PeerSessionState.Established) ? PeerAction.Open : PeerAction.Close;
    }

    /// <summary>The peer signed for one of our keys: the dialler's choice is which one it knows us under.</summary>
    private bool IsSigned(ref Signature signature, bool dialer)
    {
        Span<byte> message = stackalloc byte[SignedMessages.PeerMaxBytes];
        if (Ed25519.Verify(_peerKey.Bytes, Compose(message, dialer), signature.Bytes)) return true;
        if (_dials) return false;
        foreach (SigningKey other in _options.OtherKeys)
        {
            _ownKey = other;
            if (Ed25519.Verify(_peerKey.Bytes, Compose(message, dialer), signature.Bytes)) return true;
        }

        return false;
    }

    private void Sign(Span<byte> signature, bool dialer)
    {
        Span<byte> message = stackalloc byte[SignedMessages.PeerMaxBytes];
        _ownKey.Sign(Compose(message, dialer), signature);
    }

    private ReadOnlySpan<byte> Compose(Span<byte> message, bool dialer)
    {
        Hash256 dialerKey = _dials ? _ownKey.PublicKey : _peerKey;
        Hash256 accepterKey = _dials ? _peerKey : _ownKey.PublicKey;
        Span<byte> transcript = stackalloc byte[Unsafe.SizeOf<PeerHello>() + Unsafe.SizeOf<PeerChallenge>() + 3 * Hash256.Size];
        Span<byte> rest = transcript;
        Append(ref rest, MemoryMarshal.AsBytes(new ReadOnlySpan<PeerHello>(in _hello)));
        Append(ref rest, MemoryMarshal.AsBytes(new ReadOnlySpan<PeerChallenge>(in _challenge)));
        Append(ref rest, dialerKey.Bytes);
        Append(ref rest, accepterKey.Bytes);
        Append(ref rest, _binding.Bytes);
        Invariant.Check(rest.IsEmpty);
        Hash256 digest = Blake3.Hash(transcript);
        return dialer
            ? SignedMessages.PeerDial(message, _options.ChainId, digest)
            : SignedMessages.PeerAccept(message, _options.ChainId, digest);
    }

    private static void Append(ref Span<byte> destination, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(destination);
        destination = destination[bytes.Length..];
    }

    private static bool TryReadExactly<T>(in Frame frame, out T message) where T : unmanaged, IMessage
    {
        if (frame.Body.Length == Unsafe.SizeOf<T>() && frame.TryRead(out message)) return frame.Header.BlockLength == Unsafe.SizeOf<T>();
        message = default;
        return false;
    }

    private static bool IsInterval(uint heartbeatMs) =>
        heartbeatMs is >= PeerSessionOptions.MinHeartbeatMs and <= PeerSessionOptions.MaxHeartbeatMs;
}
