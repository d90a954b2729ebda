// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Encoding;

namespace FastLedger.Consensus.Safety;

/// <summary>The prefix of every journal record: kind, version, epoch. The body depends on the kind.</summary>
public static class SafetyRecord
{
    /// <summary>Version of all record encodings. A program refuses to sign on top of records of a newer version.</summary>
    public const byte Version = 1;

    /// <summary>Size of the prefix in bytes.</summary>
    public const int PrefixSize = 1 + 1 + 8;

    public static void WritePrefix(ref FrameWriter writer, RecordKind kind, ulong epoch)
    {
        writer.U8((byte)kind);
        writer.U8(Version);
        writer.U64(epoch);
    }

    /// <summary>Reads the prefix.</summary>
    public static RecordKind ReadPrefix(ref FrameReader reader, out byte version, out ulong epoch)
    {
        var kind = (RecordKind)reader.U8();
        version = reader.U8();
        epoch = reader.U64();
        return reader.Failed ? RecordKind.None : kind;
    }

    /// <summary>The kind of a record.</summary>
    public static RecordKind Peek(ReadOnlySpan<byte> record, out ulong epoch)
    {
        var reader = new FrameReader(record);
        return ReadPrefix(ref reader, out _, out epoch);
    }
}
