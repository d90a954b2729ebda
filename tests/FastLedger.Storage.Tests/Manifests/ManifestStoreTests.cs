// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using FastLedger.Primitives;

namespace FastLedger.Storage.Tests;

public class ManifestStoreTests
{
    private const string Folder = "/manifests";
    private static readonly Hash256 ChainId = Digest(1);

    [Fact]
    public void Everything_in_a_manifest_survives_the_file() => Gen.Int.Sample(
        seed =>
        {
            Manifest manifest = RandomManifest(new Random(seed), 5);
            Assert.Null(Manifest.Decode(manifest.Encode(), out Manifest? read, out _));
            AssertEqual(manifest, read!);
        },
        iter: 200);

    [Fact]
    public void Every_changed_bit_and_every_other_length_is_noticed()
    {
        byte[] bytes = RandomManifest(new Random(1), 5).Encode();
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            byte[] changed = (byte[])bytes.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotNull(Manifest.Decode(changed, out Manifest? none, out long offset));
            Assert.Null(none);
            Assert.InRange(offset, 0, bytes.Length);
        }

        for (int length = 0; length < bytes.Length; length += 7) Assert.NotNull(Manifest.Decode(bytes.AsSpan(0, length), out _, out _));
        Assert.NotNull(Manifest.Decode([.. bytes, 0], out _, out _));
    }

    [Fact]
    public void The_two_highest_are_kept_and_listed_from_the_highest_down()
    {
        SimulatedFileSystem files = new();
        ManifestStore store = new(Folder, ChainId, files);
        Assert.False(store.Load().EverWritten);
        Random random = new(2);
        Assert.Equal(3UL, store.Write(RandomManifest(random, 3)).Height);
        Assert.Equal(3UL, store.Write(RandomManifest(random, 8)).Height);
        Assert.Equal(8UL, store.Write(RandomManifest(random, 20)).Height);
        Manifest newest = RandomManifest(random, 21);
        Assert.Equal(20UL, store.Write(newest).Height);
        ManifestListing listing = store.Load();
        Assert.Equal([21UL, 20UL], listing.Manifests.Select(static manifest => manifest.Height));
        Assert.Empty(listing.Damaged);
        Assert.True(listing.EverWritten);
        Assert.False(listing.IsLost);
        AssertEqual(newest, listing.Manifests[0]);
    }

    [Fact]
    public void A_damaged_one_is_passed_over_and_reported_with_file_and_offset()
    {
        SimulatedFileSystem files = new();
        ManifestStore store = new(Folder, ChainId, files);
        Random random = new(3);
        store.Write(RandomManifest(random, 3));
        store.Write(RandomManifest(random, 8));
        string path = CheckpointScenario.ManifestPath(8);
        byte[] bytes = files.Bytes(path);
        bytes[100] ^= 1;
        files.SetBytes(path, bytes);
        ManifestListing listing = store.Load();
        Assert.Equal(3UL, Assert.Single(listing.Manifests).Height);
        Assert.Equal(new ManifestDamage(path, bytes.Length - 32, "the manifest fails its checksum"), Assert.Single(listing.Damaged));
        Assert.Equal(3UL, store.Write(RandomManifest(random, 9)).Height); // the damaged one does not count among the two kept
    }

    [Fact]
    public void A_manifest_of_another_height_or_another_ledger_is_damage()
    {
        SimulatedFileSystem files = new();
        ManifestStore store = new(Folder, ChainId, files);
        store.Write(RandomManifest(new Random(4), 3));
        files.SetBytes(CheckpointScenario.ManifestPath(4), files.Bytes(CheckpointScenario.ManifestPath(3)));
        Assert.Equal(48, Assert.Single(store.Load().Damaged).Offset);
        ManifestListing foreign = new ManifestStore(Folder, Digest(2), files).Load();
        Assert.Empty(foreign.Manifests);
        Assert.Equal(2, foreign.Damaged.Count);
        Assert.True(foreign.IsLost);
    }

    [Fact]
    public void Going_back_removes_what_is_above_for_good()
    {
        SimulatedFileSystem files = new();
        ManifestStore store = new(Folder, ChainId, files);
        Random random = new(5);
        store.Write(RandomManifest(random, 3));
        store.Write(RandomManifest(random, 8));
        store.RemoveAbove(3);
        ManifestListing after = new ManifestStore(Folder, ChainId, files.AfterPowerLoss(new Random(1))).Load();
        Assert.Equal(3UL, Assert.Single(after.Manifests).Height);
    }

    private static Manifest RandomManifest(Random random, ulong height)
    {
        List<ManifestTable> tables = [];
        for (uint i = 0; i < random.Next(6); i++) tables.Add(new ManifestTable(i + 1, 128, (ulong)random.NextInt64(), Digest(random.Next())));
        byte[] snapshot = new byte[random.Next(50)], extension = new byte[random.Next(50)];
        random.NextBytes(snapshot);
        random.NextBytes(extension);
        return new Manifest
        {
            ChainId = ChainId,
            Height = height,
            BlockId = Digest(random.Next()),
            StateRoot = Digest(random.Next()),
            ReceiptsRoot = Digest(random.Next()),
            JournalIndex = (ulong)random.NextInt64(),
            JournalAnchor = new JournalAnchor((ulong)random.Next(), (ulong)random.NextInt64(), Digest(random.Next())),
            StoreToken = new StoreToken { Sequence = (ulong)random.NextInt64(), BeginAddress = 64, TailAddress = random.NextInt64(), Records = 7, Checkpoint = Guid.NewGuid(), DescriptionDigest = Digest(random.Next()) },
            IndexToken = new StoreToken { Sequence = (ulong)random.NextInt64() },
            Tables = tables,
            ConsensusSnapshot = snapshot,
            Extension = extension,
        };
    }

    private static void AssertEqual(Manifest expected, Manifest read)
    {
        Assert.Equal(
            (expected.ChainId, expected.Height, expected.BlockId, expected.StateRoot, expected.ReceiptsRoot, expected.JournalIndex, expected.JournalAnchor),
            (read.ChainId, read.Height, read.BlockId, read.StateRoot, read.ReceiptsRoot, read.JournalIndex, read.JournalAnchor));
        Assert.Equal((expected.StoreToken, expected.IndexToken), (read.StoreToken, read.IndexToken));
        Assert.Equal(expected.Tables, read.Tables);
        Assert.Equal(expected.ConsensusSnapshot, read.ConsensusSnapshot);
        Assert.Equal(expected.Extension, read.Extension);
    }

    private static Hash256 Digest(int seed)
    {
        byte[] bytes = new byte[32];
        new Random(seed).NextBytes(bytes);
        return new Hash256(bytes);
    }
}
