// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace FastLedger.Storage.Tests;

/// <summary>
/// What the device can do to the files of pages, index and manifests, at rest and in use. The replica stops and names file and offset, or
/// goes back to the older manifest, or is not affected; its state is never another one than was recorded for its height. With
/// <c>FASTLEDGER_CAMPAIGN=long</c> each damage is done in 25 times as many ways.
/// </summary>
public class FaultMatrixTests
{
    private const int InputOutputError = 5;
    private const int NoSpace = 28;
    private static readonly Lazy<CheckpointScenario> Written = new(Write);

    /// <summary>The files whose every byte the newest checkpoint stands on.</summary>
    public static TheoryData<string> Kinds => ["log", "index", "directory", "description", "manifest"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Bit_flip(string kind) => Sweep(kind, 24, static (random, bytes, _) =>
    {
        bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        return bytes;
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Torn_page(string kind) => Sweep(kind, 16, static (random, bytes, older) =>
    {
        // Some sectors of a piece are those of an earlier time: of the file before, or still zero.
        int start = random.Next(bytes.Length) / 512 * 512;
        for (int sector = start; sector < Math.Min(bytes.Length, start + 4096); sector += 512)
        {
            if (random.Next(2) == 0) continue;
            int length = Math.Min(512, bytes.Length - sector);
            bytes.AsSpan(sector, length).Clear();
            if (older.Length >= sector + length) older.AsSpan(sector, length).CopyTo(bytes.AsSpan(sector));
        }

        return bytes;
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Short_file(string kind) => Sweep(kind, 8, static (random, bytes, _) => bytes[..random.Next(bytes.Length)]);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Missing_file(string kind) => Sweep(kind, 4, static (_, _, _) => null);

    [Theory]
    [InlineData("index")]
    [InlineData("directory")]
    [InlineData("description")]
    [InlineData("manifest")]
    public void Stale_file(string kind) => Sweep(kind, 4, static (_, _, older) => older);

    [Fact]
    public void A_lost_rename_of_a_manifest_leaves_the_older_one()
    {
        CheckpointScenario scenario = Written.Value.Copy();
        ManifestListing before = scenario.Manifests().Load();
        Manifest newest = before.Manifests[0];
        scenario.Files.Fault = static (operation, path, _) => operation == "fsync" && path == CheckpointScenario.ManifestDirectory ? InputOutputError : 0;
        Manifest next = new()
        {
            ChainId = CheckpointScenario.ChainId,
            Height = newest.Height + 1,
            BlockId = default,
            StateRoot = default,
            ReceiptsRoot = default,
            JournalIndex = 1,
        };
        Assert.Throws<StorageFaultException>(() => scenario.Manifests().Write(next));
        int lost = 0, kept = 0;
        for (int seed = 0; seed < 50; seed++)
        {
            ManifestListing after = new ManifestStore(
                CheckpointScenario.ManifestDirectory, CheckpointScenario.ChainId, scenario.Files.AfterPowerLoss(new Random(seed))).Load();
            Assert.Empty(after.Damaged);
            if (after.Manifests[0].Height == newest.Height) lost++;
            else kept++;
            Assert.Contains(after.Manifests, manifest => manifest.Height == newest.Height); // nothing was removed on the strength of the new one
        }

        Assert.True(lost > 5 && kept > 5, $"{lost} times lost, {kept} times kept");
    }

    [Fact]
    public void All_manifests_gone_is_never_an_empty_ledger()
    {
        CheckpointScenario scenario = Written.Value.Copy();
        foreach (string path in scenario.Files.Names.Keys.Where(static path => path.Contains("/manifest-", StringComparison.Ordinal)).ToList())
            scenario.Files.Remove(path);
        Assert.True(scenario.Manifests().Load().IsLost);
        Assert.Throws<IOException>(() => scenario.Recover());
    }

    [Fact]
    public void A_read_error_that_FASTER_alone_would_turn_into_a_fresh_page_stops_the_store()
    {
        PageScenario scenario = new();
        using PageStore store = scenario.Create();
        PageKey key = new(0, 0); // what a buffer of zeros would say it holds
        scenario.Write(store, key, 1, 1);
        for (uint page = 1; page < 100; page++) scenario.Write(store, new PageKey(1, page), (int)page, 1);
        PageScenario.Checkpoint(store, 1);
        scenario.Files.Fault = static (operation, path, _) => operation == "pread" && path == PageScenario.Segment(0) ? InputOutputError : 0;
        byte[] bytes = new byte[PageStore.PageBytes];
        StorageFaultException fault = Assert.Throws<StorageFaultException>(() => { store.ReadBlocking(key, bytes); });
        Assert.Equal(("pread", PageScenario.Segment(0), 64L + 16, InputOutputError), (fault.Operation, fault.File, fault.Offset, fault.Errno));
        AssertStopped(store, scenario);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_read_error_under_a_request_delivers_no_page(bool queued)
    {
        PageScenario scenario = new() { Files = new SimulatedFileSystem { HasQueues = queued } };
        using PageStore store = scenario.Create();
        for (uint page = 0; page < 100; page++) scenario.Write(store, new PageKey(1, page), (int)page, 1);
        PageScenario.Checkpoint(store, 1);
        scenario.Files.Fault = static (operation, _, _) => operation == "pread" ? InputOutputError : 0;
        using RequestedPages asked = new();
        Assert.True(asked.TryAsk(store, new PageKey(1, 0), 0, 1));
        StorageFaultException fault = Assert.Throws<StorageFaultException>(() =>
        {
            while (store.Turn())
            {
            }
        });
        Assert.Equal(("pread", PageScenario.Segment(0), InputOutputError), (fault.Operation, fault.File, fault.Errno));
        Assert.Throws<StorageFaultException>(() => store.TryTakeCompletion(out _));
        AssertStopped(store, scenario);
    }

    [Fact]
    public void A_write_that_was_left_to_the_device_and_failed_is_in_no_checkpoint()
    {
        PageScenario scenario = new() { Files = new SimulatedFileSystem { HasQueues = true } };
        using PageStore store = scenario.Create();
        scenario.Files.Fault = static (operation, path, _) => operation == "pwrite" && path.EndsWith(".log", StringComparison.Ordinal) ? InputOutputError : 0;
        StorageFaultException fault = Assert.Throws<StorageFaultException>(() =>
        {
            for (uint page = 0; page < 100; page++) scenario.Write(store, new PageKey(1, page), (int)page, 1);
            PageScenario.Checkpoint(store, 1);
        });
        Assert.Equal(("pwrite", InputOutputError), (fault.Operation, fault.Errno)); // whichever of them the device did first
        Assert.StartsWith("/store/pages-", fault.File, StringComparison.Ordinal);
        AssertStopped(store, scenario);
    }

    [Fact]
    public void A_page_that_does_not_exist_is_a_fault_and_not_a_fresh_page()
    {
        PageScenario scenario = new();
        using PageStore store = scenario.Create();
        scenario.Write(store, new PageKey(1, 1), 1, 1);
        StoreDamagedException damage = Assert.Throws<StoreDamagedException>(() => { store.ReadBlocking(new PageKey(1, 0), new byte[PageStore.PageBytes]); });
        Assert.Contains("page 0 of table 1 does not exist", damage.Message, StringComparison.Ordinal);
        AssertStopped(store, scenario);
    }

    [Fact]
    public void A_read_error_under_the_index_is_a_fault_and_not_an_absent_key()
    {
        IndexScenario scenario = new();
        using IndexStore store = scenario.Create();
        scenario.AddRandom(store, new Random(1), 2000);
        Assert.True(store.TryAdd(UInt128.MaxValue, 7, out _));
        scenario.AddRandom(store, new Random(2), 2000);
        scenario.Files.Fault = static (operation, _, _) => operation == "pread" ? InputOutputError : 0;
        Assert.Equal(InputOutputError, Assert.Throws<StorageFaultException>(() => store.TryFind(UInt128.MaxValue, out _)).Errno);
        scenario.Files.Fault = null;
        Assert.Throws<StorageFaultException>(() => store.TryAdd(UInt128.MaxValue, 8, out _));
        Assert.Throws<StorageFaultException>(() => { store.BeginCheckpoint(); });
    }

    [Theory]
    [InlineData("pwrite", InputOutputError)]
    [InlineData("pwrite", NoSpace)]
    [InlineData("fallocate", NoSpace)]
    public void A_write_error_or_a_full_device_stops_the_store(string operation, int errno)
    {
        PageScenario scenario = new();
        using PageStore store = scenario.Create();
        scenario.Files.Fault = (called, _, _) => called == operation ? errno : 0;
        StorageFaultException fault = Assert.Throws<StorageFaultException>(() => scenario.WriteRandom(store, new Random(1), 1000, 1));
        Assert.Equal((operation, PageScenario.Segment(0), errno), (fault.Operation, fault.File, fault.Errno));
        AssertStopped(store, scenario);
    }

    [Fact]
    public void A_device_that_takes_nothing_and_reports_no_error_stops_the_store()
    {
        PageScenario scenario = new();
        using PageStore store = scenario.Create();
        scenario.Files.TransferLimit = static _ => 0;
        Assert.Equal(0, Assert.Throws<StorageFaultException>(() => scenario.WriteRandom(store, new Random(1), 1000, 1)).Errno);
        AssertStopped(store, scenario);
    }

    [Fact]
    public void A_failed_sync_gives_no_checkpoint_and_is_never_tried_again()
    {
        PageScenario scenario = new();
        using PageStore store = scenario.Create();
        scenario.Write(store, new PageKey(1, 1), 1, 1);
        scenario.Files.Fault = static (operation, _, _) => operation == "fdatasync" ? InputOutputError : 0;
        scenario.Files.Calls.Clear();
        Assert.Equal("fdatasync", Assert.Throws<StorageFaultException>(() => PageScenario.Checkpoint(store, 1)).Operation);
        scenario.Files.Fault = null;
        AssertStopped(store, scenario);
        Assert.Equal(1, scenario.Files.Calls["fdatasync"]);
    }

    [Fact]
    public void A_shortened_segment_in_use_stops_the_store_with_the_offset_where_it_ends()
    {
        PageScenario scenario = new();
        using PageStore store = scenario.Create();
        for (uint page = 0; page < 400; page++) scenario.Write(store, new PageKey(1, page), (int)page, 1);
        scenario.Files.Names[PageScenario.Segment(0)].Truncate(700);
        byte[] bytes = new byte[PageStore.PageBytes];
        StoreDamagedException damage = Assert.Throws<StoreDamagedException>(() => { store.ReadBlocking(new PageKey(1, 0), bytes); });
        Assert.Equal((PageScenario.Segment(0), 700L), (damage.File, damage.Offset));
    }

    private static CheckpointScenario Write()
    {
        CheckpointScenario scenario = new();
        Assert.Null(scenario.Live(new Random(17), heights: 24));
        return scenario;
    }

    private static void AssertStopped(PageStore store, PageScenario scenario)
    {
        Assert.NotNull(store.Fault);
        scenario.Files.Fault = null;
        scenario.Files.TransferLimit = static length => length;
        byte[] page = new byte[PageStore.PageBytes];
        using RequestedPages asked = new();
        int before = scenario.Files.OperationCount;
        Assert.ThrowsAny<IOException>(() => { store.TryWrite(new PageKey(1, 1), 1, page); });
        Assert.ThrowsAny<IOException>(() => { asked.TryAsk(store, new PageKey(1, 1), 1, 1); });
        Assert.ThrowsAny<IOException>(() => { store.TryRequestCheckpoint(1); });
        Assert.ThrowsAny<IOException>(() => { store.ReadBlocking(new PageKey(1, 1), page); });
        Assert.ThrowsAny<IOException>(() => { store.TryTakeCheckpoint(out _); });
        Assert.ThrowsAny<IOException>(() => { store.Turn(); });
        Assert.Equal(before, scenario.Files.OperationCount); // the device is left alone
    }

    /// <summary>Damages the newest file of a kind, of pages and of index in turn, again and again in other ways.</summary>
    private static void Sweep(string kind, int times, Func<Random, byte[], byte[], byte[]?> damage)
    {
        if (Environment.GetEnvironmentVariable("FASTLEDGER_CAMPAIGN") == "long") times *= 25;
        int unaffected = 0, older = 0, stopped = 0;
        for (int seed = 0; unaffected + older + stopped < times; seed++)
        {
            CheckpointScenario scenario = Written.Value.Copy();
            Random random = new(seed);
            ManifestListing listing = scenario.Manifests().Load();
            (string path, string before) = Newest(scenario, listing, kind, random);
            byte[] intact = scenario.Files.Bytes(path);
            byte[]? bytes = damage(random, scenario.Files.Bytes(path), before.Length == 0 ? [] : scenario.Files.Bytes(before));
            if (bytes is not null && bytes.AsSpan().SequenceEqual(intact)) continue; // torn where both times have the same bytes
            if (bytes is null) scenario.Files.Remove(path);
            else scenario.Files.SetBytes(path, bytes);
            try
            {
                (PageStore pages, IndexStore index) = scenario.Recover(); // compares the root
                using (pages)
                using (index)
                {
                    scenario.Pages.AssertHolds(pages);
                    scenario.Index.AssertHolds(index);
                }

                if (scenario.Height == listing.Manifests[0].Height)
                {
                    unaffected++;
                }
                else
                {
                    older++;
                    Assert.Equal(listing.Manifests[1].Height, scenario.Height);
                    if (kind != "manifest") Assert.Equal(path, Assert.Single(scenario.Damage).File);
                }
            }
            catch (IOException stop)
            {
                stopped++;
                Assert.Contains(path, stop.Message, StringComparison.Ordinal);
                Assert.Contains("at offset", stop.Message, StringComparison.Ordinal);
            }
        }

        if (kind == "log") Assert.True(stopped + older > 0, "no damage was found");
        else Assert.Equal(times, older); // all of these files belong to one checkpoint alone
    }

    private static (string Path, string Older) Newest(CheckpointScenario scenario, ManifestListing listing, string kind, Random random)
    {
        if (kind == "manifest")
            return (CheckpointScenario.ManifestPath(listing.Manifests[0].Height), CheckpointScenario.ManifestPath(listing.Manifests[1].Height));
        bool ofIndex = random.Next(2) == 0 && kind != "index"; // the index store has no file for FASTER's hash index
        StoreToken newest = ofIndex ? listing.Manifests[0].IndexToken : listing.Manifests[0].StoreToken;
        StoreToken before = ofIndex ? listing.Manifests[1].IndexToken : listing.Manifests[1].StoreToken;
        if (kind == "log")
        {
            List<string> logs = [.. scenario.Files.Names.Keys.Where(path => path.StartsWith(ofIndex ? "/index/index-0" : "/store/pages-0", StringComparison.Ordinal))];
            logs.Sort(StringComparer.Ordinal);
            return (logs[random.Next(logs.Count)], string.Empty);
        }

        return ofIndex
            ? (IndexScenario.CheckpointFile(newest.Sequence, kind), IndexScenario.CheckpointFile(before.Sequence, kind))
            : (PageScenario.CheckpointFile(newest.Sequence, kind), PageScenario.CheckpointFile(before.Sequence, kind));
    }
}
