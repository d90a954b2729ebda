// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Buffers.Binary;
using FastLedger.Primitives;

namespace FastLedger.Protocol.Framing;

/// <summary>Cuts a byte stream into frames.</summary>
/// <remarks>Thread: any. Alloc: none. Blocks: no.</remarks>
public static class FrameReader
{
    /// <summary>Takes the next frame off the front of <paramref name="buffer"/>.</summary>
    /// <param name="buffer">Bytes received; advanced past the frame when there is one.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="error">
    /// <see cref="ResultCode.Ok"/> while the stream is sound. Otherwise <see cref="ResultCode.FrameMalformed"/> (length below 32 or not
    /// a multiple of 8, other encoding type, block longer than the body) or <see cref="ResultCode.FrameTooLong"/>: the stream cannot be
    /// followed any further. A bad length is reported as soon as its four bytes are there, before anything waits for the frame.
    /// </param>
    /// <param name="maxFrameBytes">Longest frame accepted.</param>
    /// <returns>True when a frame was taken; false when more bytes are needed, or on error.</returns>
    public static bool TryRead(
        ref ReadOnlySequence<byte> buffer,
        out Frame frame,
        out ResultCode error,
        int maxFrameBytes = ProtocolLimits.MaxFrameBytes)
    {
        error = ResultCode.Ok;
        if (buffer.FirstSpan.Length < ProtocolLimits.HeaderBytes && buffer.Length < ProtocolLimits.HeaderBytes)
        {
            Span<byte> start = stackalloc byte[ProtocolLimits.HeaderBytes];
            start = start[..(int)buffer.Length];
            buffer.CopyTo(start);
            error = CheckStart(start, maxFrameBytes);
            frame = default;
            return false;
        }

        Frame.Copy(buffer, out FrameHeader header);
        if ((error = Check(header.Length, header.EncodingType, maxFrameBytes)) != ResultCode.Ok || buffer.Length < header.Length)
        {
            frame = default;
            return false;
        }

        if (header.BlockLength > header.Length - ProtocolLimits.HeaderBytes)
        {
            error = ResultCode.FrameMalformed;
            frame = default;
            return false;
        }

        SequencePosition end = buffer.GetPosition(header.Length);
        frame = new Frame(in header, buffer.Slice(buffer.GetPosition(ProtocolLimits.HeaderBytes), end));
        buffer = buffer.Slice(end);
        return true;
    }

    /// <summary>Judges the first bytes of a frame, of which not even the header need have arrived.</summary>
    /// <param name="start">What is there of it; bytes behind its sixth are not looked at.</param>
    /// <param name="maxFrameBytes">Longest frame accepted.</param>
    /// <returns>What <see cref="TryRead"/> would report, or <see cref="ResultCode.Ok"/> while nothing is wrong.</returns>
    public static ResultCode CheckStart(ReadOnlySpan<byte> start, int maxFrameBytes)
    {
        if (start.Length < sizeof(uint)) return ResultCode.Ok;
        ushort encoding = start.Length < 6 ? FrameHeader.SbeLittleEndian : BinaryPrimitives.ReadUInt16LittleEndian(start[4..]);
        return Check(BinaryPrimitives.ReadUInt32LittleEndian(start), encoding, maxFrameBytes);
    }

    private static ResultCode Check(uint length, ushort encodingType, int maxFrameBytes)
    {
        if (length < ProtocolLimits.HeaderBytes || length % 8 != 0 || encodingType != FrameHeader.SbeLittleEndian)
            return ResultCode.FrameMalformed;
        return length > (uint)maxFrameBytes ? ResultCode.FrameTooLong : ResultCode.Ok;
    }
}
