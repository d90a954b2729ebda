// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;
using FastLedger.Consensus.Safety;
using FastLedger.Node.Pipeline;
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
    /// <param name="dataDirectory">Of a replica, running or not, with its state in its usual place.</param>
    /// <param name="target">A folder that does not exist yet.</param>
    /// <returns>Height of the checkpoint in the copy.</returns>
    /// <exception cref="IOException">The target exists, the device failed, or the files changed faster than they were copied.</exception>
    /// <exception cref="InvalidDataException">There is no checkpoint yet, or its files are damaged.</exception>
    public static ulong Copy(string dataDirectory, string target)
    {
        if (Directory.Exists(target) || File.Exists(target)) throw new IOException($"{target} exists already.");
        for (int attempt = 1; ; attempt++)
        {
            Manifest newest = CheckpointFolder.ReadManifests(dataDirectory) is [{ } first, ..]
                ? first
                : throw new InvalidDataException($"{dataDirectory} holds no checkpoint yet.");
            try
            {
                CopyAll(dataDirectory, target, newest);
                return newest.Height;
            }
            catch (Exception e) when (attempt < Tries && e is FileNotFoundException or StoreDamagedException)
            {
                // The replica has meanwhile freed what only older checkpoints needed: the newest one has all its files.
                Directory.Delete(target, recursive: true);
            }
        }
    }

    /// <summary>Puts a copy into place.</summary>
    /// <param name="backup">What <see cref="Copy"/> made.</param>
    /// <param name="dataDirectory">A folder that does not exist yet.</param>
    /// <param name="height">The state goes to the highest committed height that is not above it.</param>
    /// <returns>That height, as far as the journal says.</returns>
    /// <exception cref="InvalidDataException">The copy cannot go back so far.</exception>
    public static ulong Restore(string backup, string dataDirectory, ulong height = ulong.MaxValue)
    {
        _ = Copy(backup, dataDirectory);
        return Cut(dataDirectory, height);
    }

    private static void CopyAll(string dataDirectory, string target, Manifest manifest)
    {
        string from = Path.GetFullPath(CheckpointFolder.FolderOf(dataDirectory)), to = CheckpointFolder.FolderOf(target);
        Directory.CreateDirectory(to);
        foreach (string file in CheckpointFolder.ListFiles(dataDirectory, manifest))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        CopyJournal(OfflineReplica.JournalOf(dataDirectory), OfflineReplica.JournalOf(target));
        HistoryCopy.Make(HistoryStage.FolderOf(dataDirectory), HistoryStage.FolderOf(target), CheckpointFolder.HistoryEntriesOf(manifest));
        File.WriteAllBytes(Path.Combine(to, MarkFile), []);
        File.WriteAllBytes(Path.Combine(to, FormattableString.Invariant($"manifest-{manifest.Height:D20}")), manifest.Encode());
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
    private static ulong Cut(string dataDirectory, ulong height)
    {
        Manifest manifest = CheckpointFolder.ReadManifests(dataDirectory)[0];
        CheckpointAnchor anchor = CheckpointAnchor.Read(manifest, out _, out _);
        if (height < manifest.Height) throw new InvalidDataException($"The copy begins with height {manifest.Height}: it cannot go back to {height}.");
        string journal = OfflineReplica.JournalOf(dataDirectory);
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
