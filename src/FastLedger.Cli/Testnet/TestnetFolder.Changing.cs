// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using FastLedger.Cryptography;
using FastLedger.Load.Nodes;
using FastLedger.Load.Reports;

namespace FastLedger.Cli.Testnet;

// Nodes that join, leave, or get other keys while the network runs.
internal sealed partial class TestnetFolder
{
    /// <summary>Makes a node that follows until the ledger names it.</summary>
    public TestnetNode AddNode(int number)
    {
        if (Nodes.Any(known => known.Node == number)) throw new VerbException(ExitCode.Usage, string.Create(CultureInfo.InvariantCulture, $"There is a node {number} already."));
        string folder = TestnetNode.FolderOf(Path, number);
        if (Directory.Exists(folder)) throw new VerbException(ExitCode.InputOutput, $"{folder} is left from a node that was removed; take it away, or add another number.");
        Directory.CreateDirectory(folder);
        int[] ports = LoopbackPorts.TakeFree(2);
        using SigningKey key = KeyFile.Generate(KeyPath(folder));
        var node = new TestnetNode(number, Loopback(ports[0]), Loopback(ports[1]), key.PublicKey.ToString());
        File.Copy(Nodes[0].ConfigFile(Path), node.ConfigFile(Path));
        Set(node, "", "data_directory", System.IO.Path.Combine(folder, "data"));
        Set(node, "", "listen", node.Endpoint);
        Set(node, "cluster", "self", number.ToString(CultureInfo.InvariantCulture));
        Set(node, "cluster", "key_file", KeyPath(folder));
        Set(node, "cluster", "listen", node.PeerEndpoint);
        Set(node, "cluster", "follow", "true");
        Save([.. Nodes, node]);
        return node;
    }

    /// <summary>Forgets a node; its folder stays.</summary>
    public void DropNode(TestnetNode node) => Save([.. Nodes.Where(known => known.Node != node.Node)]);

    /// <summary>Makes the key that a node signs with from the next epoch on; it must be started again to hold it.</summary>
    public TestnetNode GiveNextKey(TestnetNode node)
    {
        string file = MakeKey(node, out string publicKey);
        Set(node, "cluster", "next_key_file", file);
        return Replace(node, publicKey);
    }

    /// <summary>The next key is the only one from the next start on.</summary>
    public void TakeNextKey(TestnetNode node)
    {
        Set(node, "cluster", "key_file", Get(node, "cluster", "next_key_file"));
        Set(node, "cluster", "next_key_file", "");
    }

    /// <summary>Puts an empty machine with another key in a node's place; the old data stays beside it.</summary>
    public TestnetNode EmptyNode(TestnetNode node)
    {
        string file = MakeKey(node, out string publicKey);
        Set(node, "", "data_directory", System.IO.Path.ChangeExtension(file, "data"));
        Set(node, "cluster", "key_file", file);
        Set(node, "cluster", "next_key_file", "");
        Set(node, "cluster", "follow", "true");
        return Replace(node, publicKey);
    }

    private string MakeKey(TestnetNode node, out string publicKey)
    {
        string folder = TestnetNode.FolderOf(Path, node.Node);
        int turn = Enumerable.Range(1, int.MaxValue - 1).First(n => !File.Exists(FileOf(folder, n)));
        using SigningKey key = KeyFile.Generate(FileOf(folder, turn));
        publicKey = key.PublicKey.ToString();
        return FileOf(folder, turn);
    }

    private static string FileOf(string folder, int turn) => System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"validator-{turn}.key"));

    private TestnetNode Replace(TestnetNode node, string publicKey)
    {
        TestnetNode changed = node with { PublicKey = publicKey };
        Save([.. Nodes.Select(known => known.Node == node.Node ? changed : known)]);
        return changed;
    }

    private void Save(IReadOnlyList<TestnetNode> nodes)
    {
        string path = System.IO.Path.Combine(Path, ManifestName), fresh = path + ".new";
        File.WriteAllText(fresh, LedgerJson.Write(new Manifest(ChainId, nodes)));
        File.Move(fresh, path, overwrite: true);
        Nodes = nodes;
    }

    private string Get(TestnetNode node, string section, string key)
    {
        string[] lines = File.ReadAllLines(node.ConfigFile(Path));
        int at = Find(lines, section, key, out _);
        return at < 0 ? "" : LedgerJson.Read<string>(lines[at][(lines[at].IndexOf('=', StringComparison.Ordinal) + 1)..].Trim());
    }

    private void Set(TestnetNode node, string section, string key, string value)
    {
        List<string> lines = [.. File.ReadAllLines(node.ConfigFile(Path))];
        string line = $"{key} = {LedgerJson.WriteLine(value)}";
        int at = Find(lines, section, key, out int end);
        if (at >= 0) lines[at] = line;
        else if (end >= 0) lines.Insert(end, line);
        else lines.AddRange(["", $"[{section}]", line]);
        File.WriteAllLines(node.ConfigFile(Path), lines);
    }

    /// <summary>The line of a setting, −1 when there is none; and the end of its section, −1 when there is none.</summary>
    private static int Find(IReadOnlyList<string> lines, string section, string key, out int end)
    {
        end = section.Length == 0 ? 0 : -1;
        string present = "";
        for (int i = 0; i < lines.Count; i++)
        {
            string line = lines[i].Trim();
            if (line.StartsWith('[')) present = line.Trim('[', ']');
            if (present != section) continue;
            if (line.Length > 0) end = i + 1;
            if (line.StartsWith(key + " ", StringComparison.Ordinal)) return i;
        }

        return -1;
    }
}
