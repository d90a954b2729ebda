// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Protocol.Sessions;

/// <summary>What a client has to do after it gave something to a <see cref="ClientSession"/>.</summary>
public enum ClientAction : byte
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>Sign and send <see cref="ClientSession.Establish"/>.</summary>
    Establish,
    /// <summary>The session is open: <see cref="ClientSession.Ack"/> says how. Resend what was not answered.</summary>
    Established,
    /// <summary>The frame is the answer to the oldest batch in flight.</summary>
    BatchResult,
    /// <summary>The frame holds order events.</summary>
    OrderEvents,
    /// <summary>The frame is a certificate over a block.</summary>
    StateCertificate,
    /// <summary>The frame proves the batch result that follows it.</summary>
    ReceiptProof,
    /// <summary>The frame is how an epoch handed over to the next.</summary>
    HandOver,
    /// <summary>The frame answers a query.</summary>
    Answer,
    /// <summary>The server refused one message: <see cref="ClientSession.LastReject"/>.</summary>
    Rejected,
    /// <summary>The server refused the session: <see cref="ClientSession.LastReject"/>. Close the connection.</summary>
    Refused,
    /// <summary>The server ended the conversation: <see cref="ClientSession.LastTerminate"/>. Close the connection.</summary>
    Close,
    /// <summary>Send <see cref="ClientSession.LastTerminate"/>, then close the connection.</summary>
    Terminate,
    /// <summary>Send <see cref="ClientSession.Heartbeat"/>.</summary>
    SendHeartbeat,
}

/// <summary>Where a client's connection stands in the conversation.</summary>
public enum ClientSessionState : byte
{
    /// <summary>Waiting for NegotiateResponse.</summary>
    Negotiating = 0,
    /// <summary>Waiting for EstablishAck.</summary>
    Establishing,
    /// <summary>Batches and queries pass.</summary>
    Established,
    /// <summary>Nothing passes any more.</summary>
    Ended,
}
