// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Cryptography;

namespace FastLedger.Storage;

/// <summary>
/// A checkpoint that FASTER has finished and the device has not: what is left is to make it durable and to read its description back,
/// which touches nothing of FASTER and so can be done on another thread.
/// </summary>
internal sealed class PendingCheckpoint
{
    public required ulong Id { get; init; }

    /// <summary>Which log of the store it is in.</summary>
    public ulong Generation { get; init; }

    public required CheckpointDescription Description { get; init; }

    public required CheckpointFiles Files { get; init; }

    public required List<LedgerFile> LogFiles { get; init; }

    /// <summary>FASTER's hash index; null when recovery rebuilds it from the log.</summary>
    public required LedgerFile? IndexFile { get; init; }

    /// <summary>The page directory or the block digests.</summary>
    public required NativeBytes Directory { get; init; }

    /// <summary>Does it.</summary>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <exception cref="StoreDamagedException">What was written does not read back.</exception>
    public StoreToken Complete(IFileSystem files, string directory)
    {
        foreach (LedgerFile file in LogFiles) file.Sync();
        IndexFile?.Sync();
        IndexFile?.Dispose();
        ReadOnlySpan<byte> bytes = Directory.Span;
        using (LedgerFile file = new(files, Files.DirectoryPath(Description.Sequence), FileOpening.Create))
        {
            file.Write(bytes, 0);
            file.Sync();
        }

        Description.DirectoryBytes = bytes.Length;
        Description.DirectoryDigest = Blake3.Hash(bytes);
        string path = Files.DescriptionPath(Description.Sequence);
        StoreToken token = Description.Write(files, path, Generation);
        files.SyncDirectory(directory);
        CheckpointDescription.Read(files, path, in token);
        return token;
    }
}
