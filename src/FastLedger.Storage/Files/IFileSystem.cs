// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;

namespace FastLedger.Storage;

/// <summary>
/// The few operations that storage asks of an operating system. <see cref="PosixFileSystem"/> is the real one; tests put one in its
/// place that tears writes, loses what was not synced, or returns any error at any call.
/// </summary>
/// <remarks>Thread: any. Operations on names throw <see cref="StorageFaultException"/> when the system refuses.</remarks>
public interface IFileSystem
{
    /// <summary>Opens a file.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="opening">What the file must be like, and what may be done with it.</param>
    /// <exception cref="StorageFaultException">The system refused.</exception>
    IStorageFile Open(string path, FileOpening opening);

    /// <summary>
    /// Opens a file for transfers past the page cache (O_DIRECT): offsets, lengths and memory addresses are multiples of 4,096. Where there
    /// is no such thing, it is opened as usual.
    /// </summary>
    /// <exception cref="StorageFaultException">The system refused.</exception>
    IStorageFile OpenDirect(string path, FileOpening opening) => Open(path, opening);

    /// <summary>Opens a queue for transfers of files that were opened with <see cref="OpenDirect"/>.</summary>
    /// <param name="depth">Transfers that may be under way, and tags.</param>
    /// <returns>Null when there is no such thing.</returns>
    ITransferQueue? TryOpenTransferQueue(int depth) => null;

    /// <summary>Names of the files in a directory, in ordinal order, without their path.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Creates a directory and its parents unless they exist, and makes their names durable.</summary>
    void CreateDirectory(string path);

    /// <summary>Gives a file another name and replaces what had it. Durable after <see cref="SyncDirectory"/>.</summary>
    void Rename(string oldPath, string newPath);

    /// <summary>Removes a file. Durable after <see cref="SyncDirectory"/>.</summary>
    void Delete(string path);

    /// <summary>Makes creations, renames and removals inside a directory durable.</summary>
    void SyncDirectory(string path);

    /// <summary>Takes a lock that no other opener of <paramref name="path"/>, in any process, can have until it is disposed.</summary>
    /// <returns>Null when another one holds it.</returns>
    IDisposable? TryLock(string path);
}
