// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.Sessions;

/// <summary>From Negotiate to EstablishAck.</summary>
public sealed partial class ServerSession
{
    private FrameHeader _pending;
    private uint _knownSession;

    /// <summary>Answers <see cref="ServerAction.LookUpKey"/>.</summary>
    /// <param name="session">Session of the key, or 0.</param>
    /// <returns>What to send.</returns>
    public NegotiateResponse CompleteLookUp(uint session)
    {
        _knownSession = session;
        Advance(ServerSessionState.LookingUp, ServerSessionState.Negotiated);
        return new NegotiateResponse
        {
            ChainId = _options.ChainId,
            Challenge = _challenge,
            Session = session,
            MaxBatchesInFlight = _options.MaxBatchesInFlight,
            MaxFrameBytes = ProtocolLimits.MaxFrameBytes,
            MinKeepAliveMs = _options.MinKeepAliveMs,
            MaxKeepAliveMs = _options.MaxKeepAliveMs,
            MaxVersion = Schema.Version,
        };
    }

    /// <summary>Answers <see cref="ServerAction.Register"/> with the result of the command.</summary>
    /// <param name="code"><see cref="ResultCode.Ok"/>, <see cref="ResultCode.SessionExists"/>, or why there is no session.</param>
    /// <param name="session">The session's number, from the result's value.</param>
    /// <returns><see cref="ServerAction.OpenSession"/>, <see cref="ServerAction.RejectAndClose"/>, or <see cref="ServerAction.Close"/> when the
    /// conversation ended meanwhile.</returns>
    public ServerAction CompleteRegistration(ResultCode code, uint session)
    {
        if (State == ServerSessionState.Ended) return ServerAction.Close;
        if (code is not (ResultCode.Ok or ResultCode.SessionExists)) return RejectAndClose(code, in _pending);
        return Open(ServerSessionState.Registering, session);
    }

    /// <summary>Answers <see cref="ServerAction.OpenSession"/>: batches pass from here on.</summary>
    /// <param name="nextCommandNumber">The session's last command number plus one.</param>
    /// <returns>What to send.</returns>
    public EstablishAck CompleteOpen(ulong nextCommandNumber)
    {
        _heartbeat.SetInterval(KeepAliveMs);
        Advance(ServerSessionState.Opening, ServerSessionState.Established);
        return new EstablishAck
        {
            Session = Session,
            MaxBatchesInFlight = _options.MaxBatchesInFlight,
            KeepAliveMs = KeepAliveMs,
            Version = Version,
            NextCommandNumber = nextCommandNumber,
        };
    }

    /// <summary>Ends a handshake that the server cannot complete (for example <see cref="ResultCode.NotReady"/>).</summary>
    /// <returns><see cref="ServerAction.RejectAndClose"/>, or <see cref="ServerAction.Close"/> when the conversation ended meanwhile.</returns>
    public ServerAction Refuse(ResultCode code) =>
        State == ServerSessionState.Ended ? ServerAction.Close : RejectAndClose(code, in _pending);

    private ServerAction ReceiveNegotiate(in Frame frame)
    {
        FrameHeader header = frame.Header;
        if (State != ServerSessionState.Connected) return Terminate(ResultCode.UnexpectedMessage, in header);
        // Any version may knock: the answer says which ones are spoken here.
        if (header.Version < Schema.OldestVersion) return RejectAndClose(ResultCode.UnsupportedVersion, in header);
        if (!frame.TryRead(out Negotiate negotiate)) return RejectAndClose(ResultCode.MessageMalformed, in header);
        if (negotiate.PublicKey.IsZero) return RejectAndClose(ResultCode.InvalidKey, in header);
        _publicKey = negotiate.PublicKey;
        _pending = header;
        return Advance(ServerSessionState.Connected, ServerSessionState.LookingUp) ? ServerAction.LookUpKey : ServerAction.Close;
    }

    private ServerAction ReceiveEstablish(in Frame frame)
    {
        FrameHeader header = frame.Header;
        if (State != ServerSessionState.Negotiated) return Terminate(ResultCode.UnexpectedMessage, in header);
        if (!SupportsVersion(in header)) return RejectAndClose(ResultCode.UnsupportedVersion, in header);
        if (!frame.TryRead(out _establish)) return RejectAndClose(ResultCode.MessageMalformed, in header);
        if (_establish.MaxVersion < Schema.OldestVersion) return RejectAndClose(ResultCode.UnsupportedVersion, in header);
        if (_establish.EventMode > EventMode.MakerAndTaker) return RejectAndClose(ResultCode.MessageMalformed, in header);
        if (_establish.Reserved0 != 0 || _establish.Reserved1 != 0) return RejectAndClose(ResultCode.ReservedFieldNotZero, in header);
        if (_establish.Session != 0 && _establish.Session != _knownSession) return RejectAndClose(ResultCode.UnknownSession, in header);
        if (!VerifyEstablish()) return RejectAndClose(ResultCode.BadSignature, in header);
        Version = Math.Min(_establish.MaxVersion, Schema.Version);
        KeepAliveMs = _establish.KeepAliveMs == 0
            ? _options.MaxKeepAliveMs
            : Math.Clamp(_establish.KeepAliveMs, _options.MinKeepAliveMs, _options.MaxKeepAliveMs);
        _pending = header;
        if (_knownSession != 0) return Open(ServerSessionState.Negotiated, _knownSession);
        if (!VerifyRegistration()) return RejectAndClose(ResultCode.BadSignature, in header);
        return Advance(ServerSessionState.Negotiated, ServerSessionState.Registering) ? ServerAction.Register : ServerAction.Close;
    }

    private ServerAction Open(ServerSessionState from, uint session)
    {
        Invariant.Check(session != 0);
        Session = session;
        return Advance(from, ServerSessionState.Opening) ? ServerAction.OpenSession : ServerAction.Close;
    }

    private bool VerifyEstablish()
    {
        Span<byte> message = stackalloc byte[SignedMessages.EstablishBytes];
        Hash256 chainId = _options.ChainId;
        SignedMessages.Establish(message, in chainId, in _challenge, in _publicKey);
        return Ed25519.Verify(_publicKey.Bytes, message, _establish.Signature.Bytes);
    }

    private bool VerifyRegistration()
    {
        Span<byte> message = stackalloc byte[SignedMessages.RegisterBytes];
        Hash256 chainId = _options.ChainId;
        SignedMessages.Register(message, in chainId, in _publicKey);
        return Ed25519.Verify(_publicKey.Bytes, message, _establish.RegistrationSignature.Bytes);
    }
}
