// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.IO.MemoryMappedFiles;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Load.Cryptography;

/// <summary>The BLAKE3 digest of a file, on one thread and from mapped memory, as <c>b3sum --num-threads 1</c> makes it.</summary>
public static class FileDigest
{
    private const int Piece = 1 << 30;

    /// <summary>Hashes the file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static unsafe Hash256 Of(string path)
    {
        long length = new FileInfo(path).Length;
        if (length == 0) return Blake3.Hash([]);
        using MemoryMappedFile map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using MemoryMappedViewAccessor view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        byte* bytes = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref bytes);
        try
        {
            if (length <= Piece) return Blake3.Hash(new ReadOnlySpan<byte>(bytes, (int)length));
            Blake3Hasher hasher = Blake3Hasher.Create();
            for (long done = 0; done < length; done += Piece) hasher.Update(new ReadOnlySpan<byte>(bytes + done, (int)Math.Min(Piece, length - done)));
            return hasher.Finish();
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }
}
