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
    // A frame of 1 MiB takes four reads, and a block still fits the second-level cache beside everything else.
    private const int BlockBytes = 256 * 1024;
    private const int RetainedBlocks = 256;
    private const int PauseBytes = 4 * ProtocolLimits.MaxFrameBytes;

    private static readonly PinnedBlockPool Pool = new(BlockBytes, RetainedBlocks);

    // The socket engine completes reads on the thread pool already, so the frame loop runs right there. A flush sends on the caller's
    // thread. What waits for room in a pipe is resumed on the pool, never inside the other side's loop.
    private static readonly PipeOptions Options = new(
        Pool,
        readerScheduler: PipeScheduler.Inline,
        writerScheduler: PipeScheduler.ThreadPool,
        pauseWriterThreshold: PauseBytes,
        resumeWriterThreshold: PauseBytes / 2,
        minimumSegmentSize: BlockBytes,
        useSynchronizationContext: false);

    // Between replicas what is urgent must not stand behind what is bulky: little waits in the pipe, and little unsent in the kernel.
    private const int PromptPauseBytes = 256 * 1024;
    private const int PromptUnsentBytes = 128 * 1024;
    private const int TcpNotSentLowWaterMark = 25; // TCP_NOTSENT_LOWAT of Linux, tcp(7)

    private static readonly PipeOptions PromptSendOptions = new(
        Pool,
        readerScheduler: PipeScheduler.Inline,
        writerScheduler: PipeScheduler.ThreadPool,
        pauseWriterThreshold: PromptPauseBytes,
        resumeWriterThreshold: PromptPauseBytes / 2,
        minimumSegmentSize: BlockBytes,
        useSynchronizationContext: false);

    /// <summary>Blocks for the pipes of every connection.</summary>
    internal static MemoryPool<byte> Blocks => Pool;

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

    /// <summary>Wraps a connected socket.</summary>
    internal static ITransportConnection Open(Socket socket)
    {
        socket.NoDelay = true;
        return Open(socket, Options);
    }

    /// <summary>Wraps a connected socket so that little of what was sent waits before the network.</summary>
    internal static ITransportConnection OpenPrompt(Socket socket)
    {
        MakePrompt(socket);
        return Open(socket, PromptSendOptions);
    }

    /// <summary>Keeps little unsent in the kernel; what is on its way is not bounded by this.</summary>
    internal static void MakePrompt(Socket socket)
    {
        socket.NoDelay = true;
        if (!OperatingSystem.IsLinux()) return;
        int bytes = PromptUnsentBytes;
        socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, TcpNotSentLowWaterMark, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in bytes)));
    }

    private static SocketTransportConnection Open(Socket socket, PipeOptions sendOptions)
    {
        EndPoint? remote = socket.RemoteEndPoint;

        // The event arguments capture the execution context at construction; ours must be nobody's.
        if (ExecutionContext.IsFlowSuppressed()) return new SocketTransportConnection(Create(socket, sendOptions), remote);
        using (ExecutionContext.SuppressFlow()) return new SocketTransportConnection(Create(socket, sendOptions), remote);
    }

    private static SocketConnection Create(Socket socket, PipeOptions sendOptions) => SocketConnection.Create(
        socket, sendOptions, Options, SocketConnectionOptions.InlineReads | SocketConnectionOptions.InlineWrites);
}
