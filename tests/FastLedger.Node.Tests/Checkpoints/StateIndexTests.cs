// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Domain;
using FastLedger.Node.Checkpoints;
using FastLedger.Node.Recovery;
using FastLedger.Storage;

namespace FastLedger.Node.Tests.Checkpoints;

/// <summary>The index of external ids: what checkpoints keep of it, and what a restart makes of it.</summary>
public sealed class StateIndexTests
{
    private const string FromDisk = "taken from disk", FromTables = "made from the tables";

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1 << 20)]
    public async Task The_index_holds_what_a_scan_of_the_tables_finds_over_restarts_and_kills(int seed, long memory)
    {
        var random = new Random(seed);
        await using var replica = new TestReplica(configure: options =>
        {
            FrequentCheckpoints.Configure(options);
            options.State.Memory = memory;
        });
        IdentifiedRecords records = await IdentifiedRecords.BeginAsync(replica);
        for (int life = 0; life < 4; life++)
        {
            await using (LedgerClient client = await replica.ConnectAsync())
            {
                await records.CheckAsync(client);
                for (int i = 0; i < 60; i++) await records.AddAsync(client, random);
                await CheckpointAsync(replica.Replica, client, records, random);
            }

            if (life == 2)
            {
                await replica.KillAsync();
            }
            else
            {
                await replica.StopAsync();
                AssertHoldsTheTables(replica.Options.DataDirectory);
                replica.Start();
            }

            Assert.Contains(replica.Said, static line => line.Contains(FromDisk, StringComparison.Ordinal));
        }

        await using LedgerClient last = await replica.ConnectAsync();
        await records.CheckAsync(last);
    }

    [Fact]
    public async Task What_is_damaged_missing_or_of_an_older_manifest_is_made_from_the_tables_and_finds_the_same()
    {
        var random = new Random(3);
        await using var replica = new TestReplica(configure: FrequentCheckpoints.Configure);
        string state = Path.Combine(replica.Options.DataDirectory, "state"), index = Path.Combine(state, "index");
        IdentifiedRecords records = await IdentifiedRecords.BeginAsync(replica);
        Action[] damages =
        [
            () => Flip(Directory.GetFiles(index, "index-*.log")),
            () => Flip(Directory.GetFiles(index, "*.description")),
            () => Flip(Directory.GetFiles(index, "*.directory")),
            () => Directory.Delete(index, recursive: true),
            () => Truncate(Directory.GetFiles(index, "index-*.log")),
            () => WithoutIndex(state),
        ];
        foreach (Action damage in damages)
        {
            await using (LedgerClient client = await replica.ConnectAsync())
            {
                // The last block of the log is kept with the checkpoint too: for damage of the log to matter there must be more than one.
                for (int i = damage == damages[0] ? -180 : 0; i < 20; i++) await records.AddAsync(client, random);
                await CheckpointAsync(replica.Replica, client, records, random);
            }

            await replica.RestartAsync();
            Assert.Contains(replica.Said, static line => line.Contains(FromDisk, StringComparison.Ordinal));
            await replica.StopAsync();
            damage();
            replica.Start();
            Assert.True(replica.Said.Count(static line => line.Contains(FromTables, StringComparison.Ordinal)) == 1, $"damage {Array.IndexOf(damages, damage)}: {string.Join("; ", replica.Said)}");
            await using (LedgerClient client = await replica.ConnectAsync()) await records.CheckAsync(client);
        }
    }

    [Fact]
    public async Task The_older_checkpoint_has_its_own_index_and_goes_on_with_it()
    {
        var random = new Random(5);
        await using var replica = new TestReplica(configure: FrequentCheckpoints.Configure);
        IdentifiedRecords records = await IdentifiedRecords.BeginAsync(replica);
        for (int round = 0; round < 2; round++)
        {
            await using (LedgerClient client = await replica.ConnectAsync())
            {
                await records.CheckAsync(client);
                await CheckpointAsync(replica.Replica, client, records, random);
            }

            await replica.StopAsync();
            Flip([Directory.GetFiles(Path.Combine(replica.Options.DataDirectory, "state"), "manifest-0*").Order(StringComparer.Ordinal).Last()]);
            replica.Start();
            Assert.Contains(replica.Said, static line => line.Contains(FromDisk, StringComparison.Ordinal));
        }

        await using LedgerClient last = await replica.ConnectAsync();
        await records.CheckAsync(last);
    }

    [Fact]
    public async Task A_copy_of_a_running_replica_brings_its_index()
    {
        await using var replica = new TestReplica(configure: FrequentCheckpoints.Configure);
        string copies = Directory.CreateTempSubdirectory("fastledger-index-").FullName;
        try
        {
            IdentifiedRecords records = await IdentifiedRecords.BeginAsync(replica);
            await using (LedgerClient client = await replica.ConnectAsync()) await CheckpointAsync(replica.Replica, client, records, new Random(4));
            string copy = Path.Combine(copies, "copy");
            _ = Backup.Copy(ReplicaFolders.Of(replica.Options.DataDirectory), copy);
            Assert.True(IndexRepair.Run(ReplicaFolders.Of(copy), apply: false, static _ => { }).IsSound);
        }
        finally
        {
            Directory.Delete(copies, recursive: true);
        }
    }

    [Fact]
    public void Ids_of_different_kinds_may_be_the_same_and_the_order_of_numbers_is_checked()
    {
        string folder = Directory.CreateTempSubdirectory("fastledger-index-").FullName;
        try
        {
            using StateIndex index = StateIndex.Create(folder);
            foreach (IdKind kind in ExternalIds.Kinds.ToArray()) index.Add(kind, 7, 3);
            index.Add(IdKind.Account, 8, 4);
            Assert.Throws<StoreDamagedException>(() => index.Add(IdKind.Account, 8, 5));
            Assert.Equal(6ul, index.Count);
            var read = new List<(IdKind, UInt128, uint)>();
            Assert.Null(index.Read((kind, key, number) =>
            {
                read.Add((kind, key, number));
                return null;
            }));
            Assert.Equal([.. ExternalIds.Kinds.ToArray().Select(static kind => (kind, (UInt128)7, 3u)), (IdKind.Account, (UInt128)8, 4u)], read);
            Assert.Equal("no", index.Read(static (_, _, _) => "no"));
            index.Add(IdKind.Account, 9, 2);
            Assert.Contains("comes after 4", index.Read(static (_, _, _) => null), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Ids_are_noted_without_allocation_and_moved_once_up_to_the_place_that_was_handed_over()
    {
        string folder = Directory.CreateTempSubdirectory("fastledger-index-").FullName;
        try
        {
            using var ledger = new Ledger(TestReplica.OptionsFor(folder, Durability.Write).Genesis.ToGenesis(), new State.ResidentPageStore(), secret: 0);
            using StateIndex index = StateIndex.Create(folder);
            Open(ledger, 10);
            using var ids = new CreatedIds(ledger, indexed: null); // the first ten are there already
            long place = ids.Collect(), allocated = 0;
            Assert.Equal(10, place);
            for (int round = 0; round < 200; round++)
            {
                Open(ledger, 100);
                long before = GC.GetAllocatedBytesForCurrentThread();
                long end = ids.Collect();
                if (round > 0) allocated += GC.GetAllocatedBytesForCurrentThread() - before;
                Assert.Equal(place + 100, end);
                if (round % 3 == 0) ids.MoveTo(index, place); // what was noted after the place stays
                place = end;
            }

            Assert.Equal(0, allocated);
            ids.MoveTo(index, place);
            Assert.Equal(20_010ul, index.Count);
            uint next = 1;
            Assert.Null(index.Read((kind, key, number) => (kind, key, number) == (IdKind.Account, (UInt128)(1000 + number), next++) ? null : "another"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        static void Open(Ledger ledger, int count)
        {
            for (int i = 0; i < count; i++)
            {
                uint number = ledger.Accounts.Append();
                ledger.Accounts.Change(number).ExternalId = 1000 + number;
            }
        }
    }

    private static Task<int> CheckpointAsync(Replica replica, LedgerClient client, IdentifiedRecords records, Random random) =>
        FrequentCheckpoints.ReachAsync(replica, replica.Checkpoints().Published + 2, () => records.AddAsync(client, random));

    /// <summary>Reads the tables field by field, without what the index is made with.</summary>
    private static void AssertHoldsTheTables(string dataDirectory)
    {
        var expected = new SortedDictionary<(IdKind, uint), UInt128>();
        using RestoredState state = CheckpointFolder.Load(ReplicaFolders.Of(dataDirectory), static _ => { });
        Ledger ledger = state.Ledger;
        for (uint n = 1; n < ledger.Sessions.Count; n++) expected.Add((IdKind.Session, n), Ledger.KeyId(ledger.Sessions[n].Key));
        for (uint n = 1; n < ledger.Accounts.Count; n++)
            if (ledger.Accounts[n].ExternalId != 0) expected.Add((IdKind.Account, n), ledger.Accounts[n].ExternalId);
        for (uint n = 1; n < ledger.Instruments.Count; n++)
            if (ledger.Instruments[n].ExternalId != 0) expected.Add((IdKind.Instrument, n), ledger.Instruments[n].ExternalId);
        Domain.Objects.ObjectTables objects = ledger.Agreements.Objects;
        for (uint n = 1; n < objects.Classes.Count; n++)
            if (objects.Classes[n].ExternalId != 0) expected.Add((IdKind.ObjectClass, n), objects.Classes[n].ExternalId);
        for (uint n = 1; n < objects.Objects.Count; n++)
            if (objects.Objects[n].ExternalId != 0) expected.Add((IdKind.Object, n), Domain.Objects.ObjectTables.Key(objects.Objects[n].Class, objects.Objects[n].ExternalId));
        Assert.True(expected.Count > 30);

        var held = new SortedDictionary<(IdKind, uint), UInt128>();
        using StateIndex? index = StateIndex.TryRecover(ReplicaFolders.Of(dataDirectory).State, state.Manifest!, out string? fault);
        Assert.Null(fault);
        Assert.Null(index!.Read((kind, key, number) =>
        {
            held.Add((kind, number), key);
            return null;
        }));
        Assert.Equal(expected, held);
        Assert.Equal((ulong)expected.Count, index.Count);
    }

    private static void Flip(string[] files)
    {
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            byte[] bytes = File.ReadAllBytes(file);
            bytes[Math.Min(100, bytes.Length - 1)] ^= 4;
            File.WriteAllBytes(file, bytes);
        }
    }

    private static void Truncate(string[] files)
    {
        Assert.NotEmpty(files);
        foreach (string file in files) File.WriteAllBytes(file, []);
    }

    /// <summary>As a version without the index wrote them.</summary>
    private static void WithoutIndex(string state)
    {
        string[] files = Directory.GetFiles(state, "manifest-*");
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            Assert.Null(Manifest.Decode(File.ReadAllBytes(file), out Manifest? manifest, out _));
            File.WriteAllBytes(file, manifest!.WithIndex(default).Encode());
        }
    }
}
