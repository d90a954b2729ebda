// SPDX-License-Identifier: Apache-2.0
using System.Threading;

namespace FastLedger.Protocol.Sessions;

/// <summary>Frame numbers and silence of one connection, in both directions. Sending and receiving may happen on different threads.</summary>
internal struct Heartbeat
{
    private const long NsPerMs = 1_000_000;

    private long _intervalNs;
    private long _lastSentNs;
    private long _lastReceivedNs;
    private ulong _sent;
    private ulong _received;

    public Heartbeat(long nowNs, long intervalNs)
    {
        _intervalNs = intervalNs;
        _lastSentNs = nowNs;
        _lastReceivedNs = nowNs;
    }

    /// <summary>Number that the next frame sent will carry.</summary>
    public readonly ulong NextSeqNum => Volatile.Read(in _sent) + 1;

    /// <summary>Changes the interval, in milliseconds.</summary>
    public void SetInterval(uint milliseconds) => Volatile.Write(ref _intervalNs, milliseconds * NsPerMs);

    /// <summary>Numbers a frame that is about to be sent.</summary>
    public ulong TakeSeqNum(long nowNs)
    {
        Volatile.Write(ref _lastSentNs, nowNs);
        ulong next = _sent + 1;
        Volatile.Write(ref _sent, next);
        return next;
    }

    /// <summary>Notes a frame received.</summary>
    /// <returns>False when its number is not the next one.</returns>
    public bool Receive(ulong seqNum, long nowNs)
    {
        Volatile.Write(ref _lastReceivedNs, nowNs);
        return seqNum == ++_received;
    }

    /// <summary>Notes a sign of life that is no whole frame.</summary>
    public void Hear(long nowNs) => Volatile.Write(ref _lastReceivedNs, nowNs);

    /// <summary>Nothing came for twice the interval.</summary>
    public readonly bool Lapsed(long nowNs) => nowNs - Volatile.Read(in _lastReceivedNs) >= 2 * Volatile.Read(in _intervalNs);

    /// <summary>Nothing was sent for an interval.</summary>
    public readonly bool Due(long nowNs) => nowNs - Volatile.Read(in _lastSentNs) >= Volatile.Read(in _intervalNs);
}
