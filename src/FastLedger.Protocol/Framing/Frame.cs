// SPDX-License-Identifier: Apache-2.0
using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.Framing;

/// <summary>One frame in the receive buffer. It is valid until the buffer is advanced.</summary>
/// <remarks>Thread: the reader's. Alloc: none. Blocks: no.</remarks>
public readonly struct Frame
{
    internal Frame(in FrameHeader header, in ReadOnlySequence<byte> body)
    {
        Header = header;
        Body = body;
    }

    /// <summary>The first 32 bytes, decoded.</summary>
    public FrameHeader Header { get; }

    /// <summary>Everything after the header; possibly in several pieces.</summary>
    public ReadOnlySequence<byte> Body { get; }

    /// <summary>Copies the fixed block. A longer block of a newer version is read up to the fields that are known.</summary>
    /// <returns>False when the frame carries another template, or its block is too short.</returns>
    public bool TryRead<T>(out T block) where T : unmanaged, IMessage
    {
        if (Header.TemplateId != T.TemplateId || Header.BlockLength < Unsafe.SizeOf<T>() || Header.BlockLength > Body.Length)
        {
            block = default;
            return false;
        }

        Copy(Body, out block);
        return true;
    }

    /// <summary>Finds the first group of the message.</summary>
    /// <param name="entries">The entries' bytes.</param>
    /// <param name="count">Number of entries.</param>
    /// <returns>False when the group is cut short or its entries are not <typeparamref name="TEntry"/>.</returns>
    public bool TryReadGroup<TEntry>(out ReadOnlySequence<byte> entries, out int count) where TEntry : unmanaged =>
        TryReadGroup<TEntry>(Header.BlockLength, out entries, out count, out _);

    /// <summary>Finds the group at <paramref name="offset"/> of the body.</summary>
    /// <param name="offset">Where the group's dimension starts.</param>
    /// <param name="entries">The entries' bytes.</param>
    /// <param name="count">Number of entries.</param>
    /// <param name="end">Where the next group starts.</param>
    /// <returns>False when the group is cut short or its entries are not <typeparamref name="TEntry"/>.</returns>
    public bool TryReadGroup<TEntry>(long offset, out ReadOnlySequence<byte> entries, out int count, out long end) where TEntry : unmanaged
    {
        entries = default;
        count = 0;
        end = offset;
        if (offset + GroupHead.Size > Body.Length) return false;
        Copy(Body.Slice(offset), out GroupHead head);
        long bytes = (long)head.NumInGroup * Unsafe.SizeOf<TEntry>();
        offset += GroupHead.Size;
        if (head.BlockLength != Unsafe.SizeOf<TEntry>() || head.NumGroups != 0 || head.NumVarDataFields != 0) return false;
        if (offset + bytes > Body.Length) return false;
        entries = Body.Slice(offset, bytes);
        count = head.NumInGroup;
        end = offset + bytes;
        return true;
    }

    internal static void Copy<T>(in ReadOnlySequence<byte> source, out T value) where T : unmanaged
    {
        if (source.FirstSpan.Length >= Unsafe.SizeOf<T>())
        {
            value = MemoryMarshal.Read<T>(source.FirstSpan);
            return;
        }

        value = default;
        source.Slice(0, Unsafe.SizeOf<T>()).CopyTo(MemoryMarshal.AsBytes(new System.Span<T>(ref value)));
    }
}
