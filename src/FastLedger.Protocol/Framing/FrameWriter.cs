// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.Framing;

/// <summary>
/// Builds one frame in place: <see cref="Begin{T}"/>, then the groups in schema order, then <see cref="Complete"/>.
/// </summary>
/// <remarks>Thread: any, one at a time. Alloc: none. Blocks: no. A destination that is too short is a bug, not an input.</remarks>
public ref struct FrameWriter
{
    private readonly Span<byte> _destination;
    private int _length;
    private ushort _blockLength;
    private TemplateId _templateId;

    /// <summary>Starts at the first byte of <paramref name="destination"/>.</summary>
    public FrameWriter(Span<byte> destination)
    {
        _destination = destination;
        _length = ProtocolLimits.HeaderBytes;
    }

    /// <summary>Bytes of a frame that holds <typeparamref name="T"/> and no groups.</summary>
    public static int LengthOf<T>() where T : unmanaged, IMessage => ProtocolLimits.HeaderBytes + Unsafe.SizeOf<T>();

    /// <summary>Bytes of a frame that holds <typeparamref name="T"/> and one group of <paramref name="count"/> entries.</summary>
    public static int LengthOf<T, TEntry>(int count) where T : unmanaged, IMessage where TEntry : unmanaged =>
        LengthOf<T>() + GroupHead.Size + count * Unsafe.SizeOf<TEntry>();

    /// <summary>Writes a frame without groups.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write<T>(Span<byte> destination, in T block, ulong seqNum, ulong sendingTimeNs, FrameFlags flags = FrameFlags.None)
        where T : unmanaged, IMessage
    {
        var writer = new FrameWriter(destination);
        writer.Begin(in block);
        return writer.Complete(seqNum, sendingTimeNs, flags);
    }

    /// <summary>Appends a frame without groups to <paramref name="output"/>.</summary>
    public static void Write<T>(
        IBufferWriter<byte> output, in T block, ulong seqNum, ulong sendingTimeNs, FrameFlags flags = FrameFlags.None)
        where T : unmanaged, IMessage =>
        output.Advance(Write(output.GetSpan(LengthOf<T>()), in block, seqNum, sendingTimeNs, flags));

    /// <summary>Replaces number, time and flags of a finished frame.</summary>
    public static void Restamp(Span<byte> frame, ulong seqNum, ulong sendingTimeNs, FrameFlags flags)
    {
        ref FrameHeader header = ref MemoryMarshal.AsRef<FrameHeader>(frame);
        header.SeqNum = seqNum;
        header.SendingTimeNs = sendingTimeNs;
        header.Flags = flags;
    }

    /// <summary>Writes the fixed block.</summary>
    public void Begin<T>(in T block) where T : unmanaged, IMessage
    {
        Invariant.Check(_blockLength == 0 && Unsafe.SizeOf<T>() % 8 == 0);
        MemoryMarshal.Write(_destination[_length..], in block);
        _templateId = T.TemplateId;
        _blockLength = (ushort)Unsafe.SizeOf<T>();
        _length += _blockLength;
    }

    /// <summary>Opens a group and gives its entries' bytes to be filled.</summary>
    /// <param name="count">Entries, 0 … 65,535.</param>
    public Span<TEntry> Group<TEntry>(int count) where TEntry : unmanaged
    {
        Invariant.Check(_blockLength != 0 && (uint)count <= ushort.MaxValue && Unsafe.SizeOf<TEntry>() % 8 == 0);
        var head = new GroupHead { BlockLength = (ushort)Unsafe.SizeOf<TEntry>(), NumInGroup = (ushort)count };
        MemoryMarshal.Write(_destination[_length..], in head);
        _length += GroupHead.Size;
        Span<byte> bytes = _destination.Slice(_length, count * Unsafe.SizeOf<TEntry>());
        _length += bytes.Length;
        return MemoryMarshal.Cast<byte, TEntry>(bytes);
    }

    /// <summary>Writes a group.</summary>
    public void Group<TEntry>(ReadOnlySpan<TEntry> entries) where TEntry : unmanaged => entries.CopyTo(Group<TEntry>(entries.Length));

    /// <summary>Writes the header.</summary>
    /// <param name="seqNum">Number of the frame on its connection and in its direction, from 1.</param>
    /// <param name="sendingTimeNs">The sender's clock, nanoseconds since the Unix epoch.</param>
    /// <param name="flags">Remarks.</param>
    /// <returns>Bytes of the whole frame.</returns>
    public readonly int Complete(ulong seqNum, ulong sendingTimeNs, FrameFlags flags = FrameFlags.None)
    {
        Invariant.Check(_blockLength != 0 && _length <= ProtocolLimits.MaxFrameBytes);
        var header = new FrameHeader
        {
            Length = (uint)_length,
            EncodingType = FrameHeader.SbeLittleEndian,
            BlockLength = _blockLength,
            TemplateId = _templateId,
            SchemaId = Schema.Id,
            Version = Schema.Version,
            Flags = flags,
            SeqNum = seqNum,
            SendingTimeNs = sendingTimeNs,
        };
        MemoryMarshal.Write(_destination, in header);
        return _length;
    }
}
