// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;
using FastLedger.Consensus.Safety;
using FastLedger.Node.Recovery;
using FastLedger.Storage;

namespace FastLedger.Node.Checkpoints;

/// <summary>
/// Copies of a replica's newest checkpoint with the journal on top of it, taken while it runs, and put back in another folder, also as of an
/// earlier height.
/// </summary>
/// <remarks>
/// The journal is copied as it is at that moment; what was being written then is cut off when the copy is opened, as after a crash. The keys
/// of the replica are not copied. A restored replica of a cluster must not sign beside the original. Thread: one. Blocks: on the device.
/// </remarks>
public static class Backup
{
    private const int Tries = 5;
    private const string MarkFile = "manifests-were-written", StartFile = "journal.start";

    /// <summary>Copies a data directory.</summary>
    /// <param name="source">Of a replica, running or not.</param>
    /// <param name="target">A folder that does not exist yet; the copy of the state stands in its usual place there.</param>
    /// <returns>Height of the checkpoint in the copy.</returns>
    /// <exception cref="IOException">The target exists, the device failed, or the files changed faster than they were copied.</exception>
    /// <exception cref="InvalidDataException">There is no checkpoint yet, or its files are damaged.</exception>
    public static ulong Copy(ReplicaFolders source, string target) => CopyTo(source, ReplicaFolders.Of(target));

    private static ulong CopyTo(ReplicaFolders source, ReplicaFolders target)
    {
        ArgumentNullException.ThrowIfNull(source);
        foreach (string folder in (string[])[target.Data, target.State])
            if (Directory.Exists(folder) || File.Exists(folder)) throw new IOException($"{folder} exists already.");
        for (int attempt = 1; ; attempt++)
        {
            Manifest newest = CheckpointFolder.ReadManifests(source) is [{ } first, ..]
                ? first
                : throw new InvalidDataException($"There is no checkpoint in {source.State}.");
            try
            {
                CopyAll(source, target, newest);
                return newest.Height;
            }
            catch (Exception e) when (attempt < Tries && e is FileNotFoundException or StoreDamagedException)
            {
                // The replica has meanwhile freed what only older checkpoints needed: the newest one has all its files.
                foreach (string folder in (string[])[target.State, target.Data])
                    if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
            }
        }
    }

    /// <summary>Puts a copy into place.</summary>
    /// <param name="backup">What <see cref="Copy"/> made.</param>
    /// <param name="target">Folders that do not exist yet.</param>
    /// <param name="height">The state goes to the highest committed height that is not above it.</param>
    /// <returns>That height, as far as the journal says.</returns>
    /// <exception cref="InvalidDataException">The copy cannot go back so far.</exception>
    public static ulong Restore(string backup, ReplicaFolders target, ulong height = ulong.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(target);
        _ = CopyTo(ReplicaFolders.Of(backup), target);
        return Cut(target, height);
    }

    private static void CopyAll(ReplicaFolders from, ReplicaFolders to, Manifest manifest)
    {
        Directory.CreateDirectory(to.State);
        foreach (string file in CheckpointFolder.ListFiles(from, manifest))
        {
            string copy = Path.Combine(to.State, Path.GetRelativePath(from.State, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        CopyJournal(from.Journal, to.Journal);
        HistoryCopy.Make(from.History, to.History, CheckpointFolder.HistoryEntriesOf(manifest));
        File.WriteAllBytes(Path.Combine(to.State, MarkFile), []);
        File.WriteAllBytes(Path.Combine(to.State, FormattableString.Invariant($"manifest-{manifest.Height:D20}")), manifest.Encode());
    }

    /// <summary>Segments in ascending order, until none is new: the copy is a prefix of the journal.</summary>
    private static void CopyJournal(string from, string to)
    {
        Directory.CreateDirectory(to);
        string start = Path.Combine(from, StartFile);
        if (File.Exists(start)) File.Copy(start, Path.Combine(to, StartFile));
        var copied = new HashSet<string>(StringComparer.Ordinal);
        bool any = true;
        while (any)
        {
            any = false;
            foreach (string file in Directory.GetFiles(from, "segment-*.journal").Order(StringComparer.Ordinal))
            {
                if (!copied.Add(Path.GetFileName(file))) continue;
                File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
                any = true;
            }
        }
    }

    /// <summary>Ends the journal before the first commit above a height.</summary>
    private static ulong Cut(ReplicaFolders folders, ulong height)
    {
        Manifest manifest = CheckpointFolder.ReadManifests(folders)[0];
        CheckpointAnchor anchor = CheckpointAnchor.Read(manifest, out _, out _);
        if (height < manifest.Height) throw new InvalidDataException($"The copy begins with height {manifest.Height}: it cannot go back to {height}.");
        string journal = folders.Journal;
        ulong committed = manifest.Height;
        JournalLocation? cut = null;
        using (var reader = new JournalReader(journal, manifest.JournalAnchor, anchor.FirstIndex, JournalBatches.Digest))
        {
            while (cut is null && reader.TryRead(out JournalEntry entry))
            {
                if (entry.Kind != JournalEntryKind.Consensus || HeightOfCommit(entry.Payload) is not { } above) continue;
                if (above <= height)
                {
                    committed = Math.Max(committed, above);
                    continue;
                }

                if (entry.Index <= anchor.SnapshotIndex)
                    throw new InvalidDataException($"Height {above} was committed before the checkpoint of height {manifest.Height} was complete: the copy cannot go back to {height}.");
                cut = entry.Location;
            }
        }

        if (cut is { } place) JournalCut.Before(journal, place.Segment, place.Offset);
        return committed;
    }

    private static ulong? HeightOfCommit(ReadOnlySpan<byte> record)
    {
        if (SafetyRecord.Peek(record, out _) != RecordKind.Committed) return null;
        var reader = new FrameReader(record[SafetyRecord.PrefixSize..]);
        _ = reader.Hash();
        return BlockHeader.TryRead(ref reader, out BlockHeader header) ? header.Height : null;
    }
}
