// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using FastLedger.Cryptography;
using FastLedger.Domain;
using FastLedger.Load.Nodes;
using FastLedger.Load.Reports;
using FastLedger.Node.Configuration;
using FastLedger.Node.Recovery;

namespace FastLedger.Cli.Testnet;

/// <summary>
/// The folder of a test network: <c>testnet.json</c> names the nodes, <c>genesis.json</c> is what verifiers need, <c>administrator.key</c> changes the validators, and each node has a folder with its key, settings,
/// data, log and process id.
/// </summary>
internal sealed partial class TestnetFolder : IDisposable
{
    private const string ManifestName = "testnet.json";
    private const string LockName = "testnet.lock";

    private readonly FileStream _lock;

    private TestnetFolder(string path, FileStream @lock, Manifest manifest)
    {
        Path = path;
        _lock = @lock;
        Nodes = manifest.Nodes;
        ChainId = manifest.ChainId;
    }

    public string Path { get; }

    public string ChainId { get; }

    public IReadOnlyList<TestnetNode> Nodes { get; private set; }

    /// <summary>What verifiers need.</summary>
    public string GenesisPath => GenesisPathOf(Path);

    /// <summary>The key that may change the validators.</summary>
    public string AdministratorKeyPath => AdministratorKeyPathOf(Path);

    /// <summary>Is there a network in the folder?</summary>
    public static bool Exists(string path) => File.Exists(System.IO.Path.Combine(path, ManifestName));

    /// <summary>Opens a network for this command alone.</summary>
    /// <exception cref="VerbException">There is none.</exception>
    public static TestnetFolder Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        if (!Exists(path)) throw new VerbException(ExitCode.InputOutput, $"{path} holds no test network; make one with: fastledger testnet up --dir {path}");
        FileStream @lock = Lock(path);
        try
        {
            return new TestnetFolder(path, @lock, LedgerJson.Read<Manifest>(File.ReadAllText(System.IO.Path.Combine(path, ManifestName))));
        }
        catch (JsonException fault)
        {
            @lock.Dispose();
            throw new VerbException(ExitCode.BadData, $"{System.IO.Path.Combine(path, ManifestName)} is damaged: {fault.Message}");
        }
    }

    /// <summary>Makes keys, genesis and settings.</summary>
    /// <param name="path">Empty or not there.</param>
    /// <param name="count">Nodes.</param>
    /// <param name="basePort">Client port of node 0; those of the others follow, then the ports between the nodes. 0 takes free ones.</param>
    /// <param name="settings">Further settings of every node, of the form <c>section.key=value</c>.</param>
    public static TestnetFolder Create(string path, int count, int basePort, IReadOnlyList<string> settings)
    {
        path = System.IO.Path.GetFullPath(path);
        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any(static entry => System.IO.Path.GetFileName(entry) != LockName))
            throw new VerbException(ExitCode.InputOutput, $"{path} is not empty and holds no test network.");
        Genesis shape = NodeConfiguration.Load(null, new Dictionary<string, string>(), settings).Genesis.ToGenesis(); // all faults before anything is written
        Directory.CreateDirectory(path);
        FileStream @lock = Lock(path);
        try
        {
            int[] ports = basePort == 0 ? LoopbackPorts.TakeFree(2 * count) : [.. Enumerable.Range(basePort, 2 * count)];
            var nodes = new TestnetNode[count];
            for (int i = 0; i < count; i++)
            {
                string folder = TestnetNode.FolderOf(path, i);
                Directory.CreateDirectory(folder);
                using SigningKey key = KeyFile.Generate(KeyPath(folder));
                nodes[i] = new TestnetNode(i, Loopback(ports[i]), Loopback(ports[count + i]), key.PublicKey.ToString());
            }

            if (shape.Administrator.Length == 0)
            {
                using SigningKey administrator = KeyFile.Generate(AdministratorKeyPathOf(path));
                shape = shape with { Administrator = administrator.PublicKey.ToString() };
            }

            Genesis genesis = shape with { Validators = [.. nodes.Select(static node => new GenesisValidator(node.Node, node.PublicKey))] };
            GenesisFile.Write(GenesisPathOf(path), genesis);
            foreach (TestnetNode node in nodes) File.WriteAllText(node.ConfigFile(path), Settings(path, node, nodes, settings, shape.Administrator));

            // Last: a folder without it is no network, so one that was made halfway is never started.
            var manifest = new Manifest(genesis.ChainId.ToString(), nodes);
            File.WriteAllText(System.IO.Path.Combine(path, ManifestName), LedgerJson.Write(manifest));
            return new TestnetFolder(path, @lock, manifest);
        }
        catch
        {
            @lock.Dispose();
            throw;
        }
    }

    /// <summary>A node by number.</summary>
    /// <exception cref="VerbException">There is none.</exception>
    public TestnetNode Find(int node) => Nodes.FirstOrDefault(known => known.Node == node)
        ?? throw new VerbException(ExitCode.Usage, string.Create(CultureInfo.InvariantCulture, $"There is no node {node}: the network has nodes 0 … {Nodes.Count - 1}."));

    public void Dispose() => _lock.Dispose();

    private static string GenesisPathOf(string path) => System.IO.Path.Combine(path, GenesisFile.Name);

    private static string AdministratorKeyPathOf(string path) => System.IO.Path.Combine(path, "administrator.key");

    private static string KeyPath(string folder) => System.IO.Path.Combine(folder, "validator.key");

    private static string Loopback(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault)
        {
            throw new VerbException(ExitCode.InputOutput, $"Another testnet command works on {path}: {fault.Message}");
        }
    }

    private static string Settings(string path, TestnetNode node, TestnetNode[] nodes, IReadOnlyList<string> further, string administrator)
    {
        string folder = TestnetNode.FolderOf(path, node.Node);
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["data_directory"] = System.IO.Path.Combine(folder, "data"),
            ["listen"] = node.Endpoint,
            ["journal.segment_bytes"] = "64MiB",

            // All on one machine: no two replicas that answer each other wait for the same processor while another one idles.
            ["pipeline.consensus_processor"] = node.Node.ToString(CultureInfo.InvariantCulture),
        };
        foreach (string setting in further)
        {
            int equals = setting.IndexOf('=', StringComparison.Ordinal);
            settings[setting[..equals]] = setting[(equals + 1)..];
        }

        settings["genesis.validators"] = string.Join(',', nodes.Select(static n => string.Create(CultureInfo.InvariantCulture, $"{n.Node}={n.PublicKey}")));
        settings["genesis.administrator"] = administrator;
        settings["cluster.self"] = node.Node.ToString(CultureInfo.InvariantCulture);
        settings["cluster.key_file"] = KeyPath(folder);
        settings["cluster.listen"] = node.PeerEndpoint;
        settings["cluster.peers"] = string.Join(',', nodes.Select(static n => string.Create(CultureInfo.InvariantCulture, $"{n.Node}={n.PeerEndpoint}")));
        var text = new StringBuilder();
        foreach ((string key, string value) in settings.Where(static s => !s.Key.Contains('.', StringComparison.Ordinal))) Append(text, key, value);
        foreach (IGrouping<string, KeyValuePair<string, string>> section in settings.Where(static s => s.Key.Contains('.', StringComparison.Ordinal)).GroupBy(static s => s.Key[..s.Key.LastIndexOf('.')]))
        {
            text.Append('\n').Append('[').Append(section.Key).Append("]\n");
            foreach ((string key, string value) in section) Append(text, key[(section.Key.Length + 1)..], value);
        }

        return text.ToString();
    }

    /// <summary>A JSON string is a TOML string.</summary>
    private static void Append(StringBuilder text, string key, string value) => text.Append(key).Append(" = ").Append(LedgerJson.WriteLine(value)).Append('\n');

    private sealed record Manifest(string ChainId, IReadOnlyList<TestnetNode> Nodes);
}
