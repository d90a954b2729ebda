// SPDX-License-Identifier: Apache-2.0
using FastLedger.Primitives.Commands;

namespace FastLedger.Protocol;

/// <summary>Bounds of the wire protocol. Each is checked before memory is spent on what exceeds it.</summary>
public static class ProtocolLimits
{
    /// <summary>Framing header and message header together; the body starts here.</summary>
    public const int HeaderBytes = 32;
    /// <summary>Longest frame, headers included.</summary>
    public const int MaxFrameBytes = 1 << 20;
    /// <summary>Longest frame before the session is established: nobody makes a server keep more for an unknown peer.</summary>
    public const int MaxHandshakeFrameBytes = 512;
    /// <summary>Longest frame between replicas: a full batch with what the cluster adds to it.</summary>
    public const int MaxPeerFrameBytes = MaxFrameBytes + (128 << 10);
    /// <summary>Longest message between replicas.</summary>
    public const int MaxPeerBodyBytes = MaxPeerFrameBytes - HeaderBytes - Peers.PeerMessageHead.Size;
    /// <summary>Most commands in a batch.</summary>
    public const int MaxBatchCommands = 8190;
    /// <summary>Where the commands of a batch start in its body.</summary>
    public const int BatchCommandsOffset = 96;
    /// <summary>Longest body of a batch.</summary>
    public const int MaxBatchBodyBytes = BatchCommandsOffset + MaxBatchCommands * Command.Size;
    /// <summary>Most events in one frame.</summary>
    public const int MaxOrderEvents = 8000;
    /// <summary>Most entries in a statement.</summary>
    public const int MaxStatementEntries = 1000;
    /// <summary>Most price levels per side in an answer about depth.</summary>
    public const int MaxDepthLevels = 100;
}
