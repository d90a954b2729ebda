// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using System.Threading;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.Sessions;

/// <summary>Batches and their answers.</summary>
public sealed partial class ServerSession
{
    /// <summary>Refuses the batch that the last <see cref="ServerAction.Batch"/> was about.</summary>
    /// <param name="header">Header of its frame.</param>
    /// <param name="code">What <see cref="Batches.BatchVerifier"/> found, or <see cref="ResultCode.Overloaded"/>.</param>
    /// <returns>What to send; it answers the batch, so do not call <see cref="BatchAnswered"/> for it.</returns>
    public Reject RejectBatch(in FrameHeader header, ResultCode code) => RejectBatch(in header, _batch.FirstNumber, code);

    /// <summary>Refuses a batch that was accepted for checking before others were.</summary>
    /// <param name="header">Header of its frame.</param>
    /// <param name="firstNumber">Number of its first command.</param>
    /// <param name="code">What <see cref="Batches.BatchVerifier"/> found.</param>
    /// <returns>What to send; it answers the batch, so do not call <see cref="BatchAnswered"/> for it.</returns>
    public Reject RejectBatch(in FrameHeader header, ulong firstNumber, ResultCode code)
    {
        BatchAnswered();
        return MakeReject(code, in header, firstNumber);
    }

    /// <summary>Refuses a query.</summary>
    /// <returns>What to send.</returns>
    public static Reject RejectQuery(in Frame query, ResultCode code)
    {
        Frame.Copy(query.Body, out ulong requestId);
        FrameHeader header = query.Header;
        return MakeReject(code, in header, requestId);
    }

    /// <summary>The answer to one batch leaves: another may come. Any thread.</summary>
    public void BatchAnswered()
    {
        int left = Interlocked.Decrement(ref _inFlight);
        Invariant.Check(left >= 0);
    }

    private ServerAction ReceiveBatch(in Frame frame)
    {
        FrameHeader header = frame.Header;
        if (State != ServerSessionState.Established) return Terminate(ResultCode.UnexpectedMessage, in header);
        if (!SupportsVersion(in header)) return Reject(ResultCode.UnsupportedVersion, in header, 0);
        ResultCode code = CheckBatch(in frame);
        if (code != ResultCode.Ok) return Reject(code, in header, _batch.FirstNumber);

        // Answers leave on other threads and only ever make room, so this check cannot let too many pass.
        if (Volatile.Read(ref _inFlight) >= _options.MaxBatchesInFlight)
            return Reject(ResultCode.TooManyInFlight, in header, _batch.FirstNumber);
        Interlocked.Increment(ref _inFlight);
        return ServerAction.Batch;
    }

    private ResultCode CheckBatch(in Frame frame)
    {
        // The head is signed to its last byte, so a block of another length is another message.
        if (frame.Header.BlockLength != Unsafe.SizeOf<CommandBatchHead>() || !frame.TryRead(out _batch))
        {
            _batch = default;
            return ResultCode.MessageMalformed;
        }

        if (!frame.TryReadGroup<Command>(frame.Header.BlockLength, out _, out int count, out long end)) return ResultCode.MessageMalformed;
        if (end != frame.Body.Length || count != _batch.Count) return ResultCode.MessageMalformed;
        if (count is 0 or > ProtocolLimits.MaxBatchCommands) return ResultCode.BatchSize;
        if (_batch.ResultMode > ResultMode.All) return ResultCode.MessageMalformed;
        if (_batch.Reserved0 != 0) return ResultCode.ReservedFieldNotZero;
        if (_batch.Session != Session) return ResultCode.UnknownSession;
        return _batch.FirstNumber == 0 || _batch.LastNumber < _batch.FirstNumber ? ResultCode.NumberNotIncreasing : ResultCode.Ok;
    }
}
