// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Network.Peers;

/// <summary>Takes what peers send.</summary>
/// <remarks>
/// Called by a peer's connection, one call at a time per peer and in this order: <see cref="OnConnected"/>, <see cref="TryReceive"/> any
/// number of times, <see cref="OnDisconnected"/>. Different peers call at the same time. Must not block.
/// </remarks>
public interface IPeerReceiver
{
    /// <summary>Takes a message.</summary>
    /// <param name="node">The peer's validator number, proven.</param>
    /// <param name="template">Its template id, 144–199.</param>
    /// <param name="body">The message; valid during the call only.</param>
    /// <returns>False when there is no room now: the message is offered again, and nothing else of this peer is read meanwhile.</returns>
#pragma warning disable CA1716 // The field's own term; languages that reserve the word do not implement replicas.
    bool TryReceive(int node, ushort template, ReadOnlySpan<byte> body);
#pragma warning restore CA1716

    /// <summary>Messages to and from the peer pass from here on.</summary>
    void OnConnected(int node);

    /// <summary>The connection ended; messages that were queued for it are lost.</summary>
    void OnDisconnected(int node);
}
