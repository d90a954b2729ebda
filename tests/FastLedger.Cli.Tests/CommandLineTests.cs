// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using FastLedger.Load.Nodes;

namespace FastLedger.Cli.Tests;

public class CommandLineTests
{
    private static async Task<(int ExitCode, string Output, string Error)> Run(params string[] arguments)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        int exit = await CommandLine.RunAsync(arguments, output, error);
        return (exit, output.ToString(), error.ToString());
    }

    /// <summary>Every verb and every verb below a verb, as it is typed.</summary>
    public static TheoryData<string> Verbs()
    {
        var verbs = new TheoryData<string> { "" };
        void Visit(Command command, string path)
        {
            foreach (Command below in command.Subcommands)
            {
                string name = (path + " " + below.Name).Trim();
                verbs.Add(name);
                Visit(below, name);
            }
        }

        Visit(CommandLine.Create(), "");
        return verbs;
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Every_verb_has_help_with_an_example_that_parses_and_the_exit_codes(string verb)
    {
        string[] words = verb.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        (int exit, string output, string error) = await Run([.. words, "--help"]);
        Assert.Equal(ExitCode.Ok, exit);
        Assert.Empty(error);
        Assert.Contains("Exit codes:", output, StringComparison.Ordinal);
        string[] examples = [.. output.Split('\n').Select(static line => line.Trim()).Where(static line => line.StartsWith("fastledger ", StringComparison.Ordinal))
            .Where(line => !line.Contains('[', StringComparison.Ordinal))];
        Assert.NotEmpty(examples);
        foreach (string example in examples)
        {
            string typed = example.Split("  ")[0];
            Assert.StartsWith("fastledger " + verb, typed, StringComparison.Ordinal);
            Assert.Empty(CommandLine.Create().Parse(typed["fastledger ".Length..]).Errors);
        }
    }

    [Theory]
    [InlineData("nosuch")]
    [InlineData("bench")]
    [InlineData("bench transfers --batch 0")]
    [InlineData("bench transfers --batch 8191")]
    [InlineData("bench transfers --rate -1")]
    [InlineData("bench transfers --seconds 0")]
    [InlineData("bench transfers --durability sometimes")]
    [InlineData("replay")]
    [InlineData("replay x.csv --format fix")]
    [InlineData("inspect account /tmp notanumber")]
    [InlineData("keygen")]
    public async Task Wrong_arguments_end_with_64_and_a_message_on_the_error_stream(string line)
    {
        (int exit, string output, string error) = await Run(line.Split(' '));
        Assert.Equal(ExitCode.Usage, exit);
        Assert.Empty(output);
        Assert.Contains("--help", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_configuration_ends_with_78_and_names_every_fault()
    {
        (int exit, string output, string error) = await Run(
            "node", "--set", "nonsense=1", "--set", "limits.connections=0", "--set", "listen=nowhere", "--config", "/nonexistent/fastledger.toml");
        Assert.Equal(ExitCode.Configuration, exit);
        Assert.Empty(output);
        foreach (string fault in new[] { "nonsense", "limits.connections", "nowhere", "/nonexistent/fastledger.toml" })
            Assert.Contains(fault, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("inspect journal")]
    [InlineData("inspect account", "1")]
    [InlineData("inspect book", "1")]
    public async Task A_directory_without_a_journal_ends_with_74(string verb, params string[] rest)
    {
        using var folder = new TemporaryFolder();
        (int exit, string output, string error) = await Run([.. verb.Split(' '), folder.Path, .. rest]);
        Assert.Equal(ExitCode.InputOutput, exit);
        Assert.Empty(output);
        Assert.Contains(folder.Path, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_with_json_is_one_object_too()
    {
        using var folder = new TemporaryFolder();
        (int exit, string output, _) = await Run("verify", folder.Path, "--json");
        using JsonDocument parsed = JsonDocument.Parse(output);
        Assert.False(parsed.RootElement.GetProperty("ok").GetBoolean());
        Assert.Equal(exit, parsed.RootElement.GetProperty("exit_code").GetInt32());
    }

    [Fact]
    public async Task A_malformed_recording_ends_with_65_and_names_the_line()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "flow.csv");
        await File.WriteAllTextAsync(file, "ts_event_ns,sequence,action,side,price,size,order_id,flags\n1,1,A,A,10,0,1,40\n");
        (int exit, _, string error) = await Run("replay", file, "--tick", "1");
        Assert.Equal(ExitCode.BadData, exit);
        Assert.Contains("line 2", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keygen_writes_a_key_once_and_never_over_another()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "session.key");
        (int exit, string output, _) = await Run("keygen", file, "--json");
        Assert.Equal(ExitCode.Ok, exit);
        using JsonDocument parsed = JsonDocument.Parse(output);
        using Cryptography.SigningKey key = Cryptography.KeyFile.Read(file);
        Assert.Equal(key.PublicKey.ToString(), parsed.RootElement.GetProperty("public_key").GetString());
        Assert.Equal(ExitCode.InputOutput, (await Run("keygen", file)).ExitCode);
    }

    [Fact]
    public async Task Bench_book_prints_one_object_with_the_common_keys()
    {
        (int exit, string output, _) = await Run("bench", "book", "--seconds", "0.01", "--json");
        Assert.Equal(ExitCode.Ok, exit);
        using JsonDocument parsed = JsonDocument.Parse(output);
        HashSet<string> keys = [.. parsed.RootElement.EnumerateObject().Select(static property => property.Name)];
        foreach (string key in new[]
        {
            "ok", "machine", "seconds", "ops_per_s", "p50_us", "p99_us", "p999_us", "max_us", "durability", "replicas", "batch", "accounts",
            "allocated_bytes_per_op", "cpu_seconds_per_million",
        })
            Assert.Contains(key, keys);
        Assert.Equal(0, parsed.RootElement.GetProperty("allocated_bytes_per_op").GetDouble());
    }

    [Fact]
    public async Task What_does_not_go_to_a_terminal_has_no_colours()
    {
        (_, string output, string error) = await Run("bench", "book", "--seconds", "0.01");
        Assert.DoesNotContain('\u001b', output + error);
        Assert.Contains("a second", output, StringComparison.Ordinal);
    }
}
