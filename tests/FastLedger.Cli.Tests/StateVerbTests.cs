// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Load.Nodes;
using FastLedger.Node;
using FastLedger.Node.Configuration;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Storage;

namespace FastLedger.Cli.Tests;

/// <summary>The verbs that look at checkpoints and copy them: on good, damaged and missing input.</summary>
public sealed class StateVerbTests : IDisposable
{
    private const uint Accounts = 5;
    private readonly TemporaryFolder _folder = new();

    private string Data => At("data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_copy_is_restored_to_the_root_that_the_original_ended_with_and_to_an_earlier_height()
    {
        (ulong height, Hash256 root) = await MakeAsync();
        JsonElement copied = await OkAsync("backup", Data, At("copy"));
        Assert.InRange(copied.GetProperty("height").GetUInt64(), 1ul, height);
        Assert.Equal(height, (await OkAsync("restore", At("copy"), At("restored"))).GetProperty("height").GetUInt64());
        Assert.Equal(root.ToString(), (await OkAsync("verify", At("restored"))).GetProperty("state_root").GetString());
        Assert.Equal(height - 1, (await OkAsync("restore", At("copy"), At("earlier"), "--height", $"{height - 1}")).GetProperty("height").GetUInt64());
        Assert.NotEqual(root.ToString(), (await OkAsync("verify", At("earlier"))).GetProperty("state_root").GetString());

        await FailsAsync(ExitCode.BadData, "cannot go back", "restore", At("copy"), At("never"), "--height", "1");
        await FailsAsync(ExitCode.InputOutput, "exists already", "backup", Data, At("copy"));
        await FailsAsync(ExitCode.InputOutput, "exists already", "restore", At("copy"), At("restored"));
    }

    [Theory]
    [InlineData(ExitCode.InputOutput, "backup")]
    [InlineData(ExitCode.InputOutput, "restore")]
    [InlineData(ExitCode.InputOutput, "repair --reindex")]
    [InlineData(ExitCode.InputOutput, "inspect verify")]
    [InlineData(ExitCode.InputOutput, "inspect manifest")]
    [InlineData(ExitCode.InputOutput, "inspect page", "5", "0")]
    [InlineData(ExitCode.InputOutput, "inspect stats")]
    public async Task A_folder_without_a_checkpoint_is_named(int exitCode, string verb, params string[] rest)
    {
        string[] target = verb is "backup" or "restore" ? [At("target")] : [];
        await FailsAsync(exitCode, "no checkpoint", [.. verb.Split(' '), At("missing"), .. target, .. rest]);
        Assert.False(Directory.Exists(At("target")));
    }

    [Fact]
    public async Task Manifests_pages_and_sizes_are_those_of_the_newest_checkpoint()
    {
        (ulong height, _) = await MakeAsync();
        JsonElement[] manifests = [.. (await OkAsync("inspect", "manifest", Data)).GetProperty("manifests").EnumerateArray()];
        Assert.Equal(2, manifests.Length);
        ulong newest = manifests[0].GetProperty("height").GetUInt64();
        Assert.InRange(newest, manifests[1].GetProperty("height").GetUInt64() + 1, height);

        JsonElement page = await OkAsync("inspect", "page", Data, $"{Accounts}", "0");
        Assert.Equal(newest, page.GetProperty("height").GetUInt64());
        Assert.InRange(page.GetProperty("written_at_height").GetUInt64(), 1ul, newest);
        string bytes = page.GetProperty("bytes").GetString()!;
        Assert.Equal(2 * 1024, bytes.Length);
        Assert.Equal(new string('0', 256), bytes[..256]); // record 0 of a table is never used
        Assert.NotEqual(new string('0', 256), bytes[256..512]);
        await FailsAsync(ExitCode.FailedCheck, "no page 4000", "inspect", "page", Data, $"{Accounts}", "4000");

        JsonElement stats = await OkAsync("inspect", "stats", Data);
        Assert.Equal(newest, stats.GetProperty("height").GetUInt64());
        Assert.Equal(new DirectoryInfo(At("data/state")).EnumerateFiles("*", SearchOption.AllDirectories).Sum(static file => file.Length), stats.GetProperty("state_bytes").GetInt64());
        Assert.Contains(stats.GetProperty("pages").EnumerateArray(), static row => row.GetProperty("table").GetString() == "Accounts" && row.GetProperty("pages").GetInt64() == 1);
    }

    [Fact]
    public async Task Damage_ends_with_65_and_names_the_file()
    {
        await MakeAsync();
        string pages = At("data/state/pages"), manifest = Newest(At("data/state"), "manifest-*");
        string[] logs = Directory.GetFiles(pages, "pages-*.log"); // the newest of them may belong to a checkpoint that was not published
        Flip(logs);
        await FailsAsync(ExitCode.BadData, Path.Combine(pages, "pages-"), "inspect", "page", Data, $"{Accounts}", "0");
        await FailsAsync(ExitCode.BadData, Path.Combine(pages, "pages-"), "inspect", "stats", Data);
        Flip(logs);
        await OkAsync("inspect", "stats", Data);
        foreach (string description in Directory.GetFiles(pages, "*.description"))
            File.Move(description, description + ".away");
        await FailsAsync(ExitCode.BadData, ".description", "inspect", "stats", Data);
        foreach (string away in Directory.GetFiles(pages, "*.away"))
            File.Move(away, away[..^".away".Length]);
        byte[] bytes = await File.ReadAllBytesAsync(manifest);
        bytes[60] ^= 1;
        await ChangedAsync(manifest, bytes, () => FailsAsync(ExitCode.BadData, manifest, "inspect", "manifest", Data));
        await ChangedAsync(manifest, bytes, () => FailsAsync(ExitCode.BadData, manifest, "backup", Data, At("copy")));
        await OkAsync("inspect", "stats", Data);
    }

    [Fact]
    public async Task Repair_compares_the_index_with_the_tables_and_makes_it_anew()
    {
        await MakeAsync();
        string index = At("data/state/index");
        JsonElement sound = await OkAsync("repair", "--reindex", Data);
        Assert.True(sound.GetProperty("was_sound").GetBoolean());
        Assert.False(sound.GetProperty("applied").GetBoolean());
        Assert.Equal(sound.GetProperty("ids").GetInt64(), sound.GetProperty("entries").GetInt64());
        Assert.InRange(sound.GetProperty("ids").GetInt64(), 1, 100); // the client's session, and one account with an id

        foreach (string pattern in (string[])["*.directory", "*.description"])
        {
            Flip(Directory.GetFiles(index, pattern));
            (int exit, string output, _) = await RunAsync("repair", "--reindex", Data);
            Assert.Equal(ExitCode.FailedCheck, exit);
            Assert.Contains("cannot be used", output, StringComparison.Ordinal);
            (exit, output, _) = await RunAsync("repair", "--reindex", Data, "--json"); // nothing was changed
            Assert.Equal((ExitCode.FailedCheck, false), (exit, JsonDocument.Parse(output).RootElement.GetProperty("ok").GetBoolean()));
            Assert.True((await OkAsync("repair", "--reindex", Data, "--apply")).GetProperty("applied").GetBoolean());
            Assert.True((await OkAsync("repair", "--reindex", Data)).GetProperty("was_sound").GetBoolean());
        }

        Directory.Delete(index, recursive: true);
        Assert.Equal(ExitCode.FailedCheck, (await RunAsync("repair", "--reindex", Data)).ExitCode);
        await OkAsync("repair", "--reindex", Data, "--apply");
        JsonElement again = await OkAsync("repair", "--reindex", Data);
        Assert.Equal(sound.GetProperty("entries").GetInt64(), again.GetProperty("entries").GetInt64());
        await OkAsync("verify", Data);

        var said = new System.Collections.Generic.List<string>();
        await using (Replica running = Replica.Start(SmallReplica(), stateProgress: said.Add))
        {
            Assert.Contains(said, static line => line.Contains("taken from disk", StringComparison.Ordinal));
            await FailsAsync(ExitCode.InputOutput, "is in use", "repair", "--reindex", Data, "--apply");
        }

        await FailsAsync(ExitCode.InputOutput, "no checkpoint", "repair", "--reindex", At("missing"));
        (int usage, _, string error) = await RunAsync("repair", Data);
        Assert.Equal(ExitCode.Usage, usage);
        Assert.Contains("--reindex", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_state_that_is_elsewhere_is_found_by_the_settings_file_or_the_option_and_its_absence_is_named()
    {
        (ulong height, Hash256 root) = await MakeAsync(At("fast/state"));
        string settings = At("node.toml");
        await File.WriteAllTextAsync(settings, $"data_directory = \"{Data}\"\n[state]\ndirectory = \"{At("fast/state")}\"\n");
        foreach (string[] where in (string[][])[[settings], [Data, "--state", At("fast/state")]])
        {
            Assert.Equal(2, (await OkAsync(["inspect", "manifest", .. where])).GetProperty("manifests").GetArrayLength());
            await OkAsync(["inspect", "page", where[0], $"{Accounts}", "0", .. where[1..]]);
            Assert.True((await OkAsync(["inspect", "stats", .. where])).GetProperty("state_bytes").GetInt64() > 0);
            Assert.True((await OkAsync(["repair", "--reindex", .. where])).GetProperty("was_sound").GetBoolean());
            Assert.Equal(2, (await OkAsync(["inspect", "verify", .. where])).GetProperty("checkpoints").GetArrayLength());
            Assert.Equal(root.ToString(), (await OkAsync(["verify", .. where])).GetProperty("state_root").GetString());
            Assert.Equal("77", (await OkAsync(["inspect", "account", where[0], "2", .. where[1..]])).GetProperty("external_id").GetString());
            string copy = At($"copy{where.Length}");
            await OkAsync(["backup", where[0], copy, .. where[1..]]);
            Assert.NotEmpty(Directory.GetFiles(Path.Combine(copy, "state"), "manifest-*"));
        }

        string moved = At("moved.toml");
        await File.WriteAllTextAsync(moved, $"data_directory = \"{At("again")}\"\n[state]\ndirectory = \"{At("again-state")}\"\n");
        Assert.Equal(height, (await OkAsync("restore", At("copy1"), moved)).GetProperty("height").GetUInt64());
        Assert.NotEmpty(Directory.GetFiles(At("again-state"), "manifest-*"));
        Assert.Equal(root.ToString(), (await OkAsync("verify", moved)).GetProperty("state_root").GetString());

        await FailsAsync(ExitCode.InputOutput, $"no checkpoint in {At("data/state")}", "inspect", "stats", Data);
        await FailsAsync(ExitCode.InputOutput, "--state", "backup", Data, At("never"));
        await FailsAsync(ExitCode.InputOutput, $"no checkpoint in {At("data/state")}", "repair", "--reindex", Data);
        await FailsAsync(ExitCode.InputOutput, "holds no replica", "inspect", "account", At("nowhere"), "1");
        await File.WriteAllTextAsync(settings, "data_directry = 1\n");
        await FailsAsync(ExitCode.Configuration, "unknown setting data_directry", "inspect", "stats", settings);
    }

    [Fact]
    public async Task Verifying_names_every_kind_of_damage_and_changes_nothing()
    {
        (_, Hash256 root) = await MakeAsync();
        Assert.True((await OkAsync("inspect", "verify", Data)).GetProperty("ok").GetBoolean());
        string[] history = Directory.GetFiles(At("data/history"), "*.history"), segments = [.. Directory.GetFiles(At("data/journal"), "*.journal").Order(StringComparer.Ordinal)];
        await DamagedAsync(Newest(At("data/state"), "manifest-0*"), 60, "manifest-");
        await AllDamagedAsync(Directory.GetFiles(At("data/state/index"), "*.description"), "index of the checkpoint");
        await AllDamagedAsync(Directory.GetFiles(At("data/state/pages"), "*.description"), ".description");
        await AllDamagedAsync(Directory.GetFiles(At("data/state/pages"), "pages-*.log"), "is damaged at offset", "pages-");
        await DamagedAsync(segments[0], 5000, "journal");
        await DamagedAsync(history[0], 128 + 7, "entry 3 has the ledger sequence");
        await DamagedAsync(history[0], 128 + 55, "entry 2 links to the later entry");
        byte[] whole = await File.ReadAllBytesAsync(history[0]);
        await ChangedAsync(history[0], whole[..256], async () => Assert.Contains("the file ends there", await DamageAsync(), StringComparison.Ordinal));
        Assert.True((await OkAsync("inspect", "verify", Data)).GetProperty("ok").GetBoolean());
        await using (Replica again = Replica.Start(SmallReplica()))
        {
            Assert.Equal(root, again.RecoveredState.StateRoot);
            await FailsAsync(ExitCode.InputOutput, "is in use", "inspect", "verify", Data);
        }

        async Task DamagedAsync(string file, int offset, string said)
        {
            byte[] bytes = await File.ReadAllBytesAsync(file);
            bytes[offset] ^= 0x40;
            await ChangedAsync(file, bytes, async () => Assert.Contains(said, await DamageAsync(), StringComparison.Ordinal));
        }

        // All files of a kind: the newest of them may belong to a checkpoint that was not published.
        async Task AllDamagedAsync(string[] files, params string[] said)
        {
            Flip(files);
            string damage = await DamageAsync();
            foreach (string words in said) Assert.Contains(words, damage, StringComparison.Ordinal);
            Flip(files);
        }

        async Task<string> DamageAsync()
        {
            (int exit, string output, _) = await RunAsync("inspect", "verify", Data, "--json");
            Assert.Equal(ExitCode.BadData, exit);
            return string.Join('\n', JsonDocument.Parse(output).RootElement.GetProperty("damage").EnumerateArray().Select(static line => line.GetString()));
        }
    }

    private static string Newest(string folder, string pattern) => Directory.GetFiles(folder, pattern).Order(StringComparer.Ordinal).Last();

    private static void Flip(string[] files)
    {
        foreach (string file in files)
        {
            byte[] bytes = File.ReadAllBytes(file);
            for (int at = 0; at < bytes.Length; at++) bytes[at] ^= 0x10;
            File.WriteAllBytes(file, bytes);
        }
    }

    /// <summary>Does something while a file has other content.</summary>
    private static async Task ChangedAsync(string file, byte[] content, Func<Task> action)
    {
        byte[] before = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, content);
        await action();
        await File.WriteAllBytesAsync(file, before);
    }

    private string At(string name) => Path.Combine(_folder.Path, name);

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        int exit = await CommandLine.RunAsync(arguments, output, error);
        return (exit, output.ToString(), error.ToString());
    }

    private static async Task<JsonElement> OkAsync(params string[] arguments)
    {
        (int exit, string output, string error) = await RunAsync([.. arguments, "--json"]);
        Assert.True(exit == ExitCode.Ok, output + error);
        return JsonDocument.Parse(output).RootElement;
    }

    private static async Task FailsAsync(int exitCode, string reason, params string[] arguments)
    {
        (int exit, string output, string error) = await RunAsync(arguments);
        Assert.Equal((exitCode, ""), (exit, output));
        Assert.Contains(reason, error.ReplaceLineEndings(""), StringComparison.Ordinal);
    }

    /// <summary>A stopped replica with a few accounts, some checkpoints, and a journal on top of them.</summary>
    private async Task<(ulong Height, Hash256 Root)> MakeAsync(string state = "")
    {
        Replica replica = Replica.Start(SmallReplica(state));
        await using (replica)
        {
            using var key = SigningKey.FromSeed(Enumerable.Repeat((byte)7, 32).ToArray());
            await using LedgerClient client = await LedgerClient.ConnectAsync(new ClientOptions { Endpoints = [replica.EndPoint], Key = key });
            ulong asset = await SendAsync(client, new CreateAssetCommand { Opcode = Opcode.CreateAsset });
            ulong from = await SendAsync(client, new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = (uint)asset, AccountFlags = AccountFlags.Unlimited });
            ulong to = await SendAsync(client, new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = (uint)asset, ExternalId = 77 });
            for (int sent = 0; replica.Checkpoints().Published < 3; sent++)
            {
                Assert.True(sent < 20_000, "no checkpoint ends");
                await SendAsync(client, Transfer());
            }

            await SendAsync(client, Transfer());
            var status = await client.GetStatusAsync();
            return (status.Height, status.StateRoot);

            TransferCommand Transfer() => new() { Opcode = Opcode.Transfer, DebitAccount = from, CreditAccount = to, Amount = 1 };
        }
    }

    private NodeOptions SmallReplica(string state = "")
    {
        var options = new NodeOptions
        {
            DataDirectory = Data,
            Listen = "127.0.0.1:0",
            Durability = Durability.Write,
            Genesis = new GenesisSection { MaxSessions = 64, MaxAssets = 64, MaxAccounts = 1 << 12, MaxPendingTransfers = 1 << 10, MaxInstruments = 64, MaxPriceLevels = 1 << 10, MaxOrders = 1 << 10 },
            Journal = new JournalSection { SegmentBytes = 4 << 20, RingBytes = 1 << 22 },
        };
        options.State.Directory = state;
        options.State.CheckpointBlocks = 3;
        options.State.LogMemory = 4 << 20;
        options.State.SegmentBytes = 1 << 20;
        return options;
    }

    private static async Task<ulong> SendAsync<T>(LedgerClient client, T command) where T : unmanaged, ICommand
    {
        CommandResult result = await client.ExecuteAsync(command);
        Assert.Equal(ResultCode.Ok, result.Code);
        return (ulong)result.Value;
    }
}
