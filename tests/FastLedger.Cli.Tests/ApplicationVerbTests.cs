// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using FastLedger.Applications.Patterns;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Node.Embedding;
using FastLedger.Primitives.Commands;

namespace FastLedger.Cli.Tests;

public sealed class ApplicationVerbTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("fastledger-test-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static async Task<(int ExitCode, string Output, string Error)> Run(params string[] arguments)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        int exit = await CommandLine.RunAsync(arguments, output, error);
        return (exit, output.ToString(), error.ToString());
    }

    [Fact]
    public async Task Areas_are_listed_a_line_each()
    {
        (int exit, string output, _) = await Run("run", "--list");
        Assert.Equal(0, exit);
        Assert.Equal(20, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("land-titles", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_area_is_played_and_reported_as_one_object()
    {
        (int exit, string output, _) = await Run("run", "gift-cards", "15", "--attacks", "--json");
        Assert.Equal(0, exit);
        using JsonDocument json = JsonDocument.Parse(output);
        JsonElement root = json.RootElement;
        Assert.Equal(["areas", "scenarios", "steps", "attacks_expected", "attacks_refused", "failures", "ok"], root.EnumerateObject().Select(p => p.Name));
        Assert.Equal(2, root.GetProperty("areas").GetArrayLength());
        Assert.True(root.GetProperty("ok").GetBoolean());
        Assert.Equal(root.GetProperty("attacks_expected").GetInt32(), root.GetProperty("attacks_refused").GetInt32());
    }

    [Theory]
    [InlineData("run")]
    [InlineData("run", "nonsense")]
    [InlineData("run", "payments", "--all")]
    [InlineData("verify-document", "x")]
    [InlineData("prove-document", "x", "--output", "y")]
    public async Task Wrong_arguments_are_a_usage_error(params string[] arguments) => Assert.Equal(ExitCode.Usage, (await Run(arguments)).ExitCode);

    [Fact]
    public async Task A_document_is_proved_and_judged_with_an_exit_code_for_each_verdict()
    {
        string document = Path.Combine(_directory, "diploma.txt"), proof = Path.Combine(_directory, "diploma.proof"), other = Path.Combine(_directory, "other.txt");
        await File.WriteAllTextAsync(document, "Diploma of a student");
        await File.WriteAllTextAsync(other, "Diploma of a mill");
        EmbeddedCluster cluster = await EmbeddedCluster.StartAsync(_directory, 1);
        await using (cluster)
        {
            using SigningKey key = SigningKey.Generate();
            await using LedgerClient school = await LedgerClient.ConnectAsync(new ClientOptions { Endpoints = cluster.EndPoints, Key = key });
            var define = new CommandChain();
            define.Add(new CreateClassCommand { ClassFlags = ClassFlags.UniqueContent | ClassFlags.Revocable });
            define.Add(new SetTransitionCommand { Opcode = Opcode.ActivateClass });
            string @class = ((uint)(await define.SubmitAsync(school))[0]).ToString(System.Globalization.CultureInfo.InvariantCulture);
            CommandResult created = await school.CreateObjectAsync(new CreateObjectCommand { Class = uint.Parse(@class, System.Globalization.CultureInfo.InvariantCulture), Content = Notary.Digest(await File.ReadAllBytesAsync(document)) });
            string endpoint = cluster.EndPoints[0].ToString()!, genesis = Path.Combine(_directory, "replica-0", "genesis.json");

            Assert.Equal(ExitCode.Ok, (await Run("prove-document", document, "--class", @class, "--endpoint", endpoint, "--output", proof)).ExitCode);
            (int exit, string output, _) = await Run("verify-document", document, "--proof", proof, "--genesis", genesis, "--class", @class);
            Assert.Equal((ExitCode.Ok, "VALID"), (exit, output[..5]));
            Assert.Equal(ExitCode.FailedCheck, (await Run("verify-document", other, "--proof", proof, "--genesis", genesis)).ExitCode);
            Assert.Equal(ExitCode.Inconclusive, (await Run("verify-document", document, "--proof", proof, "--genesis", genesis, "--class", "99")).ExitCode);
            Assert.Equal(ExitCode.Unavailable, (await Run("prove-document", other, "--class", @class, "--endpoint", endpoint, "--output", proof)).ExitCode);

            await school.ChangeObjectAsync((ulong)created.Value, DocumentProof.RevokedState);
            Assert.Equal(ExitCode.Ok, (await Run("prove-document", document, "--class", @class, "--endpoint", endpoint, "--output", proof)).ExitCode);
            (exit, output, _) = await Run("verify-document", document, "--proof", proof, "--genesis", genesis, "--json");
            Assert.Equal(ExitCode.Revoked, exit);
            Assert.Equal("revoked", JsonDocument.Parse(output).RootElement.GetProperty("status").GetString());
        }
    }
}
