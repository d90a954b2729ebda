// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using FASTER.core;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// Where FASTER puts the files of a checkpoint, and finds them again. Its metadata stays in memory until the checkpoint's description is
/// written with it; its hash index goes to a file of its own.
/// </summary>
/// <remarks>Thread: the store's. Faults: as <see cref="SegmentedDevice"/>; an exception from here would leave FASTER between two states.</remarks>
internal sealed class CheckpointFiles : ICheckpointManager
{
    private readonly IFileSystem _files;
    private readonly StoreFault _fault;
    private readonly string _directory;
    private readonly string _prefix;
    private ulong _sequence;
    private CheckpointDescription? _recovered;
    private ExtentDevice? _indexDevice;
    private byte[]? _logMetadata;
    private byte[]? _indexMetadata;
    private LedgerFile? _indexFile;

    public CheckpointFiles(IFileSystem files, string directory, string prefix, StoreFault fault)
    {
        _files = files;
        _directory = directory;
        _prefix = prefix;
        _fault = fault;
    }

    /// <summary>The file that describes a checkpoint.</summary>
    public string DescriptionPath(ulong sequence) => FilePath(_directory, _prefix, sequence, "description");

    /// <summary>The file with FASTER's hash index.</summary>
    public string IndexPath(ulong sequence) => FilePath(_directory, _prefix, sequence, "index");

    /// <summary>The file with the page directory.</summary>
    public string DirectoryPath(ulong sequence) => FilePath(_directory, _prefix, sequence, "directory");

    /// <summary>Full paths of all files of a checkpoint, its part of the log included.</summary>
    public static IReadOnlyList<string> List(IFileSystem files, string directory, string prefix, in StoreToken token)
    {
        string path = FilePath(directory, prefix, token.Sequence, "description");
        CheckpointDescription description = CheckpointDescription.Read(files, path, in token);
        List<string> paths = [path, FilePath(directory, prefix, token.Sequence, "directory")];
        if (description.IndexMetadata.Length > 0) paths.Add(FilePath(directory, prefix, token.Sequence, "index"));
        if (description.Records == 0) return paths;
        for (long segment = token.BeginAddress / description.SegmentBytes; segment * description.SegmentBytes < token.TailAddress; segment++)
            paths.Add(SegmentedDevice.SegmentPath(directory, prefix, (int)segment));
        return paths;
    }

    /// <summary>The next checkpoint that FASTER takes has this number.</summary>
    public void BeginCheckpoint(ulong sequence)
    {
        _sequence = sequence;
        _recovered = null;
        _logMetadata = null;
        _indexMetadata = null;
    }

    /// <summary>What FASTER gave since <see cref="BeginCheckpoint"/>. The index file is the caller's from now on, if there is one.</summary>
    public (byte[] LogMetadata, byte[] IndexMetadata, List<FileExtent> Extents, LedgerFile? IndexFile) TakeCheckpoint()
    {
        Invariant.Check(_logMetadata is not null && (_indexMetadata is null) == (_indexFile is null));
        LedgerFile? file = _indexFile;
        _indexFile = null;
        return (_logMetadata, _indexMetadata ?? [], file is null ? [] : [.. _indexDevice!.Extents], file);
    }

    /// <summary>FASTER recovers this checkpoint next.</summary>
    public void BeginRecovery(CheckpointDescription description) => _recovered = description;

    /// <summary>The files of checkpoints older than this one, and of those never finished.</summary>
    public List<string> Older(ulong sequence)
    {
        List<string> paths = [];
        foreach (string name in _files.List(_directory))
        {
            if (TryParse(name, out ulong found) && found < sequence) paths.Add(Path.Combine(_directory, name));
        }

        return paths;
    }

    /// <summary>Full paths of all files of the logs of a store before a generation: those with a lower number behind the name, or with none.</summary>
    public static List<string> OlderGenerations(IFileSystem files, string directory, string name, ulong generation)
    {
        List<string> paths = [];
        foreach (string file in files.List(directory))
        {
            int dash = file.IndexOf('-', StringComparison.Ordinal);
            if (dash < name.Length || !file.StartsWith(name, StringComparison.Ordinal)) continue;
            ulong found = 0;
            bool isNumber = dash == name.Length
                || ulong.TryParse(file.AsSpan(name.Length, dash - name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out found);
            if (isNumber && found < generation) paths.Add(Path.Combine(directory, file));
        }

        return paths;
    }

    public void InitializeIndexCheckpoint(Guid indexToken)
    {
    }

    public void InitializeLogCheckpoint(Guid logToken)
    {
    }

    public void CommitIndexCheckpoint(Guid indexToken, byte[] commitMetadata) => _indexMetadata = commitMetadata;

    public void CommitLogCheckpoint(Guid logToken, byte[] commitMetadata) => _logMetadata = commitMetadata;

    public byte[] GetIndexCheckpointMetadata(Guid indexToken) => Recovered(indexToken).IndexMetadata;

    public byte[] GetLogCheckpointMetadata(Guid logToken, DeltaLog deltaLog, bool scanDelta = false, long recoverTo = -1) => Recovered(logToken).LogMetadata;

    public IDevice GetIndexDevice(Guid indexToken)
    {
        _indexFile?.Dispose();
        _indexFile = null;
        try
        {
            _indexFile = _recovered is null
                ? new LedgerFile(_files, IndexPath(_sequence), FileOpening.Create)
                : CheckpointDescription.OpenExisting(_files, IndexPath(_recovered.Sequence));
        }
        catch (Exception fault) when (fault is StorageFaultException or StoreDamagedException)
        {
            _fault.Set(fault);
            return new NullDevice();
        }

        _indexDevice = new ExtentDevice(_indexFile, _recovered?.IndexExtents ?? [], _fault);
        return _indexDevice;
    }

    public IDevice? GetDeltaLogDevice(Guid token) => null;

    public IDevice GetSnapshotLogDevice(Guid token) => throw new NotSupportedException("Only fold-over checkpoints are taken.");

    public IDevice GetSnapshotObjectLogDevice(Guid token) => throw new NotSupportedException("Only fold-over checkpoints are taken.");

    public void CommitLogIncrementalCheckpoint(Guid logToken, long version, byte[] commitMetadata, DeltaLog deltaLog) =>
        throw new NotSupportedException("Only fold-over checkpoints are taken.");

    /// <summary>None: FASTER never looks for the latest checkpoint by itself, the manifest names one.</summary>
    public IEnumerable<Guid> GetIndexCheckpointTokens() => [];

    /// <summary>None, for the same reason.</summary>
    public IEnumerable<Guid> GetLogCheckpointTokens() => [];

    public void CheckpointVersionShift(long oldVersion, long newVersion)
    {
    }

    public void OnRecovery(Guid indexToken, Guid logToken)
    {
    }

    public void Purge(Guid token)
    {
    }

    public void PurgeAll()
    {
    }

    /// <summary>Closes the index file.</summary>
    public void Dispose()
    {
        _indexFile?.Dispose();
        _indexFile = null;
    }

    private CheckpointDescription Recovered(Guid token)
    {
        Invariant.Check(_recovered is not null && token == _recovered.Checkpoint);
        return _recovered;
    }

    private static string FilePath(string directory, string prefix, ulong sequence, string kind) =>
        Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{prefix}-checkpoint-{sequence:D10}.{kind}"));

    private bool TryParse(string name, out ulong sequence)
    {
        sequence = 0;
        string prefix = _prefix + "-checkpoint-";
        return name.Length > prefix.Length + 10
            && name.StartsWith(prefix, StringComparison.Ordinal)
            && name[prefix.Length + 10] == '.'
            && ulong.TryParse(name.AsSpan(prefix.Length, 10), NumberStyles.None, CultureInfo.InvariantCulture, out sequence);
    }
}
