// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.IO.Pipelines;
using System.Net;
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
    public static async Task<ClusterStatusAnswer> AskAsync(EndPoint endpoint, TimeSpan deadline, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(deadline);
        try
        {
            ITransportConnection connection = await SocketTransport.ConnectAsync(endpoint, limit.Token).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false)) return await AskAsync(connection, endpoint, limit.Token).ConfigureAwait(false);
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

    private static async Task<ClusterStatusAnswer> AskAsync(ITransportConnection connection, EndPoint endpoint, CancellationToken cancellationToken)
    {
        FrameWriter.Write(connection.Output, new ClusterStatusQuery { RequestId = RequestId }, 1, (ulong)MonotonicClock.NowNs);
        await connection.Output.FlushAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            ReadResult read = await connection.Input.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (TryTake(read.Buffer, endpoint, out ClusterStatusAnswer answer)) return answer;
            if (read.IsCompleted) throw new LedgerConnectionException(ResultCode.Ok, $"{endpoint} closed the connection");
            connection.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static bool TryTake(ReadOnlySequence<byte> buffer, EndPoint endpoint, out ClusterStatusAnswer answer)
    {
        answer = default;
        if (!FrameReader.TryRead(ref buffer, out Frame frame, out ResultCode error))
            return error == ResultCode.Ok ? false : throw new LedgerConnectionException(error, $"{endpoint} does not speak this protocol");
        if (frame.Header.TemplateId == TemplateId.ClusterStatusAnswer && frame.TryRead(out answer) && answer.RequestId == RequestId) return true;
        throw new LedgerConnectionException(ResultCode.UnexpectedMessage, $"{endpoint} answered with {frame.Header.TemplateId}: is it an older replica?");
    }
}
