// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using FastLedger.Domain;
using FastLedger.Node.Recovery;
using FastLedger.Storage;

namespace FastLedger.Node.Checkpoints;

/// <summary>Compares the index of a stopped replica's newest checkpoint with its tables, and makes it anew.</summary>
/// <remarks>Thread: one. Blocks: on the device.</remarks>
public static class IndexRepair
{
    /// <summary>Compares, and with <paramref name="apply"/> makes the index anew when it differs.</summary>
    /// <param name="folders">Of a stopped replica.</param>
    /// <param name="apply">False changes nothing.</param>
    /// <param name="progress">Told what happens, a line each.</param>
    /// <returns>What was found before anything was changed.</returns>
    /// <exception cref="InvalidDataException">There is no checkpoint yet, or the newest one cannot be used.</exception>
    /// <exception cref="DirectoryInUseException">The replica runs.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public static IndexFindings Run(ReplicaFolders folders, bool apply, Action<string> progress)
    {
        ArgumentNullException.ThrowIfNull(folders);
        Manifest manifest = CheckpointFolder.ReadManifests(folders) is [{ } newest, ..] ? newest : throw new InvalidDataException($"There is no checkpoint in {folders.State}.");
        string? fault = RestoredState.TryLoad(
            folders.Settings, CheckpointFolder.GenesisOf(manifest), folders.State, manifest, progress, out Ledger? ledger, out PageStoreAdapter? pages);
        if (fault is not null) throw new InvalidDataException(fault);
        using var state = new RestoredState(ledger!, pages, null, manifest); // keeps the directory's lock to the end
        IndexFindings findings = Compare(folders.State, manifest, ledger!.Ids);
        if (apply && !findings.IsSound) Make(folders.State, manifest, ledger.Ids);
        return findings;
    }

    internal static IndexFindings Compare(string folder, Manifest manifest, ExternalIds ids)
    {
        ulong held = 0, entries = 0, matching = 0;
        ids.ReadFrom(stackalloc uint[ExternalIds.KindsEnd], (_, _, _, _) => held++);
        using StateIndex? index = StateIndex.TryRecover(folder, manifest, out string? fault);
        fault ??= index!.Read((kind, key, number) =>
        {
            entries++;
            if (ids.Find(kind, key) == number) matching++;
            return null;
        });
        return new IndexFindings(manifest.Height, held, entries, held - matching, entries - matching, fault);
    }

    private static void Make(string folder, Manifest manifest, ExternalIds ids)
    {
        using StateIndex index = StateIndex.Create(folder);
        ids.ReadFrom(stackalloc uint[ExternalIds.KindsEnd], (kind, number, @class, id) => index.Add(kind, ExternalIds.Key(kind, @class, id), number));
        _ = new ManifestStore(Path.GetFullPath(folder), manifest.ChainId).Write(manifest.WithIndex(index.Checkpoint()));
    }
}
