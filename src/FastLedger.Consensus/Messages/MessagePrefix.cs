// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Encoding;

namespace FastLedger.Consensus.Messages;

/// <summary>The first ten bytes of every message: kind, version, epoch.</summary>
public static class MessagePrefix
{
    /// <summary>Version of all message encodings.</summary>
    public const byte Version = 1;

    /// <summary>Size in bytes.</summary>
    public const int Size = 1 + 1 + 8;

    public static void Write(ref FrameWriter writer, MessageKind kind, ulong epoch)
    {
        writer.U8((byte)kind);
        writer.U8(Version);
        writer.U64(epoch);
    }

    /// <summary>Reads the prefix.</summary>
    /// <returns>The kind; <see cref="MessageKind.None"/> when the bytes are too short or of another version.</returns>
    public static MessageKind Read(ref FrameReader reader, out ulong epoch)
    {
        var kind = (MessageKind)reader.U8();
        byte version = reader.U8();
        epoch = reader.U64();
        return reader.Failed || version != Version ? MessageKind.None : kind;
    }

    /// <summary>Kind and epoch of a message.</summary>
    public static MessageKind Peek(ReadOnlySpan<byte> message, out ulong epoch)
    {
        var reader = new FrameReader(message);
        return Read(ref reader, out epoch);
    }
}
