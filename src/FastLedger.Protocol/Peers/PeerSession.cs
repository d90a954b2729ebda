// SPDX-License-Identifier: Apache-2.0
using System.Buffers;
using System.Threading;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Sessions;

namespace FastLedger.Protocol.Peers;

/// <summary>
/// One connection between two replicas, from either side: decides for every frame what is to be done. It does no I/O and has no clock.
/// </summary>
/// <remarks>
/// Both sides sign the whole handshake: chain, both numbers and keys, both nonces, the address dialled, the TLS certificate if there is
/// one, each under a tag of its own role. So nothing recorded elsewhere, on another connection, in the other direction, for another
/// chain or another peer is of any use. The dialler proves itself first: the accepter signs for validators only. Times are nanoseconds
/// of a clock that never goes back. Thread: the connection's reader calls everything, except that <see cref="TakeSeqNum"/> and
/// <see cref="Heartbeat"/> belong to whoever holds the connection's writer, and <see cref="Tick"/> and <see cref="End"/> to any. Alloc:
/// none after construction. Blocks: no.
/// </remarks>
public sealed partial class PeerSession
{
    /// <summary>Smallest template of a message that is delivered; smaller ones belong to the connection itself.</summary>
    public const TemplateId FirstMessage = (TemplateId)144;
    /// <summary>Largest template of a message that is delivered.</summary>
    public const TemplateId LastMessage = (TemplateId)189;

    private readonly PeerSessionOptions _options;
    private readonly bool _dials;
    private readonly long _handshakeDeadlineNs;
    private readonly Hash256 _binding;
    private Heartbeat _heartbeat;
    private SigningKey _ownKey;
    private Hash256 _peerKey;
    private PeerHello _hello;
    private PeerChallenge _challenge;
    private int _state;

    private PeerSession(PeerSessionOptions options, bool dials, in Hash256 binding, long nowNs)
    {
        _options = options;
        _ownKey = options.SigningKey;
        _dials = dials;
        _binding = binding;
        _heartbeat = new Heartbeat(nowNs, 0);
        _heartbeat.SetInterval(options.HeartbeatMs);
        _handshakeDeadlineNs = nowNs + options.HandshakeTimeoutMs * 1_000_000L;
    }

    /// <summary>Starts the dialler's side; <see cref="WriteHandshake"/> has the first message ready.</summary>
    /// <param name="options">Who we are.</param>
    /// <param name="peer">Validator number of whom we dialled.</param>
    /// <param name="peerKey">Its public key.</param>
    /// <param name="dialed">Where we dialled it.</param>
    /// <param name="nonce">Random bytes, never used before.</param>
    /// <param name="binding">Digest of the TLS certificate that the other side showed; zero without TLS.</param>
    /// <param name="nowNs">The time.</param>
    /// <param name="ownKey">The key to prove ourselves with; null for the first one.</param>
    public static PeerSession Dial(
        PeerSessionOptions options, int peer, in Hash256 peerKey, PeerEndpoint dialed, in Hash256 nonce, in Hash256 binding, long nowNs, SigningKey? ownKey = null) =>
        new(options, dials: true, binding, nowNs)
        {
            _ownKey = ownKey ?? options.SigningKey,
            _state = (int)PeerSessionState.AwaitingChallenge,
            Peer = peer,
            _peerKey = peerKey,
            HasHandshake = true,
            _hello = new PeerHello
            {
                Nonce = nonce,
                ChainId = options.ChainId,
                From = (uint)options.Self,
                To = (uint)peer,
                Address = dialed.Address,
                Port = dialed.Port,
                Encryption = options.Encryption,
                HeartbeatMs = options.HeartbeatMs,
            },
        };

    /// <summary>Starts the accepter's side.</summary>
    /// <param name="options">Who we are.</param>
    /// <param name="nonce">Random bytes, never used before.</param>
    /// <param name="binding">Digest of the TLS certificate that we showed; zero without TLS.</param>
    /// <param name="nowNs">The time.</param>
    public static PeerSession Accept(PeerSessionOptions options, in Hash256 nonce, in Hash256 binding, long nowNs) =>
        new(options, dials: false, binding, nowNs)
        {
            _state = (int)PeerSessionState.AwaitingHello,
            Peer = -1,
            _challenge = new PeerChallenge { Nonce = nonce, From = (uint)options.Self, HeartbeatMs = options.HeartbeatMs },
        };

    /// <summary>Where the conversation stands.</summary>
    public PeerSessionState State => (PeerSessionState)Volatile.Read(ref _state);

    /// <summary>The peer's validator number; −1 before it named itself. It is proven once <see cref="State"/> was Established.</summary>
    public int Peer { get; private set; }

    /// <summary>Public key under which the peer proved itself.</summary>
    public Hash256 PeerKey => _peerKey;

    /// <summary>True when <see cref="WriteHandshake"/> has something to write.</summary>
    public bool HasHandshake { get; private set; }

    /// <summary>What to send after <see cref="PeerAction.Terminate"/>.</summary>
    public Terminate LastTerminate { get; private set; }

    /// <summary>Why the peer said it ended the conversation; Ok when it did not.</summary>
    public ResultCode PeerReason { get; private set; }

    /// <summary>Longest frame to accept now; give it to <see cref="FrameReader.TryRead"/>.</summary>
    public int MaxFrameBytes =>
        State == PeerSessionState.Established ? ProtocolLimits.MaxPeerFrameBytes : ProtocolLimits.MaxHandshakeFrameBytes;

    /// <summary>The heartbeat to send now.</summary>
    public Sequence Heartbeat => new() { NextSeqNum = _heartbeat.NextSeqNum + 1 };

    /// <summary>Numbers a frame that is about to be sent: frames leave in the order of their numbers.</summary>
    public ulong TakeSeqNum(long nowNs) => _heartbeat.TakeSeqNum(nowNs);

    /// <summary>The peer gives signs of life, or we are the ones who keep it waiting.</summary>
    public void Hear(long nowNs) => _heartbeat.Hear(nowNs);

    /// <summary>Decides about a frame.</summary>
    public PeerAction Receive(in Frame frame, long nowNs)
    {
        if (State == PeerSessionState.Ended) return PeerAction.None;
        FrameHeader header = frame.Header;
        if (header.SchemaId != Schema.Id) return Terminate(ResultCode.UnknownSchema, in header);
        if (header.Version is < Schema.OldestVersion or > Schema.Version) return Terminate(ResultCode.UnsupportedVersion, in header);
        if (!_heartbeat.Receive(header.SeqNum, nowNs)) return Terminate(ResultCode.SequenceBroken, in header);
        if (State != PeerSessionState.Established) return ReceiveHandshake(in frame);
        switch (header.TemplateId)
        {
            case >= FirstMessage and <= LastMessage:
                return IsWellFormed(in frame) ? PeerAction.Deliver : Terminate(ResultCode.MessageMalformed, in header);
            case TemplateId.Sequence:
                if (!frame.TryRead(out Sequence sequence)) return Terminate(ResultCode.MessageMalformed, in header);
                return sequence.NextSeqNum == header.SeqNum + 1 ? PeerAction.None : Terminate(ResultCode.SequenceBroken, in header);
            case TemplateId.Terminate:
                return ReceiveTerminate(in frame);
            default:
                return Terminate(ResultCode.UnexpectedMessage, in header);
        }
    }

    /// <summary>The content of a frame that is to be delivered, possibly in several pieces.</summary>
    public static ReadOnlySequence<byte> BodyOf(in Frame frame)
    {
        Frame.Copy(frame.Body, out PeerMessageHead head);
        return frame.Body.Slice(PeerMessageHead.Size, head.BodyBytes);
    }

    /// <summary>Ends the conversation because of a fault that <see cref="FrameReader"/> found.</summary>
    public PeerAction FramingFault(ResultCode error) => Terminate(error, default);

    /// <summary>Ends the conversation for a reason of our own: a newer connection, shutdown, a changed validator set.</summary>
    /// <returns>What to send before closing.</returns>
    public Terminate End(ResultCode code)
    {
        Terminate(code, default);
        return LastTerminate;
    }

    /// <summary>Lets time pass: a heartbeat may be due, or the peer silent for too long.</summary>
    public PeerAction Tick(long nowNs)
    {
        PeerSessionState state = State;
        if (state == PeerSessionState.Ended) return PeerAction.None;
        bool established = state == PeerSessionState.Established;
        if (established ? _heartbeat.Lapsed(nowNs) : nowNs >= _handshakeDeadlineNs) return Terminate(ResultCode.HeartbeatLapsed, default);
        return established && _heartbeat.Due(nowNs) ? PeerAction.SendHeartbeat : PeerAction.None;
    }

    private static bool IsWellFormed(in Frame frame)
    {
        if (frame.Header.BlockLength != PeerMessageHead.Size || frame.Body.Length < PeerMessageHead.Size) return false;
        Frame.Copy(frame.Body, out PeerMessageHead head);
        long rest = frame.Body.Length - PeerMessageHead.Size - head.BodyBytes;
        return head.Reserved0 == 0 && rest is >= 0 and < 8;
    }

    private PeerAction ReceiveTerminate(in Frame frame)
    {
        PeerReason = frame.TryRead(out Terminate message) ? message.Code : ResultCode.MessageMalformed;
        Volatile.Write(ref _state, (int)PeerSessionState.Ended);
        return PeerAction.Close;
    }

    /// <returns>False when another thread ended the conversation meanwhile.</returns>
    private bool Advance(PeerSessionState from, PeerSessionState to)
    {
        var found = (PeerSessionState)Interlocked.CompareExchange(ref _state, (int)to, (int)from);
        Invariant.Check(found == from || found == PeerSessionState.Ended);
        return found == from;
    }

    private PeerAction Terminate(ResultCode code, in FrameHeader header)
    {
        LastTerminate = new Terminate { Code = code, RefTemplateId = (ushort)header.TemplateId, RefSeqNum = header.SeqNum };
        Volatile.Write(ref _state, (int)PeerSessionState.Ended);
        return PeerAction.Terminate;
    }
}
