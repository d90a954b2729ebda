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
        _segments = [.. files.Select(static path => (path, File.ReadAllBytes(path), UsedBytes(File.ReadAllBytes(path))))];
        using OfflineReplica whole = OfflineReplica.Load(dataDirectory);
        for (ulong height = 0; height <= whole.Ledger.Height; height++)
        {
            using OfflineReplica part = OfflineReplica.Load(dataDirectory, height);
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
        string what = Damage(path, bytes.Length, used);
        try
        {
            using OfflineReplica replica = OfflineReplica.Load(_dataDirectory);
            ulong height = replica.Ledger.Height;
            Assert.True(_roots.TryGetValue(height, out Hash256 root), $"{what}: recovery ended at height {height}, which never was");
            Assert.True(root == replica.StateRoot, $"{what}: another state root at height {height}");
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
    /// <returns>What was done, to repeat it by hand.</returns>
    public string Damage(string path, int length, int used)
    {
        using FileStream file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        // Most damage hits what is written; some the space behind it.
        int offset = _random.Next(20) == 0 ? _random.Next(length) : _random.Next(used);
        switch (_random.Next(4))
        {
            case 0:
                file.SetLength(offset);
                return $"{path} truncated at {offset}";
            case 1:
                int zeros = Math.Min(_random.Next(1, 4096), length - offset);
                file.Position = offset;
                file.Write(new byte[zeros]);
                return $"{path}: {zeros} zeros at {offset}";
            default:
                int bit = _random.Next(8);
                file.Position = offset;
                int value = file.ReadByte();
                file.Position = offset;
                file.WriteByte((byte)(value ^ (1 << bit)));
                return $"{path}: bit {bit} of byte {offset} flipped";
        }
    }

    private static int UsedBytes(byte[] bytes) => Math.Max(1, bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1);
}
