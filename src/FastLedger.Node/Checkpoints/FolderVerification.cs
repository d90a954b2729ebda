// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using FastLedger.Domain;
using FastLedger.Node.Recovery;
using FastLedger.Storage;

namespace FastLedger.Node.Checkpoints;

/// <summary>
/// Reads everything that a stopped replica would start from, and changes nothing: every manifest, every page record of every checkpoint, the root of
/// the tree over them, the index of ids against the tables, every byte of the journal, and the history. Nothing is executed again.
/// </summary>
/// <remarks>Thread: one. Blocks: on the device. Memory: the state's, or <c>state.memory</c>.</remarks>
public static class FolderVerification
{
    /// <summary>Verifies.</summary>
    /// <param name="folders">Of a stopped replica.</param>
    /// <param name="progress">Told what happens, a line each.</param>
    /// <exception cref="DirectoryInUseException">The replica runs.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public static FolderFindings Run(ReplicaFolders folders, Action<string> progress)
    {
        ArgumentNullException.ThrowIfNull(folders);
        ArgumentNullException.ThrowIfNull(progress);
        var damage = new List<string>();
        IReadOnlyList<Manifest> manifests = CheckpointFolder.ReadManifests(folders, out IReadOnlyList<ManifestDamage> unreadable);
        foreach (ManifestDamage manifest in unreadable) damage.Add(manifest.ToString());
        var checkpoints = new List<CheckpointFinding>();
        foreach (Manifest manifest in manifests)
        {
            var found = new List<string>();
            Try(found, () => VerifyState(folders, manifest, progress, found));
            Try(found, () => VerifyAnchor(folders, manifest));
            checkpoints.Add(new CheckpointFinding(manifest.Height, manifest.StoreToken.Records, manifest.StateRoot.ToString(), found.Count == 0));
            damage.AddRange(found);
        }

        JournalVerification journal = JournalVerification.Run(folders.Journal, JournalBatches.Digest);
        if (journal.Damage is { } broken) damage.Add(broken.Message);
        ulong first = 0, entries = 0;
        if (manifests.Count > 0)
        {
            entries = CheckpointFolder.HistoryEntriesOf(manifests[0]);
            Try(damage, () => HistoryCheck.Run(folders.History, entries, out first));
        }

        return new FolderFindings(checkpoints, journal.Entries, journal.PayloadBytes, first, entries, damage);
    }

    private static void VerifyState(ReplicaFolders folders, Manifest manifest, Action<string> progress, List<string> found)
    {
        string? fault = RestoredState.TryLoad(
            folders.Settings, CheckpointFolder.GenesisOf(manifest), folders.State, manifest, progress, out Ledger? ledger, out PageStoreAdapter? pages);
        if (fault is not null)
        {
            found.Add(fault);
            return;
        }

        using var state = new RestoredState(ledger!, pages, null, manifest);
        if (manifest.IndexToken.Sequence == 0) return; // made from the tables at the next start
        IndexFindings index = IndexRepair.Compare(folders.State, manifest, ledger!.Ids);
        if (!index.IsSound)
            found.Add($"The index of the checkpoint of height {manifest.Height} {(index.Fault is { } why ? "cannot be used: " + why : FormattableString.Invariant($"lacks {index.Missing} ids and has {index.Wrong} wrong entries"))}");
    }

    /// <summary>The journal must go on where the checkpoint says.</summary>
    private static void VerifyAnchor(ReplicaFolders folders, Manifest manifest)
    {
        CheckpointAnchor anchor = CheckpointAnchor.Read(manifest, out _, out _);
        ulong last = 0;
        using var reader = new JournalReader(folders.Journal, manifest.JournalAnchor, anchor.FirstIndex, JournalBatches.Digest);
        while (last < anchor.SnapshotIndex && reader.TryRead(out JournalEntry entry)) last = entry.Index;
        if (last < anchor.SnapshotIndex)
            throw new InvalidDataException($"The journal in {folders.Journal} ends with entry {last}, and the checkpoint of height {manifest.Height} was taken at entry {anchor.SnapshotIndex}");
    }

    private static void Try(List<string> damage, Action check)
    {
        try
        {
            check();
        }
        catch (Exception e) when (e is StoreDamagedException or JournalDamagedException or InvalidDataException)
        {
            damage.Add(e.Message);
        }
    }
}
