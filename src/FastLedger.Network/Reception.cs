// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Primitives;
using FastLedger.Protocol;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Network;

/// <summary>
/// The door of a port: accepts connections at a bounded pace and keeps each one, at the price of its socket, until it says something. Whoever
/// begins as the protocol does is handed over; the others are told why and reset. Both protocols of ours let the one speak first who connects.
/// </summary>
/// <remarks>
/// A connection without a byte has no buffer, no session and no task beyond one wait. Before this was so, each took half a megabyte of
/// pinned blocks, and a flood kept the collector busy for two fifths of the time. Resetting leaves nothing behind in the system either,
/// while a closed connection stays in TIME_WAIT for a minute. Thread: any. Alloc: per connection. Blocks: no.
/// </remarks>
public sealed class Reception : IAsyncDisposable
{
    private readonly ReceptionOptions _options;
    private readonly Action<Socket> _admit;
    private readonly Action<Exception> _onFault;
    private readonly SocketListener _listener;
    private readonly HalfOpenTable<Socket> _silent;
    private readonly InFlight _inFlight = new();
    private readonly CancellationTokenSource _stop = new();
    private ulong _lastId;
    private int _disposed;
    private long _accepted, _pushedOut, _lapsed, _malformed;

    /// <summary>Binds and listens; nothing is accepted before <see cref="Start"/>.</summary>
    /// <param name="options">What to let in.</param>
    /// <param name="admit">Takes a connection over whose first bytes, still unread, are sound. It must return at once.</param>
    /// <param name="onFault">Told of exceptions that only a bug can cause; each ended one connection.</param>
    /// <exception cref="SocketException">The address is taken or not ours.</exception>
    public Reception(ReceptionOptions options, Action<Socket> admit, Action<Exception> onFault)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _admit = admit;
        _onFault = onFault;
        _silent = new HalfOpenTable<Socket>(options.MaxSilent, Reset);
        _listener = SocketListener.Bind(options.Listen, options.AcceptsPerSecond);
    }

    /// <summary>Where we listen, with the port that the system chose when 0 was asked for.</summary>
    public IPEndPoint EndPoint => _listener.LocalEndPoint;

    /// <summary>Counters.</summary>
    public ReceptionStatistics Statistics => new(
        Volatile.Read(ref _accepted), _silent.Count, Volatile.Read(ref _pushedOut), Volatile.Read(ref _lapsed), Volatile.Read(ref _malformed), _listener.Faults);

    /// <summary>A frame of either protocol may begin like this.</summary>
    public static ResultCode JudgeFrame(ReadOnlySpan<byte> first) => FrameReader.CheckStart(first, ProtocolLimits.MaxHandshakeFrameBytes);

    /// <summary>A TLS handshake may begin like this (RFC 8446, 5.1: record type 22, legacy version 3.x).</summary>
    public static ResultCode JudgeTls(ReadOnlySpan<byte> first) => first[0] == 22 && (first.Length < 2 || first[1] == 3) ? ResultCode.Ok : ResultCode.FrameMalformed;

    /// <summary>Closes a connection without a trace: what was not sent is lost.</summary>
    public static void Reset(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        socket.Close(0);
    }

    /// <summary>Nanoseconds of a clock that never goes back.</summary>
    public static long NowNs() => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    /// <summary>Starts to accept.</summary>
    public void Start()
    {
        _inFlight.Begin();
        _ = AcceptAllAsync();
    }

    /// <summary>Lets time pass: whoever was silent for too long goes.</summary>
    /// <param name="nowNs">The time, as <see cref="NowNs"/> tells it.</param>
    public void Tick(long nowNs)
    {
        int lapsed = _silent.CloseBefore(nowNs - (_options.SilenceMs * 1_000_000L));
        if (lapsed != 0) Interlocked.Add(ref _lapsed, lapsed);
    }

    /// <summary>Stops accepting; nobody is handed over any more when it returns.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        _silent.CloseAll();
        await _inFlight.CloseAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task AcceptAllAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptSocketAsync(_stop.Token).ConfigureAwait(false);
                Interlocked.Increment(ref _accepted);
                if (IsDecided(socket)) continue;
                ulong id = ++_lastId;
                _inFlight.Begin();
                if (_silent.Add(id, socket, NowNs())) Interlocked.Increment(ref _pushedOut);
                if (_stop.IsCancellationRequested) _silent.CloseAll();
                _ = ReceiveAsync(id, socket);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The listener was closed.
        }
        finally
        {
            _inFlight.End();
        }
    }

    private async Task ReceiveAsync(ulong id, Socket socket)
    {
        try
        {
            ResultCode code = await HearAsync(socket).ConfigureAwait(false);
            if (_silent.Remove(id)) Decide(socket, code); // else it was closed from here, and counted there
        }
        catch (Exception e)
        {
            Reset(socket);
            _onFault(e);
        }
        finally
        {
            _inFlight.End();
        }
    }

    /// <summary>What waited with the system has often spoken or gone meanwhile: it is judged at once, without a task and a wait of its own.</summary>
    /// <returns>False when it said nothing yet.</returns>
    private bool IsDecided(Socket socket)
    {
        try
        {
            if (!socket.Poll(0, SelectMode.SelectRead)) return false;
            Decide(socket, Peek(socket));
        }
        catch (Exception e)
        {
            Reset(socket);
            _onFault(e);
        }

        return true;
    }

    /// <summary>Hands over who begins well; the others go.</summary>
    private void Decide(Socket socket, ResultCode code)
    {
        if (code == ResultCode.Ok)
        {
            _admit(socket);
            return;
        }

        Interlocked.Increment(ref _malformed);
        if (_options.SaysWhy) SayWhy(socket, code);
        Reset(socket);
    }

    /// <summary>Waits for the first bytes, without a buffer, and leaves them where they are.</summary>
    private async ValueTask<ResultCode> HearAsync(Socket socket)
    {
        try
        {
            _ = await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None).ConfigureAwait(false);
            return Peek(socket);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return ResultCode.FrameMalformed; // it went without a word
        }
    }

    private ResultCode Peek(Socket socket)
    {
        Span<byte> first = stackalloc byte[ProtocolLimits.HeaderBytes];
        int length = socket.Receive(first, SocketFlags.Peek, out SocketError error);
        return error == SocketError.Success && length > 0 ? _options.Judge(first[..length]) : ResultCode.FrameMalformed;
    }

    /// <summary>The first words of a connection always fit what the system keeps for it, so this does not wait.</summary>
    private static void SayWhy(Socket socket, ResultCode code)
    {
        Span<byte> frame = stackalloc byte[FrameWriter.LengthOf<Terminate>()];
        FrameWriter.Write(frame, new Terminate { Code = code }, 1, 0);
        socket.Send(frame, SocketFlags.None, out _);
    }
}
