// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Numerics;
using System.Security.Cryptography;
using FastLedger.Domain;
using FastLedger.Node.Configuration;
using FastLedger.Primitives;
using FastLedger.State;
using FastLedger.State.Checkpoints;
using FastLedger.State.Residency;
using FastLedger.Storage;

namespace FastLedger.Node.Checkpoints;

/// <summary>
/// The ledger as of the newest checkpoint that can be used, or the empty one: pages read and verified, everything derived made anew, and the
/// state root compared with the one that the manifest names.
/// </summary>
internal sealed class RestoredState : IDisposable
{
    private const string StateFolder = "state";
    private const string PagesFolder = "pages";
    private const long UsualPages = 1L << 20;

    internal RestoredState(Ledger ledger, PageStoreAdapter? pages, ManifestStore? manifests, Manifest? manifest)
    {
        Ledger = ledger;
        Pages = pages;
        Manifests = manifests;
        Manifest = manifest;
        if (manifest is null) return;
        Anchor = CheckpointAnchor.Read(manifest, out ulong entries, out _);
        HistoryEntries = entries;
    }

    /// <summary>The state at <see cref="Manifest"/>'s height.</summary>
    public Ledger Ledger { get; }

    /// <summary>The page store; null when no checkpoints are taken.</summary>
    public PageStoreAdapter? Pages { get; }

    /// <summary>Where manifests go; null when no checkpoints are taken.</summary>
    public ManifestStore? Manifests { get; }

    /// <summary>The manifest that was used; null for the empty ledger.</summary>
    public Manifest? Manifest { get; }

    /// <summary>What the journal has to give on top.</summary>
    public CheckpointAnchor? Anchor { get; }

    /// <summary>History entries at the manifest's height.</summary>
    public ulong HistoryEntries { get; }

    /// <summary>The index of external ids as of <see cref="Manifest"/>; null when it is not on disk, or not to be used.</summary>
    public StateIndex? Index { get; private set; }

    /// <summary>Folder of pages and manifests.</summary>
    public static string FolderOf(NodeOptions options) =>
        options.State.Directory.Length > 0 ? options.State.Directory : Path.Combine(options.DataDirectory, StateFolder);

    /// <summary>How the page store of a ledger is opened.</summary>
    public static PageStoreOptions StoreOptions(StateSection options, string folder, Ledger ledger, Doorbell progress)
    {
        uint pages = 1;
        foreach (PagedRegion region in ledger.Tree.Regions) pages = Math.Max(pages, region.PageCapacity);
        return new PageStoreOptions
        {
            Directory = Path.Combine(folder, PagesFolder),
            MaximumPagesPerTable = (int)BitOperations.RoundUpToPowerOf2(pages),
            ExpectedPages = options.ExpectedPages > 0 ? options.ExpectedPages : Math.Max(UsualPages, 4 * options.Memory / PagedRegion.PageBytes),
            LogMemoryBytes = options.LogMemory,
            SegmentBytes = options.SegmentBytes,
            DirectIO = options.PageIo != PageIo.Buffered,
            Progress = progress,
        };
    }

    /// <summary>Opens the state of a replica.</summary>
    /// <param name="options">Settings without fault.</param>
    /// <param name="genesis">Of the ledger.</param>
    /// <param name="hasWholeJournal">The journal begins with its first entry, so a state without any checkpoint can be made from it.</param>
    /// <param name="progress">Told what happens, a line each.</param>
    /// <exception cref="StoreDamagedException">No checkpoint can be used, and the journal does not reach back far enough.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public static RestoredState Open(NodeOptions options, Genesis genesis, bool hasWholeJournal, Action<string> progress)
    {
        if (!options.State.TakesCheckpoints && hasWholeJournal) return new RestoredState(Empty(genesis, new ResidentPageStore()), null, null, null);
        string folder = FolderOf(options);
        var manifests = new ManifestStore(Path.GetFullPath(folder), genesis.ChainId);
        ManifestListing listing = manifests.Load();
        var faults = new List<string>();
        foreach (ManifestDamage damage in listing.Damaged) faults.Add(damage.ToString());
        foreach (Manifest manifest in listing.Manifests)
        {
            var index = new IndexLoading(folder, manifest, progress);
            string? fault = TryLoad(options.State, genesis, folder, manifest, progress, out Ledger? ledger, out PageStoreAdapter? pages, index.TryFill);
            if (fault is null)
            {
                foreach (string line in faults) progress(line);
                manifests.RemoveAbove(manifest.Height);
                return new RestoredState(ledger!, pages, manifests, manifest) { Index = index.Index };
            }

            index.Dispose();

            faults.Add(fault);
        }

        if (!hasWholeJournal)
        {
            string reason = faults.Count > 0 ? string.Join("; ", faults) : "there is no manifest";
            throw new StoreDamagedException(folder, 0, $"no checkpoint can be used, and the journal begins after the first block: {reason}");
        }

        foreach (string line in faults) progress(line);
        if (listing.EverWritten) progress("No checkpoint can be used: the whole journal is executed again.");
        if (listing.EverWritten) manifests.RemoveAbove(0);
        var adapter = new PageStoreAdapter();
        Ledger empty = Empty(genesis, adapter);
        try
        {
            Bound(empty, adapter, options.State);
            adapter.Bind(PageStore.Create(StoreOptions(options.State, Path.GetFullPath(folder), empty, adapter.Progress)));
            return new RestoredState(empty, adapter, manifests, null);
        }
        catch
        {
            empty.Dispose();
            throw;
        }
    }

    /// <summary>Fills a new ledger with the pages of a checkpoint.</summary>
    /// <returns>Null, or why it cannot be used.</returns>
    public static string? TryLoad(
        StateSection options, Genesis genesis, string folder, Manifest manifest, Action<string> progress, out Ledger? ledger, out PageStoreAdapter? pages,
        Func<ExternalIds, bool>? fillIds = null)
    {
        var adapter = new PageStoreAdapter();
        Ledger loaded = Empty(genesis, adapter);
        Bound(loaded, adapter, options);
        (ledger, pages) = (null, null);
        try
        {
            string? fault = Describe(manifest, loaded.Tree.Tables, out uint[] counts);
            if (fault is not null) return Refuse(fault);
            var filler = new RegionFiller(loaded.Tree, counts, manifest.StoreToken.Records, progress);
            adapter.Bind(PageStore.Recover(StoreOptions(options, Path.GetFullPath(folder), loaded, adapter.Progress), manifest.StoreToken, filler.Fill));
            if (filler.Fault is not null) return Refuse(filler.Fault);
            progress("Hashing the state and making what is derived from it.");
            Hash256 root = loaded.Restore(counts, fillIds);
            if (root != manifest.StateRoot) return Refuse($"the state root is {root}, the manifest says {manifest.StateRoot}");
            progress($"State of height {manifest.Height}, root {root} as recorded.");
            (ledger, pages) = (loaded, adapter);
            return null;
        }
        catch (Exception e) when (e is StoreDamagedException or InvalidDataException)
        {
            return Refuse(e.Message);
        }
        finally
        {
            if (ledger is null)
            {
                adapter.Dispose();
                loaded.Dispose();
            }
        }

        string Refuse(string reason) => $"The checkpoint of height {manifest.Height} cannot be used: {reason}";
    }

    /// <summary>The index, to be continued: the one on disk, or an empty one.</summary>
    /// <param name="folder">Folder of pages and manifests.</param>
    /// <param name="indexed">The checkpoint whose records it has; null for none.</param>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public StateIndex OpenIndex(string folder, out Manifest? indexed)
    {
        indexed = Index is null ? null : Manifest;
        return Index ??= StateIndex.Create(folder);
    }

    public void Dispose()
    {
        Index?.Dispose();
        Pages?.Dispose();
        Ledger.Dispose();
    }

    private static Ledger Empty(Genesis genesis, IPageStore pages) =>
        new(genesis, pages, BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))));

    private static void Bound(Ledger ledger, PageStoreAdapter pages, StateSection options)
    {
        if (options.Memory > 0) _ = new PageResidency(ledger.Tree, pages, options.Memory);
    }

    private static string? Describe(Manifest manifest, ReadOnlySpan<Table> tables, out uint[] counts)
    {
        counts = new uint[tables.Length];
        if (manifest.Tables.Count != tables.Length) return $"it has {manifest.Tables.Count} tables, this version {tables.Length}";
        for (int i = 0; i < tables.Length; i++)
        {
            ManifestTable table = manifest.Tables[i];
            if (table.Id != (uint)tables[i].Id || table.RecordSize != (uint)tables[i].RecordSize || table.Count > tables[i].Capacity)
                return $"table {table.Id} has {table.Count} records of {table.RecordSize} bytes, which is not what this version holds";
            counts[i] = (uint)table.Count;
        }

        return null;
    }
}
