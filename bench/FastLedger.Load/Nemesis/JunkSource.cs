// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Load.Nemesis;

/// <summary>Sends junk to one port, connection after connection: noise, frames that never end, frames that claim to be huge, and a right beginning followed by noise.</summary>
/// <remarks>Thread: one.</remarks>
internal sealed class JunkSource(IPEndPoint target, int seed)
{
    private const int LongestJunk = 64 << 10;

    private readonly Random _random = new(seed);
    private readonly byte[] _buffer = new byte[LongestJunk];

    /// <summary>Connections opened.</summary>
    public long Connections { get; private set; }

    /// <summary>Bytes sent.</summary>
    public long Bytes { get; private set; }

    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, LingerState = new LingerOption(true, 0) };
            try
            {
                await socket.ConnectAsync(target, ct).ConfigureAwait(false);
                Connections++;
                int length = Fill();
                for (int sent = 0; sent < length;)
                {
                    int part = _random.Next(4) == 0 ? Math.Min(length - sent, _random.Next(1, 64)) : length - sent;
                    await socket.SendAsync(_buffer.AsMemory(sent, part), ct).ConfigureAwait(false);
                    sent += part;
                    Bytes += part;
                }
            }
            catch (SocketException)
            {
                // Cut off, as it should be.
                await Task.Delay(1, CancellationToken.None).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private int Fill()
    {
        int length = 1 << _random.Next(17);
        Span<byte> junk = _buffer.AsSpan(0, length);
        _random.NextBytes(junk);
        switch (_random.Next(4))
        {
            case 0 when length >= 4:
                BinaryPrimitives.WriteUInt32LittleEndian(junk, uint.MaxValue);
                break;
            case 1 when length >= 4:
                BinaryPrimitives.WriteUInt32LittleEndian(junk, (uint)length + 1);
                break;
            case 2 when length >= FrameWriter.LengthOf<Negotiate>():
                FrameWriter.Write(junk, new Negotiate { PublicKey = new Primitives.Hash256(junk[..32].ToArray()) }, 1, 0);
                break;
        }

        return length;
    }
}
