// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using FastLedger.Primitives;

namespace FastLedger.Storage.Tests;

/// <summary>
/// Pages, index and manifests of a replica in simulated files: it lives from height to height, takes checkpoints, crashes, and recovers
/// as a node does.
/// </summary>
internal sealed class CheckpointScenario
{
    public const string ManifestDirectory = "/manifests";
    public static readonly Hash256 ChainId = new([.. new byte[31], 7]);
    private readonly SortedSet<UInt128> _keysEverAdded = [];

    public SimulatedFileSystem Files { get; set; } = new();

    /// <summary>The state of every height at which a checkpoint was begun.</summary>
    public Dictionary<ulong, CheckpointedState> Recorded { get; private set; } = [];

    /// <summary>The highest manifest that was published for certain; 0 for none.</summary>
    public ulong Published { get; set; }

    public PageScenario Pages { get; } = new();

    public IndexScenario Index { get; } = new();

    public ulong Height { get; private set; }

    /// <summary>Why manifests were passed over.</summary>
    public List<StoreDamagedException> Damage { get; } = [];

    public CheckpointScenario Copy()
    {
        CheckpointScenario copy = new() { Files = Files.Copy(), Recorded = new(Recorded), Published = Published };
        copy._keysEverAdded.UnionWith(_keysEverAdded);
        return copy;
    }

    public static string ManifestPath(ulong height) => $"{ManifestDirectory}/manifest-{height:D20}";

    public ManifestStore Manifests() => new(ManifestDirectory, ChainId, Files);

    /// <summary>Lives for a number of heights, or until something fails.</summary>
    /// <returns>The failure, or null.</returns>
    public IOException? Live(Random random, int heights, int checkpointEvery = 3)
    {
        PageStore? pages = null;
        IndexStore? index = null;
        try
        {
            (pages, index) = Recover();
            for (int i = 1; i <= heights; i++)
            {
                Height++;
                Pages.WriteRandom(pages, random, random.Next(1, 30), Height);
                Index.AddRandom(index, random, random.Next(1, 60));
                _keysEverAdded.UnionWith(Index.Model.Keys);
                if (i % checkpointEvery == 0) Checkpoint(pages, index, random);
            }

            return null;
        }
        catch (IOException fault)
        {
            return fault;
        }
        finally
        {
            pages?.Dispose();
            index?.Dispose();
        }
    }

    /// <summary>Opens the stores at the highest manifest that holds, as a node does.</summary>
    public (PageStore Pages, IndexStore Index) Recover()
    {
        Pages.Files = Index.Files = Files;
        ManifestStore manifests = Manifests();
        ManifestListing listing = manifests.Load();
        if (listing.IsLost) throw new IOException("there were manifests, and none is left");
        foreach (Manifest manifest in listing.Manifests)
        {
            StoreDamagedException? damage = TryOpen(manifest, out PageStore? pages, out IndexStore? index);
            if (damage is not null)
            {
                Damage.Add(damage);
                continue;
            }

            if (manifest.Height != listing.Manifests[0].Height || listing.Damaged.Count > 0) manifests.RemoveAbove(manifest.Height);
            Height = manifest.Height;
            Adopt(Recorded[Height]);
            return (pages!, index!);
        }

        if (listing.Manifests.Count > 0) throw new IOException(string.Join("; ", Damage));
        Height = 0;
        Adopt(CheckpointedState.Empty);
        PageStore created = Pages.Create();
        try
        {
            return (created, Index.Create());
        }
        catch
        {
            created.Dispose();
            throw;
        }
    }

    /// <summary>Recovers from one manifest, and compares the root of everything that is there with the manifest's.</summary>
    /// <returns>What is damaged, or null.</returns>
    public StoreDamagedException? TryOpen(Manifest manifest, out PageStore? pages, out IndexStore? index)
    {
        Pages.Files = Index.Files = Files;
        (pages, index) = (null, null);
        SortedDictionary<ulong, (ulong, byte[])> seen = [];
        try
        {
            pages = PageStore.Recover(Pages.Options(), manifest.StoreToken, (key, height, page) => seen.Add(key.Packed, (height, page.ToArray())));
            index = Index.Recover(manifest.IndexToken);
            Assert.Equal(manifest.StateRoot, CheckpointedState.Root(seen, index, _keysEverAdded));
            return null;
        }
        catch (StoreDamagedException damage)
        {
            pages?.Dispose();
            index?.Dispose();
            (pages, index) = (null, null);
            return damage;
        }
        catch
        {
            pages?.Dispose();
            index?.Dispose();
            throw;
        }
    }

    private void Checkpoint(PageStore pages, IndexStore index, Random random)
    {
        CheckpointedState state = new CheckpointedState(Pages.Model, Index.Model).Copy();
        Recorded[Height] = state;
        IndexCheckpoint indexCheckpoint = index.BeginCheckpoint();
        while (!pages.TryRequestCheckpoint(Height)) pages.Turn();

        // Life goes on while the checkpoint is made durable: none of this belongs to it.
        ulong height = Height++;
        Pages.WriteRandom(pages, random, random.Next(30), Height);
        Index.AddRandom(index, random, random.Next(60));
        _keysEverAdded.UnionWith(Index.Model.Keys);
        StoreCheckpoint done;
        while (!pages.TryTakeCheckpoint(out done)) pages.Turn();
        Manifest oldest = Manifests().Write(new Manifest
        {
            ChainId = ChainId,
            Height = height,
            BlockId = default,
            StateRoot = state.Root(),
            ReceiptsRoot = default,
            JournalIndex = height,
            StoreToken = done.Token,
            IndexToken = indexCheckpoint.Complete(),
        });
        Published = height;
        while (!pages.TryRelease(oldest.StoreToken)) pages.Turn();
        index.Release(oldest.IndexToken);
    }

    private void Adopt(CheckpointedState state)
    {
        Pages.Model.Clear();
        foreach ((ulong key, (int, ulong) page) in state.Pages) Pages.Model.Add(key, page);
        Index.Model.Clear();
        foreach ((UInt128 key, ulong number) in state.Entries) Index.Model.Add(key, number);
    }
}
