// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Collections.Generic;
using System.Linq;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Peers;

namespace FastLedger.Protocol.Tests.Peers;

/// <summary>Two sessions without a network in between: a test carries the frames itself.</summary>
internal sealed class PeerPair
{
    public const int DialerNumber = 1, AccepterNumber = 2;
    public static readonly PeerEndpoint Here = new((UInt128)77 << 90, 4001);

    private static readonly SigningKey[] Keys = [.. Enumerable.Range(0, 4).Select(i => SigningKey.FromSeed(Enumerable.Repeat((byte)(50 + i), 32).ToArray()))];

    public PeerPair(Hash256 binding = default, byte nonces = 1)
    {
        Dialer = PeerSession.Dial(OptionsOf(DialerNumber), AccepterNumber, Keys[AccepterNumber].PublicKey, Here, Nonce(nonces), binding, 0);
        Accepter = PeerSession.Accept(OptionsOf(AccepterNumber), Nonce((byte)(nonces + 1)), binding, 0);
    }

    public PeerSession Dialer { get; init; }

    public PeerSession Accepter { get; init; }

    public static Hash256 Nonce(byte value) => new(Enumerable.Repeat(value, 32).ToArray());

    public static Hash256 KeyOf(int node) => Keys[node].PublicKey;

    public static PeerSessionOptions OptionsOf(int node, int keyOf = -1, byte chain = 9) => new()
    {
        Self = node,
        ChainId = Nonce(chain),
        SigningKey = Keys[keyOf < 0 ? node : keyOf],
        Keys = new PeerPairKeys(),
        Advertised = Here,
        HeartbeatMs = node == DialerNumber ? 200u : 300u,
        HandshakeTimeoutMs = 1000,
    };

    /// <summary>The next message of a session's handshake.</summary>
    public static byte[] Written(PeerSession session, long nowNs = 0)
    {
        var output = new ArrayBufferWriter<byte>();
        session.WriteHandshake(output, nowNs);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Gives one frame's bytes to a session.</summary>
    public static PeerAction Give(PeerSession session, ReadOnlyMemory<byte> bytes, long nowNs = 0)
    {
        var buffer = new ReadOnlySequence<byte>(bytes);
        if (FrameReader.TryRead(ref buffer, out Frame frame, out ResultCode error, session.MaxFrameBytes)) return session.Receive(in frame, nowNs);
        return error == ResultCode.Ok ? PeerAction.None : session.FramingFault(error);
    }

    /// <summary>Carries the handshake, letting <paramref name="change"/> touch each of its four frames.</summary>
    /// <returns>The frames as they were written.</returns>
    public List<byte[]> Shake(Func<int, byte[], byte[]>? change = null)
    {
        List<byte[]> frames = [];
        PeerSession from = Dialer, to = Accepter;
        while (from.HasHandshake && from.State != PeerSessionState.Ended)
        {
            byte[] frame = Written(from);
            frames.Add(frame);
            Give(to, change?.Invoke(frames.Count - 1, [.. frame]) ?? frame);
            (from, to) = (to, from);
        }

        return frames;
    }

    private sealed class PeerPairKeys : IPeerKeys
    {
        public bool TryGetKey(int node, out Hash256 publicKey)
        {
            publicKey = node is >= 0 and < 3 ? Keys[node].PublicKey : default;
            return node is >= 0 and < 3;
        }
    }
}
