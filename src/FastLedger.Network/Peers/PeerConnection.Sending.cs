// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Network.Peers;

// The queues are emptied by a work item of the thread pool that runs while there is something to send, or by the producer's own thread when
// it asks for that and little waits. Whatever is queued while either runs or while the socket is busy leaves together with the next write.
internal sealed partial class PeerConnection : IThreadPoolWorkItem
{
    private const int CoalesceBytes = 128 * 1024;

    /// <summary>A batch of up to some fifty commands is no heavier to send than a vote; one of thousands is copied twice and takes its time.</summary>
    private const int LittleBulkBytes = 8 * 1024;

    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private readonly Action _onFlushed;
    private readonly TaskCompletionSource _silent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ValueTaskAwaiter<FlushResult> _flush;
    private volatile bool _heartbeatDue;
    private int _sending = 1; // 1 while the work item is queued, runs or waits for the socket; it is not ours before the handshake is done
    private bool _saidLastWords;

    /// <summary>There is something to send. Any thread.</summary>
    public void Ring()
    {
        if (Interlocked.CompareExchange(ref _sending, 1, 0) == 0) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>
    /// There is something little to send: sends it on the caller's thread, which spares a small message the wait for another thread's turn on
    /// the processor. What is bulky, or cannot leave at once, is left to the thread pool. Any thread. Blocks: no.
    /// </summary>
    public void SendNow()
    {
        if (Interlocked.CompareExchange(ref _sending, 1, 0) != 0) return;
        if (_peer!.Queues.BulkBytes > LittleBulkBytes) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        else Send(resumed: false);
    }

    void IThreadPoolWorkItem.Execute() => Send(resumed: false);

    private void StartSending() => Volatile.Write(ref _sending, 0);

    /// <summary>Waits until nothing is being sent any more, and makes sure that nothing ever will.</summary>
    private async ValueTask StopSendingAsync()
    {
        Ring();
        if (_graceful)
        {
            await Task.WhenAny(_silent.Task, Task.Delay(Farewell)).ConfigureAwait(false);
            if (!_silent.Task.IsCompleted) _transport.Abort();
        }

        await _silent.Task.ConfigureAwait(false);
    }

    private void OnFlushed() => Send(resumed: true);

    private void Send(bool resumed)
    {
        try
        {
            if (resumed && _flush.GetResult().IsCompleted) FallSilent();
            else SendAll();
        }
        catch (Exception e) when (PeerTransport.IsConnectionFault(e))
        {
            FallSilent();
        }
        catch (Exception e)
        {
            _network.NoteFault(e);
            FallSilent();
        }
    }

    private void SendAll()
    {
        while (true)
        {
            if (Fill())
            {
#pragma warning disable CA2012 // Its result is taken when it has completed: at once, or in OnFlushed.
                _flush = _transport.Output.FlushAsync().GetAwaiter();
#pragma warning restore CA2012
                if (!_flush.IsCompleted)
                {
                    _flush.UnsafeOnCompleted(_onFlushed);
                    return;
                }

                if (!_flush.GetResult().IsCompleted) continue;
            }
            else if (!_ended)
            {
                Interlocked.Exchange(ref _sending, 0);
                if (!HasWork() || Interlocked.CompareExchange(ref _sending, 1, 0) != 0) return;
                continue;
            }

            FallSilent();
            return;
        }
    }

    /// <summary>Asked when another thread may have begun to send.</summary>
    private bool HasWork() => _ended || _heartbeatDue || _peer!.Queues.HasAny;

    /// <summary>Moves frames from the queues into the pipe.</summary>
    /// <returns>False when there was nothing to move.</returns>
    private bool Fill()
    {
        if (_ended) return FillLastWords();
        PeerQueues queues = _peer!.Queues;
        long nowNs = NowNs();
        int bytes = 0, frames = 0;
        while (bytes < CoalesceBytes && queues.TryPeek(out Span<byte> frame, out PeerQueues.Ticket ticket))
        {
            ref FrameHeader header = ref MemoryMarshal.AsRef<FrameHeader>(frame);
            if (header.SeqNum == Id)
            {
                header.SeqNum = _session.TakeSeqNum(nowNs);
                header.SendingTimeNs = (ulong)nowNs;
                _transport.Output.Write(frame);
                bytes += frame.Length;
                frames++;
            }

            queues.Release(ticket);
        }

        if (_heartbeatDue)
        {
            _heartbeatDue = false;
            if (frames == 0)
            {
                Sequence heartbeat = _session.Heartbeat;
                FrameWriter.Write(_transport.Output, in heartbeat, _session.TakeSeqNum(nowNs), (ulong)nowNs);
                bytes = FrameWriter.LengthOf<Sequence>();
                frames = 1;
            }
        }

        if (frames != 0) _peer.NoteSent(frames, bytes);
        return frames != 0;
    }

    private bool FillLastWords()
    {
        if (!_graceful || _saidLastWords) return false;
        _saidLastWords = true;
        FrameWriter.Write(_transport.Output, _session.LastTerminate, _session.TakeSeqNum(NowNs()), 0);
        return true;
    }

    /// <summary>Sending is over; the work item never runs again.</summary>
    private void FallSilent()
    {
        bool broken = !_ended;
        _ended = true;
        _silent.TrySetResult();
        if (broken) _transport.Abort(); // wakes the reader
    }
}
