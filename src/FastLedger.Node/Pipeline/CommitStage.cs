// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using FastLedger.Node.Edge;
using FastLedger.Primitives;
using FastLedger.Storage;

namespace FastLedger.Node.Pipeline;

/// <summary>
/// The one thread that owns the disk: it makes everything appended durable with one write and one sync, then lets go of the answers that
/// waited for it. Nothing leaves before the journal index it depends on is durable.
/// </summary>
/// <remarks>Thread: its own. Alloc: none in steady state. Blocks: on the disk.</remarks>
internal sealed class CommitStage(
    JournalWriter journal, HistoryLog history, ByteRing egress, ConnectionTable connections, Doorbell coreBell, StageTimes times)
{
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(1);
    private volatile bool _stopping;

    /// <summary>Works until <see cref="Stop"/>, then makes the rest durable and seals the journal.</summary>
    public void Run()
    {
        while (!_stopping)
        {
            if (!egress.IsEmpty && NextIsReady()) Turn();
            else
            {
                journal.WaitForWork(LongestSleep);
                Turn();
            }
        }

        Turn();
        journal.Seal();
        while (history.FlushOnce() > 0)
        {
        }
    }

    /// <summary>Lets <see cref="Run"/> end. Call after the core has stopped. Any thread.</summary>
    public void Stop()
    {
        _stopping = true;
        journal.Wake();
    }

    private void Turn()
    {
        long start = Stopwatch.GetTimestamp();
        ulong groups = journal.GroupsCommitted;
        ulong durable = journal.CommitGroup();
        if (journal.GroupsCommitted != groups) start = times.Add(Stage.Commit, start);
        if (Release(durable)) start = times.Add(Stage.Egress, start);
        if (history.FlushOnce() > 0) times.Add(Stage.HistoryFlush, start);
    }

    private bool NextIsReady()
    {
        ulong position = egress.Position;
        return egress.TryRead(ref position, out ByteRing.Entry entry) && EgressHead.In(entry.Payload).RequiredIndex <= journal.DurableIndex;
    }

    private bool Release(ulong durable)
    {
        bool any = false;
        ulong position = egress.Position;
        ulong released = position;
        while (egress.TryRead(ref position, out ByteRing.Entry entry))
        {
            ref EgressHead head = ref EgressHead.In(entry.Payload);
            if (head.RequiredIndex > durable) break;
            Deliver(head, entry.Payload);
            released = position;
            egress.Release(released);
            any = true;
        }

        if (any) coreBell.Ring();
        return any;
    }

    private void Deliver(in EgressHead head, Span<byte> payload)
    {
        ClientConnection? connection = connections.Find(head.Connection);
        if (connection is null) return;
        switch (head.Kind)
        {
            case EgressKind.BatchResult:
                connection.SendBatchResult(payload.Slice(EgressHead.Size, head.FrameBytes));
                break;
            case EgressKind.Frame:
                connection.Send(payload.Slice(EgressHead.Size, head.FrameBytes));
                break;
            case EgressKind.Handshake:
                connection.CompleteHandshakeStep(head.Code, head.Value);
                break;
            default:
                connection.End(head.Code);
                break;
        }
    }
}
