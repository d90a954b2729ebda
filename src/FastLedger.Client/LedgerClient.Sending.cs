// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Sessions;

namespace FastLedger.Client;

/// <summary>The writing half: whoever has something to send writes it under one lock and flushes at once.</summary>
public sealed partial class LedgerClient
{
    private readonly Lock _sendLock = new();
    private readonly Timer _timer;
    private Link? _link;
    private int _window;

    /// <summary>Sends what waits, as far as the window and the pipe allow.</summary>
    private void Pump()
    {
        lock (_sendLock)
        {
            while (_link is { Established: true, Writable: true } link)
            {
                if (_unsentQueries.TryDequeue(out PendingQuery? query))
                {
                    link.Send(query.Frame, FrameFlags.None);
                    continue;
                }

                long tail = Volatile.Read(ref _tail);
                while (_sent < tail && _ring[_sent & (RingSize - 1)] is null) _sent++;
                if (_sent == tail || _sent - _head >= _window) return;
                CommandBatch batch = _ring[_sent++ & (RingSize - 1)]!;
                link.Send(batch.Frame, batch.WasSent ? FrameFlags.PossibleResend : FrameFlags.None);
                batch.WasSent = true;
            }
        }
    }

    private void OnDrained(Link link)
    {
        lock (_sendLock) link.Drained();
        Pump();
    }

    /// <summary>The session is open: everything unanswered goes out, oldest first.</summary>
    private void Attach(Link link)
    {
        lock (_sendLock)
        {
            _window = (int)Math.Min((uint)_options.MaxBatchesInFlight, link.Session.Ack.MaxBatchesInFlight);
            _sent = _head;
            _unsentQueries.Clear();
            foreach (PendingQuery query in _queries.Values) _unsentQueries.Enqueue(query);
            link.Established = true;
        }

        Pump();
    }

    /// <summary>Takes a batch out of the ring, and everything before it that was refused.</summary>
    private void Retire(long place)
    {
        bool more;
        lock (_sendLock)
        {
            _ring[place & (RingSize - 1)] = null;
            while (_head < _sent && _ring[_head & (RingSize - 1)] is null) Volatile.Write(ref _head, _head + 1);
            more = _sent < Volatile.Read(ref _tail);
        }

        if (more) Pump();
    }

    /// <summary>Heartbeats and deadlines.</summary>
    private void Tick()
    {
        long nowNs = MonotonicClock.NowNs;
        Link? lapsed = null;
        lock (_sendLock)
        {
            if (_link is { Writable: true } link)
            {
                switch (link.Session.Tick(nowNs))
                {
                    case ClientAction.SendHeartbeat:
                        link.Send(link.Session.Heartbeat);
                        break;
                    case ClientAction.Terminate:
                        link.Send(link.Session.LastTerminate);
                        lapsed = link;
                        break;
                }
            }
            else if (_link is { Flushing: true } stuck && stuck.Session.Tick(nowNs) == ClientAction.Terminate)
            {
                lapsed = stuck;
            }
        }

        lapsed?.Connection.Abort();
        long tail = Volatile.Read(ref _tail);
        for (long i = Volatile.Read(ref _head); i < tail; i++) _ring[i & (RingSize - 1)]?.CheckDeadline(nowNs, _options.Deadline);
        CheckQueryDeadlines(nowNs);
    }
}
