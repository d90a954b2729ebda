// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using FastLedger.Node.Configuration;
using FastLedger.Storage;

namespace FastLedger.Node.Tests.Configuration;

public sealed class NodeConfigurationTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("fastledger-test-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("node.toml", "listen = \"127.0.0.1:1234\"\ndurability = \"write\"\n[limits]\nconnections = 7\n[journal]\nsegment_bytes = \"64MiB\"\n")]
    [InlineData("node.json", "{\"listen\":\"127.0.0.1:1234\",\"durability\":\"write\",\"limits\":{\"connections\":7},\"journal\":{\"segment_bytes\":\"64MiB\"}}")]
    public void A_file_overrides_the_defaults(string name, string text)
    {
        NodeOptions options = NodeConfiguration.Load(Write(name, text), new Dictionary<string, string>(), []);
        Assert.Equal("127.0.0.1:1234", options.Listen);
        Assert.Equal(Durability.Write, options.Durability);
        Assert.Equal(7, options.Limits.Connections);
        Assert.Equal(64L << 20, options.Journal.SegmentBytes);
        Assert.Equal(new NodeOptions().Limits.IngressBytes, options.Limits.IngressBytes);
    }

    [Fact]
    public void The_environment_overrides_the_file_and_the_command_line_overrides_both()
    {
        string file = Write("node.toml", "[limits]\nconnections = 7\nblock_batches = 8\nbatches_in_flight = 9\n");
        var environment = new Dictionary<string, string>
        {
            ["FASTLEDGER__LIMITS__BLOCK_BATCHES"] = "18",
            ["FASTLEDGER__LIMITS__BATCHES_IN_FLIGHT"] = "2",
            ["PATH"] = "/bin",
        };
        NodeOptions options = NodeConfiguration.Load(file, environment, ["limits.batches_in_flight=3"]);
        Assert.Equal((7, 18, 3), (options.Limits.Connections, options.Limits.BlockBatches, options.Limits.BatchesInFlight));
    }

    [Fact]
    public void Every_fault_is_reported_at_once()
    {
        string file = Write("node.toml", "listen = \"nowhere\"\nflavour = 1\n[limits]\nconnections = \"many\"\n[genesis]\nmax_accounts = 1\n");
        var e = Assert.Throws<ConfigurationException>(() => NodeConfiguration.Load(file, new Dictionary<string, string>(), ["pipeline.wait=doze", "novalue"]));
        Assert.Contains(e.Faults, f => f.Contains("listen", StringComparison.Ordinal));
        Assert.Contains(e.Faults, f => f.Contains("flavour", StringComparison.Ordinal));
        Assert.Contains(e.Faults, f => f.Contains("limits.connections", StringComparison.Ordinal));
        Assert.Contains(e.Faults, f => f.Contains("max_accounts", StringComparison.Ordinal));
        Assert.Contains(e.Faults, f => f.Contains("block, yield, spin", StringComparison.Ordinal));
        Assert.Contains(e.Faults, f => f.Contains("novalue", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("broken.toml", "listen = ")]
    [InlineData("broken.json", "{\"listen\":")]
    [InlineData("list.json", "[1]")]
    public void A_file_that_cannot_be_read_is_a_fault(string name, string text) =>
        Assert.Throws<ConfigurationException>(() => NodeConfiguration.Load(Write(name, text), new Dictionary<string, string>(), []));

    [Fact]
    public void A_missing_file_is_a_fault() =>
        Assert.Throws<ConfigurationException>(() => NodeConfiguration.Load(Path.Combine(_directory, "none.toml"), new Dictionary<string, string>(), []));

    private string Write(string name, string text)
    {
        string path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }
}
