// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;

namespace FastLedger.Network.Tests.Peers;

/// <summary>Keeps what peers sent, in order; takes nothing while it is closed.</summary>
internal sealed class RecordingReceiver : FastLedger.Network.Peers.IPeerReceiver
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Channel<Message> _messages = Channel.CreateUnbounded<Message>();
    private readonly Channel<(int Node, bool Connected)> _changes = Channel.CreateUnbounded<(int, bool)>();
    private long _refusals;

    /// <summary>Takes nothing while this is set.</summary>
    public volatile bool IsFull;

    /// <summary>Throws instead of taking.</summary>
    public volatile bool Throws;

    /// <summary>Offers that were turned down.</summary>
    public long Refusals => Volatile.Read(ref _refusals);

    public bool TryReceive(int node, ushort template, ReadOnlySpan<byte> body)
    {
        if (Throws) throw new InvalidOperationException("as told");
        if (IsFull)
        {
            Interlocked.Increment(ref _refusals);
            return false;
        }

        Assert.True(_messages.Writer.TryWrite(new Message(node, template, body.ToArray())));
        return true;
    }

    public void OnConnected(int node) => Assert.True(_changes.Writer.TryWrite((node, true)));

    public void OnDisconnected(int node) => Assert.True(_changes.Writer.TryWrite((node, false)));

    public async Task<Message> NextAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        return await _messages.Reader.ReadAsync(patience.Token);
    }

    public async Task<(int Node, bool Connected)> NextChangeAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        return await _changes.Reader.ReadAsync(patience.Token);
    }

    public async Task<List<Message>> TakeAsync(int count)
    {
        List<Message> messages = [];
        while (messages.Count < count) messages.Add(await NextAsync());
        return messages;
    }

    internal sealed record Message(int Node, ushort Template, byte[] Body);
}
