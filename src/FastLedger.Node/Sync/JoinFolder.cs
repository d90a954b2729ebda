// SPDX-License-Identifier: Apache-2.0
using System.IO;
using FastLedger.Node.Checkpoints;
using FastLedger.Node.Cluster;
using FastLedger.Node.Configuration;
using FastLedger.Node.Pipeline;
using FastLedger.Storage;

namespace FastLedger.Node.Sync;

/// <summary>
/// The folder in which a replica that joins builds what a stopped replica would have left: its journal, its state, its history. When all of it is
/// durable the folder is marked as complete, and only then moved into place. A crash before the mark leaves nothing but this folder, of which only the
/// peers' answers are used again; one after it leaves moves that are done again. So there never is half a state in place.
/// </summary>
/// <remarks>Thread: one. Blocks: on the device.</remarks>
internal sealed class JoinFolder(NodeOptions options)
{
    private const string Name = "joining", CompleteName = "complete", StateName = "state";

    private readonly string _data = Path.GetFullPath(options.DataDirectory);
    private readonly string _state = Path.GetFullPath(RestoredState.FolderOf(options));

    /// <summary>The folder.</summary>
    public string Root => Path.Combine(_data, Name);

    /// <summary>Where the journal is built.</summary>
    public string Journal => Path.Combine(Root, Replica.JournalFolder);

    /// <summary>Where pages and manifest are built: on the device where they will stay.</summary>
    public string State => options.State.Directory.Length > 0 ? _state + "." + Name : Path.Combine(Root, StateName);

    /// <summary>Where the history begins: behind the entries that are not fetched.</summary>
    public string History => HistoryStage.FolderOf(Root);

    /// <summary>Where the proofs of ended epochs are put.</summary>
    public string HandOvers => Path.Combine(Root, HandOverStore.FolderName);

    /// <summary>The peers' answers so far, by which a join that was cut short goes on.</summary>
    public string Fetched => Path.Combine(Root, "fetched");

    /// <summary>A join was begun and has not ended.</summary>
    public bool IsBegun => Directory.Exists(Root);

    /// <summary>Everything is there, and at most not moved yet.</summary>
    public bool IsComplete => File.Exists(Path.Combine(Root, CompleteName));

    /// <summary>Has the replica nothing of the ledger: no journal?</summary>
    public bool IsLedgerAbsent => !Directory.Exists(Path.Combine(_data, Replica.JournalFolder)) || Directory.GetFiles(Path.Combine(_data, Replica.JournalFolder), "segment-*").Length == 0;

    /// <summary>Notes that this replica joins, whatever its ledger was. What it had is superseded when the join ends.</summary>
    public void Begin()
    {
        Directory.CreateDirectory(Root);
        PosixFileSystem.Instance.SyncDirectory(_data);
    }

    /// <summary>Throws away what an earlier attempt built, but not what it fetched.</summary>
    public void Clear()
    {
        if (Directory.Exists(Root))
        {
            foreach (string folder in Directory.GetDirectories(Root)) Directory.Delete(folder, recursive: true);
        }

        if (Directory.Exists(State)) Directory.Delete(State, recursive: true);
        Begin();
        Directory.CreateDirectory(Journal);
        Directory.CreateDirectory(State);
    }

    /// <summary>What was built is durable: from here on it counts.</summary>
    public void Complete()
    {
        foreach (string folder in Directory.GetDirectories(Root, "*", SearchOption.AllDirectories)) PosixFileSystem.Instance.SyncDirectory(folder);
        PosixFileSystem.Instance.SyncDirectory(State);
        PosixFileSystem.Instance.SyncDirectory(Root);
        using (FileStream mark = new(Path.Combine(Root, CompleteName), FileMode.Create, FileAccess.Write)) mark.Flush(flushToDisk: true);
        PosixFileSystem.Instance.SyncDirectory(Root);
    }

    /// <summary>Moves everything into place. May be called again after a crash.</summary>
    public void MoveIntoPlace()
    {
        MoveFolder(State, _state);
        MoveFolder(History, HistoryStage.FolderOf(_data));
        MoveFolder(HandOvers, Path.Combine(_data, HandOverStore.FolderName));
        MoveFolder(Journal, Path.Combine(_data, Replica.JournalFolder));
        PosixFileSystem.Instance.SyncDirectory(_data);
        Directory.Delete(Root, recursive: true);
        PosixFileSystem.Instance.SyncDirectory(_data);
    }

    private static void MoveFolder(string built, string place)
    {
        if (!Directory.Exists(built)) return;
        if (Directory.Exists(place)) Directory.Delete(place, recursive: true);
        Directory.Move(built, place);
        PosixFileSystem.Instance.SyncDirectory(Path.GetDirectoryName(place)!);
    }
}
