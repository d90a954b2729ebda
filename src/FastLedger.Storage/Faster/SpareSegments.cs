// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace FastLedger.Storage;

/// <summary>
/// Segment files that are not needed any more, kept for the next segments: with a file that is deleted its blocks go back to the device, and
/// where the file system tells the device so (discard), every sync of the machine waits meanwhile, a fifth of a second per GiB.
/// </summary>
/// <remarks>Thread: any. Blocks: on the file system.</remarks>
internal sealed class SpareSegments
{
    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly string _prefix;
    private readonly long _segmentBytes;
    private readonly Queue<string> _paths = new();
    private ulong _kept;

    /// <summary>Begins without any: who opens a log deletes what <see cref="List"/> finds.</summary>
    /// <param name="files">The system's files.</param>
    /// <param name="directory">Full path.</param>
    /// <param name="prefix">Of the segments' names.</param>
    /// <param name="segmentBytes">Size of a segment.</param>
    public SpareSegments(IFileSystem files, string directory, string prefix, long segmentBytes)
    {
        _files = files;
        _directory = directory;
        _prefix = prefix;
        _segmentBytes = segmentBytes;
    }

    /// <summary>Bytes of the spare files.</summary>
    public long SizeBytes
    {
        get
        {
            lock (_paths) return _paths.Count * _segmentBytes;
        }
    }

    /// <summary>Full paths of the spare files that an earlier owner of the directory has left.</summary>
    public static List<string> List(IFileSystem files, string directory, string prefix)
    {
        List<string> paths = [];
        foreach (string name in files.List(directory))
        {
            if (name.StartsWith(prefix + "-spare-", StringComparison.Ordinal)) paths.Add(Path.Combine(directory, name));
        }

        return paths;
    }

    /// <summary>Takes a closed segment file that nobody needs: keeps it, or deletes it when there are enough.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="mostBytes">Most bytes of all spare files.</param>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public void Keep(string path, long mostBytes)
    {
        string spare;
        lock (_paths)
        {
            if ((_paths.Count + 1) * _segmentBytes > mostBytes)
            {
                _files.Delete(path);
                return;
            }

            spare = Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"{_prefix}-spare-{++_kept:D10}"));
        }

        _files.Rename(path, spare);
        bool isZero;
        using (LedgerFile file = new(_files, spare, FileOpening.ReadWrite)) isZero = file.Length == _segmentBytes && file.TryZero(_segmentBytes);
        if (isZero)
        {
            lock (_paths) _paths.Enqueue(spare);
        }
        else
        {
            _files.Delete(spare);
        }
    }

    /// <summary>Gives a spare file, which has its full size and reads as zeros, the name of a new segment.</summary>
    /// <returns>False when there is none.</returns>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public bool TryTake(string path)
    {
        string? spare;
        lock (_paths)
        {
            if (!_paths.TryDequeue(out spare)) return false;
        }

        _files.Rename(spare, path);
        return true;
    }
}
