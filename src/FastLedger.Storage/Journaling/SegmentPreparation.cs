// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// Creates segment files before they are needed, so that a commit neither allocates blocks nor waits for a directory. A file gets its name
/// only when its blocks are reserved and durable: a segment file always has its full size.
/// </summary>
/// <remarks>Thread: requests and takes from one thread; the files are made on another one if asked for. Blocks: <see cref="Take"/>.</remarks>
internal sealed class SegmentPreparation : IDisposable
{
    private readonly object _monitor = new();
    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly long _segmentBytes;
    private readonly Thread? _thread;
    private uint? _requested;
    private LedgerFile? _prepared;
    private StorageFaultException? _fault;
    private bool _stopping;

    public SegmentPreparation(IFileSystem files, string directory, long segmentBytes, bool ahead)
    {
        _files = files;
        _directory = directory;
        _segmentBytes = segmentBytes;
        if (!ahead) return;
        _thread = new Thread(Run) { IsBackground = true, Name = "journal segments" };
        _thread.Start();
    }

    /// <summary>Asks for the file of a segment.</summary>
    public void Request(uint segment)
    {
        lock (_monitor)
        {
            Invariant.Check(_requested is null && _prepared is null);
            _requested = segment;
            Monitor.PulseAll(_monitor);
        }
    }

    /// <summary>The file that was asked for last, full-sized and all zero.</summary>
    /// <exception cref="StorageFaultException">It could not be made.</exception>
    public LedgerFile Take()
    {
        lock (_monitor)
        {
            Invariant.Check(_requested is not null && !_stopping);
            if (_thread is null) _prepared = Prepare(_requested.Value);
            while (_prepared is null && _fault is null) Monitor.Wait(_monitor);
            if (_fault is not null) throw new StorageFaultException(_fault);
            LedgerFile file = _prepared!;
            _prepared = null;
            _requested = null;
            return file;
        }
    }

    /// <summary>Makes one segment file durable under its name, and opens it.</summary>
    public LedgerFile Prepare(uint segment)
    {
        string path = JournalFormat.SegmentPath(_directory, segment);
        if (!Exists(_files.List(_directory), Path.GetFileName(path)))
        {
            string preparedPath = Path.Combine(_directory, JournalFormat.PreparedName);
            if (!TryReuse(preparedPath))
            {
                using LedgerFile file = new(_files, preparedPath, FileOpening.Create);
                file.Preallocate(_segmentBytes);
                file.Sync();
            }

            _files.Rename(preparedPath, path);
        }

        _files.SyncDirectory(_directory);
        return new LedgerFile(_files, path, FileOpening.ReadWrite);
    }

    /// <summary>Makes a file that the journal does not need any more as good as new, if there is one.</summary>
    private bool TryReuse(string preparedPath)
    {
        foreach (string name in _files.List(_directory))
        {
            if (!JournalFormat.IsSpareName(name)) continue;
            _files.Rename(Path.Combine(_directory, name), preparedPath);
            using LedgerFile file = new(_files, preparedPath, FileOpening.ReadWrite);
            if (file.Length != _segmentBytes || !file.TryZero(_segmentBytes)) return false; // made anew in its place
            file.Sync();
            return true;
        }

        return false;
    }

    /// <summary>Waits for the file under way, and closes it.</summary>
    public void Dispose()
    {
        lock (_monitor)
        {
            _stopping = true;
            Monitor.PulseAll(_monitor);
        }

        _thread?.Join();
        _prepared?.Dispose();
    }

    private static bool Exists(IReadOnlyList<string> names, string name)
    {
        foreach (string candidate in names)
        {
            if (string.Equals(candidate, name, StringComparison.Ordinal)) return true;
        }

        return false;
    }

    private void Run()
    {
        while (true)
        {
            uint segment;
            lock (_monitor)
            {
                while (!_stopping && (_requested is null || _prepared is not null || _fault is not null)) Monitor.Wait(_monitor);
                if (_stopping) return;
                segment = _requested!.Value;
            }

            LedgerFile? file = null;
            StorageFaultException? fault = null;
            try
            {
                file = Prepare(segment);
            }
            catch (StorageFaultException e)
            {
                fault = e; // thrown from Take, on the thread that needs the file
            }

            lock (_monitor)
            {
                _prepared = file;
                _fault = fault;
                Monitor.PulseAll(_monitor);
            }
        }
    }
}
