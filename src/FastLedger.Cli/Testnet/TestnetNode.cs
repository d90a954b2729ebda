// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.IO;
using System.Net;
using System.Text.Json.Serialization;

namespace FastLedger.Cli.Testnet;

/// <summary>A node of a test network, as its manifest names it.</summary>
/// <param name="Node">Its number.</param>
/// <param name="Endpoint">Where clients connect.</param>
/// <param name="PeerEndpoint">Where the other nodes connect.</param>
/// <param name="PublicKey">Its validator key.</param>
internal sealed record TestnetNode(int Node, string Endpoint, string PeerEndpoint, string PublicKey)
{
    [JsonIgnore]
    public IPEndPoint EndPoint => IPEndPoint.Parse(Endpoint);

    /// <summary>Its folder inside the network's.</summary>
    public static string FolderOf(string directory, int node) => Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"node-{node}"));

    /// <summary>Its settings.</summary>
    public string ConfigFile(string directory) => Path.Combine(FolderOf(directory, Node), "node.toml");

    /// <summary>Its process.</summary>
    public RecordedProcess Process(string directory)
    {
        string folder = FolderOf(directory, Node);
        return new RecordedProcess(Path.Combine(folder, "node.pid"), Path.Combine(folder, "node.log"), ConfigFile(directory));
    }
}
