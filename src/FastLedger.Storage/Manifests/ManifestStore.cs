// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// The manifests of one ledger. A new one is whole and durable before it gets its name, the two highest are kept, and a mark outlives them
/// all, so that a ledger that lost its manifests is never taken for a new one.
/// </summary>
/// <remarks>
/// Thread: one. Blocks: on the device. Fail-stop: a call that throws leaves the manifests that were there; it is not tried again.
/// Order: the checkpoint that a manifest names is durable before <see cref="Write"/>; what only older checkpoints need is freed after it.
/// </remarks>
public sealed class ManifestStore
{
    /// <summary>This many manifests are kept.</summary>
    public const int Kept = 2;

    private const string NewName = "manifest.new";
    private const string MarkName = "manifests-were-written";
    private const string Prefix = "manifest-";
    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly Hash256 _chainId;

    /// <summary>Opens the directory, or creates it.</summary>
    /// <param name="directory">Full path.</param>
    /// <param name="chainId">Manifests of other ledgers are damage.</param>
    /// <param name="files">The system's files.</param>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public ManifestStore(string directory, Hash256 chainId, IFileSystem? files = null)
    {
        _files = files ?? PosixFileSystem.Instance;
        _directory = directory;
        _chainId = chainId;
        _files.CreateDirectory(directory);
    }

    /// <summary>Reads all manifests.</summary>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public ManifestListing Load()
    {
        List<Manifest> manifests = [];
        List<ManifestDamage> damaged = [];
        bool everWritten = false;
        foreach (string name in _files.List(_directory))
        {
            everWritten |= name == MarkName;
            if (!TryParse(name, out ulong height)) continue;
            everWritten = true;
            string path = Path.Combine(_directory, name);
            string? wrong = Read(path, out Manifest? manifest, out long offset);
            if (wrong is null && manifest!.Height != height) (wrong, offset) = ($"this is the manifest of height {manifest.Height}", 48);
            if (wrong is null && manifest!.ChainId != _chainId) (wrong, offset) = ("the manifest belongs to another ledger", 16);
            if (wrong is null) manifests.Add(manifest!);
            else damaged.Add(new ManifestDamage(path, offset, wrong));
        }

        manifests.Sort(static (a, b) => b.Height.CompareTo(a.Height));
        return new ManifestListing(manifests, damaged, everWritten);
    }

    /// <summary>Publishes a manifest and removes all but the two highest. The first one leaves a mark that stays for ever.</summary>
    /// <param name="manifest">The highest so far. One of the same height is replaced.</param>
    /// <returns>The oldest manifest that is kept: what it does not need may be freed.</returns>
    /// <exception cref="StorageFaultException">The device failed: whether the manifest was published shows at the next start.</exception>
    /// <exception cref="StoreDamagedException">It does not read back as it was written; it was not published.</exception>
    public Manifest Write(Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        Invariant.Check(manifest.ChainId == _chainId);
        byte[] bytes = manifest.Encode();
        string path = Path.Combine(_directory, NewName);
        using (LedgerFile file = new(_files, path, FileOpening.Create))
        {
            file.Write(bytes, 0);
            file.Sync();
        }

        string? wrong = Read(path, out _, out long offset);
        if (wrong is not null) throw new StoreDamagedException(path, offset, wrong);
        _files.Rename(path, ManifestPath(manifest.Height));
        _files.SyncDirectory(_directory);
        Mark(); // not before: a crash between the two would look like a lost manifest. Nothing is freed on the strength of this one yet.
        return RemoveOld(manifest);
    }

    /// <summary>
    /// Removes every manifest above a height, damaged ones too: recovery has gone back to that height, and the store is about to write over
    /// what they name.
    /// </summary>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public void RemoveAbove(ulong height)
    {
        Mark();
        Remove(found => found > height);
    }

    private Manifest RemoveOld(Manifest newest)
    {
        ManifestListing listing = Load();
        Invariant.Check(listing.Manifests.Count > 0 && listing.Manifests[0].Height == newest.Height);
        Manifest oldest = listing.Manifests[Math.Min(Kept, listing.Manifests.Count) - 1];
        Remove(found => found < oldest.Height);
        return oldest;
    }

    private void Remove(Func<ulong, bool> chosen)
    {
        bool removed = false;
        foreach (string name in _files.List(_directory))
        {
            if (!TryParse(name, out ulong height) || !chosen(height)) continue;
            _files.Delete(Path.Combine(_directory, name));
            removed = true;
        }

        if (removed) _files.SyncDirectory(_directory);
    }

    /// <summary>Leaves the mark, durable.</summary>
    private void Mark()
    {
        foreach (string name in _files.List(_directory))
        {
            if (name == MarkName) return;
        }

        using (LedgerFile file = new(_files, Path.Combine(_directory, MarkName), FileOpening.ReadWriteOrCreate)) file.Sync();
        _files.SyncDirectory(_directory);
    }

    private string? Read(string path, out Manifest? manifest, out long offset)
    {
        using LedgerFile file = new(_files, path, FileOpening.Read);
        long length = file.Length;
        (manifest, offset) = (null, 0);
        if (length > Manifest.MaximumBytes) return $"{length} bytes are no manifest";
        byte[] bytes = new byte[length];
        file.Read(bytes, 0);
        return Manifest.Decode(bytes, out manifest, out offset);
    }

    private string ManifestPath(ulong height) =>
        Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{height:D20}"));

    private static bool TryParse(string name, out ulong height)
    {
        height = 0;
        return name.Length == Prefix.Length + 20
            && name.StartsWith(Prefix, StringComparison.Ordinal)
            && ulong.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out height);
    }
}
