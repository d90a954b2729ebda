// SPDX-License-Identifier: Apache-2.0
using System;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Primitives;
using FastLedger.Protocol.Peers;

namespace FastLedger.Network.Peers;

// The door: what a stranger can make us spend is bounded in number, time and memory.
public sealed partial class PeerNetwork
{
    private readonly CancellationTokenSource _stop = new();
    private readonly InFlight _serving = new();
    private readonly Reception _reception;
    private readonly HalfOpenTable<Socket> _halfOpen;
    private long _pushedOut, _lapsed, _malformed, _refused;

    /// <summary>Counters of everything that happened at the door.</summary>
    public PeerNetworkStatistics NetworkStatistics
    {
        get
        {
            ReceptionStatistics door = _reception.Statistics;
            return new PeerNetworkStatistics(
                door.Accepted, door.Silent, _halfOpen.Count, door.PushedOut + Volatile.Read(ref _pushedOut), door.Lapsed + Volatile.Read(ref _lapsed),
                door.Malformed + Volatile.Read(ref _malformed), Volatile.Read(ref _refused), door.AcceptFaults, Volatile.Read(ref _faults));
        }
    }

    /// <summary>Counts a handshake that did not lead to a connection.</summary>
    internal void NoteRefusal(PeerSession session)
    {
        ResultCode code = session.LastTerminate.Code;
        bool refused = code is ResultCode.WrongChain or ResultCode.BadSignature or ResultCode.Unauthorized or ResultCode.PeerMismatch
            || session.PeerReason != ResultCode.Ok;
        Interlocked.Increment(ref refused ? ref _refused : ref _malformed);
    }

    private static ReceptionOptions DoorOf(PeerNetworkOptions options)
    {
        bool encrypts = options.Encryption == PeerEncryption.Tls;
        return new ReceptionOptions
        {
            Listen = options.Listen,
            MaxSilent = options.MaxSilent,
            SilenceMs = options.HandshakeTimeoutMs,
            Judge = encrypts ? Reception.JudgeTls : Reception.JudgeFrame,
            SaysWhy = !encrypts,
        };
    }

    private void Admit(Socket socket)
    {
        ulong id = NextConnectionId();
        _serving.Begin();
        if (_halfOpen.Add(id, socket, PeerConnection.NowNs())) Interlocked.Increment(ref _pushedOut);
        _ = Task.Run(() => ServeAsync(id, socket));
    }

    private async Task ServeAsync(ulong id, Socket socket)
    {
        try
        {
            (ITransportConnection transport, Hash256 binding) = await PeerTransport.AcceptAsync(socket, Identity, _stop.Token).ConfigureAwait(false);
            PeerSession session = PeerSession.Accept(
                SessionOptions, new Hash256(RandomNumberGenerator.GetBytes(Hash256.Size)), binding, PeerConnection.NowNs());
            var connection = new PeerConnection(this, session, transport, () => _halfOpen.Remove(id));
            await connection.RunAsync().ConfigureAwait(false);
            if (!connection.WasOpen && _halfOpen.Remove(id)) NoteRefusal(session);
        }
        catch (Exception e) when (PeerTransport.IsConnectionFault(e) || e is OperationCanceledException)
        {
            if (_halfOpen.Remove(id)) Interlocked.Increment(ref _malformed); // TLS went wrong
            socket.Dispose();
        }
        catch (Exception e)
        {
            _halfOpen.Remove(id);
            socket.Dispose();
            NoteFault(e);
        }
        finally
        {
            _serving.End();
        }
    }
}
