// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// The small file of a checkpoint that has FASTER's own metadata and the digests of everything else. The token in the manifest has its
/// digest, so a checkpoint is either recovered exactly as it was taken or not at all.
/// </summary>
/// <remarks>
/// <code>
///  0 magic     8 sequence   16 begin address   24 tail address   32 records   40 FASTER's token   56 bytes of the page directory
/// 64 digest of the page directory              96 log metadata length   100 index metadata length   104 extents   108 log page bytes
/// 112 segment bytes                           120 zeros                 128 log metadata, index metadata, extents
/// </code>
/// All integers little-endian. The extents follow the metadata, 32 bytes each.
/// </remarks>
internal sealed class CheckpointDescription
{
    private const ulong DescriptionMagic = 0x3430_5043_534C_4C46; // "FLLSCP04": neighbours side by side in the index, the directory has the pages that exist
    private const int HeaderBytes = 128;
    private const int MaximumBytes = 256 << 20;
    private const int NoSuchFile = 2; // ENOENT

    public required ulong Sequence { get; init; }

    public required Guid Checkpoint { get; init; }

    public required long BeginAddress { get; init; }

    public required long TailAddress { get; init; }

    public required ulong Records { get; init; }

    /// <summary>Bytes of the page directory, or of an index's block digests.</summary>
    public long DirectoryBytes { get; set; }

    public Hash256 DirectoryDigest { get; set; }

    /// <summary>Sizes of the log's pages and files: fixed when the store was created, for addresses mean places in files.</summary>
    public required int LogPageBytes { get; init; }

    public required long SegmentBytes { get; init; }

    public required byte[] LogMetadata { get; init; }

    public required byte[] IndexMetadata { get; init; }

    public required List<FileExtent> IndexExtents { get; init; }

    /// <summary>Writes the file and syncs it.</summary>
    /// <returns>The token that binds it.</returns>
    public StoreToken Write(IFileSystem files, string path, ulong generation)
    {
        byte[] bytes = Encode();
        using (LedgerFile file = new(files, path, FileOpening.Create))
        {
            file.Write(bytes, 0);
            file.Sync();
        }

        return new StoreToken
        {
            Sequence = Sequence,
            BeginAddress = BeginAddress,
            TailAddress = TailAddress,
            Records = Records,
            Checkpoint = Checkpoint,
            Generation = generation,
            DescriptionDigest = Blake3.Hash(bytes),
        };
    }

    /// <summary>Reads the file that a token binds.</summary>
    /// <exception cref="StoreDamagedException">It is not that file.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public static CheckpointDescription Read(IFileSystem files, string path, in StoreToken token)
    {
        using LedgerFile file = OpenExisting(files, path);
        long length = file.Length;
        if (length is < HeaderBytes or > MaximumBytes) throw new StoreDamagedException(path, 0, $"{length} bytes are no checkpoint's description");
        byte[] bytes = new byte[length];
        file.Read(bytes, 0);
        if (Blake3.Hash(bytes) != token.DescriptionDigest)
            throw new StoreDamagedException(path, 0, $"this is not the description of {token}");
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes) != DescriptionMagic)
            throw new StoreDamagedException(path, 0, "another version of the program wrote this checkpoint");
        return Decode(bytes);
    }

    /// <summary>Reads the page directory or the block digests, whole and verified.</summary>
    /// <exception cref="StoreDamagedException">The file is not the checkpoint's.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public byte[] ReadDirectory(IFileSystem files, string path)
    {
        using LedgerFile file = OpenExisting(files, path);
        if (file.Length != DirectoryBytes)
            throw new StoreDamagedException(path, Math.Min(file.Length, DirectoryBytes), $"the file has {file.Length} bytes instead of {DirectoryBytes}");
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)DirectoryBytes);
        file.Read(bytes, 0);
        if (Blake3.Hash(bytes) != DirectoryDigest) throw new StoreDamagedException(path, 0, $"this is not the directory of checkpoint {Sequence}");
        return bytes;
    }

    /// <summary>Opens a file of a checkpoint for reading.</summary>
    /// <exception cref="StoreDamagedException">There is no such file.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public static LedgerFile OpenExisting(IFileSystem files, string path)
    {
        try
        {
            return new LedgerFile(files, path, FileOpening.Read);
        }
        catch (StorageFaultException fault) when (fault.Errno == NoSuchFile)
        {
            throw new StoreDamagedException(path, 0, "the file is missing");
        }
    }

    private byte[] Encode()
    {
        int extentsBytes = IndexExtents.Count * 32;
        byte[] bytes = new byte[HeaderBytes + LogMetadata.Length + IndexMetadata.Length + extentsBytes];
        Span<byte> span = bytes;
        BinaryPrimitives.WriteUInt64LittleEndian(span, DescriptionMagic);
        BinaryPrimitives.WriteUInt64LittleEndian(span[8..], Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(span[16..], BeginAddress);
        BinaryPrimitives.WriteInt64LittleEndian(span[24..], TailAddress);
        BinaryPrimitives.WriteUInt64LittleEndian(span[32..], Records);
        Checkpoint.TryWriteBytes(span[40..]);
        BinaryPrimitives.WriteInt64LittleEndian(span[56..], DirectoryBytes);
        DirectoryDigest.Bytes.CopyTo(span[64..]);
        BinaryPrimitives.WriteInt32LittleEndian(span[96..], LogMetadata.Length);
        BinaryPrimitives.WriteInt32LittleEndian(span[100..], IndexMetadata.Length);
        BinaryPrimitives.WriteInt32LittleEndian(span[104..], IndexExtents.Count);
        BinaryPrimitives.WriteInt32LittleEndian(span[108..], LogPageBytes);
        BinaryPrimitives.WriteInt64LittleEndian(span[112..], SegmentBytes);
        LogMetadata.CopyTo(span[HeaderBytes..]);
        IndexMetadata.CopyTo(span[(HeaderBytes + LogMetadata.Length)..]);
        MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(IndexExtents)).CopyTo(span[(bytes.Length - extentsBytes)..]);
        return bytes;
    }

    private static CheckpointDescription Decode(ReadOnlySpan<byte> bytes)
    {
        int log = BinaryPrimitives.ReadInt32LittleEndian(bytes[96..]), index = BinaryPrimitives.ReadInt32LittleEndian(bytes[100..]);
        List<FileExtent> extents = [.. MemoryMarshal.Cast<byte, FileExtent>(bytes[(HeaderBytes + log + index)..])];
        Invariant.Check(extents.Count == BinaryPrimitives.ReadInt32LittleEndian(bytes[104..]));
        return new CheckpointDescription
        {
            Sequence = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            BeginAddress = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            TailAddress = BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            Records = BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]),
            Checkpoint = new Guid(bytes.Slice(40, 16)),
            DirectoryBytes = BinaryPrimitives.ReadInt64LittleEndian(bytes[56..]),
            DirectoryDigest = new Hash256(bytes.Slice(64, 32)),
            LogPageBytes = BinaryPrimitives.ReadInt32LittleEndian(bytes[108..]),
            SegmentBytes = BinaryPrimitives.ReadInt64LittleEndian(bytes[112..]),
            LogMetadata = bytes.Slice(HeaderBytes, log).ToArray(),
            IndexMetadata = bytes.Slice(HeaderBytes + log, index).ToArray(),
            IndexExtents = extents,
        };
    }
}
