// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Storage.Tests;

/// <summary>An entry as the tests remember it, and the journal of entries that they compare with.</summary>
internal sealed record ModelEntry(JournalEntryKind Kind, ulong Height, long TimestampNs, byte[] Payload)
{
    /// <summary>Stands for a batch digest: another function of the payload than BLAKE3 alone.</summary>
    public static Hash256 BatchDigest(in JournalEntryHeader header, ReadOnlySpan<byte> payload) => BatchDigest(payload);

    public static ModelEntry Random(Random random, int maximumPayload)
    {
        JournalEntryKind kind = random.Next(3) == 0 ? JournalEntryKind.Block : JournalEntryKind.Batch;
        byte[] payload = new byte[random.Next(4) == 0 ? random.Next(3) : random.Next(maximumPayload + 1)];
        random.NextBytes(payload);
        return new ModelEntry(kind, (ulong)random.NextInt64(), random.NextInt64(), payload);
    }

    public ulong AppendTo(JournalWriter writer, Random random)
    {
        int split = random.Next(Payload.Length + 1);
        Hash256 digest = Kind == JournalEntryKind.Batch ? BatchDigest(Payload) : default;
        return writer.Append(Kind, Height, TimestampNs, in digest, Payload.AsSpan(0, split), Payload.AsSpan(split));
    }

    public void AssertEqual(in JournalEntry entry, int position)
    {
        Assert.Equal((ulong)position + 1, entry.Index);
        Assert.Equal(Kind, entry.Kind);
        Assert.Equal(Height, entry.Height);
        Assert.Equal(TimestampNs, entry.TimestampNs);
        Assert.True(entry.Payload.SequenceEqual(Payload), $"the payload of entry {entry.Index} differs");
        Assert.Equal(Kind == JournalEntryKind.Batch ? BatchDigest(Payload) : Blake3.Hash(Payload), entry.PayloadDigest);
    }

    /// <summary>Reads to the end, and fails unless everything read is a prefix of the model.</summary>
    public static JournalEnd AssertPrefix(JournalReader reader, List<ModelEntry> model)
    {
        int count = 0;
        while (reader.TryRead(out JournalEntry entry))
        {
            Assert.True(count < model.Count, "an entry was read that was never appended");
            model[count].AssertEqual(in entry, count);
            count++;
        }

        Assert.Equal((ulong)count, reader.End!.LastIndex);
        return reader.End;
    }

    private static Hash256 BatchDigest(ReadOnlySpan<byte> payload)
    {
        Span<byte> input = stackalloc byte[33];
        Blake3.Hash(payload).Bytes.CopyTo(input);
        input[32] = 7;
        return Blake3.Hash(input);
    }
}
