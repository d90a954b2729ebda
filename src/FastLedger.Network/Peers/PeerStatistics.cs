// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Network.Peers;

/// <summary>Counters of one peer since the start; they outlive its connections.</summary>
/// <param name="IsConnected">Messages pass now.</param>
/// <param name="Connects">Connections that were established.</param>
/// <param name="FailedDials">Dials that did not get that far.</param>
/// <param name="FramesSent">Frames handed to the connection, heartbeats included.</param>
/// <param name="BytesSent">Their bytes.</param>
/// <param name="FramesReceived">Messages delivered.</param>
/// <param name="BytesReceived">Bytes of their frames.</param>
/// <param name="Refused">Messages not taken because the queue was full.</param>
/// <param name="Stalls">Messages that had to be offered more than once because the receiver had no room.</param>
/// <param name="QueuedBytes">Bytes that wait in the three queues now.</param>
public readonly record struct PeerStatistics(
    bool IsConnected, long Connects, long FailedDials, long FramesSent, long BytesSent, long FramesReceived, long BytesReceived, long Refused,
    long Stalls, long QueuedBytes);
