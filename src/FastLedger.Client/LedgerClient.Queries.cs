// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>
/// Queries. Each throws <see cref="LedgerRejectedException"/> with <see cref="ResultCode.NotFound"/> when there is no such thing,
/// <see cref="LedgerTimeoutException"/> after the deadline and <see cref="LedgerConnectionException"/> when the client is closed.
/// </summary>
public sealed partial class LedgerClient
{
    private readonly Dictionary<ulong, PendingQuery> _queries = [];
    private readonly Queue<PendingQuery> _unsentQueries = new();
    private ulong _lastRequestId;

    /// <summary>An account by number.</summary>
    public ValueTask<AccountAnswer> GetAccountAsync(ulong number, CancellationToken cancellationToken = default) =>
        AskAsync<AccountQuery, AccountAnswer>(new AccountQuery { Number = number }, cancellationToken);

    /// <summary>An account by external id.</summary>
    public ValueTask<AccountAnswer> FindAccountAsync(UInt128 externalId, CancellationToken cancellationToken = default) =>
        AskAsync<AccountQuery, AccountAnswer>(new AccountQuery { ExternalId = externalId }, cancellationToken);

    /// <summary>
    /// History of an account, backwards from an entry or, with 0, from the newest. It ends where the replica's own history begins
    /// (<see cref="AccountStatement.IsCutOff"/>).
    /// </summary>
    public ValueTask<AccountStatement> GetStatementAsync(
        ulong account, ulong fromEntry = 0, int limit = ProtocolLimits.MaxStatementEntries, CancellationToken cancellationToken = default) =>
        AskAsync<StatementQuery, AccountStatement>(
            new StatementQuery { Account = account, FromEntry = fromEntry, Limit = (uint)limit }, DecodeStatement, cancellationToken);

    /// <summary>A live order.</summary>
    public ValueTask<OrderAnswer> GetOrderAsync(ulong orderId, CancellationToken cancellationToken = default) =>
        AskAsync<OrderQuery, OrderAnswer>(new OrderQuery { OrderId = orderId }, cancellationToken);

    /// <summary>The best price levels of a book.</summary>
    public ValueTask<BookDepth> GetDepthAsync(
        uint instrument, int levels = ProtocolLimits.MaxDepthLevels, CancellationToken cancellationToken = default) =>
        AskAsync<DepthQuery, BookDepth>(
            new DepthQuery { Instrument = instrument, Levels = (uint)levels }, DecodeDepth, cancellationToken);

    /// <summary>An instrument by number.</summary>
    public ValueTask<InstrumentAnswer> GetInstrumentAsync(uint number, CancellationToken cancellationToken = default) =>
        AskAsync<InstrumentQuery, InstrumentAnswer>(new InstrumentQuery { Number = number }, cancellationToken);

    /// <summary>An instrument by external id.</summary>
    public ValueTask<InstrumentAnswer> FindInstrumentAsync(UInt128 externalId, CancellationToken cancellationToken = default) =>
        AskAsync<InstrumentQuery, InstrumentAnswer>(new InstrumentQuery { ExternalId = externalId }, cancellationToken);

    /// <summary>An asset by number.</summary>
    public ValueTask<AssetAnswer> GetAssetAsync(uint number, CancellationToken cancellationToken = default) =>
        AskAsync<AssetQuery, AssetAnswer>(new AssetQuery { Number = number }, cancellationToken);

    /// <summary>An asset by external id.</summary>
    public ValueTask<AssetAnswer> FindAssetAsync(UInt128 externalId, CancellationToken cancellationToken = default) =>
        AskAsync<AssetQuery, AssetAnswer>(new AssetQuery { ExternalId = externalId }, cancellationToken);

    /// <summary>A session by number.</summary>
    public ValueTask<SessionAnswer> GetSessionAsync(uint number, CancellationToken cancellationToken = default) =>
        AskAsync<SessionQuery, SessionAnswer>(new SessionQuery { Number = number }, cancellationToken);

    /// <summary>A session by key.</summary>
    public ValueTask<SessionAnswer> FindSessionAsync(in Hash256 key, CancellationToken cancellationToken = default) =>
        AskAsync<SessionQuery, SessionAnswer>(new SessionQuery { Key = key }, cancellationToken);

    /// <summary>How the replica is.</summary>
    public ValueTask<StatusAnswer> GetStatusAsync(CancellationToken cancellationToken = default) =>
        AskAsync<StatusQuery, StatusAnswer>(default, cancellationToken);

    /// <summary>The state root and the roots of the tables that it is made of.</summary>
    public ValueTask<TableRoots> GetTableRootsAsync(CancellationToken cancellationToken = default) =>
        AskAsync<TableRootsQuery, TableRoots>(default, DecodeTableRoots, cancellationToken);

    private ValueTask<TAnswer> AskAsync<TQuery, TAnswer>(TQuery query, CancellationToken cancellationToken)
        where TQuery : unmanaged, IQuery where TAnswer : unmanaged, IAnswer =>
        AskAsync(query, static (in Frame frame, out TAnswer answer) => frame.TryRead(out answer), cancellationToken);

    private ValueTask<TAnswer> AskAsync<TQuery, TAnswer>(TQuery query, AnswerDecoder<TAnswer> decode, CancellationToken cancellationToken)
        where TQuery : unmanaged, IQuery
    {
        cancellationToken.ThrowIfCancellationRequested();
        PendingQuery<TAnswer> pending;
        lock (_sendLock)
        {
            ThrowIfEnded();
            ulong id = ++_lastRequestId;
            MemoryMarshal.Write(MemoryMarshal.AsBytes(new Span<TQuery>(ref query)), in id);
            byte[] frame = new byte[FrameWriter.LengthOf<TQuery>()];
            FrameWriter.Write(frame, in query, 0, 0);
            pending = new PendingQuery<TAnswer>(id, frame, DeadlineFromNow(), decode);
            _queries.Add(id, pending);
            _unsentQueries.Enqueue(pending);
        }

        pending.CancelWith(cancellationToken);
        Pump();
        return new ValueTask<TAnswer>(pending.Task);
    }

    /// <summary>Gives an answer to the query that waits for it, if one does.</summary>
    /// <returns>False when the answer is not sound.</returns>
    private bool ReceiveAnswer(in Frame frame)
    {
        if (frame.Body.Length < sizeof(ulong)) return false;
        Span<byte> id = stackalloc byte[sizeof(ulong)];
        frame.Body.Slice(0, sizeof(ulong)).CopyTo(id);
        return TakeQuery(MemoryMarshal.Read<ulong>(id)) is not { } query || query.Complete(in frame);
    }

    private PendingQuery? TakeQuery(ulong requestId)
    {
        lock (_sendLock) return _queries.Remove(requestId, out PendingQuery? query) ? query : null;
    }

    private void CheckQueryDeadlines(long nowNs)
    {
        List<PendingQuery>? late = null;
        lock (_sendLock)
        {
            foreach (PendingQuery query in _queries.Values)
                if (nowNs >= query.DeadlineNs) (late ??= []).Add(query);
        }

        if (late is null) return;
        foreach (PendingQuery query in late) TakeQuery(query.RequestId)?.Fail(new LedgerTimeoutException(_options.Deadline));
    }

    private static bool DecodeStatement(in Frame frame, out AccountStatement statement)
    {
        statement = null!;
        if (!frame.TryRead(out StatementAnswerHead head)) return false;
        if (!frame.TryReadGroup<HistoryEntry>(out ReadOnlySequence<byte> entries, out int count)) return false;
        statement = new AccountStatement(head, ToArray<HistoryEntry>(entries, count));
        return true;
    }

    private static bool DecodeDepth(in Frame frame, out BookDepth depth)
    {
        depth = null!;
        if (!frame.TryRead(out DepthAnswerHead head)) return false;
        if (!frame.TryReadGroup<DepthLevel>(frame.Header.BlockLength, out ReadOnlySequence<byte> bids, out int bidCount, out long end)) return false;
        if (!frame.TryReadGroup<DepthLevel>(end, out ReadOnlySequence<byte> asks, out int askCount, out _)) return false;
        depth = new BookDepth(head, ToArray<DepthLevel>(bids, bidCount), ToArray<DepthLevel>(asks, askCount));
        return true;
    }

    private static bool DecodeTableRoots(in Frame frame, out TableRoots roots)
    {
        roots = null!;
        if (!frame.TryRead(out TableRootsAnswerHead head)) return false;
        if (!frame.TryReadGroup<TableRoot>(out ReadOnlySequence<byte> tables, out int count)) return false;
        roots = new TableRoots(head, ToArray<TableRoot>(tables, count));
        return true;
    }

    private static T[] ToArray<T>(in ReadOnlySequence<byte> bytes, int count) where T : unmanaged
    {
        var array = new T[count];
        bytes.CopyTo(MemoryMarshal.AsBytes(array.AsSpan()));
        return array;
    }
}
