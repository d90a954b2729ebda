// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using FastLedger.Domain;
using FastLedger.Node.Recovery;
using FastLedger.Primitives;
using FastLedger.State;
using FastLedger.Storage;

namespace FastLedger.Node.Checkpoints;

/// <summary>The checkpoints in the data directory of a replica, for tools.</summary>
/// <remarks>Thread: one. Blocks: on the device.</remarks>
public static class CheckpointFolder
{
    /// <summary>Reads every manifest, the newest first.</summary>
    /// <param name="folders">Of a replica, running or not.</param>
    /// <exception cref="InvalidDataException">A manifest is damaged.</exception>
    public static IReadOnlyList<Manifest> ReadManifests(ReplicaFolders folders)
    {
        IReadOnlyList<Manifest> manifests = ReadManifests(folders, out IReadOnlyList<ManifestDamage> damaged);
        return damaged.Count == 0 ? manifests : throw new InvalidDataException(damaged[0].ToString());
    }

    /// <summary>Reads every manifest, the newest first.</summary>
    /// <param name="folders">Of a replica, running or not.</param>
    /// <param name="damaged">Those that cannot be read.</param>
    public static IReadOnlyList<Manifest> ReadManifests(ReplicaFolders folders, out IReadOnlyList<ManifestDamage> damaged)
    {
        ArgumentNullException.ThrowIfNull(folders);
        var manifests = new List<Manifest>();
        var damage = new List<ManifestDamage>();
        damaged = damage;
        if (!Directory.Exists(folders.State)) return manifests;
        foreach (string file in Directory.GetFiles(folders.State, "manifest-*"))
        {
            byte[] bytes;
            try
            {
                bytes = File.ReadAllBytes(file);
            }
            catch (FileNotFoundException)
            {
                continue; // a running replica replaced it
            }

            string? wrong = Manifest.Decode(bytes, out Manifest? manifest, out long offset);
            if (wrong is null) manifests.Add(manifest!);
            else damage.Add(new ManifestDamage(file, offset, wrong));
        }

        manifests.Sort(static (a, b) => b.Height.CompareTo(a.Height));
        return manifests;
    }

    /// <summary>The genesis of the ledger that a manifest belongs to.</summary>
    /// <exception cref="InvalidDataException">It holds none, or another one than it says.</exception>
    public static Genesis GenesisOf(Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        _ = CheckpointAnchor.Read(manifest, out _, out byte[] json);
        Genesis? genesis = JsonSerializer.Deserialize(json, GenesisJson.Default.Genesis);
        if (genesis is null || genesis.ChainId != manifest.ChainId) throw new InvalidDataException($"The manifest of height {manifest.Height} does not hold its ledger's genesis.");
        return genesis;
    }

    /// <summary>History entries that belong to a checkpoint.</summary>
    public static ulong HistoryEntriesOf(Manifest manifest)
    {
        _ = CheckpointAnchor.Read(manifest, out ulong entries, out _);
        return entries;
    }

    /// <summary>The first journal entry that is needed on top of a checkpoint.</summary>
    public static ulong FirstIndexOf(Manifest manifest) => CheckpointAnchor.Read(manifest, out _, out _).FirstIndex;

    /// <summary>Gives every page of a checkpoint, verified, in the order of the store's log.</summary>
    /// <param name="folders">Of a stopped replica.</param>
    /// <param name="manifest">One of its manifests.</param>
    /// <param name="visitor">Gets the pages.</param>
    /// <exception cref="StoreDamagedException">Something of the checkpoint is missing or changed.</exception>
    /// <exception cref="DirectoryInUseException">The replica runs.</exception>
    public static void ReadPages(ReplicaFolders folders, Manifest manifest, PageVisitor visitor)
    {
        ArgumentNullException.ThrowIfNull(folders);
        ArgumentNullException.ThrowIfNull(manifest);
        using var ledger = new Ledger(GenesisOf(manifest), new ResidentPageStore(), secret: 0);
        using var progress = new Doorbell();
        PageStore.Recover(OptionsOf(folders, ledger, progress), manifest.StoreToken, visitor).Dispose();
    }

    /// <summary>The files of a checkpoint's pages and of its index, as far as it has one that is whole.</summary>
    public static IReadOnlyList<string> ListFiles(ReplicaFolders folders, Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(folders);
        ArgumentNullException.ThrowIfNull(manifest);
        using var ledger = new Ledger(GenesisOf(manifest), new ResidentPageStore(), secret: 0);
        using var progress = new Doorbell();
        return [.. PageStore.ListFiles(OptionsOf(folders, ledger, progress), manifest.StoreToken), .. ListIndex(folders, manifest)];
    }

    /// <summary>What is derived can be missing: a copy without it makes it anew.</summary>
    private static IReadOnlyList<string> ListIndex(ReplicaFolders folders, Manifest manifest)
    {
        if (manifest.IndexToken.Sequence == 0) return [];
        try
        {
            return IndexStore.ListFiles(StateIndex.OptionsOf(folders.State, manifest.IndexToken.Records), manifest.IndexToken);
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>The state of the newest checkpoint that can be used.</summary>
    internal static RestoredState Load(ReplicaFolders folders, Action<string> progress)
    {
        IReadOnlyList<Manifest> manifests = ReadManifests(folders);
        if (manifests.Count == 0) throw new InvalidDataException($"The journal of {folders.Data} begins after the first block, and there is no checkpoint in {folders.State}.");
        var faults = new List<string>();
        foreach (Manifest manifest in manifests)
        {
            string? fault = RestoredState.TryLoad(folders.Settings, GenesisOf(manifest), folders.State, manifest, progress, out Ledger? ledger, out PageStoreAdapter? pages);
            if (fault is null) return new RestoredState(ledger!, pages, null, manifest);
            faults.Add(fault);
        }

        throw new InvalidDataException(string.Join(Environment.NewLine, faults));
    }

    private static PageStoreOptions OptionsOf(ReplicaFolders folders, Ledger ledger, Doorbell progress) =>
        RestoredState.StoreOptions(folders.Settings, folders.State, ledger, progress);
}
