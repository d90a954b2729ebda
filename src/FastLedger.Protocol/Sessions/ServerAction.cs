// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Protocol.Sessions;

/// <summary>What a server has to do after it gave something to a <see cref="ServerSession"/>.</summary>
public enum ServerAction : byte
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>Find the session of <see cref="ServerSession.PublicKey"/>, then call <see cref="ServerSession.CompleteLookUp"/> and send what
    /// it gives, or call <see cref="ServerSession.Refuse"/>.</summary>
    LookUpKey,
    /// <summary>Order <see cref="ServerSession.Registration"/>, then call <see cref="ServerSession.CompleteRegistration"/>.</summary>
    Register,
    /// <summary>Take <see cref="ServerSession.Session"/> away from an older connection, read its last command number, then call
    /// <see cref="ServerSession.CompleteOpen"/> and send what it gives.</summary>
    OpenSession,
    /// <summary>The frame is a batch whose frame and head are sound; <see cref="ServerSession.Batch"/> is its head. Copy its body, check it
    /// with <see cref="Batches.BatchVerifier"/>, then order it or send <see cref="ServerSession.RejectBatch(in Framing.FrameHeader, Primitives.ResultCode)"/>.</summary>
    Batch,
    /// <summary>The frame is a well-formed query; send its answer, or <see cref="ServerSession.RejectQuery"/>.</summary>
    Query,
    /// <summary>Send how the replica is; <see cref="ServerSession.StatusQuery"/> is the question. It may come in any state; the session goes on.</summary>
    ClusterStatus,
    /// <summary>Send how an epoch handed over; <see cref="ServerSession.HandOverQuery"/> is the question, in any state.</summary>
    HandOver,
    /// <summary>Send who validates; <see cref="ServerSession.ValidatorsQuery"/> is the question, in any state.</summary>
    Validators,
    /// <summary>Send <see cref="ServerSession.LastReject"/>; the session goes on.</summary>
    Reject,
    /// <summary>Send <see cref="ServerSession.LastReject"/>, then close the connection.</summary>
    RejectAndClose,
    /// <summary>Send <see cref="ServerSession.LastTerminate"/>, then close the connection.</summary>
    Terminate,
    /// <summary>The peer ended the conversation: close the connection.</summary>
    Close,
    /// <summary>Send <see cref="ServerSession.Heartbeat"/>.</summary>
    SendHeartbeat,
}

/// <summary>Where a connection stands in the conversation.</summary>
public enum ServerSessionState : byte
{
    /// <summary>Waiting for Negotiate.</summary>
    Connected = 0,
    /// <summary>The server looks the key up.</summary>
    LookingUp,
    /// <summary>Waiting for Establish.</summary>
    Negotiated,
    /// <summary>The ledger registers the key.</summary>
    Registering,
    /// <summary>The server opens the session.</summary>
    Opening,
    /// <summary>Batches and queries pass.</summary>
    Established,
    /// <summary>Nothing passes any more.</summary>
    Ended,
}
