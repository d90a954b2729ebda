// SPDX-License-Identifier: Apache-2.0
using System.IO;
using System.Text.Json;
using System.Threading.Tasks;
using FastLedger.Cryptography;
using FastLedger.Domain;
using FastLedger.Load.Nodes;
using FastLedger.Node.Recovery;

namespace FastLedger.Cli.Tests;

public class GenesisVerbTests
{
    private static async Task<(int ExitCode, string Output)> Run(params string[] arguments)
    {
        var output = new StringWriter();
        return (await CommandLine.RunAsync(arguments, output, new StringWriter()), output.ToString());
    }

    [Fact]
    public async Task A_genesis_names_its_validators_by_key_or_key_file_and_its_chain_id_is_printed()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "genesis.json"), keyFile = Path.Combine(folder.Path, "1.key");
        using SigningKey first = SigningKey.Generate();
        using SigningKey second = KeyFile.Generate(keyFile);
        string[] arguments = ["genesis", "--out", file, "--name", "market", "--set", "max_accounts=1000", "--validator", $"1={keyFile}", "--validator", $"0={first.PublicKey}", "--json"];
        (int exit, string output) = await Run(arguments);
        Assert.Equal(ExitCode.Ok, exit);
        Genesis genesis = GenesisFile.Read(file);
        Assert.Equal(("market", 1000u), (genesis.Name, genesis.MaxAccounts));
        Assert.Equal([new GenesisValidator(0, first.PublicKey.ToString()), new GenesisValidator(1, second.PublicKey.ToString())], genesis.Validators);
        Assert.Equal(genesis.ChainId.ToString(), JsonDocument.Parse(output).RootElement.GetProperty("chain_id").GetString());
        Assert.Equal(ExitCode.InputOutput, (await Run(arguments)).ExitCode);
    }

    [Theory]
    [InlineData("--validator", "nonsense")]
    [InlineData("--validator", "0=0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("--name", "")]
    public async Task A_faulty_genesis_is_not_written(string option, string value)
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "genesis.json");
        Assert.NotEqual(ExitCode.Ok, (await Run("genesis", "--out", file, option, value)).ExitCode);
        Assert.False(File.Exists(file));
    }
}
