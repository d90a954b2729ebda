// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Protocol.Peers;

/// <summary>What the owner of a connection has to do after it gave something to a <see cref="PeerSession"/>.</summary>
public enum PeerAction : byte
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>Send what <see cref="PeerSession.WriteHandshake"/> writes.</summary>
    Send,
    /// <summary>The peer proved itself: end an older connection with it, call <see cref="PeerSession.WriteHandshake"/> if
    /// <see cref="PeerSession.HasHandshake"/>, and let messages pass.</summary>
    Open,
    /// <summary>The frame is a message of the peer: <see cref="PeerSession.BodyOf"/> is its content.</summary>
    Deliver,
    /// <summary>Send <see cref="PeerSession.Heartbeat"/>.</summary>
    SendHeartbeat,
    /// <summary>Send <see cref="PeerSession.LastTerminate"/>, then close the connection.</summary>
    Terminate,
    /// <summary>The peer ended the conversation: close the connection.</summary>
    Close,
}

/// <summary>Where a connection between replicas stands.</summary>
public enum PeerSessionState : byte
{
    /// <summary>Accepter: waiting for PeerHello.</summary>
    AwaitingHello = 0,
    /// <summary>Dialler: waiting for PeerChallenge.</summary>
    AwaitingChallenge,
    /// <summary>Accepter: waiting for PeerProof.</summary>
    AwaitingProof,
    /// <summary>Dialler: waiting for PeerReady.</summary>
    AwaitingReady,
    /// <summary>Both proved themselves; messages pass.</summary>
    Established,
    /// <summary>Nothing passes any more.</summary>
    Ended,
}
