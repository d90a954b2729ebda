// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Consensus.Messages;
using FastLedger.Node.Pipeline;
using FastLedger.Primitives;

namespace FastLedger.Node.Cluster;

/// <summary>
/// An author's bundle as it lies in memory, with what was computed when it came: everything that consensus, execution and the peers need of
/// it, in one piece of native memory.
/// </summary>
/// <remarks>
/// <code>
/// | head (128) | signed header, padded (160) | pad | command hashes | batch digests | connections | pad to 64 | bundle |
/// </code>
/// </remarks>
internal readonly unsafe struct StoredBatch
{
    /// <summary>Bytes of the author's signed header, padded so that the bundle behind it is aligned.</summary>
    public const int HeaderBytes = 160;

    private const int HeaderOffset = 128;
    private const int HashesOffset = 320;

    private readonly byte* _start;
    private readonly int _length;

    /// <param name="memory">Memory that does not move and outlives this.</param>
    public StoredBatch(Span<byte> memory)
    {
        _start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(memory));
        _length = memory.Length;
    }

    public bool IsNone => _start == null;

    /// <summary>The same piece of memory.</summary>
    public bool IsSame(StoredBatch other) => _start == other._start;

    public BatchReference Reference => new(Head.Author, Head.Number, Head.Digest, (uint)Head.BundleBytes, (uint)Head.Commands);

    /// <summary>The author's signed header.</summary>
    public Span<byte> Header => Memory.Slice(HeaderOffset, BatchMessage.Size);

    /// <summary>The header with its padding, as it is journaled and sent in front of the bundle.</summary>
    public Span<byte> PaddedHeader => Memory.Slice(HeaderOffset, HeaderBytes);

    /// <summary>One hash per command.</summary>
    public Span<Hash256> Hashes => MemoryMarshal.Cast<byte, Hash256>(Memory.Slice(HashesOffset, Head.Commands * Hash256.Size));

    /// <summary>One digest per client's batch.</summary>
    public Span<Hash256> Digests =>
        MemoryMarshal.Cast<byte, Hash256>(Memory.Slice(HashesOffset + (Head.Commands * Hash256.Size), Head.Batches * Hash256.Size));

    /// <summary>Who waits for answers, in the order of the batches; one for each registration. Empty unless the batch was authored here.</summary>
    public Span<ConnectionId> Connections => MemoryMarshal.Cast<byte, ConnectionId>(
        Memory.Slice(HashesOffset + ((Head.Commands + Head.Batches) * Hash256.Size), Head.Connections * sizeof(ConnectionId)));

    /// <summary>The bundle.</summary>
    public Span<byte> Bundle => Memory.Slice(BundleOffset(Head.Batches, Head.Commands, Head.Connections), Head.BundleBytes);

    private Span<byte> Memory => new(_start, _length);

    private ref HeadRecord Head => ref *(HeadRecord*)_start;

    /// <summary>Bytes that a batch takes in memory.</summary>
    public static int SizeOf(int batches, int commands, int connections, int bundleBytes) => BundleOffset(batches, commands, connections) + bundleBytes;

    /// <summary>Lays out fresh memory.</summary>
    public void Format(int batches, int commands, int connections, int bundleBytes)
    {
        Invariant.Check(_length >= SizeOf(batches, commands, connections, bundleBytes));
        Head = new HeadRecord { Batches = batches, Commands = commands, Connections = connections, BundleBytes = bundleBytes };
        PaddedHeader.Clear();
    }

    /// <summary>Says which batch it is.</summary>
    public void Name(in BatchReference reference, ReadOnlySpan<byte> header)
    {
        Head.Author = reference.Author;
        Head.Number = reference.Number;
        Head.Digest = reference.Digest;
        header.CopyTo(Header);
    }

    private static int BundleOffset(int batches, int commands, int connections) =>
        (HashesOffset + ((commands + batches) * Hash256.Size) + (connections * sizeof(ConnectionId)) + 63) & ~63;

    [StructLayout(LayoutKind.Explicit, Size = HeaderOffset)]
    private struct HeadRecord
    {
        [FieldOffset(0)] public ulong Number;
        [FieldOffset(8)] public ushort Author;
        [FieldOffset(12)] public int Batches;
        [FieldOffset(16)] public int Commands;
        [FieldOffset(20)] public int Connections;
        [FieldOffset(24)] public int BundleBytes;
        [FieldOffset(32)] public Hash256 Digest;
    }
}
