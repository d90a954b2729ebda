// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;

namespace FastLedger.Faults;

/// <summary>One connection through a <see cref="FaultProxy"/>: a reader and a writer per direction, with a bounded number of pieces in between.</summary>
internal sealed class ProxiedConnection(FaultProxy proxy, Socket dialer, CancellationToken stop) : IDisposable
{
    private const int PieceBytes = 16 * 1024;
    private const int Pieces = 256;

    private readonly Socket _target = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly CancellationTokenSource _ended = CancellationTokenSource.CreateLinkedTokenSource(stop);

    public async Task RunAsync(IPEndPoint target)
    {
        try
        {
            dialer.NoDelay = true;
            await PassableAsync(toTarget: true).ConfigureAwait(false);
            await _target.ConnectAsync(target, _ended.Token).ConfigureAwait(false);
            await Task.WhenAll(PassAsync(dialer, _target, toTarget: true), PassAsync(_target, dialer, toTarget: false)).ConfigureAwait(false);
        }
        catch (Exception e) when (IsEnd(e))
        {
            // Whoever is at the other end is told by the reset below.
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>Resets both sides. Any number of times.</summary>
    public void Dispose()
    {
        try
        {
            _ended.Cancel();
        }
        finally
        {
            dialer.Dispose();
            _target.Dispose();
        }
    }

    private static bool IsEnd(Exception e) => e is OperationCanceledException or SocketException or ObjectDisposedException or ChannelClosedException;

    private async Task PassAsync(Socket from, Socket to, bool toTarget)
    {
        var pieces = Channel.CreateBounded<(long Due, byte[] Bytes)>(Pieces);
        Task writing = WriteAsync(pieces.Reader, to, toTarget);
        try
        {
            while (true)
            {
                byte[] bytes = new byte[PieceBytes];
                int read = await from.ReceiveAsync(bytes.AsMemory(), SocketFlags.None, _ended.Token).ConfigureAwait(false);
                if (read == 0) break;
                LinkFaults faults = proxy.Present(toTarget).Faults;
                long due = Stopwatch.GetTimestamp() + ((faults.DelayMs + proxy.Jitter(faults.JitterMs)) * Stopwatch.Frequency / 1000);
                await pieces.Writer.WriteAsync((due, bytes[..read]), _ended.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (IsEnd(e))
        {
            Dispose();
        }

        pieces.Writer.TryComplete();
        await writing.ConfigureAwait(false);
    }

    private async Task WriteAsync(ChannelReader<(long Due, byte[] Bytes)> pieces, Socket to, bool toTarget)
    {
        try
        {
            await foreach ((long due, byte[] bytes) in pieces.ReadAllAsync(_ended.Token).ConfigureAwait(false))
            {
                TimeSpan wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
                if (wait > TimeSpan.Zero) await Task.Delay(wait, _ended.Token).ConfigureAwait(false);
                LinkFaults faults = await PassableAsync(toTarget).ConfigureAwait(false);
                if (faults.BytesPerSecond > 0)
                    await Task.Delay(TimeSpan.FromSeconds((double)bytes.Length / faults.BytesPerSecond), _ended.Token).ConfigureAwait(false);
                for (int sent = 0; sent < bytes.Length;)
                    sent += await to.SendAsync(bytes.AsMemory(sent), SocketFlags.None, _ended.Token).ConfigureAwait(false);
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (IsEnd(e))
        {
            Dispose();
        }
    }

    private async Task<LinkFaults> PassableAsync(bool toTarget)
    {
        while (true)
        {
            (LinkFaults faults, Task changed) = proxy.Present(toTarget);
            if (!faults.IsStalled) return faults;
            await changed.WaitAsync(_ended.Token).ConfigureAwait(false);
        }
    }
}
