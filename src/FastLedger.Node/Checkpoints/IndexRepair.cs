// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using FastLedger.Domain;
using FastLedger.Node.Configuration;
using FastLedger.Storage;

namespace FastLedger.Node.Checkpoints;

/// <summary>Compares the index of a stopped replica's newest checkpoint with its tables, and makes it anew.</summary>
/// <remarks>Thread: one. Blocks: on the device.</remarks>
public static class IndexRepair
{
    /// <summary>Compares, and with <paramref name="apply"/> makes the index anew when it differs.</summary>
    /// <param name="dataDirectory">Of a stopped replica, with its state in its usual place.</param>
    /// <param name="apply">False changes nothing.</param>
    /// <param name="progress">Told what happens, a line each.</param>
    /// <returns>What was found before anything was changed.</returns>
    /// <exception cref="InvalidDataException">There is no checkpoint yet, or the newest one cannot be used.</exception>
    /// <exception cref="DirectoryInUseException">The replica runs.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public static IndexFindings Run(string dataDirectory, bool apply, Action<string> progress)
    {
        Manifest manifest = CheckpointFolder.ReadManifests(dataDirectory) is [{ } newest, ..] ? newest : throw new InvalidDataException($"{dataDirectory} holds no checkpoint yet.");
        string folder = CheckpointFolder.FolderOf(dataDirectory);
        string? fault = RestoredState.TryLoad(
            new NodeOptions { DataDirectory = dataDirectory }, CheckpointFolder.GenesisOf(manifest), folder, manifest, progress, out Ledger? ledger, out PageStoreAdapter? pages);
        if (fault is not null) throw new InvalidDataException(fault);
        using var state = new RestoredState(ledger!, pages, null, manifest); // keeps the directory's lock to the end
        IndexFindings findings = Compare(folder, manifest, ledger!.Ids);
        if (apply && !findings.IsSound) Make(folder, manifest, ledger.Ids);
        return findings;
    }

    private static IndexFindings Compare(string folder, Manifest manifest, ExternalIds ids)
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
