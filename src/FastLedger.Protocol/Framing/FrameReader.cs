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
            error = CheckPrefix(buffer, maxFrameBytes);
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

    /// <summary>Judges what is there of a header that has not arrived completely.</summary>
    private static ResultCode CheckPrefix(in ReadOnlySequence<byte> buffer, int maxFrameBytes)
    {
        if (buffer.Length < sizeof(uint)) return ResultCode.Ok;
        Span<byte> prefix = stackalloc byte[6];
        prefix = prefix[..(int)Math.Min(buffer.Length, 6)];
        buffer.Slice(0, prefix.Length).CopyTo(prefix);
        ushort encoding = prefix.Length < 6 ? FrameHeader.SbeLittleEndian : BinaryPrimitives.ReadUInt16LittleEndian(prefix[4..]);
        return Check(BinaryPrimitives.ReadUInt32LittleEndian(prefix), encoding, maxFrameBytes);
    }

    private static ResultCode Check(uint length, ushort encodingType, int maxFrameBytes)
    {
        if (length < ProtocolLimits.HeaderBytes || length % 8 != 0 || encodingType != FrameHeader.SbeLittleEndian)
            return ResultCode.FrameMalformed;
        return length > (uint)maxFrameBytes ? ResultCode.FrameTooLong : ResultCode.Ok;
    }
}
