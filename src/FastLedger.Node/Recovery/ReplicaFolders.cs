// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using FastLedger.Node.Checkpoints;
using FastLedger.Node.Configuration;
using FastLedger.Node.Pipeline;

namespace FastLedger.Node.Recovery;

/// <summary>Where the files of a replica are, and how its state is held, for tools.</summary>
/// <param name="Data">The data directory.</param>
/// <param name="State">Folder of pages, index and manifests.</param>
/// <param name="Settings">How the state is opened.</param>
public sealed record ReplicaFolders(string Data, string State, StateSection Settings)
{
    /// <summary>Folder of the journal.</summary>
    public string Journal => OfflineReplica.JournalOf(Data);

    /// <summary>Folder of the history.</summary>
    public string History => HistoryStage.FolderOf(Data);

    /// <summary>Of a replica with these settings.</summary>
    public static ReplicaFolders Of(NodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new ReplicaFolders(options.DataDirectory, Path.GetFullPath(RestoredState.FolderOf(options)), options.State);
    }

    /// <summary>Of a data directory.</summary>
    /// <param name="dataDirectory">The directory.</param>
    /// <param name="stateDirectory">Its <c>state.directory</c>; null when that is in its usual place.</param>
    public static ReplicaFolders Of(string dataDirectory, string? stateDirectory = null) =>
        Of(new NodeOptions { DataDirectory = dataDirectory, State = new StateSection { Directory = stateDirectory ?? "" } });
}
