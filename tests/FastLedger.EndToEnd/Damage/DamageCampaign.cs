// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using FastLedger.Node.Recovery;
using FastLedger.Primitives;
using FastLedger.Storage;

namespace FastLedger.EndToEnd.Damage;

/// <summary>Damages the journal of a stopped node in one random place at a time, lets recovery read it, and puts it right again.</summary>
internal sealed class DamageCampaign
{
    private readonly string _dataDirectory;
    private readonly Random _random;
    private readonly (string Path, byte[] Bytes, int Used)[] _segments;
    private readonly Dictionary<ulong, Hash256> _roots = [];

    public DamageCampaign(string dataDirectory, int seed)
    {
        _dataDirectory = dataDirectory;
        _random = new Random(seed);
        string[] files = [.. Directory.GetFiles(OfflineReplica.JournalOf(dataDirectory), "*.journal").Order(StringComparer.Ordinal)];
        _segments = [.. files.Select(static path => Read(path)).Where(static segment => segment.Used > 0)];
        using OfflineReplica whole = OfflineReplica.Load(ReplicaFolders.Of(dataDirectory));
        for (ulong height = 0; height <= whole.Ledger.Height; height++)
        {
            using OfflineReplica part = OfflineReplica.Load(ReplicaFolders.Of(dataDirectory), height);
            _roots.Add(height, part.StateRoot);
        }

        Height = whole.Ledger.Height;
    }

    /// <summary>Blocks in the journal.</summary>
    public ulong Height { get; }

    public int Detected { get; private set; }

    public int Harmless { get; private set; }

    public int Prefixes { get; private set; }

    /// <summary>One damage. Whatever recovery makes of it must be a refusal that names the place, or a state that the ledger had.</summary>
    public void Once()
    {
        (string path, byte[] bytes, int used) = _segments[_random.Next(_segments.Length)];
        (string what, bool changesEntry) = Damage(path, bytes, used);
        try
        {
            using OfflineReplica replica = OfflineReplica.Load(ReplicaFolders.Of(_dataDirectory));
            ulong height = replica.Ledger.Height;
            Assert.True(_roots.TryGetValue(height, out Hash256 root), $"{what}: recovery ended at height {height}, which never was");
            Assert.True(root == replica.StateRoot, $"{what}: another state root at height {height}");
            Assert.False(changesEntry && height == Height, $"{what}: nobody noticed");
            if (height == Height) Harmless++;
            else Prefixes++;
        }
        catch (JournalDamagedException damage)
        {
            Assert.True(damage.File.StartsWith(_dataDirectory, StringComparison.Ordinal) && damage.Offset >= 0, $"{what}: {damage.Message}");
            Detected++;
        }
        finally
        {
            File.WriteAllBytes(path, bytes);
        }
    }

    /// <summary>Damages one file.</summary>
    /// <returns>What was done, to repeat it by hand, and whether it changed what the node had written.</returns>
    private (string What, bool ChangesEntry) Damage(string path, byte[] bytes, int used)
    {
        using FileStream file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        // Most damage hits what is written; some the space behind it.
        int offset = _random.Next(20) == 0 ? _random.Next(bytes.Length) : _random.Next(used);
        switch (_random.Next(4))
        {
            case 0:
                file.SetLength(offset);
                return ($"{path} truncated at {offset}", offset < used);
            case 1:
                int zeros = Math.Min(_random.Next(1, 4096), bytes.Length - offset);
                file.Position = offset;
                file.Write(new byte[zeros]);
                return ($"{path}: {zeros} zeros at {offset}", bytes.AsSpan(offset, zeros).ContainsAnyExcept((byte)0));
            default:
                int bit = _random.Next(8);
                file.Position = offset;
                file.WriteByte((byte)(bytes[offset] ^ (1 << bit)));
                return ($"{path}: bit {bit} of byte {offset} flipped", offset < used);
        }
    }

    /// <summary>A segment and where its last written byte ends; the next segment stands prepared and empty.</summary>
    private static (string Path, byte[] Bytes, int Used) Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        return (path, bytes, bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1);
    }
}
