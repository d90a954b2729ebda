// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.IO;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Protocol;
using Pipelines.Sockets.Unofficial;

namespace FastLedger.Network;

/// <summary>TCP connections as pipes.</summary>
public static class SocketTransport
{
    /// <summary>Bytes of a block before the other side proved itself: the longest handshake is shorter.</summary>
    internal const int SmallBlockBytes = 4096;

    // A frame of 1 MiB takes four reads, and a block still fits the second-level cache beside everything else.
    private const int BlockBytes = 256 * 1024;
    private const int RetainedBlocks = 256;
    private const int RetainedSmallBlocks = 1024;
    private const int PauseBytes = 4 * ProtocolLimits.MaxFrameBytes;

    // Between replicas what is urgent must not stand behind what is bulky: little waits in the pipe, and little unsent in the kernel.
    private const int PromptPauseBytes = 256 * 1024;
    private const int PromptUnsentBytes = 128 * 1024;
    private const int TcpNotSentLowWaterMark = 25; // TCP_NOTSENT_LOWAT of Linux, tcp(7)

    private static readonly PinnedBlockPool Large = new(BlockBytes, RetainedBlocks);
    private static readonly PinnedBlockPool Small = new(SmallBlockBytes, RetainedSmallBlocks);
    private static readonly PipeOptions Options = OptionsOf(Large, PauseBytes, BlockBytes);
    private static readonly PipeOptions PromptSendOptions = OptionsOf(Large, PromptPauseBytes, BlockBytes);

    /// <summary>Connects to <paramref name="endPoint"/>.</summary>
    /// <exception cref="SocketException">Nobody answers there.</exception>
    public static async Task<ITransportConnection> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken = default)
    {
        Socket socket = await ConnectSocketAsync(endPoint, cancellationToken).ConfigureAwait(false);
        try
        {
            return Open(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects a socket.</summary>
    internal static async Task<Socket> ConnectSocketAsync(EndPoint endPoint, CancellationToken cancellationToken)
    {
        Socket socket = endPoint.AddressFamily == AddressFamily.Unspecified
            ? new Socket(SocketType.Stream, ProtocolType.Tcp)
            : new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Does the exception say that a connection is broken or closed? Reading, writing and flushing throw such exceptions for what a peer or
    /// the network did; anything else is a bug.
    /// </summary>
    public static bool IsConnectionFault(Exception fault) =>
        fault is IOException or SocketException or InvalidOperationException or ConnectionAbortedException;

    /// <summary>Wraps the socket of somebody who is unknown: it gets small buffers until <see cref="ITransportConnection.Widen"/>.</summary>
    /// <exception cref="SocketException">The connection is broken already; the socket is still the caller's.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public static ITransportConnection OpenStranger(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        socket.NoDelay = true;
        return OpenStranger(socket, PauseBytes);
    }

    /// <summary>Wraps the socket of somebody who is known.</summary>
    internal static ITransportConnection Open(Socket socket)
    {
        socket.NoDelay = true;
        return Open(socket, Options, Options, null);
    }

    /// <summary>Wraps a socket so that little of what was sent waits before the network.</summary>
    /// <param name="socket">Connected.</param>
    /// <param name="isProven">The other side is known already.</param>
    internal static ITransportConnection OpenPrompt(Socket socket, bool isProven)
    {
        MakePrompt(socket);
        return isProven ? Open(socket, PromptSendOptions, Options, null) : OpenStranger(socket, PromptPauseBytes);
    }

    /// <summary>Blocks for one connection's buffers.</summary>
    internal static ProvenBlockPool BlocksFor(bool isProven)
    {
        var blocks = new ProvenBlockPool(Small, Large);
        if (isProven) blocks.Widen();
        return blocks;
    }

    /// <summary>Keeps little unsent in the kernel; what is on its way is not bounded by this.</summary>
    internal static void MakePrompt(Socket socket)
    {
        socket.NoDelay = true;
        if (!OperatingSystem.IsLinux()) return;
        int bytes = PromptUnsentBytes;
        socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, TcpNotSentLowWaterMark, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in bytes)));
    }

    private static SocketTransportConnection OpenStranger(Socket socket, int sendPauseBytes)
    {
        ProvenBlockPool blocks = BlocksFor(isProven: false);
        return Open(socket, OptionsOf(blocks, sendPauseBytes, SmallBlockBytes), OptionsOf(blocks, PauseBytes, SmallBlockBytes), blocks);
    }

    private static SocketTransportConnection Open(Socket socket, PipeOptions send, PipeOptions receive, ProvenBlockPool? blocks)
    {
        EndPoint? remote = socket.RemoteEndPoint;

        // The event arguments capture the execution context at construction; ours must be nobody's.
        if (ExecutionContext.IsFlowSuppressed()) return new SocketTransportConnection(Create(socket, send, receive), remote, blocks);
        using (ExecutionContext.SuppressFlow()) return new SocketTransportConnection(Create(socket, send, receive), remote, blocks);
    }

    private static SocketConnection Create(Socket socket, PipeOptions send, PipeOptions receive) => SocketConnection.Create(
        socket, send, receive, SocketConnectionOptions.InlineReads | SocketConnectionOptions.InlineWrites);

    // The socket engine completes reads on the thread pool already, so the frame loop runs right there. A flush sends on the caller's
    // thread. What waits for room in a pipe is resumed on the pool, never inside the other side's loop.
    private static PipeOptions OptionsOf(MemoryPool<byte> blocks, int pauseBytes, int segmentBytes) => new(
        blocks,
        readerScheduler: PipeScheduler.Inline,
        writerScheduler: PipeScheduler.ThreadPool,
        pauseWriterThreshold: pauseBytes,
        resumeWriterThreshold: pauseBytes / 2,
        minimumSegmentSize: segmentBytes,
        useSynchronizationContext: false);
}
