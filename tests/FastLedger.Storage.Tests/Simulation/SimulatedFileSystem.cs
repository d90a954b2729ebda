// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;

namespace FastLedger.Storage.Tests;

/// <summary>
/// Files in memory that fail and forget like a real device: any call can be given an error, a transfer can be cut short, and a power
/// loss keeps what was synced and an arbitrary selection of sectors of what was not.
/// </summary>
internal sealed class SimulatedFileSystem : IFileSystem
{
    private readonly List<Action<Dictionary<string, SimulatedContent>>> _unsyncedNameChanges = [];
    private readonly HashSet<string> _locks = [];
    private Dictionary<string, SimulatedContent> _durableNames = new(StringComparer.Ordinal);

    /// <summary>Given the name of an operation, its path and how many came before it: an errno, or 0 to let it pass.</summary>
    public Func<string, string, int, int>? Fault { get; set; }

    /// <summary>Given the length of a transfer: how much of it is done at once.</summary>
    public Func<int, int> TransferLimit { get; set; } = static length => length;

    public Dictionary<string, SimulatedContent> Names { get; private set; } = new(StringComparer.Ordinal);

    public int OperationCount { get; private set; }

    public Dictionary<string, int> Calls { get; } = [];

    /// <summary>Writes past the page cache, among those that succeeded.</summary>
    public int DirectWrites { get; internal set; }

    /// <summary>Transfers can be left to the device.</summary>
    public bool HasQueues { get; init; }

    public ITransferQueue? TryOpenTransferQueue(int depth) => HasQueues ? new SimulatedTransferQueue(depth) : null;

    /// <summary>Files can be opened past the page cache.</summary>
    public bool HasDirect { get; init; } = true;

    public IStorageFile Open(string path, FileOpening opening) => new SimulatedFile(this, path, OpenContent(path, opening));

    public IStorageFile OpenDirect(string path, FileOpening opening) => new SimulatedFile(this, path, OpenContent(path, opening), HasDirect);

    private SimulatedContent OpenContent(string path, FileOpening opening)
    {
        Enter("open", path);
        bool exists = Names.TryGetValue(path, out SimulatedContent? content);
        if (!exists && opening is FileOpening.Read or FileOpening.ReadWrite && !exists) throw new StorageFaultException("open", path, -1, 2);
        if (!exists)
        {
            SimulatedContent created = new();
            content = created;
            ChangeNames(names => names[path] = created);
        }
        else if (opening == FileOpening.Create)
        {
            content!.Truncate(0);
        }

        return content!;
    }

    public IReadOnlyList<string> List(string directory)
    {
        Enter("readdir", directory);
        List<string> names = [];
        foreach (string path in Names.Keys)
        {
            if (Path.GetDirectoryName(path) == directory) names.Add(Path.GetFileName(path));
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    public void CreateDirectory(string path) => Enter("mkdir", path);

    public void Rename(string oldPath, string newPath)
    {
        Enter("rename", oldPath);
        ChangeNames(names =>
        {
            if (names.Remove(oldPath, out SimulatedContent? content)) names[newPath] = content;
        });
    }

    public void Delete(string path)
    {
        Enter("unlink", path);
        ChangeNames(names => names.Remove(path));
    }

    public void SyncDirectory(string path)
    {
        Enter("fsync", path);
        _durableNames = new Dictionary<string, SimulatedContent>(Names, StringComparer.Ordinal);
        _unsyncedNameChanges.Clear();
    }

    public IDisposable? TryLock(string path)
    {
        Enter("flock", path);
        return _locks.Add(path) ? new HeldLock(this, path) : null;
    }

    /// <summary>What a machine finds after the power was cut: for each unsynced write, each of its sectors is there or not.</summary>
    public SimulatedFileSystem AfterPowerLoss(Random random)
    {
        Dictionary<string, SimulatedContent> names = new(_durableNames, StringComparer.Ordinal);
        int kept = random.Next(_unsyncedNameChanges.Count + 1);
        for (int i = 0; i < kept; i++) _unsyncedNameChanges[i](names);
        return WithContents(names, content => content.AfterPowerLoss(random));
    }

    /// <summary>What another process finds after this one was killed: everything that was written, synced or not. Ends this one.</summary>
    public SimulatedFileSystem AfterKill()
    {
        SimulatedFileSystem result = new() { Names = Names, _durableNames = _durableNames, HasDirect = HasDirect };
        result._unsyncedNameChanges.AddRange(_unsyncedNameChanges);
        return result;
    }

    /// <summary>The same files once more, all of them durable.</summary>
    public SimulatedFileSystem Copy() => WithContents(Names, static content => content.Copy());

    public byte[] Bytes(string path) => Names[path].Bytes;

    public void SetBytes(string path, byte[] bytes)
    {
        SimulatedContent content = new();
        content.Write(bytes, 0);
        content.Sync();
        Names[path] = content;
        _durableNames[path] = content;
    }

    public void Remove(string path)
    {
        Names.Remove(path);
        _durableNames.Remove(path);
    }

    internal void Enter(string operation, string path)
    {
        int errno = Count(operation, path);
        if (errno != 0) throw new StorageFaultException(operation, path, -1, errno);
    }

    internal int Count(string operation, string path)
    {
        Calls[operation] = Calls.GetValueOrDefault(operation) + 1;
        return Fault?.Invoke(operation, path, OperationCount++) ?? 0;
    }

    private SimulatedFileSystem WithContents(Dictionary<string, SimulatedContent> names, Func<SimulatedContent, SimulatedContent> convert)
    {
        SimulatedFileSystem result = new() { HasDirect = HasDirect };
        foreach ((string path, SimulatedContent content) in names)
        {
            SimulatedContent converted = convert(content);
            result.Names[path] = converted;
            result._durableNames[path] = converted;
        }

        return result;
    }

    private void ChangeNames(Action<Dictionary<string, SimulatedContent>> change)
    {
        change(Names);
        _unsyncedNameChanges.Add(change);
    }

    private sealed class HeldLock(SimulatedFileSystem files, string path) : IDisposable
    {
        public void Dispose() => files._locks.Remove(path);
    }
}
