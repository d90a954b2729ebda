// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using System.Threading;
using FastLedger.Node.Edge;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;
using FastLedger.Storage;

namespace FastLedger.Node.Pipeline;

/// <summary>
/// Walks an account's history off the core thread: the core only notes where the walk starts. Entries never change, so the walk sees the
/// state of that moment.
/// </summary>
/// <remarks>Thread: <see cref="TryStart"/> the core's, the walk on the thread pool. Alloc: per statement. Blocks: the walk, on the file.</remarks>
internal sealed class StatementReader(HistoryLog history, JournalWriter journal, ConnectionTable connections)
{
    private const int MaxWalks = 64;

    private int _walks;

    /// <summary>Starts a walk.</summary>
    /// <param name="connection">Who asked.</param>
    /// <param name="seqNum">Number of the frame that asked.</param>
    /// <param name="query">What was asked.</param>
    /// <param name="newest">The account's newest entry.</param>
    /// <param name="asOf">Ledger sequence of that moment.</param>
    /// <param name="requiredIndex">Journal index that must be durable before the answer leaves.</param>
    /// <returns>False when as many walks as allowed are under way.</returns>
    public bool TryStart(ConnectionId connection, ulong seqNum, StatementQuery query, ulong newest, ulong asOf, ulong requiredIndex)
    {
        if (Interlocked.Increment(ref _walks) > MaxWalks)
        {
            Interlocked.Decrement(ref _walks);
            return false;
        }

        ThreadPool.UnsafeQueueUserWorkItem(
            _ =>
            {
                try
                {
                    Answer(connection, seqNum, query, newest, asOf, requiredIndex);
                }
                catch (StorageFaultException)
                {
                    // The replica stops because of the same fault; nothing is answered any more.
                }
                finally
                {
                    Interlocked.Decrement(ref _walks);
                }
            },
            null);
        return true;
    }

    /// <summary>Returns when no walk is under way. Call when nothing can start one.</summary>
    public void Drain() => SpinWait.SpinUntil(() => Volatile.Read(ref _walks) == 0);

    private void Answer(ConnectionId connection, ulong seqNum, StatementQuery query, ulong newest, ulong asOf, ulong requiredIndex)
    {
        var entries = new HistoryEntry[query.Limit];
        ulong first = query.FromEntry == 0 ? newest : query.FromEntry;
        ulong next = first;
        int count = 0;
        Span<HistoryEntry> slot = stackalloc HistoryEntry[1];
        while (next != 0 && count < entries.Length && next >= history.FirstEntry)
        {
            // An entry to begin with is the client's word: it may not exist, or be another account's.
            bool isThere = next <= newest && history.Read(next, MemoryMarshal.AsBytes(slot));
            if (!isThere && next < history.FirstEntry) break; // pruned between the two looks
            if (!isThere || (slot[0].DebitAccount != query.Account && slot[0].CreditAccount != query.Account))
            {
                Invariant.Check(count == 0);
                Send(connection, new Reject
                {
                    Code = ResultCode.NotFound,
                    RefTemplateId = (ushort)TemplateId.StatementQuery,
                    RefSeqNum = seqNum,
                    Reference = query.RequestId,
                });
                return;
            }

            entries[count++] = slot[0];
            next = slot[0].DebitAccount == query.Account ? slot[0].DebitPrevious : slot[0].CreditPrevious;
        }

        (ulong begins, ulong beginsSequence) = Beginning();
        while (!journal.WaitForDurable(requiredIndex, TimeSpan.FromSeconds(1)))
            if (connections.Find(connection) is null) return;
        byte[] frame = new byte[FrameWriter.LengthOf<StatementAnswerHead, HistoryEntry>(count)];
        var writer = new FrameWriter(frame);
        writer.Begin(new StatementAnswerHead { RequestId = query.RequestId, Account = query.Account, FirstEntry = count > 0 ? first : 0, NextEntry = next, AsOfSequence = asOf, HistoryBegins = begins, HistoryBeginsSequence = beginsSequence });
        writer.Group<HistoryEntry>(entries.AsSpan(0, count));
        writer.Complete(0, 0);
        connections.Find(connection)?.Send(frame);
    }

    /// <summary>The first entry that is here, and the ledger sequence of its command; after the walk, so that what the walk missed is before it.</summary>
    private (ulong Entry, ulong Sequence) Beginning()
    {
        Span<HistoryEntry> slot = stackalloc HistoryEntry[1];
        while (true)
        {
            ulong first = history.FirstEntry;
            if (history.Read(first, MemoryMarshal.AsBytes(slot))) return (first, slot[0].Sequence);
            if (first == history.FirstEntry) return (first, 0); // nothing is here yet
        }
    }

    private void Send(ConnectionId connection, in Reject reject)
    {
        byte[] frame = new byte[FrameWriter.LengthOf<Reject>()];
        FrameWriter.Write(frame, reject, 0, 0);
        connections.Find(connection)?.Send(frame);
    }
}
