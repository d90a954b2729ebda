// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO.Pipelines;
using System.Net;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Network;
using FastLedger.Primitives;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>Asks a replica how it and its cluster are, without a session: so also while the cluster orders nothing.</summary>
public static class ReplicaProbe
{
    private const ulong RequestId = 1;

    /// <summary>Asks over a connection of its own.</summary>
    /// <param name="endpoint">Where the replica serves clients.</param>
    /// <param name="deadline">Longest time for connecting and the answer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="LedgerConnectionException">Nobody answered in time, or not as a replica does.</exception>
    public static Task<ClusterStatusAnswer> AskAsync(EndPoint endpoint, TimeSpan deadline, CancellationToken cancellationToken = default) =>
        AskAsync(endpoint, new ClusterStatusQuery { RequestId = RequestId }, TemplateId.ClusterStatusAnswer, static (in Frame frame, out ClusterStatusAnswer answer) => frame.TryRead(out answer), deadline, cancellationToken);

    /// <summary>Who validates, as the replica knows.</summary>
    /// <exception cref="LedgerConnectionException">Nobody answered in time, or not as a replica does.</exception>
    public static Task<ValidatorListing> ListValidatorsAsync(EndPoint endpoint, TimeSpan deadline, CancellationToken cancellationToken = default) =>
        AskAsync<ValidatorsQuery, ValidatorListing>(endpoint, new ValidatorsQuery { RequestId = RequestId }, TemplateId.ValidatorsAnswer, TryReadListing, deadline, cancellationToken);

    /// <summary>The hand-overs that a replica has, from an epoch on: they prove themselves to whoever knows that epoch's validators.</summary>
    /// <param name="endpoint">Where the replica serves clients.</param>
    /// <param name="fromEpoch">Epoch whose end is the first one wanted.</param>
    /// <param name="deadline">Longest time for each answer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>By ascending epoch, see <see cref="Protocol.Certificates.HandOver"/>.</returns>
    /// <exception cref="LedgerConnectionException">Nobody answered in time, or not as a replica does.</exception>
    public static async Task<IReadOnlyList<byte[]>> HandOversAsync(EndPoint endpoint, ulong fromEpoch, TimeSpan deadline, CancellationToken cancellationToken = default)
    {
        var handOvers = new List<byte[]>();
        while (true)
        {
            var query = new HandOverQuery { RequestId = RequestId, Epoch = fromEpoch + (ulong)handOvers.Count };
            byte[] handOver = await AskAsync<HandOverQuery, byte[]>(endpoint, query, TemplateId.HandOverAnswer, TryReadHandOver, deadline, cancellationToken).ConfigureAwait(false);
            if (handOver.Length == 0) return handOvers;
            handOvers.Add(handOver);
        }
    }

    private static async Task<TAnswer> AskAsync<TQuery, TAnswer>(
        EndPoint endpoint, TQuery query, TemplateId template, AnswerDecoder<TAnswer> decode, TimeSpan deadline, CancellationToken cancellationToken)
        where TQuery : unmanaged, IQuery
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(deadline);
        try
        {
            ITransportConnection connection = await SocketTransport.ConnectAsync(endpoint, limit.Token).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                FrameWriter.Write(connection.Output, query, 1, (ulong)MonotonicClock.NowNs);
                await connection.Output.FlushAsync(limit.Token).ConfigureAwait(false);
                return await ReadAsync(connection, endpoint, template, decode, limit.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LedgerConnectionException(ResultCode.Ok, $"{endpoint} did not answer within {deadline.TotalMilliseconds:0} ms");
        }
        catch (Exception fault) when (fault is not OperationCanceledException && SocketTransport.IsConnectionFault(fault))
        {
            throw new LedgerConnectionException(ResultCode.Ok, $"{endpoint} cannot be reached: {fault.Message}", fault);
        }
    }

    private static async Task<TAnswer> ReadAsync<TAnswer>(
        ITransportConnection connection, EndPoint endpoint, TemplateId template, AnswerDecoder<TAnswer> decode, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read = await connection.Input.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (TryTake(read.Buffer, endpoint, template, decode, out TAnswer answer)) return answer;
            if (read.IsCompleted) throw new LedgerConnectionException(ResultCode.Ok, $"{endpoint} closed the connection");
            connection.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static bool TryTake<TAnswer>(ReadOnlySequence<byte> buffer, EndPoint endpoint, TemplateId template, AnswerDecoder<TAnswer> decode, out TAnswer answer)
    {
        answer = default!;
        if (!FrameReader.TryRead(ref buffer, out Frame frame, out ResultCode error))
            return error == ResultCode.Ok ? false : throw new LedgerConnectionException(error, $"{endpoint} does not speak this protocol");
        if (frame.Header.TemplateId == template && decode(in frame, out answer) && RequestIdOf(frame) == RequestId) return true;
        throw new LedgerConnectionException(ResultCode.UnexpectedMessage, $"{endpoint} answered with {frame.Header.TemplateId}: is it an older replica?");
    }

    private static ulong RequestIdOf(in Frame frame)
    {
        Span<byte> id = stackalloc byte[8];
        frame.Body.Slice(0, 8).CopyTo(id);
        return BinaryPrimitives.ReadUInt64LittleEndian(id);
    }

    internal static bool TryReadHandOver(in Frame frame, out byte[] handOver)
    {
        handOver = [];
        if (!frame.TryRead(out HandOverAnswerHead head) || !frame.TryReadGroup<ProofPiece>(out ReadOnlySequence<byte> pieces, out _) || head.HandOverBytes > pieces.Length) return false;
        if (head.Epoch != 0) handOver = pieces.Slice(0, head.HandOverBytes).ToArray();
        return true;
    }

    private static bool TryReadListing(in Frame frame, out ValidatorListing listing)
    {
        listing = null!;
        if (!frame.TryRead(out ValidatorsAnswerHead head) || !frame.TryReadGroup<ValidatorEntry>(out ReadOnlySequence<byte> entries, out int count)) return false;
        var nodes = new ValidatorEntry[count];
        entries.CopyTo(MemoryMarshal.AsBytes(nodes.AsSpan()));
        listing = new ValidatorListing(head.Epoch, head.IsChanging != 0, (int)head.Node, nodes);
        return true;
    }
}
