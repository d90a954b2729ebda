// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;

namespace FastLedger.Storage;

/// <summary>Keeps a directory to one owner, over all processes of the machine, until it is disposed or the process ends.</summary>
public sealed class DirectoryLock : IDisposable
{
    /// <summary>Name of the file that carries the lock.</summary>
    public const string FileName = "lock";

    private readonly IDisposable _lock;

    private DirectoryLock(IDisposable held) => _lock = held;

    /// <summary>Takes the lock, and creates the directory if there is none.</summary>
    /// <exception cref="DirectoryInUseException">Another owner has it.</exception>
    /// <exception cref="StorageFaultException">The system refused.</exception>
    public static DirectoryLock Acquire(IFileSystem files, string directory)
    {
        ArgumentNullException.ThrowIfNull(files);
        files.CreateDirectory(directory);
        return new DirectoryLock(files.TryLock(Path.Combine(directory, FileName)) ?? throw new DirectoryInUseException(directory));
    }

    /// <summary>Gives the directory free.</summary>
    public void Dispose() => _lock.Dispose();
}
